"""Who is this? An identity: traits that follow a schema, credentials, addresses, metadata (ID-01)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from limen.domain.identity.aal import Aal
from limen.domain.identity.addresses import RecoveryAddress, VerifiableAddress
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.vouched import Vouched
from limen.domain.ids import IdentityId
from limen.kernel.json_doc import JsonDoc


class IdentityState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A person, a service, anything that can sign in."""

    id: IdentityId
    schema_id: str
    state: IdentityState
    state_changed_at: datetime
    traits: JsonDoc
    credentials: Mapping[CredentialType, Credential]
    verifiable_addresses: tuple[VerifiableAddress, ...] = ()
    recovery_addresses: tuple[RecoveryAddress, ...] = ()
    metadata_public: JsonDoc | None = None
    metadata_admin: JsonDoc | None = None
    external_id: str | None = None
    organization_id: str | None = None
    region: str | None = None
    available_aal: Aal | None = None
    """The highest level this identity could reach with its credentials; None means not worked out yet (SESS-15)."""
    created_at: datetime
    updated_at: datetime
    vouched_by: Vouched | None = None
    """Who says that it belongs to whoever has its address; None when only its present addresses can (security.md §2.9)."""

    @property
    def active(self) -> bool:
        return self.state is IdentityState.ACTIVE

    @property
    def proven(self) -> bool:
        """Whether an address of it was ever proven."""
        return self.vouched_by is Vouched.PROOF or any(each.verified for each in self.verifiable_addresses)
