"""Who gets past the edge of the admin listener, and what is noted of them? (docs/adr/0021, docs/adr/0022)"""

from typing import Final

import msgspec

from limen.app.admin.keyring import KeyExpired, KeyMissing, KeyRefused, Keyring, KeyTooWeak
from limen.app.admin.recording import Recording, recorded
from limen.config.source import ConfigSource
from limen.domain.admin.key import KeyScope
from limen.http.cross_port import admin_path
from limen.kernel.clock import Clock
from limen.kernel.http_values import Handler, Request, Response
from limen.ports.log import Log
from limen.ports.storage import Storage

_BEARER: Final = "bearer "
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OPEN: Final = frozenset({"/admin/health/alive", "/admin/health/ready"})
"""What load balancers ask, who have no key."""
_DONE: Final = range(200, 300)


class AdminGuard:
    """Stands at the edge of the admin listener."""

    def __init__(self, storage: Storage, source: ConfigSource, clock: Clock, log: Log) -> None:
        self._storage = storage
        self._source = source
        self._clock = clock
        self._log = log
        self._keyring = Keyring(storage.admin_keys, clock)

    async def admitted(self, request: Request) -> Request:
        """The request with the name of its key, and without the key itself, which nobody behind needs.

        Raises KeyMissing, KeyRefused, KeyExpired, KeyTooWeak, StorageUnavailable.
        """
        shown, rest = _taken(request)
        if admin_path(request.path).rstrip("/") in _OPEN:
            return rest
        wanted = KeyScope.READ if request.method in _READING else KeyScope.WRITE
        try:
            key = await self._keyring.holder(shown, wanted, required=self._source.current().serve.admin.require_key)
        except (KeyMissing, KeyRefused, KeyExpired, KeyTooWeak) as error:
            self._log.warning("an admin request was refused", peer=request.peer, reason=error.reason)
            raise
        return rest if key is None else msgspec.structs.replace(rest, operator=key.name, operator_key=key.id)

    async def answered(self, request: Request, pattern: str, handler: Handler) -> Response:
        """What the handler answers; whatever it changes is noted in the audit log."""
        if request.method in _READING:
            return await handler(request)
        recording = Recording(
            self._clock,
            actor=request.operator or request.peer,
            key_id=request.operator_key,
            peer=request.peer,
            operation=f"{request.method} {pattern}",
            target=request.captured.get("id", ""),
        )
        with recorded(recording):
            response = await handler(request)
        if response.status in _DONE and not recording.noted:
            unit = self._storage.unit()
            unit.audit.add(recording.draft())
            await unit.commit()
        return response


def _taken(request: Request) -> tuple[str, Request]:
    """The key that the request shows, and the request without it."""
    shown = request.header("authorization")
    if shown[: len(_BEARER)].lower() != _BEARER:
        return "", request
    kept = tuple(header for header in request.headers if header[0] != "authorization")
    return shown[len(_BEARER) :].strip(), msgspec.structs.replace(request, headers=kept)
