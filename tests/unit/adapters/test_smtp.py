"""How is a mail server spoken to, and what is made of what it answers?"""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from doubles.certificates import Authority
from doubles.mail_server import MailServer
from limen.adapters.smtp import SmtpCarrier
from limen.config.clients import ClientsConfig, SmtpClient
from limen.config.courier import CourierConfig, SmtpDelivery
from limen.config.model import Config
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.json_doc import JsonDoc
from limen.ports.courier import DeliveryFailed, NobodyAnswered

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ADA = "ada@house.test"


def letter(recipient: str = ADA, number: int = 1, **more: object) -> Letter:
    made = Letter(
        id=f"00000000-0000-4000-8000-{number:012d}",
        via=Via.EMAIL,
        status=LetterStatus.PROCESSING,
        template=TemplateType.LOGIN_CODE_VALID,
        recipient=recipient,
        subject="Ihr Schlüssel",
        body="Grüße\n.\n123456\n",
        html="<p>Grüße</p>",
        data=JsonDoc.of({}),
        created_at=NOW,
        updated_at=NOW,
        due_at=NOW,
    )
    return msgspec.structs.replace(made, **more)


def config(uri: str | None, *, no_private: bool = False, **smtp: object) -> Config:
    delivery = SmtpDelivery(connection_uri=uri, **smtp)
    clients = ClientsConfig(smtp=SmtpClient(disallow_private_ip_ranges=no_private))
    return Config(courier=CourierConfig(smtp=delivery), clients=clients)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    server = MailServer()
    yield server
    await server.stop()


@pytest.fixture
async def carrier() -> AsyncIterator[SmtpCarrier]:
    carrier = SmtpCarrier()
    yield carrier
    await carrier.close()


def plain(server: MailServer, **smtp: object) -> Config:
    return config(f"smtp://127.0.0.1:{server.port}/?disable_starttls=true", **smtp)


async def failure(carrier: SmtpCarrier, settings: Config, about: Letter | None = None) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        await carrier.deliver(settings, about or letter())
    return caught.value


@pytest.mark.covers("COU-06", "COU-07")
async def test_a_mail_arrives_with_everything_it_should_have(server: MailServer, carrier: SmtpCarrier) -> None:
    await server.start()
    headers = {"X-Campaign": "a", "Reply-To": "help@house.test", "Message-ID": "<theirs@x>", "Bcc": "audit@house.test"}
    settings = plain(server, from_address="id@house.test", from_name="Häuser, Inc", headers=headers, local_name="id")
    await carrier.deliver(settings, letter())
    (mail,) = server.mails
    message = mail.message
    assert (mail.sender, mail.recipients) == ("id@house.test", [ADA, "audit@house.test"])
    sender = message["from"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Häuser, Inc", "id@house.test")
    assert (message["to"], message["subject"], message["x-campaign"]) == (ADA, "Ihr Schlüssel", "a")
    assert message["reply-to"] == "help@house.test"
    assert message["bcc"] is None
    assert mail.id == f"<{letter().id}@house.test>"
    assert message.get_content_type() == "multipart/alternative"
    parts = [(part.get_content_type(), part.get_content().replace("\r\n", "\n")) for part in message.iter_parts()]
    assert parts == [("text/plain", letter().body), ("text/html", "<p>Grüße</p>\n")]


async def test_a_mail_has_the_same_message_id_in_every_attempt(server: MailServer, carrier: SmtpCarrier) -> None:
    await server.start()
    server.breaks_after.add(ADA)
    assert not (await failure(carrier, plain(server))).final
    await carrier.deliver(plain(server), letter())
    assert len({mail.id for mail in server.mails}) == 1


async def test_connections_are_kept_for_the_next_mail(server: MailServer, carrier: SmtpCarrier) -> None:
    await server.start()
    for number in range(5):
        await carrier.deliver(plain(server), letter(number=number))
    assert (len(server.mails), server.connections) == (5, 1)


async def test_a_kept_connection_that_was_closed_is_made_anew(server: MailServer, carrier: SmtpCarrier) -> None:
    await server.start()
    await carrier.deliver(plain(server), letter())
    server.break_off()
    await carrier.deliver(plain(server), letter(number=2))
    assert (len(server.mails), server.connections) == (2, 2)


@pytest.mark.covers("COU-04")
@pytest.mark.parametrize(
    ("answer", "final"), [("550 no such user", True), ("552 too much", True), ("451 later", False), ("421 bye", False)]
)
@pytest.mark.parametrize("at", ["rcpt", "data"])
async def test_a_refusal_is_final_when_the_server_says_so(
    server: MailServer, carrier: SmtpCarrier, answer: str, at: str, *, final: bool
) -> None:
    await server.start()
    (server.at_rcpt if at == "rcpt" else server.at_data)[ADA] = answer
    error = await failure(carrier, plain(server))
    assert error.final is final
    assert not isinstance(error, NobodyAnswered)
    assert answer.split(maxsplit=1)[0] in error.reason
    await carrier.deliver(plain(server), letter("bob@house.test"))


@pytest.mark.covers("COU-05")
async def test_starttls_is_insisted_on(server: MailServer, carrier: SmtpCarrier) -> None:
    await server.start()
    error = await failure(carrier, config(f"smtp://127.0.0.1:{server.port}"))
    assert "STARTTLS" in error.reason
    assert not error.final


@pytest.mark.covers("COU-05")
@pytest.mark.parametrize("implicit", [True, False])
async def test_the_connection_is_encrypted_and_the_server_checked(
    server: MailServer, carrier: SmtpCarrier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, implicit: bool
) -> None:
    ours = Authority(tmp_path, host="localhost").own
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(ours.certificate, ours.key)
    await server.start(context=context, implicit=implicit)
    scheme = "smtps" if implicit else "smtp"
    uri = f"{scheme}://127.0.0.1:{server.port}/"
    refused = await failure(carrier, config(f"{uri}?server_name=localhost"))
    assert "certificate is not trusted" in refused.reason
    assert not refused.final
    await carrier.deliver(config(f"{uri}?skip_ssl_verify=true"), letter())
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.certificate))
    trusting = SmtpCarrier()
    await trusting.deliver(config(f"{uri}?server_name=localhost"), letter(number=2))
    assert len(server.mails) == 2
    assert "not trusted" in (await failure(SmtpCarrier(), config(f"{uri}?server_name=other.test"))).reason
    await trusting.close()


