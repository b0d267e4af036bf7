"""How is a web hook called? Again when the target is away, along redirects within one server, never beyond (WH-08, WH-09)."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urljoin, urlsplit

import msgspec

from limen.app.hooks.web_hook.errors import HookRefused, HookTimedOut, HookUnreachable
from limen.app.hooks.web_hook.outgoing import Outgoing, proven
from limen.app.scope import Scope
from limen.config.hooks import WebHookConfig
from limen.kernel.egress import (
    Egress,
    EgressFailed,
    EgressForbidden,
    EgressTimedOut,
    EgressTooLarge,
    HttpAnswer,
    HttpCall,
)

Pause: TypeAlias = Callable[[float], Awaitable[None]]
"""Waits for some seconds."""

_SERVER_ERROR: Final = 500
_NOT_IMPLEMENTED: Final = 501
_TOO_MANY: Final = 429
_SAME_REQUEST: Final = frozenset({307, 308})
_ANOTHER_REQUEST: Final = frozenset({301, 302, 303})
_MOST_REDIRECTS: Final = 3
_PORTS: Final = {"http": 80, "https": 443}
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0


async def sent(scope: Scope, egress: Egress, pause: Pause, outgoing: Outgoing, config: WebHookConfig) -> HttpAnswer:
    """The target's answer, if it is one that can be judged: not 5xx, not 429, no redirect.

    Raises HookTimedOut, HookUnreachable, HookRefused.
    """
    retries, reason = scope.config.clients.web_hook.retries, ""
    for attempt in range(retries + 1):
        if attempt:
            await pause(min(_FIRST_PAUSE * 2.0 ** (attempt - 1), _LONGEST_PAUSE))
        call = proven(outgoing, config, str(scope.services.ids.uuid()))
        try:
            answer = await followed(scope, egress, call)
        except EgressTimedOut as error:
            raise HookTimedOut(f"The target did not answer within {call.timeout:g} seconds.") from error
        except EgressForbidden as error:
            raise HookUnreachable(error.reason) from error
        except EgressTooLarge as error:
            return _cut_short(config, error)
        except EgressFailed as error:
            reason = error.reason
            continue
        if not _passing(answer.status):
            return answer
        reason = f"The target answered {answer.status}."
    raise HookUnreachable(f"{reason} It was asked {retries + 1} times.")


def _passing(status: int) -> bool:
    """Whether a status says that it may be another one soon."""
    return status == _TOO_MANY or (status >= _SERVER_ERROR and status != _NOT_IMPLEMENTED)


def _cut_short(config: WebHookConfig, error: EgressTooLarge) -> HttpAnswer:
    """An answer that is too large is one all the same, unless it has to be read (WH-12). Raises HookRefused."""
    if config.decides:
        raise HookRefused(error.reason) from error
    return HttpAnswer(status=error.status, headers=(), body=b"")


async def followed(scope: Scope, egress: Egress, call: HttpCall) -> HttpAnswer:
    """The answer at the end of the redirects. Raises EgressFailed, HookRefused when they lead to another server."""
    answer = await egress.send(call)
    for _ in range(_MOST_REDIRECTS):
        location = next((value for name, value in answer.headers if name == "location"), "")
        if not location or answer.status not in _SAME_REQUEST | _ANOTHER_REQUEST:
            return answer
        call = _moved(scope, call, location, same=answer.status in _SAME_REQUEST)
        answer = await egress.send(call)
    if answer.status in _SAME_REQUEST | _ANOTHER_REQUEST:
        raise HookRefused("The target redirects too often.")
    return answer


def _moved(scope: Scope, call: HttpCall, location: str, *, same: bool) -> HttpCall:
    try:
        url = urljoin(call.url, location)
        there, here = _server(urlsplit(url)), _server(urlsplit(call.url))
    except ValueError as error:
        raise HookRefused("The target redirects to a malformed address.") from error
    if there != here:
        raise HookRefused("The target redirects to another server, which is not followed.")
    moved = msgspec.structs.replace(call, url=url, allow_private=scope.config.clients.http.may_be_private(url))
    return moved if same else msgspec.structs.replace(moved, method="GET", body=b"")


def _server(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
