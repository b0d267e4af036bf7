"""What is the storage that the application sees? Repositories over one database, whatever its dialect."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from limen.domain.ids import IdentityId, SessionId
from limen.kernel.errors import LimenError
from limen.ports.meter import Family
from limen.ports.session_reader import SessionReader, SessionRow
from limen.ports.tracer import UNTRACED, Tracer
from limen.storage.admin_keys import SqlAdminKeyReads
from limen.storage.asked import SqlAskedReads
from limen.storage.audit import SqlAuditReads
from limen.storage.database import Database, query
from limen.storage.deliveries import SqlDeliveryReads
from limen.storage.error_pages import SqlErrorPageReads
from limen.storage.errors import MIGRATE, SchemaOutdated
from limen.storage.expiry import SqlExpiry
from limen.storage.figures import Queues
from limen.storage.flows import SqlFlowReads
from limen.storage.hook_runs import SqlHookRunReads
from limen.storage.hot import ReplicaReader, SqlSessionReader
from limen.storage.identities import SqlIdentityReads
from limen.storage.letters import SqlLetterReads
from limen.storage.limits import SqlLimits
from limen.storage.migrations import HEAD
from limen.storage.parked import SqlParkedReads
from limen.storage.rows import Version
from limen.storage.secrets import SqlSecretReads
from limen.storage.sessions import SqlSessionReads
from limen.storage.traced import TracedDatabase
from limen.storage.unit import Changes, SqlUnit

_READY_SECONDS: Final = 3.0


class SqlStorage:
    """Implements `ports.storage.Storage` and `ports.session_reader.SessionReader`. Made by `open_storage`."""

    def __init__(self, database: Database, replica: Database | None = None, tracer: Tracer = UNTRACED) -> None:
        """A `replica` is a copy that may be behind; only the session check asks it (docs/storage.md)."""
        if tracer.active:
            database = TracedDatabase(database, tracer)
            replica = None if replica is None else TracedDatabase(replica, tracer)
        self._database = database
        self._replica = replica
        self._identities = SqlIdentityReads(database)
        self._flows = SqlFlowReads(database)
        self._sessions = SqlSessionReads(database, self._identities)
        self._error_pages = SqlErrorPageReads(database)
        self._letters = SqlLetterReads(database)
        self._secrets = SqlSecretReads(database)
        self._parked = SqlParkedReads(database)
        self._asked = SqlAskedReads(database)
        self._limits = SqlLimits(database)
        self._hook_runs = SqlHookRunReads(database)
        self._deliveries = SqlDeliveryReads(database)
        self._admin_keys = SqlAdminKeyReads(database)
        self._audit = SqlAuditReads(database)
        self._changes = Changes(database)
        self._expiry = SqlExpiry(database)
        self._version = query(database, "sql_storage.VERSION", Version)
        self._queues = Queues(database)
        original = SqlSessionReader(database)
        self._hot = original if replica is None else ReplicaReader(SqlSessionReader(replica), original)

    @property
    def flows(self) -> SqlFlowReads:
        return self._flows

    @property
    def identities(self) -> SqlIdentityReads:
        return self._identities

    @property
    def sessions(self) -> SqlSessionReads:
        return self._sessions

    @property
    def error_pages(self) -> SqlErrorPageReads:
        return self._error_pages

    @property
    def letters(self) -> SqlLetterReads:
        return self._letters

    @property
    def secrets(self) -> SqlSecretReads:
        return self._secrets

    @property
    def parked(self) -> SqlParkedReads:
        return self._parked

    @property
    def asked(self) -> SqlAskedReads:
        return self._asked

    @property
    def limits(self) -> SqlLimits:
        return self._limits

    @property
    def hook_runs(self) -> SqlHookRunReads:
        return self._hook_runs

    @property
    def deliveries(self) -> SqlDeliveryReads:
        return self._deliveries

    @property
    def admin_keys(self) -> SqlAdminKeyReads:
        return self._admin_keys

    @property
    def audit(self) -> SqlAuditReads:
        return self._audit

    @property
    def reader(self) -> SessionReader:
        """The session check without this object in between."""
        return self._hot

    async def row(self, token_hash: bytes) -> SessionRow | None:
        """The row with that token, good or not."""
        return await self._hot.row(token_hash)

    def unit(self) -> SqlUnit:
        """A new, empty unit of work."""
        return SqlUnit(self._database, self._changes)

    async def ready(self) -> str:
        """Why the database cannot be used now; empty when it can. The answer comes within a few seconds."""
        try:
            async with asyncio.timeout(_READY_SECONDS):
                return await self.pending()
        except TimeoutError:
            return "The database does not answer."
        except LimenError as error:
            return error.reason

    async def pending(self) -> str:
        """What is to be done about the tables; empty when nothing is. Raises StorageUnavailable.

        Tables that a newer program made while this one runs are good: migrations keep what the last release needs.
        """
        try:
            found = await self._database.one(self._version, ())
        except SchemaOutdated as error:
            return error.reason
        return MIGRATE if found is None or found.number < HEAD else ""

    async def end_other_sessions(self, identity_id: IdentityId, keep: SessionId) -> int:
        """Deactivate every session of the identity but `keep`, and say how many were active (SESS-21)."""
        (count,) = await self._database.run((self._changes.sessions.end_others(identity_id, keep),))
        return count

    async def remove_expired(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` rows (sessions, flows, error pages) that expired before that time; how many there were."""
        return await self._expiry.remove(before, limit)

    async def remove_old_letters(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` messages that were over before that time, with their attempts; how many there were."""
        (count,) = await self._database.run((self._changes.letters.remove_old(before, limit),))
        return count

    async def figures(self) -> Sequence[Family]:
        """What Prometheus is told of the database and of what waits in it (OBS-02)."""
        return (*await self._database.figures(), *await self._queues.figures())

    async def close(self) -> None:
        """Finish the commits that were accepted, then let go of the database."""
        await self._database.close()
        if self._replica is not None:
            await self._replica.close()
