"""What is kept of a change by an operator? An entry, chained to the one before it by a hash (docs/adr/0022)."""

import hashlib
from datetime import UTC, datetime
from typing import Final

import msgspec

from limen.kernel.json_doc import JsonDoc

GENESIS: Final = "0" * 64
"""What stands in the first entry for the hash of the one before."""
_FORM: Final = 1
"""Counts up if what is hashed ever changes."""


class AuditDraft(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that has no place in the chain yet."""

    at: datetime
    actor: str
    """The name of the key that was shown, or the address of the peer, or `command line`."""
    key_id: str = ""
    peer: str = ""
    operation: str
    """The method and the pattern of the address, such as `DELETE /admin/identities/{id}`, or the words of a command."""
    target: str = ""
    """The id of what was changed; empty where it is none or several, which `change` then names."""
    change: JsonDoc
    """What was changed, without any secret and without any value of a person's (docs/adr/0022)."""


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change, as it is stored."""

    number: int
    """Counts from 1, without a gap."""
    draft: AuditDraft
    previous: str
    hash: str

    @property
    def genuine(self) -> bool:
        """Whether the hash is that of what the entry says."""
        return self.hash == link(self.number, self.draft, self.previous)


def entry(number: int, draft: AuditDraft, previous: str) -> AuditEntry:
    """The draft at its place in the chain."""
    return AuditEntry(number=number, draft=draft, previous=previous, hash=link(number, draft, previous))


def link(number: int, draft: AuditDraft, previous: str) -> str:
    """The hash of an entry: SHA-256, in hexadecimal, over a JSON list of everything that it says."""
    said = (
        _FORM,
        number,
        draft.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        draft.actor,
        draft.key_id,
        draft.peer,
        draft.operation,
        draft.target,
        draft.change.text,
        previous,
    )
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()
