"""Do messages leave the house? The mail server is greeted; with `--send-to` it is given one message."""

from typing import Final

from limen.adapters.smtp import SmtpCarrier
from limen.cli.doctor.finding import Finding, Notes, Patient
from limen.config.courier import SmtpDelivery
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.clock import Clock
from limen.kernel.ids import Ids
from limen.kernel.json_doc import EMPTY
from limen.ports.courier import DeliveryFailed

_URI: Final = "courier.smtp.connection_uri"


async def examined(patient: Patient, clock: Clock, ids: Ids, send_to: str) -> list[Finding]:
    config, notes = patient.config, Notes("mail")
    courier = config.courier
    if courier.delivery_strategy == "http":
        if courier.http.request_config is None:
            notes.problem("Mail goes out over HTTP, and no service is named.", "Set `courier.http.request_config`.")
        return notes.done("Mail goes out over an HTTP service, which is not asked here.")
    if courier.smtp.connection_uri is None:
        flows = config.selfservice.flows
        if flows.recovery.enabled or flows.verification.enabled or config.method_enabled("code"):
            say = notes.warning if config.dev else notes.problem
            say("Messages are switched on, and no mail server is named: they wait for ever.", f"Set `{_URI}`.", _URI)
        return notes.done("No mail server is named, and nothing needs one.")
    _sender(notes, courier.smtp)
    carrier = SmtpCarrier()
    try:
        await carrier.greet(config)
        if send_to:
            await carrier.deliver(config, _letter(send_to, clock, ids))
            notes.ok(f"A message to {send_to} was accepted.")
    except DeliveryFailed as error:
        notes.problem(error.reason, f"Correct `{_URI}`, or ask whoever runs the mail server.", _URI)
    finally:
        await carrier.close()
    return notes.done("The mail server says hello.")


def _sender(notes: Notes, smtp: SmtpDelivery) -> None:
    if smtp.from_address == SmtpDelivery().from_address:
        notes.problem(
            "The sender of messages is the default one, whose domain is not yours: receivers will refuse them.",
            "Set it to an address of yours.",
            "courier.smtp.from_address",
        )
    uri = smtp.connection_uri or ""
    if "skip_ssl_verify=true" in uri:
        notes.warning("The certificate of the mail server is not looked at.", "Leave skip_ssl_verify away.", _URI)
    if "disable_starttls=true" in uri:
        notes.warning("Messages travel to the mail server in clear.", "Leave disable_starttls away.", _URI)


def _letter(recipient: str, clock: Clock, ids: Ids) -> Letter:
    now = clock.now()
    return Letter(
        id=str(ids.uuid()),
        via=Via.EMAIL,
        status=LetterStatus.PROCESSING,
        template=TemplateType.STUB,
        recipient=recipient,
        subject="Limen can send mail",
        body="This message was sent by `limen doctor --send-to`. Nothing else has happened.\n",
        data=EMPTY,
        created_at=now,
        updated_at=now,
        due_at=now,
    )
