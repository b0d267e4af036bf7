"""How does an entry of the audit log look on the wire? (ours: docs/wire.md)"""

from datetime import datetime

import msgspec

from limen.domain.admin.audit import AuditEntry


class WireAuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator changed, and the hash that chains it to the entry before."""

    number: int
    at: datetime
    actor: str
    key_id: str
    peer: str
    operation: str
    target: str
    change: msgspec.Raw
    previous: str
    hash: str


def entry(each: AuditEntry) -> WireAuditEntry:
    draft = each.draft
    return WireAuditEntry(
        number=each.number,
        at=draft.at,
        actor=draft.actor,
        key_id=draft.key_id,
        peer=draft.peer,
        operation=draft.operation,
        target=draft.target,
        change=draft.change.raw,
        previous=each.previous,
        hash=each.hash,
    )
