"""How do operators let somebody back in over HTTP? (HTTP-76, HTTP-77)"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from limen.app.flows import operator_recovery
from limen.app.flows.operator_recovery import BeginRecovery, Order
from limen.http.admin.bodies import decoded
from limen.http.doorway import Doorway
from limen.http.respond import OK, json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response

_CREATED: Final = 201


class RecoveryCode(msgspec.Struct, frozen=True, kw_only=True):
    """The answer with a code (recoveryCodeForIdentity)."""

    recovery_link: str
    recovery_code: str
    expires_at: datetime


class RecoveryLink(msgspec.Struct, frozen=True, kw_only=True):
    """The answer with a link (recoveryLinkForIdentity)."""

    recovery_link: str
    expires_at: datetime


class AdminRecoveryRoutes:
    """The routes below `/admin/recovery`."""

    def __init__(self, doorway: Doorway, begin: BeginRecovery) -> None:
        self._doorway = doorway
        self._begin = begin

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {
            "/admin/recovery/code": {"POST": Route(self.code)},
            "/admin/recovery/link": {"POST": Route(self.link)},
        }

    async def code(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        found = await operator_recovery.code(scope, self._begin, decoded(request, Order))
        shown = RecoveryCode(recovery_link=found.link, recovery_code=found.code, expires_at=found.expires_at)
        return json_response(shown, _CREATED)

    async def link(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        order = decoded(request, Order)
        found = await operator_recovery.link(scope, self._begin, order, request.query("return_to"))
        return json_response(RecoveryLink(recovery_link=found.link, expires_at=found.expires_at), OK)
