"""How is kept what operators changed? In a chain that only grows (docs/adr/0022)."""

from collections.abc import Sequence
from typing import Protocol

from limen.domain.admin.audit import AuditDraft, AuditEntry


class AuditReads(Protocol):
    async def newest(self, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
        """The entries with the highest numbers (below `before`), highest first."""
        ...

    async def since(self, after: int, limit: int) -> Sequence[AuditEntry]:
        """The entries with numbers above `after`, lowest first."""
        ...


class AuditWrites(Protocol):
    def add(self, draft: AuditDraft) -> None:
        """Chain this to the last entry when the unit is committed: both happen or neither."""
        ...
