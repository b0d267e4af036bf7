"""How are e-mails and text messages written and sent?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from limen.config.outgoing import RequestConfig
from limen.config.syntax import Duration, SecretText, Url

SmtpUri = Annotated[str, Meta(pattern="^smtps?://", extra={"syntax": "secret"})]


class EmailBody(msgspec.Struct, frozen=True, kw_only=True):
    """Texts of an e-mail."""

    html: Url | None = None
    """Template of the HTML part."""
    plaintext: Url | None = None
    """Template of the text part."""


class EmailTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """Templates of one kind of e-mail."""

    subject: Url | None = None
    """Template of the subject line."""
    body: EmailBody = EmailBody()


class SmsBody(msgspec.Struct, frozen=True, kw_only=True):
    """Text of a text message."""

    plaintext: Url | None = None
    """Template of the message."""


class SmsTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """Template of one kind of text message."""

    body: SmsBody = SmsBody()


class ValidTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """Messages to people who are known."""

    email: EmailTemplate = EmailTemplate()
    """Template of the e-mail."""
    sms: SmsTemplate = SmsTemplate()
    """Template of the text message."""


class InvalidTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """Messages to addresses that nobody has registered."""

    email: EmailTemplate = EmailTemplate()
    """Template of the e-mail."""


class PairedTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """A message that also strangers may get."""

    valid: ValidTemplates = ValidTemplates()
    invalid: InvalidTemplates = InvalidTemplates()


class PlainTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """A message that only people who are known get."""

    valid: ValidTemplates = ValidTemplates()


class CourierTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """Own templates, message by message; the built-in ones where unset (COU-*)."""

    recovery: PairedTemplates = PairedTemplates()
    recovery_code: PairedTemplates = PairedTemplates()
    verification: PairedTemplates = PairedTemplates()
    verification_code: PairedTemplates = PairedTemplates()
    registration_code: PlainTemplates = PlainTemplates()
    login_code: PlainTemplates = PlainTemplates()
    verifiable_address_changed: ValidTemplates = ValidTemplates()


class CourierWorker(msgspec.Struct, frozen=True, kw_only=True):
    """The loop that sends."""

    pull_count: Annotated[int, Meta(ge=1)] = 10
    """Messages that are taken at once."""
    pull_wait: Duration = timedelta(seconds=1)
    """Pause between two looks into the outbox."""


class HttpDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """E-mail through an HTTP service."""

    request_config: RequestConfig | None = None
    """The call that delivers a message."""


class SmtpDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """E-mail through an SMTP server."""

    connection_uri: SmtpUri | None = None
    """The server: `smtp://` (STARTTLS) or `smtps://`, with user and password."""
    client_cert_path: str = ""
    """Client certificate, a PEM file."""
    client_key_path: str = ""
    """Its key, a PEM file."""
    from_address: Annotated[str, Meta(pattern="^[^@\\s]+@[^@\\s]+$")] = "no-reply@ory.kratos.sh"
    """Address of the sender."""
    from_name: str = ""
    """Name of the sender."""
    headers: Mapping[str, SecretText] = msgspec.field(default_factory=dict[str, str])
    """Further headers of each e-mail."""
    local_name: str = "localhost"
    """Name that Limen gives itself when it greets the server."""


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A way to deliver messages other than e-mail."""

    id: Literal["sms"]
    """What it delivers."""
    request_config: RequestConfig
    """The call that delivers a message."""
    type: Literal["http"] = "http"
    """How it delivers."""


class CourierConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Messages to people (COU-*)."""

    templates: CourierTemplates = CourierTemplates()
    template_override_path: str = ""
    """Folder with template files that replace the built-in ones."""
    message_retries: Annotated[int, Meta(ge=0)] = 5
    """Attempts before a message is given up."""
    message_retention: Duration = timedelta(days=30)
    """How long a message that was sent or given up is listed for operators, without what it said. (Limen's own key.)"""
    worker: CourierWorker = CourierWorker()
    delivery_strategy: Literal["smtp", "http"] = "smtp"
    """How e-mail is sent."""
    http: HttpDelivery = HttpDelivery()
    smtp: SmtpDelivery = SmtpDelivery()
    channels: tuple[Channel, ...] = ()
    """Ways to deliver text messages."""
    dev_inbox: bool | None = None
    """Keep messages in the built-in inbox. Unset: in development, while no way to send mail is set. Refused elsewhere."""
