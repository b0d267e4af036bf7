"""How is state kept? Reads answer at once; changes are collected in a unit of work and applied all together or not at all.

A unit of work is a list of writes, not an open transaction: nothing is locked while the application thinks, hashes or
calls somebody (docs/adr/0003). What a write needs to hold (a version, an unused code) is part of the write.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from limen.domain.courier.letter import Letter, LetterStatus
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.identity.addresses import VerifiableAddress, Via
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.identity import Identity
from limen.domain.ids import FlowId, IdentityId, SessionId
from limen.domain.session.session import CheckedSession, Session
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonDoc
from limen.ports.asked import AskedReads, AskedWrites
from limen.ports.hook_storage import DeliveryReads, DeliveryWrites, HookRunReads, HookRunWrites
from limen.ports.limits import Limits
from limen.ports.one_time_secrets import SecretReads, SecretWrites
from limen.ports.operators import OperatorReads, OperatorWrites
from limen.ports.parking import ParkedReads, ParkedWrites

D = TypeVar("D", bound=Detail)


class IdentifierTaken(LimenError):
    """Another identity already signs in with one of these identifiers, or has one of these addresses."""


class ExternalIdTaken(IdentifierTaken):
    """Another identity already has this external id."""


class FlowChanged(LimenError):
    """Somebody else submitted the flow in the meantime: its version moved on."""


class IdentityChanged(LimenError):
    """Somebody else changed the identity in the meantime: it is not the one that was read."""


class StorageUnavailable(LimenError):
    """The database is away, full, or shutting down; nothing was changed."""


class ErrorPage(msgspec.Struct, frozen=True, kw_only=True):
    """An error kept for a browser to be shown (ERR-01)."""

    id: str
    error: JsonDoc
    csrf_token: str
    created_at: datetime


class LetterFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages to list (HTTP-78)."""

    status: LetterStatus | None = None
    recipient: str = ""


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to deliver a message."""

    id: str
    letter_id: str
    status: str
    error: JsonDoc | None
    created_at: datetime


class SessionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which sessions to list. `now` decides what is active."""

    identity_id: IdentityId | None = None
    active: bool | None = None
    now: datetime
    except_id: SessionId | None = None
    flag_only: bool = False
    """Look at the stored flag only, not at the expiry (SESS-25)."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A window on a list: `offset`/`limit` for numbered pages, `after` (the last item's key) for keyset pages."""

    limit: int
    offset: int = 0
    after: tuple[str, ...] = ()


class IdentityFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which identities to list; at most one of these is given (ID-10)."""

    ids: tuple[str, ...] | None = None
    identifiers: tuple[tuple[CredentialType, str], ...] | None = None
    """Exact normalised identifiers, any of them (ID-11)."""
    identifier_prefix: str | None = None
    organization_id: str | None = None
    plain: bool = False
    """Credentials are not asked for, so they may be left out (ID-13)."""


# -- reads ------------------------------------------------------------------------------------------------------------


class FlowReads(Protocol):
    async def get(self, detail: type[D], id: FlowId) -> Flow[D] | None:
        """The flow with that kind of detail."""
        ...


class IdentityReads(Protocol):
    async def get(self, id: IdentityId) -> Identity | None: ...

    async def by_identifier(self, types: Sequence[CredentialType], identifier: str) -> Identity | None:
        """Who signs in with this normalised identifier by one of these types of credential."""
        ...

    async def by_verifiable_address(self, via: Via, value: str) -> Identity | None: ...

    async def by_recovery_address(self, via: Via, value: str) -> Identity | None: ...

    async def by_external_id(self, external_id: str) -> Identity | None: ...

    async def page(self, what: IdentityFilter, page: Page) -> Sequence[Identity]:
        """Identities by ascending id, with all their credentials unless the filter is `plain`."""
        ...

    async def count(self) -> int: ...


class SessionReads(Protocol):
    async def by_token_hash(self, token_hash: bytes) -> CheckedSession | None:
        """The session (good or not) with that token, and its identity."""
        ...

    async def get(self, id: SessionId) -> CheckedSession | None: ...

    async def page(self, what: SessionFilter, page: Page) -> Sequence[CheckedSession]:
        """Sessions, newest first (created_at, then id; PAGE-04)."""
        ...

    async def count(self, what: SessionFilter) -> int: ...


class ErrorPageReads(Protocol):
    async def get(self, id: str) -> ErrorPage | None: ...


class LetterReads(Protocol):
    async def get(self, id: str) -> Letter | None: ...

    async def dispatches(self, id: str) -> Sequence[Dispatch]: ...

    async def page(self, what: LetterFilter, page: Page) -> Sequence[Letter]:
        """Messages, newest first (created_at, then id; PAGE-05)."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Letter]:
        """Queued messages whose time has come, and those whose lease ran out, oldest first; none to people who are
        being sent another one right now.
        """
        ...


# -- writes: nothing happens before commit ------------------------------------------------------------------------------


