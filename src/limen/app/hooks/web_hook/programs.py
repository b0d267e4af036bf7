"""How is the body of a web hook written? By the operator's Jsonnet program, which may also say that nothing is sent."""

from datetime import datetime, timedelta
from typing import Final

from limen.app.hooks.web_hook.errors import HookBroken
from limen.app.scope import Scope
from limen.kernel.egress import Egress, EgressFailed, HttpCall
from limen.kernel.json_doc import JsonDoc
from limen.ports.documents import DocumentUnavailable
from limen.ports.jsonnet import JsonnetFailed

_CALLED: Final = (
    'local written = ({program}\n); if std.isFunction(written) then written(ctx=std.extVar("ctx")) else written'
)
_CANCEL: Final = "runtime error: cancel"
_KEPT_FOR: Final = timedelta(hours=1)
_MOST_KEPT: Final = 64
_SECONDS: Final = 10.0
_MOST_BYTES: Final = 1024 * 1024
_OK: Final = 200


class Cancelled(Exception):
    """The program ended with `error "cancel"`: nothing is to be sent (WH-03)."""


class Programs:
    """The programs of all web hooks. Those of other servers are fetched once an hour, files are read for each call."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._fetched: dict[str, tuple[datetime, str]] = {}

    async def written(self, scope: Scope, address: str, ctx: JsonDoc) -> JsonDoc:
        """What the program at `address` makes of `ctx`. Raises Cancelled, HookBroken."""
        program = _CALLED.replace("{program}", await self._program(scope, address))
        try:
            return await scope.services.jsonnet.evaluate(program, {"ctx": ctx})
        except JsonnetFailed as error:
            if error.reason.lower().startswith(_CANCEL):
                raise Cancelled from error
            raise HookBroken(f"The program that writes the body failed: {error.reason}") from error

    async def _program(self, scope: Scope, address: str) -> str:
        """Raises HookBroken. Of an address without a scheme older releases took for granted that it is a file."""
        located = address if "://" in address else f"file://{address}"
        if located.lower().startswith(("http://", "https://")):
            return await self._remote(scope, located)
        try:
            return (await scope.services.documents.read(located)).decode()
        except DocumentUnavailable as error:
            raise HookBroken(f"The program that writes the body cannot be read: {error.reason}") from error
        except UnicodeDecodeError as error:
            raise HookBroken("The program that writes the body is not UTF-8 text.") from error

    async def _remote(self, scope: Scope, address: str) -> str:
        now = scope.services.clock.now()
        kept = self._fetched.get(address)
        if kept is None or now - kept[0] > _KEPT_FOR:
            if len(self._fetched) >= _MOST_KEPT:
                self._fetched.clear()
            kept = self._fetched[address] = (now, await self._fetch(scope, address))
        return kept[1]

    async def _fetch(self, scope: Scope, address: str) -> str:
        allowed = scope.config.clients.http.may_be_private(address)
        call = HttpCall(
            method="GET", url=address, timeout=_SECONDS, max_answer_bytes=_MOST_BYTES, allow_private=allowed
        )
        try:
            answer = await self._egress.send(call)
            if answer.status != _OK:
                raise HookBroken(f"The program that writes the body cannot be fetched: {answer.status}.")
            return answer.body.decode()
        except EgressFailed as error:
            raise HookBroken(f"The program that writes the body cannot be fetched: {error.reason}") from error
        except UnicodeDecodeError as error:
            raise HookBroken("The program that writes the body is not UTF-8 text.") from error
