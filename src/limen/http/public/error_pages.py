"""What went wrong, that a browser was sent to the error page for? (ERR-02, ERR-03, ERR-05, HTTP-26)"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

import msgspec

from limen.app.errors import ErrorPageUnknown, TooManyAttempts
from limen.app.limits.floods import LIMITED
from limen.domain.ids import canonical_uuid
from limen.http.doorway import Doorway
from limen.http.respond import json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import ErrorPage, StorageUnavailable
from limen.wire.errors import GenericError, envelope

STUB: Final = "stub:500"
READABLE_FOR: Final = timedelta(hours=1)
"""Whoever has the address can read the error: that ends long before the error is deleted."""
_INTERNAL: Final = HTTPStatus.INTERNAL_SERVER_ERROR


class WireErrorPage(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    error: msgspec.Raw
    created_at: datetime
    updated_at: datetime


class ErrorPageRoutes:
    """Errors are read by whoever shows the error page, in a browser or on its server."""

    def __init__(self, doorway: Doorway) -> None:
        self._services = doorway.services

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {"/self-service/errors": {"GET": Route(self.one)}}

    async def one(self, request: Request) -> Response:
        """The error with that id, or a made-up one for those who build the page. Raises ErrorPageUnknown."""
        id = request.query("error") or request.query("id")
        if id == STUB:
            return json_response(self._stub())
        if id == LIMITED:
            return json_response(self._shown(envelope(TooManyAttempts(0)).error))
        page = await self._kept(id)
        await self._mark_seen(page.id)
        shown = WireErrorPage(id=page.id, error=page.error.raw, created_at=page.created_at, updated_at=page.created_at)
        return json_response(shown)

    async def _kept(self, id: str) -> ErrorPage:
        known = canonical_uuid(id)
        page = await self._services.storage.error_pages.get(known) if known else None
        if page is None or self._services.clock.now() - page.created_at > READABLE_FOR:
            raise ErrorPageUnknown("There is no error with this id, or it is too old.")
        return page

    async def _mark_seen(self, id: str) -> None:
        """ERR-05. That it cannot be noted down is no reason not to show it."""
        unit = self._services.storage.unit()
        unit.error_pages.seen(id, self._services.clock.now())
        try:
            await unit.commit()
        except StorageUnavailable as error:
            self._services.log.warning("an error page could not be marked as seen", error=type(error).__name__)

    def _stub(self) -> WireErrorPage:
        error = GenericError(
            code=_INTERNAL.value, status=_INTERNAL.phrase, message="This is a sample: nothing went wrong."
        )
        return self._shown(error)

    def _shown(self, error: GenericError) -> WireErrorPage:
        """A page that is stored nowhere."""
        now = self._services.clock.now()
        return WireErrorPage(
            id=str(self._services.ids.uuid()), error=JsonDoc.of(error).raw, created_at=now, updated_at=now
        )
