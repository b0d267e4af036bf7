"""How does the hottest question read? One statement, texts passed through, nothing parsed that is not looked at."""

from typing import Protocol

import msgspec


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A session joined with its identity, as stored: times are fixed-width UTC text, JSON is text (performance.md §13)."""

    session_id: str
    identity_id: str
    active: bool
    aal: str
    methods: str
    devices: str
    authenticated_at: str
    issued_at: str
    expires_at: str
    schema_id: str
    state: str
    state_changed_at: str
    traits: str
    verifiable_addresses: str
    recovery_addresses: str
    metadata_public: str | None
    external_id: str | None
    organization_id: str | None
    available_aal: str | None
    created_at: str
    updated_at: str


class SessionReader(Protocol):
    """The door of the session check (architecture.md §4.9)."""

    async def row(self, token_hash: bytes) -> SessionRow | None:
        """The row with that token, good or not."""
        ...
