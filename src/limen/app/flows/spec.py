"""What differs between the five kinds of flow, as data? One row each; a quirk found later becomes a named column."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final, Generic, TypeVar

import msgspec

from limen.config.model import Config
from limen.domain.flow.details import (
    Detail,
    LoginDetail,
    RecoveryDetail,
    RegistrationDetail,
    SettingsDetail,
    VerificationDetail,
)
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import INSTEAD, State
from limen.domain.ids import MethodName

D = TypeVar("D", bound=Detail)


class Guard(StrEnum):
    """Who may read a flow by its id (FLOW-05)."""

    BROWSER = "browser"
    """The browser that started it, known by its anti-CSRF cookie; native flows by their id alone."""
    OWNER = "owner"
    """The person it belongs to."""


def _none_yet(_: Config) -> MethodName | None:
    return None


def _recovered_by(config: Config) -> MethodName | None:
    return MethodName(config.selfservice.flows.recovery.use)


def _verified_by(config: Config) -> MethodName | None:
    return MethodName(config.selfservice.flows.verification.use)


def _usual(_: Config) -> State | None:
    return None


def _address_first(config: Config) -> State | None:
    """REC-09; a link is asked for in one step, whatever the flag says."""
    choosing = config.feature_flags.choose_recovery_address and config.selfservice.flows.recovery.use == "code"
    return INSTEAD[FlowKind.RECOVERY] if choosing else None


class FlowSpec(msgspec.Struct, Generic[D], frozen=True, kw_only=True):
    kind: FlowKind
    detail: type[D]
    guard: Guard = Guard.BROWSER
    names_expiry: frozenset[FlowType] = frozenset(FlowType)
    """The types of flow whose expiry is named `self_service_flow_expired` to whoever reads them (FLOW-06, QK-13)."""
    orders_after_problem: bool = True
    """Whether the nodes are put in order again after a refused submission."""
    active: Callable[[Config], MethodName | None] = _none_yet
    """The method that a new flow of this kind is for; none where people choose."""
    begins_at: Callable[[Config], State | None] = _usual
    """The state that a new flow begins in, where it is not the usual one of its kind."""
    forgery_first: bool = False
    """Whether a forged submission is refused even where its method does not exist (SEC-04)."""
    token_with_values: bool = False
    """Whether a native form, which has no anti-CSRF field, gets an empty one along with what was entered."""
    opened: bool = False
    """Whether messages hold links into it, so that a GET may lead on (REC-15, VER-06, VER-07)."""


_NEVER: Final = frozenset[FlowType]()

LOGIN: Final = FlowSpec(kind=FlowKind.LOGIN, detail=LoginDetail, token_with_values=True)
REGISTRATION: Final = FlowSpec(kind=FlowKind.REGISTRATION, detail=RegistrationDetail)
SETTINGS: Final = FlowSpec(kind=FlowKind.SETTINGS, detail=SettingsDetail, guard=Guard.OWNER, names_expiry=_NEVER)
RECOVERY: Final = FlowSpec(
    kind=FlowKind.RECOVERY,
    detail=RecoveryDetail,
    names_expiry=frozenset({FlowType.API}),
    active=_recovered_by,
    begins_at=_address_first,
    forgery_first=True,
    opened=True,
)
VERIFICATION: Final = FlowSpec(
    kind=FlowKind.VERIFICATION,
    detail=VerificationDetail,
    names_expiry=_NEVER,
    orders_after_problem=False,
    token_with_values=True,
    active=_verified_by,
    opened=True,
)
