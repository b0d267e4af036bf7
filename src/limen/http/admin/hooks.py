"""How do operators see which hooks ran in a flow, and what became of calls that nobody waited for? Ours (docs/wire.md)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from limen.app.errors import BadPageToken, BadParameter
from limen.app.hooks import journal
from limen.app.hooks.deliveries import outbox
from limen.app.scope import Scope
from limen.app.sessions.listing import key_time
from limen.domain.hooks.delivery import Delivery, DeliveryStatus
from limen.http.doorway import Doorway
from limen.http.page_links import keyset_links
from limen.http.respond import OK, json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.ports.hook_storage import DeliveryFilter
from limen.wire import hooks as wire

_DEFAULT_SIZE: Final = 50
_MOST: Final = 500
_LIFESPAN: Final = timedelta(hours=1)
_PURPOSE: Final = "page of deliveries"
_FIRST: Final = ("9999-12-31T23:59:59.999999Z", "")
"""What stands before the first delivery."""


class _Place(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    expires_at: datetime
    created_at: str
    id: str


class AdminHookRoutes:
    """The routes about hooks."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {
            "/admin/flows/{id}/hooks": {"GET": Route(self.of_flow)},
            "/admin/hooks/deliveries": {"GET": Route(self.page)},
            "/admin/hooks/deliveries/replay": {"POST": Route(self.repeat_dead)},
            "/admin/hooks/deliveries/{id}": {"GET": Route(self.one)},
            "/admin/hooks/deliveries/{id}/replay": {"POST": Route(self.repeat)},
        }

    async def of_flow(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        id = request.captured["id"]
        return json_response(wire.runs(id.lower(), await journal.of_flow(scope, id)))

    async def page(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        size = _size(request.query("page_size"))
        token = request.query("page_token")
        found = await outbox.listed(scope, _filter(request), size, _opened(scope, token) if token else None)
        next = _sealed(scope, *_key(found.deliveries[-1])) if found.more else ""
        shown = [wire.delivery(each) for each in found.deliveries]
        return json_response(shown, OK, *keyset_links(request, size, _sealed(scope, *_FIRST), next))

    async def one(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        return json_response(wire.delivery(await outbox.one(scope, request.captured["id"])))

    async def repeat(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        return json_response(wire.delivery(await outbox.repeated(scope, request.captured["id"])))

    async def repeat_dead(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        return json_response(wire.Repeated(repeated=await outbox.all_dead_repeated(scope, request.query("hook"))))


def _filter(request: Request) -> DeliveryFilter:
    wanted = request.query("status")
    try:
        status = DeliveryStatus(wanted) if wanted else None
    except ValueError as error:
        raise BadParameter(f"The parameter `status` has to be one of {', '.join(DeliveryStatus)}.") from error
    return DeliveryFilter(status=status, hook=request.query("hook"))


def _size(text: str) -> int:
    if not text:
        return _DEFAULT_SIZE
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= _MOST:
        raise BadParameter(f"The parameter `page_size` has to be a number from 1 to {_MOST}.")
    return int(text)


def _key(delivery: Delivery) -> tuple[str, str]:
    return key_time(delivery.created_at), delivery.id


def _sealed(scope: Scope, created_at: str, id: str) -> str:
    place = _Place(expires_at=scope.services.clock.now() + _LIFESPAN, created_at=created_at, id=id)
    return scope.services.sealing.seal(scope.config.secrets.for_pagination, _PURPOSE, msgspec.json.encode(place))


def _opened(scope: Scope, token: str) -> tuple[str, str]:
    """Raises BadPageToken."""
    raw = scope.services.sealing.open(scope.config.secrets.for_pagination, _PURPOSE, token)
    if raw is None:
        raise BadPageToken("This page_token is not valid; take it from the Link header of the page before.")
    place = msgspec.json.decode(raw, type=_Place)
    if place.expires_at < scope.services.clock.now():
        raise BadPageToken("This page_token is too old; begin with the first page again.")
    return place.created_at, place.id
