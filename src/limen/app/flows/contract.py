"""What do the engine, the policies and the methods say to one another? Values: steps, replies, problems."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeAlias, TypeVar, runtime_checkable

import msgspec

from limen.app.scope import Client, Scope
from limen.domain.flow.continue_with import ContinueWith
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowType
from limen.domain.identity.addresses import Via
from limen.domain.identity.identity import Identity
from limen.domain.ids import MethodName
from limen.domain.session.amr import AuthenticationMethod
from limen.domain.session.session import IssuedSession
from limen.domain.text.message import Message
from limen.domain.ui.nodes import Node
from limen.domain.ui.order import Arrange
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonDoc, JsonObject
from limen.ports.asked import Asked
from limen.ports.storage import UnitOfWork

D = TypeVar("D", bound=Detail)
D_co = TypeVar("D_co", bound=Detail, covariant=True)
R_co = TypeVar("R_co", covariant=True)
R_contra = TypeVar("R_contra", contravariant=True)


# -- what comes in ------------------------------------------------------------------------------------------------------


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for who wants a new flow: the query of the init endpoints (HTTP-01 … HTTP-20)."""

    type: FlowType
    request_url: str
    return_to: str = ""
    refresh: bool = False
    aal: str = ""
    via: str = ""
    organization: str = ""
    identity_schema: str = ""
    after_verification_return_to: str = ""
    wants_exchange_code: bool = False


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent: nested fields, whatever the encoding. `typed` is false for form posts, whose values are all text."""

    fields: JsonObject
    typed: bool = True
    unreadable: str = ""
    """Why the body could not be read; then `fields` is empty."""

    @property
    def method(self) -> str:
        """The method that was chosen; empty when none or no text was sent."""
        return self.text("method")

    def text(self, name: str) -> str:
        """A text field; empty when it is missing or no text. Of several values of a form field the last counts."""
        value = self.fields.get(name)
        if isinstance(value, list) and value and not self.typed:
            value = value[-1]
        return value if isinstance(value, str) else ""

    @property
    def transient_payload(self) -> JsonDoc | None:
        """The object to pass on to hooks (FLOW-14)."""
        value = self.fields.get("transient_payload")
        return JsonDoc.of(value) if isinstance(value, dict) else None


# -- what can be wrong with it --------------------------------------------------------------------------------------------


class Problem(msgspec.Struct, frozen=True):
    """One thing to say to the person: at the field `name`, or on the form when it is empty (FLOW-17)."""

    message: Message
    name: str = ""


class FormProblems(LimenError):
    """The submission is not accepted; the form is shown again with what is wrong and what was entered (FLOW-09)."""

    def __init__(self, *problems: Problem, values: Mapping[str, JsonDoc] | None = None, below: str = "") -> None:
        """`below`: only the fields whose names begin so are emptied and say nothing more; others stay as they are."""
        super().__init__("; ".join(str(problem.message.id) for problem in problems))
        self.problems = problems
        self.values: Mapping[str, JsonDoc] = values or {}
        self.below = below


# -- a method's part in one kind of flow ----------------------------------------------------------------------------------


class Done(msgspec.Struct, Generic[D_co, R_co], frozen=True, kw_only=True):
    """The method is finished; `flow` carries what it noted on it."""

    flow: Flow[D_co]
    result: R_co


class Along(Protocol):
    """What is stored together with the flow: a code and the message with it."""

    def put_into(self, unit: UnitOfWork) -> None: ...


class Stay(msgspec.Struct, Generic[D_co], frozen=True, kw_only=True):
    """Show the form again, in another state. `again` makes it a 400 for JSON clients, as sign-in and sign-up do (QK-02)."""

    flow: Flow[D_co]
    values: Mapping[str, JsonDoc] = msgspec.field(default_factory=dict[str, JsonDoc])
    messages: tuple[Message, ...] = ()
    again: bool = True
    along: Along | None = None
    later: Asked | None = None
    """What is looked up and made after the answer, and then stored: its length tells nobody what was found (SEC-08)."""
    arranged: Arrange | None = None
    """The order of this form, where it is not the usual one of its kind (QK-02: a form that was just put together anew)."""


class Narrow(msgspec.Struct, Generic[D_co], frozen=True, kw_only=True):
    """Show `flow` with the ways in that are left (the only one begins at once), or `back` with the problems (IDF-01, QK-26)."""

    flow: Flow[D_co]
    back: Flow[D_co]
    problems: FormProblems


class Leave(msgspec.Struct, frozen=True, kw_only=True):
    """Go on elsewhere, at a provider."""

    url: str


Step: TypeAlias = Done[D_co, R_co] | Stay[D_co] | Narrow[D_co] | Leave
Attempt: TypeAlias = Callable[[], Awaitable[Done[D_co, R_co] | Stay[D_co] | Narrow[D_co] | Leave]]
"""A submission that was read and is in order; calling it carries it out."""


class Participant(Protocol[D, R_co]):
    """What one method does in one kind of flow."""

    async def present(self, scope: Scope, flow: Flow[D]) -> Sequence[Node]:
        """The method's nodes of the form, as the flow stands; none when it has nothing to offer here."""
        ...

    def read(self, scope: Scope, flow: Flow[D], body: Submission) -> Attempt[D, R_co]:
        """The submission, read and checked as far as that needs nobody else. Raises FormProblems.

        Nothing is changed before the engine knows that the submission is genuine and calls the attempt.
        """
        ...


