"""Is the audit log as it was written? Every entry is read and its place in the chain worked out anew (docs/adr/0022)."""

from typing import Final

import msgspec

from limen.domain.admin.audit import GENESIS, AuditEntry
from limen.ports.audit import AuditReads

_AT_A_TIME: Final = 500


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries hold together from the first on, the hash of the last of them, and what is wrong with the next."""

    entries: int
    hash: str
    broken: int = 0
    """The number of the first entry that is not as it was written; 0 when all are."""
    reason: str = ""


async def verify(audit: AuditReads, expected: str = "") -> Verdict:
    """`expected` is a hash that was noted somewhere else: it has to be in the chain, which shows that nothing at the end
    was cut off and nothing before it written anew.
    """
    count, last, found = 0, GENESIS, not expected or expected == GENESIS
    while entries := await audit.since(count, _AT_A_TIME):
        for entry in entries:
            if reason := _fault(entry, count + 1, last):
                return Verdict(entries=count, hash=last, broken=count + 1, reason=reason)
            count, last = entry.number, entry.hash
            found = found or entry.hash == expected
    if not found:
        reason = "No entry has the hash that was expected: the end was cut off, or the log was written anew."
        return Verdict(entries=count, hash=last, broken=count + 1, reason=reason)
    return Verdict(entries=count, hash=last)


def _fault(entry: AuditEntry, number: int, previous: str) -> str:
    if entry.number != number:
        return f"Entry {number} is missing."
    if not entry.genuine:
        return f"Entry {number} does not say what was written."
    if entry.previous != previous:
        return f"Entry {number} does not follow the one before it."
    return ""