@pytest.mark.covers("COU-05")
async def test_we_show_a_certificate_when_we_have_one(server: MailServer, carrier: SmtpCarrier, tmp_path: Path) -> None:
    theirs, ours = Authority(tmp_path).own, Authority(tmp_path, "client").own
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(theirs.certificate, theirs.key)
    context.load_verify_locations(ours.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    await server.start(context=context, implicit=True)
    uri = f"smtps://127.0.0.1:{server.port}/?skip_ssl_verify=true"
    await failure(carrier, config(uri))
    await carrier.deliver(config(uri, client_cert_path=str(ours.certificate), client_key_path=str(ours.key)), letter())
    assert len(server.mails) == 1
    broken = await failure(carrier, config(uri, client_cert_path=str(tmp_path / "no"), client_key_path=str(ours.key)))
    assert "client certificate" in broken.reason


@pytest.mark.covers("COU-05")
async def test_user_and_password_are_shown_where_they_are_wanted(server: MailServer, carrier: SmtpCarrier) -> None:
    await server.start(auth=True)
    server.users = {b"ada@x": b"p:w/"}
    uri = f"smtp://ada%40x:p%3Aw%2F@127.0.0.1:{server.port}/?disable_starttls=true"
    await carrier.deliver(config(uri), letter())
    wrong = await failure(carrier, config(uri.replace("p%3Aw", "wrong")))
    assert not wrong.final
    assert "wrong" not in wrong.reason
    assert len(server.mails) == 1


@pytest.mark.covers("COU-18")
async def test_private_networks_can_be_forbidden(server: MailServer, carrier: SmtpCarrier) -> None:
    await server.start()
    uri = f"smtp://127.0.0.1:{server.port}/?disable_starttls=true"
    assert "private network" in (await failure(carrier, config(uri, no_private=True))).reason
    assert server.connections == 0


async def test_a_server_that_is_away_is_tried_again(carrier: SmtpCarrier) -> None:
    error = await failure(carrier, config("smtp://127.0.0.1:9/?disable_starttls=true"))
    assert not error.final
    assert "cannot be reached" in error.reason
    assert isinstance(error, NobodyAnswered)
    unset = await failure(carrier, config(None))
    assert "courier.smtp.connection_uri" in unset.reason
    assert not isinstance(unset, NobodyAnswered)


@pytest.mark.parametrize(
    "recipient",
    [
        "ada",
        "ada@",
        "@x.test",
        "a b@x.test",
        "a@x.test\r\nBcc: b@y.test",
        "<a@x.test>",
        "a@x.test,b@y.test",
        "a@" + "x" * 330,
    ],
)
async def test_what_is_no_address_is_never_sent_to(server: MailServer, carrier: SmtpCarrier, recipient: str) -> None:
    await server.start()
    assert (await failure(carrier, plain(server), letter(recipient))).final
    assert server.mails == []


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@y.test", "a\nb"])
async def test_a_header_cannot_be_broken(server: MailServer, carrier: SmtpCarrier, subject: str) -> None:
    await server.start()
    assert (await failure(carrier, plain(server), letter(subject=subject))).final
    assert (await failure(carrier, plain(server, headers={"X-A": "a\r\nBcc: x@y.test"}))).final
    assert server.mails == []


async def test_international_addresses_are_written_to(server: MailServer, carrier: SmtpCarrier) -> None:
    await server.start()
    await carrier.deliver(plain(server), letter("ada@häuser.test"))
    await carrier.deliver(plain(server), letter("пётр@häuser.test"))
    assert [mail.recipients for mail in server.mails] == [["ada@xn--huser-gra.test"], ["пётр@xn--huser-gra.test"]]
