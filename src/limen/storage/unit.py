"""What is a unit of work here? The list of its writes, handed to the database in one piece (docs/adr/0003)."""

from limen.domain.admin.audit import AuditDraft
from limen.storage.admin_keys import AdminKeyChanges, SqlAdminKeyWrites
from limen.storage.asked import AskedChanges, SqlAskedWrites
from limen.storage.audit import AuditChain, SqlAuditWrites
from limen.storage.database import Database
from limen.storage.deliveries import DeliveryChanges, SqlDeliveryWrites
from limen.storage.error_pages import ErrorPageChanges, SqlErrorPageWrites
from limen.storage.flows import FlowChanges, SqlFlowWrites
from limen.storage.hook_runs import HookRunChanges, SqlHookRunWrites
from limen.storage.identity_changes import IdentityChanges, SqlIdentityWrites
from limen.storage.letters import LetterChanges, SqlLetterWrites
from limen.storage.parked import ParkedChanges, SqlParkedWrites
from limen.storage.secrets import SecretChanges, SqlSecretWrites
from limen.storage.session_changes import SessionChanges, SqlSessionWrites
from limen.storage.statements import Write


class Changes:
    """Every statement that changes something, compiled once."""

    def __init__(self, database: Database) -> None:
        self.flows = FlowChanges(database)
        self.identities = IdentityChanges(database)
        self.sessions = SessionChanges(database)
        self.error_pages = ErrorPageChanges(database)
        self.letters = LetterChanges(database)
        self.secrets = SecretChanges(database)
        self.parked = ParkedChanges(database)
        self.asked = AskedChanges(database)
        self.hook_runs = HookRunChanges(database)
        self.deliveries = DeliveryChanges(database)
        self.admin_keys = AdminKeyChanges(database)
        self.audit = AuditChain(database)


class SqlUnit:
    """Collects writes; nothing reaches the database before `commit`."""

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database = database
        self._changes = changes
        self._writes: list[Write] = []
        self._drafts: list[AuditDraft] = []

    @property
    def flows(self) -> SqlFlowWrites:
        return SqlFlowWrites(self._changes.flows, self._writes)

    @property
    def identities(self) -> SqlIdentityWrites:
        return SqlIdentityWrites(self._changes.identities, self._writes)

    @property
    def sessions(self) -> SqlSessionWrites:
        return SqlSessionWrites(self._changes.sessions, self._writes)

    @property
    def error_pages(self) -> SqlErrorPageWrites:
        return SqlErrorPageWrites(self._changes.error_pages, self._writes)

    @property
    def letters(self) -> SqlLetterWrites:
        return SqlLetterWrites(self._changes.letters, self._writes)

    @property
    def secrets(self) -> SqlSecretWrites:
        return SqlSecretWrites(self._changes.secrets, self._writes)

    @property
    def parked(self) -> SqlParkedWrites:
        return SqlParkedWrites(self._changes.parked, self._writes)

    @property
    def asked(self) -> SqlAskedWrites:
        return SqlAskedWrites(self._changes.asked, self._writes)

    @property
    def hook_runs(self) -> SqlHookRunWrites:
        return SqlHookRunWrites(self._changes.hook_runs, self._writes)

    @property
    def deliveries(self) -> SqlDeliveryWrites:
        return SqlDeliveryWrites(self._changes.deliveries, self._writes)

    @property
    def admin_keys(self) -> SqlAdminKeyWrites:
        return SqlAdminKeyWrites(self._changes.admin_keys, self._writes)

    @property
    def audit(self) -> SqlAuditWrites:
        return SqlAuditWrites(self._drafts)

    async def commit(self) -> None:
        """Apply everything, durably, or nothing; the unit is empty afterwards. Raises the error of the first write that
        does not hold, or StorageUnavailable.
        """
        writes = tuple(self._writes)
        drafts = tuple(self._drafts)
        self._writes.clear()
        self._drafts.clear()
        if drafts:
            await self._changes.audit.run(writes, drafts)
        elif writes:
            await self._database.run(writes)