@runtime_checkable
class Opener(Protocol[D, R_co]):
    """A participant whose messages hold links into the flow (REC-15, VER-06, VER-07)."""

    def opened(self, scope: Scope, flow: Flow[D], query: Submission) -> Attempt[D, R_co] | None:
        """What the link leads to; None when it is not one of this method's. Only what the link holds proves anything."""
        ...


@runtime_checkable
class Direct(Protocol[D, R_co]):
    """A participant that can go on with what the flow knows already (QK-26)."""

    def at_once(self, scope: Scope, flow: Flow[D]) -> Attempt[D, R_co]:
        """The method's next step, nothing being asked first."""
        ...


# -- a kind of flow's own rules -------------------------------------------------------------------------------------------


class FlowPolicy(Protocol[D, R_contra]):
    """What differs between the kinds of flow, beyond what fits into a row of spec.py."""

    async def begin(self, scope: Scope, start: Start) -> D:
        """The detail of a new flow. Raises what refuses it: AlreadySignedIn, FlowDisabled, FirstFactorRequired …"""
        ...

    async def admit(self, scope: Scope, flow: Flow[D]) -> None:
        """Raises what refuses a submission whatever it holds: AlreadySignedIn, FirstFactorRequired …"""
        ...

    def chosen(self, scope: Scope, flow: Flow[D], body: Submission) -> str:
        """Which method the submission is for."""
        ...

    def unmatched(self, scope: Scope, flow: Flow[D], body: Submission) -> FormProblems:
        """What to say when no method is responsible (FLOW-11)."""
        ...

    def again(self, flow: Flow[D]) -> Start:
        """What to ask for so that a new flow can take the place of an expired one (FLOW-07)."""
        ...

    def messages(self, scope: Scope, flow: Flow[D]) -> Sequence[Message]:
        """What a new form says before anything was sent."""
        ...

    def order(self, scope: Scope, flow: Flow[D], nodes: Sequence[Node]) -> tuple[Node, ...]:
        """The nodes in the order that people are used to (FLOW-19)."""
        ...

    async def complete(self, scope: Scope, flow: Flow[D], result: R_contra) -> "Reply":
        """Everything that follows a finished method: hooks, storing, sessions. Raises FormProblems, LimenError."""
        ...


# -- what comes out -------------------------------------------------------------------------------------------------------


class ShowFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Show this form. `again`: it was sent and is not accepted (400 for JSON clients)."""

    flow: Flow[Detail]
    again: bool = False


class Replaced(msgspec.Struct, frozen=True, kw_only=True):
    """The flow had expired; this one takes its place (FLOW-07)."""

    flow: Flow[Detail]
    expired_at: datetime
    now: datetime


class StartedOver(msgspec.Struct, frozen=True, kw_only=True):
    """The form could not go on for a reason of its own; this one takes its place and says why (REC-05, VER-03, VER-09)."""

    flow: Flow[Detail]
    reason: LimenError


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Signed in. `step_up` is where a second factor is asked for when the session is not good enough without (LOGIN-25)."""

    issued: IssuedSession | None
    """None only under the old dialect in which signing in creates no session (B1 in dialects.md §2.5)."""
    identity: Identity
    same_person: bool
    """Whether the browser was signed in as the same person before: then the anti-CSRF token stays (SESS-08)."""
    return_to: str
    continue_with: tuple[ContinueWith, ...] = ()
    go_to: str = ""
    """Where a hook sends browsers instead of `return_to`."""
    step_up: str = ""
    at: datetime


