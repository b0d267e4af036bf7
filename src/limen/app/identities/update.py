"""How does an operator replace an identity? Everything but its credentials, which are merged (HTTP-65, ID-16)."""

from functools import partial

import msgspec

from limen.app.identities import given
from limen.app.identities.change import changed, read, schema_of, settled
from limen.app.identities.imports import GivenCredentials, with_imports
from limen.app.identities.versions import WHICHEVER, Expected
from limen.app.scope import Scope
from limen.domain.identity.identity import Identity, IdentityState
from limen.kernel.json_doc import JsonDoc


class Replacement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator sends instead of what is there.

    Keys that an identity is shown with but that cannot be set this way are read over, so that what was read can be sent
    back; others are refused.
    """

    traits: msgspec.Raw
    schema_id: str | None = None
    state: given.State | None = None
    metadata_public: msgspec.Raw = given.NULL
    metadata_admin: msgspec.Raw = given.NULL
    external_id: str | None = None
    region: given.Region | None = None
    credentials: GivenCredentials | None = None

    id: msgspec.Raw = given.NULL
    schema_url: msgspec.Raw = given.NULL
    state_changed_at: msgspec.Raw = given.NULL
    verifiable_addresses: msgspec.Raw = given.NULL
    recovery_addresses: msgspec.Raw = given.NULL
    organization_id: msgspec.Raw = given.NULL
    created_at: msgspec.Raw = given.NULL
    updated_at: msgspec.Raw = given.NULL


async def replace(scope: Scope, id: str, new: Replacement, expected: Expected = WHICHEVER) -> Identity:
    """The identity as it is stored then. Without `schema_id`, `state` or `region` these stay (ID-16).

    Raises IdentityUnknown, VersionMismatch, IdentityRefused, IdentifierTaken, IdentityChanged, UnknownHash, Overloaded, SchemaBroken.
    """
    return await changed(scope, id, partial(_replaced, scope, new), expected=expected)


async def _replaced(scope: Scope, new: Replacement, identity: Identity) -> Identity:
    edited = msgspec.structs.replace(
        identity,
        schema_id=new.schema_id or identity.schema_id,
        state=IdentityState(new.state) if new.state else identity.state,
        traits=JsonDoc(new.traits),
        metadata_public=given.document(new.metadata_public),
        metadata_admin=given.document(new.metadata_admin),
        external_id=new.external_id or None,
        region=new.region or identity.region,
    )
    read(scope, schema_of(scope, edited.schema_id), edited.traits)  # before a password is hashed for nothing
    return settled(scope, await with_imports(scope, edited, new.credentials))
