"""Are our quick ways to write an e-mail the same e-mail as the library's?"""

import email
import email.errors
import email.policy
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from limen.adapters.smtp_mail import mail_of
from limen.config.courier import SmtpDelivery
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.json_doc import JsonDoc
from limen.ports.courier import DeliveryFailed

NOW = datetime(2030, 1, 1, tzinfo=UTC)
CONFIG = SmtpDelivery(from_address="id@house.test", from_name="Häuser, Inc", headers={"X-Campaign": "a " * 60})
LONG = "a" * 60
SUBJECTS = (
    "Your code",
    "Ihr Schlüssel",
    "two  spaces, and one behind ",
    " one before",
    "=?utf-8?q?trick?=",
    "a=?b",
    "w " * 33 + "w",
    "word " * 40,
    LONG + "123456",
    LONG + "1234567",
    "x" * 300,
    "",
    "日本" * 40,
    '(a) <b@c> "d" \\ , ; : [e]',
)
RECIPIENTS = (
    "ada@house.test",
    "a.b+c_d-e@house.test",
    "o'hara@house.test",
    "a..b@house.test",
    ".a@house.test",
    "a!#$%&'*/=?^`{|}~b@house.test",
    "ada@localhost",
    f"{LONG}@a.test",
    f"{LONG}@ab.test1",
    f"{LONG}{LONG}@house.test",
    "grüße@house.test",
    "ada@häuser.test",
)
BODIES = (
    "",
    "\n",
    "plain",
    "plain\n",
    "a\r\nb\rc\n",
    ".\n..\n.a\n",
    "From me\n",
    "trailing space \nand tab\t\n",
    "x" * 78,
    "x" * 79,
    "Grüße " * 40,
    "日本語 " * 60,
    "a=3D=\n=\n",
    "x" * 5000,
    "line separator \u2028 next \x85 \x0b \x0c line",
)


def letter(recipient: str = "ada@house.test", subject: str = "Your code", body: str = "text", html: str = "") -> Letter:
    return Letter(
        id="1f6ad0c8-0a4e-4c1b-9c2e-0c8b5a1f7d3e",
        via=Via.EMAIL,
        status=LetterStatus.PROCESSING,
        template=TemplateType.STUB,
        recipient=recipient,
        subject=subject,
        body=body,
        html=html,
        data=JsonDoc.of({}),
        created_at=NOW,
        updated_at=NOW,
        due_at=NOW,
    )


def by_the_library(about: Letter, recipient: str) -> bytes:
    """The headers of the same e-mail, written by nobody but the library."""
    plain = recipient.isascii()
    message = EmailMessage(policy=email.policy.SMTP.clone(utf8=not plain))
    message["Message-ID"] = f"<{about.id}@house.test>"
    message["Date"] = format_datetime(about.created_at)
    message["From"] = Address(display_name="Häuser, Inc", addr_spec="id@house.test")
    message["To"] = Address(addr_spec=recipient) if plain else recipient
    message["Subject"] = about.subject
    message["X-Campaign"] = CONFIG.headers["X-Campaign"]
    return message.as_bytes().removesuffix(b"\r\n")


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("recipient", RECIPIENTS)
def test_headers_are_those_of_the_mail_library(recipient: str, subject: str) -> None:
    about = letter(recipient, subject)
    try:
        expected = by_the_library(about, recipient.replace("@häuser.test", "@xn--huser-gra.test"))
    except (ValueError, email.errors.MessageError):
        with pytest.raises(DeliveryFailed):
            mail_of(CONFIG, about)
    else:
        assert mail_of(CONFIG, about).content.partition(b"MIME-Version")[0] == expected


def lines(text: str) -> list[bytes]:
    return text.encode().splitlines() or [b""]


@pytest.mark.parametrize("page", ["", *BODIES])
@pytest.mark.parametrize("text", BODIES)
def test_bodies_arrive_as_they_were_written(text: str, page: str) -> None:
    content = mail_of(CONFIG, letter(body=text, html=page)).content
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert b"\n" not in content.replace(b"\r\n", b"")
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    parts = list(message.iter_parts()) if page else [message]
    kinds = ["text/plain", "text/html"] if page else ["text/plain"]
    assert [part.get_content_type() for part in parts] == kinds
    for part, written in zip(parts, (text, page), strict=False):
        assert isinstance(part, EmailMessage)
        assert lines(part.get_content()) == lines(written)


@pytest.mark.parametrize("broken", ["\nBcc: x@y", "\rX: y", "\u2028X: y", "\x0bX", "\x85X", "\ud800"])
def test_no_subject_begins_another_header(broken: str) -> None:
    with pytest.raises(DeliveryFailed) as caught:
        mail_of(CONFIG, letter(subject=f"a{broken}"))
    assert caught.value.final
