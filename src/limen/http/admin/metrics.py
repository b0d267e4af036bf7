"""Which figures does the server tell its operators? (HTTP-81, OBS-02)"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from limen.http.routes import Route
from limen.kernel.http_values import Request, Response

_TYPE: Final = ("content-type", "text/plain; version=0.0.4; charset=utf-8")


class MetricsRoutes:
    """`/metrics/prometheus`, on the admin listener only (QK-24)."""

    def __init__(self, exposition: Callable[[], Awaitable[bytes]]) -> None:
        self._exposition = exposition

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {"/admin/metrics/prometheus": {"GET": Route(self.tell)}}

    async def tell(self, request: Request) -> Response:
        return Response(headers=(_TYPE,), body=await self._exposition())
