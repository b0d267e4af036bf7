"""What does the storage keep for operators? Their keys, and what they changed."""

from typing import Protocol

from limen.ports.admin_keys import AdminKeyReads, AdminKeyWrites
from limen.ports.audit import AuditReads, AuditWrites


class OperatorReads(Protocol):
    """The part of `Storage` that answers at once."""

    @property
    def admin_keys(self) -> AdminKeyReads: ...
    @property
    def audit(self) -> AuditReads: ...


class OperatorWrites(Protocol):
    """The part of `UnitOfWork` that waits for the commit."""

    @property
    def admin_keys(self) -> AdminKeyWrites: ...
    @property
    def audit(self) -> AuditWrites: ...
