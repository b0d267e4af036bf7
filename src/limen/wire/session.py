"""How do sessions look on the wire? (SESS-01, SESS-02; tokens are never part of them)"""

from datetime import datetime

import msgspec

from limen.domain.session.amr import AuthenticationMethod
from limen.domain.session.device import Device
from limen.domain.session.session import Session
from limen.ports.session_reader import SessionRow
from limen.wire.identity import WireIdentity, schema_url
from limen.wire.text import escaped


class WireSession(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    active: bool
    expires_at: datetime
    authenticated_at: datetime
    authenticator_assurance_level: str
    authentication_methods: tuple[AuthenticationMethod, ...]
    issued_at: datetime
    identity: WireIdentity | msgspec.UnsetType | None = msgspec.UNSET
    devices: tuple[Device, ...] | msgspec.UnsetType = msgspec.UNSET
    tokenized: str | msgspec.UnsetType = msgspec.UNSET


def session(
    found: Session,
    identity: WireIdentity | msgspec.UnsetType | None = msgspec.UNSET,
    *,
    now: datetime,
    devices: bool = True,
) -> WireSession:
    """The session; `identity` is left out when unset and shown as null when None."""
    return WireSession(
        id=found.id,
        active=found.good(now),
        expires_at=found.expires_at,
        authenticated_at=found.authenticated_at,
        authenticator_assurance_level=found.aal.value,
        authentication_methods=found.methods,
        issued_at=found.issued_at,
        identity=identity,
        devices=found.devices if devices else msgspec.UNSET,
    )


class RowIdentity(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    external_id: str | msgspec.UnsetType
    schema_id: str
    schema_url: str
    state: str
    state_changed_at: str
    traits: msgspec.Raw
    verifiable_addresses: msgspec.Raw | msgspec.UnsetType
    recovery_addresses: msgspec.Raw | msgspec.UnsetType
    metadata_public: msgspec.Raw | None
    created_at: str
    updated_at: str
    organization_id: str | None


class RowSession(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    active: bool
    expires_at: str
    authenticated_at: str
    authenticator_assurance_level: str
    authentication_methods: msgspec.Raw
    issued_at: str
    identity: RowIdentity
    devices: msgspec.Raw
    tokenized: str | msgspec.UnsetType = msgspec.UNSET


_ENCODER = msgspec.json.Encoder()
_EMPTY = "[]"


def from_row(row: SessionRow, base_url: str, tokenized: str = "") -> bytes:
    """The JSON of a checked session straight from its row: stored texts pass through (performance.md §13)."""
    identity = RowIdentity(
        id=row.identity_id,
        external_id=row.external_id or msgspec.UNSET,
        schema_id=row.schema_id,
        schema_url=schema_url(base_url, row.schema_id),
        state=row.state,
        state_changed_at=row.state_changed_at,
        traits=msgspec.Raw(row.traits),
        verifiable_addresses=_list(row.verifiable_addresses),
        recovery_addresses=_list(row.recovery_addresses),
        metadata_public=msgspec.Raw(row.metadata_public) if row.metadata_public is not None else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
        organization_id=row.organization_id,
    )
    shown = RowSession(
        id=row.session_id,
        active=True,
        expires_at=row.expires_at,
        authenticated_at=row.authenticated_at,
        authenticator_assurance_level=row.aal,
        authentication_methods=msgspec.Raw(row.methods),
        issued_at=row.issued_at,
        identity=identity,
        devices=msgspec.Raw(row.devices),
        tokenized=tokenized or msgspec.UNSET,
    )
    return escaped(_ENCODER.encode(shown))


def _list(text: str) -> msgspec.Raw | msgspec.UnsetType:
    return msgspec.UNSET if text == _EMPTY else msgspec.Raw(text)
