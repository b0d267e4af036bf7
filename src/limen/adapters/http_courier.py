"""How is a message handed to a service? As a call that the operator shapes with Jsonnet (COU-08 … COU-10)."""

import base64
from typing import Final
from urllib.parse import urlencode

import msgspec

from limen.config.model import Config
from limen.config.outgoing import ApiKeyAuth, BasicAuth, RequestConfig
from limen.domain.courier.letter import Letter
from limen.domain.identity.addresses import Via
from limen.kernel.egress import Egress, EgressFailed, EgressForbidden, EgressTooLarge, HttpCall
from limen.kernel.json_doc import JsonDoc, JsonObject
from limen.ports.courier import DeliveryFailed, NobodyAnswered
from limen.ports.documents import Documents, DocumentUnavailable
from limen.ports.jsonnet import Jsonnet, JsonnetFailed

_SECONDS: Final = 10.0
_MOST_ANSWER: Final = 64 * 1024
_AWAY: Final = frozenset({502, 503, 504})
"""What is answered in place of a service that is not there (RFC 9110 section 15.6)."""
_FORM: Final = "application/x-www-form-urlencoded"
_CALLED: Final = (
    'local written = ({program}\n); if std.isFunction(written) then written(std.extVar("ctx")) else written'
)
_TOLD: Final = ("to", "recovery_code", "recovery_url", "verification_url", "verification_code")


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator's program is told about a message."""

    recipient: str
    subject: str
    body: str
    html_body: str | msgspec.UnsetType
    template_type: str
    template_data: msgspec.Raw
    message_type: str
    request_headers: msgspec.Raw


class HttpCarrier:
    """Implements `ports.courier.Carrier` for services: e-mail by `courier.http`, text messages by their channel."""

    def __init__(self, egress: Egress, jsonnet: Jsonnet, documents: Documents) -> None:
        self._egress = egress
        self._jsonnet = jsonnet
        self._documents = documents

    async def deliver(self, config: Config, letter: Letter) -> None:
        """Returns when the service answered 2xx. Raises DeliveryFailed."""
        request = _request(config, letter.via)
        headers = {"content-type": "application/json", **{name.lower(): text for name, text in request.headers.items()}}
        headers |= _proof(request)
        call = HttpCall(
            method=request.method.upper(),
            url=request.url,
            headers=tuple(headers.items()),
            body=_written(await self._payload(request, letter), headers["content-type"]),
            timeout=_SECONDS,
            max_answer_bytes=_MOST_ANSWER,
            allow_private=config.clients.http.may_be_private(request.url),
        )
        try:
            answer = await self._egress.send(call)
        except EgressFailed as error:
            failed = DeliveryFailed if isinstance(error, EgressTooLarge | EgressForbidden) else NobodyAnswered
            raise failed(f"The service that delivers messages failed: {error.reason}") from error
        if not 200 <= answer.status < 300:  # noqa: PLR2004 (2xx)
            failed = NobodyAnswered if answer.status in _AWAY else DeliveryFailed
            raise failed(f"The service that delivers messages answered {answer.status}.")

    async def _payload(self, request: RequestConfig, letter: Letter) -> JsonDoc:
        if not request.body:
            if letter.via is Via.SMS:
                raise DeliveryFailed("The channel for text messages has no request_config.body.")
            return _usual(letter)
        try:
            program = (await self._documents.read(request.body)).decode()
            text = _CALLED.replace("{program}", program)
            return await self._jsonnet.evaluate(text, {"ctx": JsonDoc.of(_context(letter))})
        except DocumentUnavailable as error:
            raise DeliveryFailed(f"The program that writes the request cannot be read: {error.reason}") from error
        except UnicodeDecodeError as error:
            raise DeliveryFailed("The program that writes the request is not UTF-8 text.") from error
        except JsonnetFailed as error:
            raise DeliveryFailed(f"The program that writes the request failed: {error.reason}") from error


def _request(config: Config, via: Via) -> RequestConfig:
    if via is Via.EMAIL:
        if config.courier.http.request_config is None:
            raise DeliveryFailed("No service for e-mail is configured. Set courier.http.request_config.")
        return config.courier.http.request_config
    for channel in config.courier.channels:
        if channel.id == via.value:
            return channel.request_config
    raise DeliveryFailed("No channel for text messages is configured. Add one with the id sms to courier.channels.")


def _context(letter: Letter) -> Context:
    return Context(
        recipient=letter.recipient,
        subject=letter.subject,
        body=letter.body,
        html_body=letter.html or msgspec.UNSET,
        template_type=letter.template.value,
        template_data=letter.data.raw,
        message_type=letter.via.value,
        request_headers=letter.request_headers.raw,
    )


def _usual(letter: Letter) -> JsonDoc:
    """What a service is told when the operator wrote no program (appendix E)."""
    data = letter.data.members()
    told: JsonObject = {name: data.get(name) for name in _TOLD}
    known: JsonObject = {
        "recipient": letter.recipient,
        "template_type": letter.template.value,
        "subject": letter.subject,
        "body": letter.body,
    }
    return JsonDoc.of({**told, **known})


def _written(payload: JsonDoc, content_type: str) -> bytes:
    if content_type.partition(";")[0].strip().lower() == _FORM:
        fields = payload.members()
        return urlencode(
            {name: value for name, value in fields.items() if isinstance(value, str | int | float)}
        ).encode()
    return bytes(payload.raw)


def _proof(request: RequestConfig) -> dict[str, str]:
    """The headers by which the service knows who calls (WH-06)."""
    match request.auth.config if request.auth else None:
        case BasicAuth(user=user, password=password):
            return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
        case ApiKeyAuth(name=name, value=value, in_="header"):
            return {name.lower(): value}
        case ApiKeyAuth(name=name, value=value):
            return {"cookie": f"{name}={value}"}
        case None:
            return {}
