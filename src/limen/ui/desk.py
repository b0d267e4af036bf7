"""What do the pages need from the rest of the house? One desk that answers their questions."""

from enum import StrEnum
from typing import Protocol

import msgspec

from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.session.session import CheckedSession, Session
from limen.kernel.errors import LimenError
from limen.kernel.http_values import Request


class MissingReason(StrEnum):
    """Why a flow cannot be shown."""

    EXPIRED = "expired"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    """It was started by another browser, or this one keeps no cookies: restarting by itself could go round for ever."""


class FlowMissing(msgspec.Struct, frozen=True, kw_only=True):
    """There is no such flow to show. `restart_url` begins a new one and keeps `return_to`."""

    reason: MissingReason
    restart_url: str


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who is looking at the page: their session, their other good sessions, and what their buttons need."""

    session: CheckedSession
    others: tuple[Session, ...]
    logout_url: str
    """The address that signs out, token included (LOGOUT-01)."""
    csrf_token: str
    """The token that `end_session` will want to see in the form (SEC-04)."""


class ErrorShown(msgspec.Struct, frozen=True, kw_only=True):
    """A stored error as a person may see it (ERR-02)."""

    status: int
    """The HTTP status the error stands for."""
    message: str
    reason: str = ""
    id: str = ""
    """The named id such as `security_csrf_violation`, or empty (B.1)."""


class SessionNotEnded(LimenError):
    """The form's CSRF token does not fit the browser, or the session is not one of this person's."""


class Desk(Protocol):
    """Answers what the pages ask. Cookies, tokens and storage are its business, never the pages'."""

    async def flow(self, kind: FlowKind, id: str, request: Request) -> Flow[Detail] | FlowMissing:
        """The flow of that kind and id, if this browser may see it."""
        ...

    async def visitor(self, request: Request) -> SignedIn | None:
        """Who is signed in with this request's cookies, or None."""
        ...

    async def error(self, id: str, request: Request) -> ErrorShown | None:
        """The stored error, or None when it is not known (any more)."""
        ...

    async def end_session(self, request: Request, session_id: str) -> None:
        """End one of the visitor's sessions after checking the CSRF token in the form. Raises SessionNotEnded."""
        ...

    def start_url(self, kind: FlowKind, return_to: str) -> str:
        """The address that starts a browser flow of that kind; `return_to` may be empty."""
        ...

    def offered(self) -> frozenset[FlowKind]:
        """The kinds of flow that are switched on: pages link to no others."""
        ...

    def destinations(self) -> tuple[str, ...]:
        """Origins (`https://app.example`) a form may end up at: those of the default and allowed return addresses.

        Chromium applies the policy's `form-action` to every redirect after a form too, so the way back to the
        application must be listed.
        """
        ...
