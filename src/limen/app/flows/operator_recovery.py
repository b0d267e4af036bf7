"""How does an operator let somebody back in? With a code or a link that the operator passes on (REC-21, REC-22, REC-24)."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import msgspec

from limen.app import one_time
from limen.app.errors import BadParameter, IdentityUnknown, MethodUnavailable
from limen.app.flows import proving
from limen.app.flows.contract import Start
from limen.app.identities import find
from limen.app.scope import Scope
from limen.config.syntax import parse_duration
from limen.domain.flow.details import RecoveryDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.identity.addresses import Via
from limen.domain.identity.identity import Identity
from limen.domain.ids import MethodName, canonical_uuid
from limen.kernel.urls import joined, with_query
from limen.ports.one_time_secrets import SecretPurpose

BeginRecovery: TypeAlias = Callable[[Scope, Start, RecoveryDetail], Awaitable[Flow[RecoveryDetail]]]
"""Makes a recovery flow, not stored yet."""
_TYPES: Final = {"": FlowType.BROWSER, "browser": FlowType.BROWSER, "api": FlowType.API}


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator asks for."""

    identity_id: str = ""
    expires_in: str = ""
    flow_type: str = ""


class Help(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator passes on. `code` is empty for links."""

    expires_at: datetime
    link: str
    code: str = ""

    def __repr__(self) -> str:
        return f"Help(expires_at={self.expires_at})"


async def code(scope: Scope, begin: BeginRecovery, order: Order) -> Help:
    """A form that waits for a code, and the code. Whoever has both gets in, from any browser: the form is not bound to one
    (security.md §2.38). Raises BadParameter, IdentityUnknown, MethodUnavailable.
    """
    _require(scope, proving.CODE)
    lifespan = _lifespan(order, scope.config.selfservice.methods.code.config.lifespan)
    type = _TYPES.get(order.flow_type)
    if type is None:
        raise BadParameter("The flow_type can be browser or api.")
    identity = await _person(scope, order)
    made = await begin(scope, Start(type=type, request_url=scope.url), RecoveryDetail(skip_csrf_check=True))
    expires_at = scope.services.clock.now() + lifespan
    flow = msgspec.structs.replace(made, state=State.SENT_EMAIL, active=proving.CODE, expires_at=expires_at)
    fresh = one_time.fresh_code(scope, _wanted(flow, identity, SecretPurpose.RECOVERY_CODE, lifespan))
    await _store(scope, flow, fresh)
    page = with_query(scope.config.flow(FlowKind.RECOVERY).ui_url, flow=flow.id)
    scope.services.log.info("an operator made a recovery code", identity=identity.id, flow=flow.id)
    return Help(expires_at=expires_at, link=page, code=fresh.text)


async def link(scope: Scope, begin: BeginRecovery, order: Order, return_to: str) -> Help:
    """A link that lets in whoever opens it, once. Raises BadParameter, MethodUnavailable."""
    _require(scope, proving.LINK)
    lifespan = _lifespan(order, scope.config.selfservice.methods.link.config.lifespan)
    try:
        identity = await _person(scope, order)
    except IdentityUnknown as error:
        raise BadParameter("There is no identity with this id.") from error
    start = Start(type=FlowType.BROWSER, request_url=scope.url, return_to=return_to)
    expires_at = scope.services.clock.now() + lifespan
    flow = msgspec.structs.replace(await begin(scope, start, RecoveryDetail()), expires_at=expires_at)
    fresh = one_time.fresh_token(scope, _wanted(flow, identity, SecretPurpose.RECOVERY_LINK, lifespan))
    await _store(scope, flow, fresh)
    page = joined(scope.config.serve.public.base_url, "self-service", FlowKind.RECOVERY.value)
    scope.services.log.info("an operator made a recovery link", identity=identity.id, flow=flow.id)
    return Help(expires_at=expires_at, link=with_query(page, flow=flow.id, token=fresh.text))


def _require(scope: Scope, method: MethodName) -> None:
    if not scope.config.method_enabled(method):
        raise MethodUnavailable(f"The method {method} is switched off.")


def _lifespan(order: Order, usual: timedelta) -> timedelta:
    try:
        found = parse_duration(order.expires_in) if order.expires_in else usual
    except ValueError as error:
        raise BadParameter("The expires_in is no duration, such as 1h30m.") from error
    if found <= timedelta(0):
        raise BadParameter("The expires_in has to lead into the future.")
    return found


async def _person(scope: Scope, order: Order) -> Identity:
    """Raises IdentityUnknown for nobody, BadParameter for what is no id."""
    if order.identity_id and canonical_uuid(order.identity_id) is None:
        raise BadParameter("The identity_id is no UUID.")
    return await find.by_id(scope, order.identity_id)


def _wanted(
    flow: Flow[RecoveryDetail], identity: Identity, purpose: SecretPurpose, lifespan: timedelta
) -> one_time.Wanted:
    return one_time.Wanted(
        purpose=purpose,
        flow_id=flow.id,
        address="",
        via=Via.EMAIL,
        identity_id=identity.id,
        lifespan=lifespan,
        admin=True,
    )


async def _store(scope: Scope, flow: Flow[RecoveryDetail], fresh: one_time.Fresh) -> None:
    unit = scope.services.storage.unit()
    unit.flows.add(flow)
    unit.secrets.add(fresh.kept)
    await unit.commit()