class FlowWrites(Protocol):
    def add(self, flow: Flow[Detail]) -> None: ...

    def save(self, flow: Flow[Detail]) -> None:
        """Write the flow and count its version up; the commit raises FlowChanged when `flow.version` is no longer the stored one."""
        ...


class IdentityWrites(Protocol):
    def add(self, identity: Identity) -> None:
        """The commit raises IdentifierTaken when an identifier or address belongs to somebody else."""
        ...

    def save(self, identity: Identity, read: Identity) -> None:
        """Replace `read` by `identity`; the commit raises IdentityChanged when `read` is no longer what is stored
        (its `updated_at` moved on), IdentifierTaken as for `add`.
        """
        ...

    def mark_address(self, identity: Identity, address: VerifiableAddress) -> None:
        """Change one verifiable address of an identity (status, verified)."""
        ...

    def remove(self, id: IdentityId) -> None:
        """Remove the identity and everything that is its."""
        ...


class SessionWrites(Protocol):
    def add(self, session: Session, token_hash: bytes) -> None: ...

    def renew(self, session: Session, token_hash: bytes) -> None:
        """Write everything of the session, with a new token; the old token is dead from then on (SESS-18)."""
        ...

    def save(self, session: Session) -> None:
        """Write what may change while the token stays (methods, aal, expiry, devices)."""
        ...

    def end(self, id: SessionId, identity_id: IdentityId | None = None) -> None:
        """Deactivate one session; with `identity_id` only if it is theirs."""
        ...

    def end_all(self, identity_id: IdentityId, keep: SessionId | None = None) -> None:
        """Deactivate every session of the identity but `keep`."""
        ...

    def remove(self, id: SessionId) -> None:
        """Delete the row of one session (SESS-24)."""
        ...

    def remove_all(self, identity_id: IdentityId) -> None:
        """Delete the rows (SESS-23)."""
        ...


class ErrorPageWrites(Protocol):
    def add(self, page: ErrorPage) -> None: ...

    def seen(self, id: str, at: datetime) -> None: ...


class LetterWrites(Protocol):
    def add(self, letter: Letter) -> None: ...

    def lease(self, letter: Letter, until: datetime) -> None:
        """Take a due message until then, and count the attempt. The commit raises LetterTaken when somebody did before."""
        ...

    def settle(self, letter: Letter, dispatch: Dispatch, *, wipe: bool = False) -> None:
        """Write what became of an attempt: `letter` as it is now, with the count of the lease; with `wipe` nothing of what it
        said stays (docs/adr/0017). The commit raises LetterTaken when somebody else took it after the lease ran out.
        """
        ...

    def hasten(self, letter: Letter, at: datetime) -> None:
        """Make a message due at `at` that waits for later; nothing happens when somebody has tried it since it was read."""
        ...


class LetterTaken(LimenError):
    """Another dispatcher has the message."""


class UnitOfWork(OperatorWrites, Protocol):
    """Changes that belong together. Dropping it without `commit` changes nothing."""

    @property
    def flows(self) -> FlowWrites: ...
    @property
    def identities(self) -> IdentityWrites: ...
    @property
    def sessions(self) -> SessionWrites: ...
    @property
    def error_pages(self) -> ErrorPageWrites: ...
    @property
    def secrets(self) -> SecretWrites: ...
    @property
    def letters(self) -> LetterWrites: ...
    @property
    def parked(self) -> ParkedWrites: ...
    @property
    def asked(self) -> AskedWrites: ...
    @property
    def hook_runs(self) -> HookRunWrites: ...
    @property
    def deliveries(self) -> DeliveryWrites: ...

    async def commit(self) -> None:
        """Apply everything, durably, or nothing. Raises the error of the first write that does not hold,
        or StorageUnavailable. Returns only after the database acknowledged.
        """
        ...


class Storage(OperatorReads, Protocol):
    """One database."""

    @property
    def flows(self) -> FlowReads: ...
    @property
    def identities(self) -> IdentityReads: ...
    @property
    def sessions(self) -> SessionReads: ...
    @property
    def error_pages(self) -> ErrorPageReads: ...
    @property
    def secrets(self) -> SecretReads: ...
    @property
    def letters(self) -> LetterReads: ...
    @property
    def parked(self) -> ParkedReads: ...
    @property
    def asked(self) -> AskedReads: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def hook_runs(self) -> HookRunReads: ...
    @property
    def deliveries(self) -> DeliveryReads: ...

    def unit(self) -> UnitOfWork:
        """A new, empty unit of work."""
        ...

    async def ready(self) -> str:
        """Why the database cannot be used now (unreachable, migrations pending); empty when it can."""
        ...

    async def end_other_sessions(self, identity_id: IdentityId, keep: SessionId) -> int:
        """Deactivate every session of the identity but `keep`, and say how many rows that touched (SESS-21)."""
        ...

    async def remove_expired(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` rows (flows, sessions, error pages) that expired before that time; how many there were."""
        ...

    async def remove_old_letters(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` messages that were sent or given up before that time, with their attempts; how many."""
        ...
