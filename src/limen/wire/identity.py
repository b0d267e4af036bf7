"""How do identities look on the wire? (ID-01 … ID-03)"""

import base64
from datetime import datetime
from functools import lru_cache

import msgspec

from limen.domain.identity.addresses import RecoveryAddress, VerifiableAddress
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity
from limen.kernel.urls import joined


class WireCredential(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    identifiers: tuple[str, ...]
    config: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    version: int
    created_at: datetime
    updated_at: datetime


class WireIdentity(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    external_id: str | msgspec.UnsetType = msgspec.UNSET
    credentials: dict[str, WireCredential] | msgspec.UnsetType = msgspec.UNSET
    schema_id: str
    schema_url: str
    state: str
    state_changed_at: datetime
    traits: msgspec.Raw
    verifiable_addresses: tuple[VerifiableAddress, ...] | msgspec.UnsetType = msgspec.UNSET
    recovery_addresses: tuple[RecoveryAddress, ...] | msgspec.UnsetType = msgspec.UNSET
    metadata_public: msgspec.Raw | None
    metadata_admin: msgspec.Raw | msgspec.UnsetType | None = msgspec.UNSET
    created_at: datetime
    updated_at: datetime
    organization_id: str | None
    region: str | msgspec.UnsetType = msgspec.UNSET


@lru_cache(maxsize=256)
def schema_url(base_url: str, schema_id: str) -> str:
    """Where the schema can be read (ID-02)."""
    name = base64.urlsafe_b64encode(schema_id.encode()).decode().rstrip("=")
    return joined(base_url, "schemas", name)


def public(identity: Identity, base_url: str) -> WireIdentity:
    """The identity as its person sees it: neither credentials nor admin metadata (ID-21)."""
    return WireIdentity(
        id=identity.id,
        external_id=identity.external_id or msgspec.UNSET,
        schema_id=identity.schema_id,
        schema_url=schema_url(base_url, identity.schema_id),
        state=identity.state.value,
        state_changed_at=identity.state_changed_at,
        traits=identity.traits.raw,
        verifiable_addresses=identity.verifiable_addresses or msgspec.UNSET,
        recovery_addresses=identity.recovery_addresses or msgspec.UNSET,
        metadata_public=identity.metadata_public.raw if identity.metadata_public is not None else None,
        created_at=identity.created_at,
        updated_at=identity.updated_at,
        organization_id=identity.organization_id,
        region=identity.region or msgspec.UNSET,
    )


def listed(identity: Identity) -> WireIdentity:
    """The identity as it stands in lists of sessions: without addresses and without the address of its schema (SESS-20)."""
    return msgspec.structs.replace(
        public(identity, ""), schema_url="", verifiable_addresses=msgspec.UNSET, recovery_addresses=msgspec.UNSET
    )


def admin(
    identity: Identity, base_url: str, *, credentials: bool = True, configs: frozenset[CredentialType] = frozenset()
) -> WireIdentity:
    """The identity as operators see it; `configs` names the types whose configuration is shown (ID-03, ID-04)."""
    shown = {
        type.value: _credential(credential, with_config=type in configs)
        for type, credential in identity.credentials.items()
    }
    return msgspec.structs.replace(
        public(identity, base_url),
        credentials=shown if credentials and shown else msgspec.UNSET,
        metadata_admin=identity.metadata_admin.raw if identity.metadata_admin is not None else None,
    )


def _credential(credential: Credential, *, with_config: bool) -> WireCredential:
    return WireCredential(
        type=credential.type.value,
        identifiers=credential.identifiers,
        config=credential.config.raw if with_config else msgspec.UNSET,
        version=credential.version,
        created_at=credential.created_at,
        updated_at=credential.updated_at,
    )
