"""What is a hook? Somebody who hears an event and gives a verdict; effects are values, applied with the change itself."""

from typing import Protocol, TypeAlias

import msgspec

from limen.app.scope import Scope
from limen.domain.courier.letter import Letter
from limen.domain.flow.continue_with import ContinueWith, ShowVerification
from limen.domain.flow.details import (
    Detail,
    LoginDetail,
    RecoveryDetail,
    RegistrationDetail,
    SettingsDetail,
    VerificationDetail,
)
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.hooks.delivery import Delivery
from limen.domain.identity.addresses import VerifiableAddress
from limen.domain.identity.identity import Identity
from limen.domain.ids import MethodName
from limen.domain.session.session import Session
from limen.domain.text.message import Message
from limen.kernel.errors import LimenError
from limen.ports.one_time_secrets import OneTimeSecret
from limen.ports.parking import Parked

# -- events -------------------------------------------------------------------------------------------------------------


class FlowStarting(msgspec.Struct, frozen=True, kw_only=True):
    """A flow is about to be made (before hooks, FLOW-20)."""

    kind: FlowKind
    flow: Flow[Detail]


class LoggedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody proved who they are; the session is not stored yet (WH-15)."""

    flow: Flow[LoginDetail]
    identity: Identity
    session: Session
    method: MethodName
    verification: ShowVerification | None = None
    """The verification flow that an earlier hook began, for those that show it (HOOK-15)."""


class Registering(msgspec.Struct, frozen=True, kw_only=True):
    """An account is about to be stored; hooks may still change it (SEED0-02: before persisting)."""

    flow: Flow[RegistrationDetail]
    identity: Identity
    method: MethodName


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """An account was stored; `session` is prepared and signs nobody in unless a hook says so (SEED0-02, REG-18)."""

    flow: Flow[RegistrationDetail]
    identity: Identity
    session: Session
    method: MethodName
    verification: ShowVerification | None = None
    """The verification flow that an earlier hook began, for those that show it (HOOK-15)."""


class Changing(msgspec.Struct, frozen=True, kw_only=True):
    """Settings are about to be stored; hooks may still change or refuse them (SEED0-03: before persisting)."""

    flow: Flow[SettingsDetail]
    identity: Identity
    before: Identity
    session: Session
    method: MethodName


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """Settings were stored (SEED0-03: after persisting)."""

    flow: Flow[SettingsDetail]
    identity: Identity
    before: Identity
    session: Session
    method: MethodName
    verification: ShowVerification | None = None
    """The verification flow that an earlier hook began, for those that show it (HOOK-15)."""


class Regaining(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody got back into their account (REC-20)."""

    flow: Flow[RecoveryDetail]
    identity: Identity
    session: Session
    method: MethodName


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """An address was proven (VER-14)."""

    flow: Flow[VerificationDetail]
    identity: Identity
    method: MethodName


HookEvent: TypeAlias = FlowStarting | LoggedIn | Registering | Registered | Changing | Changed | Regaining | Verified

# -- verdicts -----------------------------------------------------------------------------------------------------------


class EndOtherSessions(msgspec.Struct, frozen=True):
    """Every other session of the person ends, in the same unit of work as the change itself (HOOK-11)."""


class IssueSession(msgspec.Struct, frozen=True):
    """The newcomer is signed in (HOOK-10)."""


class SendLetter(msgspec.Struct, frozen=True):
    """A message goes into the outbox, in the same unit of work as the change itself."""

    letter: Letter


class BeginFlow(msgspec.Struct, frozen=True):
    """Another flow begins with the change (a verification after a sign-up): stored with it, with its one-time secrets."""

    flow: Flow[Detail]
    secrets: tuple[OneTimeSecret, ...] = ()


class MarkAddress(msgspec.Struct, frozen=True):
    """One verifiable address gets another status with the change (`sent`)."""

    address: VerifiableAddress


class HoldBack(msgspec.Struct, frozen=True):
    """A change waits for a proof, in the place of the one of this person that waited before (HOOK-12)."""

    parked: Parked


class Deliver(msgspec.Struct, frozen=True):
    """A call is stored in the same unit of work as the change itself, and made afterwards (WH-07)."""

    delivery: Delivery


Effect: TypeAlias = EndOtherSessions | IssueSession | SendLetter | BeginFlow | MarkAddress | HoldBack | Deliver


class OneAtATime(LimenError):
    """The form is shown again with this message, and nothing was stored (HOOK-12: status 200)."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class Continue(msgspec.Struct, frozen=True, kw_only=True):
    """Go on, perhaps with a changed identity, with effects, with things the client should do next."""

    identity: Identity | None = None
    effects: tuple[Effect, ...] = ()
    continue_with: tuple[ContinueWith, ...] = ()
    verification: ShowVerification | None = None
    """A verification flow that the hook began."""
    go_to: str = ""
    """Where browsers go instead of the return address."""
    note: str = ""
    """What the journal says that it answered; nothing of what it was told or said (journal.py)."""


Verdict: TypeAlias = Continue
"""A hook refuses by raising: FormProblems (back to the form), or any LimenError (the flow ends)."""


class Hook(Protocol):
    """One configured hook. It never runs inside a unit of work."""

    @property
    def name(self) -> str:
        """How the configuration calls it."""
        ...

    @property
    def calls_out(self) -> bool:
        """Whether it talks to others: then what comes before it is stored first (docs/adr/0010)."""
        ...

    def hears(self, event: HookEvent) -> bool:
        """Whether the event concerns it."""
        ...

    async def run(self, scope: Scope, event: HookEvent) -> Verdict:
        """The verdict. Raises FormProblems or LimenError to refuse."""
        ...