class SignedUp(msgspec.Struct, frozen=True, kw_only=True):
    """An account was made; with `issued` the newcomer is signed in, too (REG-15 … REG-17)."""

    identity: Identity
    issued: IssuedSession | None
    return_to: str
    continue_with: tuple[ContinueWith, ...] = ()
    go_to: str = ""
    at: datetime


class SignedOut(msgspec.Struct, frozen=True, kw_only=True):
    """The session is over (LOGOUT-02)."""

    return_to: str


class GoTo(msgspec.Struct, frozen=True, kw_only=True):
    """Go on at another address (422 for single-page apps)."""

    url: str


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """What no form can say: an envelope for apps, the error page for browsers (FLOW-10)."""

    error: LimenError


class SettingsSaved(msgspec.Struct, frozen=True, kw_only=True):
    """The change is stored; the flow shows so (SET-08). `issued` is the session whose cookie is written once more."""

    flow: Flow[Detail]
    identity: Identity
    """As it is from now on."""
    issued: IssuedSession
    return_to: str
    """Where browsers go: a return address, or the settings page with the flow."""
    continue_with: tuple[ContinueWith, ...] = ()
    go_to: str = ""


class SignInAgain(msgspec.Struct, frozen=True, kw_only=True):
    """The change waits until its person has confirmed who they are; the browser keeps `secret` meanwhile (SET-06)."""

    url: str
    secret: str
    expires_in: int
    """Seconds."""


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """Back in: signed in, and on to settings with the flow that was made for it (REC-06 … REC-08)."""

    flow: Flow[Detail]
    issued: IssuedSession
    settings_url: str
    continue_with: tuple[ContinueWith, ...] = ()
    at: datetime


Reply: TypeAlias = (
    ShowFlow
    | Replaced
    | StartedOver
    | SignedIn
    | SignedUp
    | SignedOut
    | GoTo
    | SettingsSaved
    | SignInAgain
    | Recovered
    | Refused
)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A reply, and the kind of client it is for: a native flow is answered as native, however it was asked (NEGO-02)."""

    reply: Reply
    client: Client


class Authenticated(msgspec.Struct, frozen=True, kw_only=True):
    """What a login method finds out: who this is, and how that was proven."""

    identity: Identity
    method: MethodName
    updated: Identity | None = None
    """The identity as the method wants it stored now (a password hashed anew), if anything changed. Signing in succeeds
    without it when somebody else changed the identity meanwhile."""
    used: tuple[str, ...] = ()
    """Ids of the one-time secrets that are spent with it, in the same unit of work."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a settings method brings: the identity as it should be from now on (SET-07)."""

    identity: Identity
    method: MethodName
    sensitive: bool
    """Whether it needs a fresh session: credentials, identifiers, verified addresses (SET-05)."""
    values: Mapping[str, JsonDoc] = msgspec.field(default_factory=dict[str, JsonDoc])
    """What was entered, to be shown again should an identifier turn out to be taken."""
    ends_other_sessions: bool = False
    """Whether the person asked for every other session to end with it."""
    proves: AuthenticationMethod | None = None
    """A factor that was set up just now and counts for this very session (SET-14)."""


class Regained(msgspec.Struct, frozen=True, kw_only=True):
    """What a recovery method brings: who got back in, and which address was proven on the way (REC-16, REC-17)."""

    identity: Identity
    method: MethodName
    address: str
    via: Via
    used: tuple[str, ...] = ()
    """Ids of the one-time secrets that are spent with it, in the same unit of work."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a verification method brings: an address that belongs to its person (VER-18)."""

    identity: Identity
    method: MethodName
    address: str
    via: Via
    used: tuple[str, ...] = ()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a registration method brings: an identity not yet stored, complete with credentials and addresses."""

    identity: Identity
    method: MethodName
    values: Mapping[str, JsonDoc]
    """What was entered, to be shown again should the identifier turn out to be taken."""
    used: tuple[str, ...] = ()
    """Ids of the one-time secrets that are spent with it, in the same unit of work."""
