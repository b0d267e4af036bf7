"""How does an operator make an identity? With traits, and perhaps with credentials from elsewhere (HTTP-61, ID-06, ID-07)."""

import msgspec

from limen.app.identities import given
from limen.app.identities.change import read, schema_of
from limen.app.identities.imports import GivenCredentials, with_imports
from limen.app.scope import Scope
from limen.domain.identity.apply import applied
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.identity.vouched import Vouched
from limen.domain.ids import IdentityId
from limen.kernel.json_doc import JsonDoc


class NewIdentity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator sends; unknown keys are refused, an `id` is one of them (ID-06)."""

    schema_id: str | None = None
    traits: msgspec.Raw = given.NOTHING
    credentials: GivenCredentials | None = None
    verifiable_addresses: tuple[given.GivenVerifiable, ...] | None = None
    recovery_addresses: tuple[given.GivenRecovery, ...] | None = None
    metadata_public: msgspec.Raw = given.NULL
    metadata_admin: msgspec.Raw = given.NULL
    state: given.State | None = None
    external_id: str | None = None
    organization_id: str | None = None
    region: given.Region | None = None


async def create(scope: Scope, new: NewIdentity) -> Identity:
    """The identity as it is stored. Raises what `prepared` and `stored` raise."""
    identity = await prepared(scope, new)
    await stored(scope, identity)
    return identity


async def prepared(scope: Scope, new: NewIdentity) -> Identity:
    """The identity as it would be stored. Addresses that are given explicitly keep what is said about them (ID-07).

    Raises IdentityRefused, UnknownHash, Overloaded, SchemaBroken.
    """
    services = scope.services
    now = services.clock.now()
    schema = schema_of(scope, new.schema_id or scope.config.identity.default_schema_id)
    reading = read(scope, schema, JsonDoc(new.traits))
    blank = Identity(
        id=IdentityId(str(services.ids.uuid())),
        schema_id=schema.id,
        state=IdentityState(new.state or IdentityState.ACTIVE),
        state_changed_at=now,
        traits=reading.traits,
        credentials={},
        verifiable_addresses=given.verifiable(new.verifiable_addresses, (), now, services.ids),
        recovery_addresses=given.recovery(new.recovery_addresses, (), now, services.ids),
        metadata_public=given.document(new.metadata_public),
        metadata_admin=given.document(new.metadata_admin),
        external_id=new.external_id or None,
        organization_id=given.uuid_or_none(new.organization_id, "organization_id"),
        region=new.region or None,
        created_at=now,
        updated_at=now,
        vouched_by=Vouched.OPERATOR,
    )
    identity = applied(reading, await with_imports(scope, blank, new.credentials), now, services.ids)
    return msgspec.structs.replace(identity, available_aal=services.factors.available_aal(identity))


async def stored(scope: Scope, identity: Identity) -> None:
    """Keep a new identity. Raises IdentifierTaken, ExternalIdTaken, StorageUnavailable."""
    unit = scope.services.storage.unit()
    unit.identities.add(identity)
    await unit.commit()
