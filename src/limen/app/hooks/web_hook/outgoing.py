"""Which request does a web hook make? One value without anything secret; what proves who calls is added when it is sent."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import msgspec

from limen.app.hooks.contract import HookEvent
from limen.app.hooks.web_hook.context import Shapes, context
from limen.app.hooks.web_hook.errors import HookBroken
from limen.app.hooks.web_hook.programs import Cancelled, Programs
from limen.app.scope import Scope
from limen.config.hooks import WebHookConfig
from limen.config.outgoing import ApiKeyAuth, BasicAuth
from limen.kernel.egress import HttpCall
from limen.kernel.json_doc import JsonDoc

_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"
_TYPE: Final = "content-type"
_KEY_LENGTH: Final = 16


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A request of a web hook as it can be kept: its address, its body and the type of the body.

    The configured headers and the proof of who calls are not part of it; `proven` adds them from the configuration.
    """

    hook: str
    """The key of the hook that makes it (`key_of`)."""
    trigger: str
    """The same for every attempt, so that a target can tell a repetition from something new (WH-13)."""
    call: HttpCall


def key_of(config: WebHookConfig) -> str:
    """What a hook is known by: the id that the operator gave it, or something that follows from what it calls."""
    told = f"{config.method.upper()}\n{config.url}\n{config.body}"
    return config.id or hashlib.sha256(told.encode()).hexdigest()[:_KEY_LENGTH]


async def prepared(
    scope: Scope, event: HookEvent, config: WebHookConfig, programs: Programs, shapes: Shapes
) -> Outgoing | None:
    """The request that a hook makes for an event; None when its program cancels it (WH-03). Raises HookBroken."""
    limits = scope.config.clients.web_hook
    type = _content_type(config)
    try:
        body = await _body(scope, event, config, programs, shapes)
    except Cancelled:
        return None
    call = HttpCall(
        method=config.method.upper(),
        url=config.url,
        headers=((_TYPE, type),),
        body=body,
        timeout=limits.timeout.total_seconds(),
        max_answer_bytes=limits.max_answer_size,
        allow_private=scope.config.clients.http.may_be_private(config.url),
    )
    return Outgoing(hook=key_of(config), trigger=str(scope.services.ids.uuid()), call=call)


def proven(outgoing: Outgoing, config: WebHookConfig, attempt: str) -> HttpCall:
    """The request as it is sent: with the configured headers, the proof of who calls (WH-06), and the id of this attempt."""
    headers = {**{name.lower(): value for name, value in config.headers.items()}, **dict(outgoing.call.headers)}
    if config.emit_analytics_event:
        headers |= {"ory-webhook-request-id": attempt, "ory-webhook-trigger-id": outgoing.trigger}
    headers |= _proof(config)
    return msgspec.structs.replace(outgoing.call, headers=tuple(headers.items()))


async def _body(scope: Scope, event: HookEvent, config: WebHookConfig, programs: Programs, shapes: Shapes) -> bytes:
    """WH-04: a body is optional, and TRACE has none."""
    if not config.body or config.method.upper() == "TRACE":
        return b""
    kind = _content_type(config).partition(";")[0].strip().lower()
    if kind not in {_JSON, _FORM}:
        raise HookBroken(f"The body of a web hook is {_JSON} or {_FORM}, and its Content-Type says something else.")
    payload = await programs.written(scope, config.body, context(shapes, scope, event))
    return bytes(payload.raw) if kind == _JSON else _form(payload)


def _form(payload: JsonDoc) -> bytes:
    value = payload.value()
    if not isinstance(value, dict) or not all(isinstance(each, str | int | float) for each in value.values()):
        raise HookBroken("A form needs a program that writes an object of texts.")
    return urlencode({name: _text(each) for name, each in value.items()}).encode()


def _text(value: object) -> str:
    return value if isinstance(value, str) else JsonDoc.of(value).text


def _content_type(config: WebHookConfig) -> str:
    """WH-17."""
    return next((value for name, value in config.headers.items() if name.lower() == _TYPE and value), _JSON)


def _proof(config: WebHookConfig) -> Mapping[str, str]:
    match config.auth.config if config.auth else None:
        case BasicAuth(user=user, password=password):
            return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
        case ApiKeyAuth(name=name, value=value, in_="header"):
            return {name.lower(): value}
        case ApiKeyAuth(name=name, value=value):
            return {"cookie": f"{name}={value}"}
        case None:
            return {}
