"""Can what somebody calls themselves become a header of a mail? From the form over the template to a mail server (security §2.23)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doubles.log import KeptLog
from doubles.mail_server import Mail, MailServer
from limen.adapters.jinja_templates import SandboxedJinja
from limen.adapters.smtp import SmtpCarrier
from limen.app.courier.compose import WrittenLetters
from limen.app.courier.dispatch import Dispatcher
from limen.domain.courier.letter import TemplateType
from limen.kernel.json_doc import JsonObject
from limen.ports.courier import TemplateBroken
from play import ADA, House, built
from play_config import UI

NAME = "{{ .Identity.traits.name.first }}"
JINJA_NAME = "{{ Identity.traits.name.first }}"
HEADERS = ["message-id", "date", "from", "to", "subject", "x-house", "mime-version", "content-type"]
BREAKS = ("\r\n", "\n", "\r", "\u2028", "\x85", "\x0b", "\n\n", "\r\n\r\n")
ATTACKS = tuple(f"Ada{line_break}Bcc: thief@evil.test" for line_break in BREAKS)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    server = await MailServer().start()
    yield server
    await server.stop()


def settings(server: MailServer, folder: Path) -> JsonObject:
    return {
        "courier": {
            "smtp": {
                "connection_uri": f"smtp://127.0.0.1:{server.port}/?disable_starttls=true",
                "headers": {"X-House": "yes"},
            },
            "template_override_path": str(folder),
        },
        "selfservice": {"flows": {"verification": {"enabled": True, "ui_url": f"{UI}/verification", "use": "code"}}},
    }


def write(folder: Path, ending: str, subject: str, body: str) -> None:
    for part, text in (("subject", subject), ("body.plaintext", body), ("body", f"<p>{body}</p>")):
        file = folder / "verification_code" / "valid" / f"email.{part}{ending}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


async def sent(house: House, server: MailServer) -> Mail | None:
    """What arrives of the message to whoever signed up; nothing when it cannot be worded."""
    from limen.adapters.documents import UrlDocuments  # noqa: PLC0415

    what = house.letters.composed[-1]
    assert what.template is TemplateType.VERIFICATION_CODE_VALID
    documents = UrlDocuments(house.egress, Path())
    try:
        letter = await WrittenLetters(documents, SandboxedJinja(), house.clock, house.services.ids).compose(
            house.config, what
        )
    except TemplateBroken:
        return None
    unit = house.storage.unit()
    unit.letters.add(letter)
    await unit.commit()
    carrier = SmtpCarrier()
    dispatcher = Dispatcher(house.storage, carrier, house.clock, house.services.ids, KeptLog())
    while await dispatcher.round(house.config):
        pass
    await carrier.close()
    found = [mail for mail in server.mails if mail.id.startswith(f"<{letter.id}@")]
    return found[0] if found else None


def judged(mail: Mail) -> None:
    assert [name.lower() for name in mail.message] == HEADERS
    assert mail.recipients == [ADA]
    for part in mail.message.iter_parts():
        assert {name.lower() for name in part} <= {"content-type", "content-transfer-encoding", "mime-version"}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(("ending", "name"), [(".gotmpl", NAME), (".jinja", JINJA_NAME)])
async def test_a_name_in_the_subject_is_no_header(
    server: MailServer, tmp_path: Path, ending: str, name: str, attack: str
) -> None:
    write(tmp_path, ending, f"Hello {name}", "code")
    house = await built(settings(server, tmp_path))
    assert (await house.visitor().sign_up(ADA, name={"first": attack})).done
    mail = await sent(house, server)
    if mail is not None:
        judged(mail)
        assert mail.message["subject"].startswith("Hello Ada")


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(("ending", "name"), [(".gotmpl", NAME), (".jinja", JINJA_NAME)])
async def test_a_name_in_the_text_is_no_header_and_the_mail_arrives(
    server: MailServer, tmp_path: Path, ending: str, name: str, attack: str
) -> None:
    write(tmp_path, ending, "Hello", name)
    house = await built(settings(server, tmp_path))
    assert (await house.visitor().sign_up(ADA, name={"first": attack})).done
    mail = await sent(house, server)
    assert mail is not None
    judged(mail)
    assert [part.get_content_type() for part in mail.message.iter_parts()] == ["text/plain", "text/html"]
    for part in mail.message.iter_parts():
        assert "Bcc: thief@evil.test" in part.get_content()


async def test_a_harmless_name_is_in_the_subject(server: MailServer, tmp_path: Path) -> None:
    write(tmp_path, ".gotmpl", f"Hello {NAME}", "code")
    house = await built(settings(server, tmp_path))
    assert (await house.visitor().sign_up(ADA, name={"first": "Ada: Bcc"})).done
    mail = await sent(house, server)
    assert mail is not None
    judged(mail)
    assert mail.message["subject"] == "Hello Ada: Bcc"
