"""How do operators see which hooks ran in a flow, and what became of calls that nobody waited for? Ours (docs/wire.md)."""

from collections.abc import Mapping
from typing import Final

from limen.app.errors import BadParameter
from limen.app.hooks import journal
from limen.app.hooks.deliveries import outbox
from limen.app.sessions.listing import key_time
from limen.domain.hooks.delivery import Delivery, DeliveryStatus
from limen.http.doorway import Doorway
from limen.http.page_links import keyset_links
from limen.http.page_places import Places
from limen.http.respond import OK, json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.ports.hook_storage import DeliveryFilter
from limen.wire import hooks as wire

_DEFAULT_SIZE: Final = 50
_MOST: Final = 500
_PLACES: Final = Places("page of deliveries")


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
        found = await outbox.listed(scope, _filter(request), size, _PLACES.opened(scope, token) if token else None)
        next = _PLACES.after(scope, *_key(found.deliveries[-1])) if found.more else ""
        shown = [wire.delivery(each) for each in found.deliveries]
        return json_response(shown, OK, *keyset_links(request, size, _PLACES.first(scope), next))

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
