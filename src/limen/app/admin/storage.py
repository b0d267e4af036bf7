"""Which storage does the application see? The real one, whose units of work note what an operator changes (docs/adr/0022)."""

from datetime import datetime

from limen.app.admin import facts
from limen.app.admin.facts import Fact
from limen.app.admin.recording import Recording, under_way
from limen.domain.identity.addresses import VerifiableAddress
from limen.domain.identity.identity import Identity
from limen.domain.ids import FlowId, IdentityId, SessionId
from limen.domain.session.session import Session
from limen.ports import one_time_secrets
from limen.ports import storage as ports
from limen.ports.admin_keys import AdminKeyReads, AdminKeyWrites
from limen.ports.asked import AskedReads, AskedWrites
from limen.ports.audit import AuditReads, AuditWrites
from limen.ports.hook_storage import DeliveryReads, DeliveryWrites, HookRunReads, HookRunWrites
from limen.ports.limits import Limits
from limen.ports.parking import ParkedReads, ParkedWrites


class RecordedStorage:
    """Implements `ports.storage.Storage`: everything as `inner` does it."""

    def __init__(self, inner: ports.Storage) -> None:
        self._inner = inner
        self.flows: ports.FlowReads = inner.flows
        self.identities: ports.IdentityReads = inner.identities
        self.sessions: ports.SessionReads = inner.sessions
        self.error_pages: ports.ErrorPageReads = inner.error_pages
        self.secrets: one_time_secrets.SecretReads = inner.secrets
        self.letters: ports.LetterReads = inner.letters
        self.parked: ParkedReads = inner.parked
        self.asked: AskedReads = inner.asked
        self.hook_runs: HookRunReads = inner.hook_runs
        self.deliveries: DeliveryReads = inner.deliveries
        self.limits: Limits = inner.limits
        self.admin_keys: AdminKeyReads = inner.admin_keys
        self.audit: AuditReads = inner.audit

    def unit(self) -> ports.UnitOfWork:
        """A new, empty unit of work, which takes its entry along if an operator's request is under way."""
        recording = under_way()
        unit = self._inner.unit()
        return unit if recording is None else RecordedUnit(unit, self._inner.identities, recording)

    async def ready(self) -> str:
        return await self._inner.ready()

    async def end_other_sessions(self, identity_id: IdentityId, keep: SessionId) -> int:
        return await self._inner.end_other_sessions(identity_id, keep)

    async def remove_expired(self, before: datetime, limit: int) -> int:
        return await self._inner.remove_expired(before, limit)

    async def remove_old_letters(self, before: datetime, limit: int) -> int:
        return await self._inner.remove_old_letters(before, limit)


class RecordedUnit:
    """Implements `ports.storage.UnitOfWork`: `inner`, with an entry about what was written."""

    def __init__(self, inner: ports.UnitOfWork, identities: ports.IdentityReads, recording: Recording) -> None:
        self._inner = inner
        self._reads = identities
        self._recording = recording
        self._facts: list[Fact] = []
        self._removed: list[IdentityId] = []
        self.flows: ports.FlowWrites = inner.flows
        self.identities: ports.IdentityWrites = _Identities(inner.identities, self._facts, self._removed)
        self.sessions: ports.SessionWrites = _Sessions(inner.sessions, self._facts)
        self.error_pages: ports.ErrorPageWrites = inner.error_pages
        self.secrets: one_time_secrets.SecretWrites = _Secrets(inner.secrets, self._facts)
        self.letters: ports.LetterWrites = inner.letters
        self.parked: ParkedWrites = inner.parked
        self.asked: AskedWrites = inner.asked
        self.hook_runs: HookRunWrites = inner.hook_runs
        self.deliveries: DeliveryWrites = inner.deliveries
        self.admin_keys: AdminKeyWrites = inner.admin_keys
        self.audit: AuditWrites = inner.audit

    async def commit(self) -> None:
        """Both or neither: the change, and the entry about it."""
        gone = [facts.removed(await self._reads.get(id), id) for id in self._removed]
        self._inner.audit.add(self._recording.draft((*self._facts, *gone)))
        self._facts.clear()
        self._removed.clear()
        await self._inner.commit()
        self._recording.noted = True


class _Identities:
    def __init__(self, inner: ports.IdentityWrites, noted: list[Fact], removed: list[IdentityId]) -> None:
        self._inner = inner
        self._noted = noted
        self._removed = removed

    def add(self, identity: Identity) -> None:
        self._noted.append(facts.created(identity))
        self._inner.add(identity)

    def save(self, identity: Identity, read: Identity) -> None:
        self._noted.append(facts.changed(read, identity))
        self._inner.save(identity, read)

    def mark_address(self, identity: Identity, address: VerifiableAddress) -> None:
        self._inner.mark_address(identity, address)

    def remove(self, id: IdentityId) -> None:
        self._removed.append(id)
        self._inner.remove(id)


class _Sessions:
    def __init__(self, inner: ports.SessionWrites, noted: list[Fact]) -> None:
        self._inner = inner
        self._noted = noted

    def add(self, session: Session, token_hash: bytes) -> None:
        self._noted.append(Fact(kind="session", id=session.id, what="created"))
        self._inner.add(session, token_hash)

    def renew(self, session: Session, token_hash: bytes) -> None:
        self._noted.append(Fact(kind="session", id=session.id, what="changed"))
        self._inner.renew(session, token_hash)

    def save(self, session: Session) -> None:
        self._noted.append(Fact(kind="session", id=session.id, what="changed"))
        self._inner.save(session)

    def end(self, id: SessionId, identity_id: IdentityId | None = None) -> None:
        self._noted.append(Fact(kind="session", id=id, what="ended"))
        self._inner.end(id, identity_id)

    def end_all(self, identity_id: IdentityId, keep: SessionId | None = None) -> None:
        self._noted.append(Fact(kind="sessions", id=identity_id, what="ended"))
        self._inner.end_all(identity_id, keep)

    def remove(self, id: SessionId) -> None:
        self._noted.append(Fact(kind="session", id=id, what="removed"))
        self._inner.remove(id)

    def remove_all(self, identity_id: IdentityId) -> None:
        self._noted.append(Fact(kind="sessions", id=identity_id, what="removed"))
        self._inner.remove_all(identity_id)


class _Secrets:
    def __init__(self, inner: one_time_secrets.SecretWrites, noted: list[Fact]) -> None:
        self._inner = inner
        self._noted = noted

    def add(self, secret: one_time_secrets.OneTimeSecret) -> None:
        self._noted.append(Fact(kind=secret.purpose.value, id=secret.identity_id or "", what="issued"))
        self._inner.add(secret)

    def spend(self, id: str, at: datetime) -> None:
        self._inner.spend(id, at)

    def remove_of_flow(self, purpose: one_time_secrets.SecretPurpose, flow_id: FlowId) -> None:
        self._inner.remove_of_flow(purpose, flow_id)

    def remove_unused(self, identity_id: IdentityId) -> None:
        self._inner.remove_unused(identity_id)

    def note_wrong(self, guess: one_time_secrets.WrongGuess) -> None:
        self._inner.note_wrong(guess)
