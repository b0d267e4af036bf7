"""How is an identity changed by an operator? Read, edited as a whole, checked, and written if nobody else was faster."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import msgspec

from limen.app.errors import IdentityRefused
from limen.app.identities.find import by_id
from limen.app.identities.versions import WHICHEVER, Expected
from limen.app.scope import Scope
from limen.domain.identity.apply import applied
from limen.domain.identity.identity import Identity
from limen.domain.identity.schema import IdentitySchema, TraitsReading
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import IdentityChanged
from limen.ports.traits import SchemaUnknown, TraitsInvalid

Edit: TypeAlias = Callable[[Identity], Awaitable[Identity]]
PATCH_TRIES: Final = 3
_MOST_PROBLEMS: Final = 10


async def changed(scope: Scope, id: str, edit: Edit, *, tries: int = 1, expected: Expected = WHICHEVER) -> Identity:
    """The identity after `edit`; it is read again and edited anew when somebody else changed it meanwhile.

    Raises IdentityUnknown, VersionMismatch, IdentifierTaken, IdentityChanged when the tries are used up, and whatever
    `edit` raises.
    """
    before = await by_id(scope, id)
    expected.check(before)
    after = await edit(before)
    if after == before:
        return before
    now = scope.services.clock.now()
    after = msgspec.structs.replace(
        after,
        updated_at=now,
        state_changed_at=before.state_changed_at if after.state is before.state else now,
        available_aal=scope.services.factors.available_aal(after),
    )
    unit = scope.services.storage.unit()
    unit.identities.save(after, before)
    try:
        await unit.commit()
    except IdentityChanged:
        if expected.versions is None and tries <= 1:
            raise
        return await changed(scope, id, edit, tries=tries - 1, expected=expected)
    return after


def schema_of(scope: Scope, id: str) -> IdentitySchema:
    """The schema that an operator names. Raises IdentityRefused, SchemaBroken."""
    try:
        return scope.services.schemas.require(id)
    except SchemaUnknown as error:
        raise IdentityRefused(error.reason) from error


def read(scope: Scope, schema: IdentitySchema, traits: JsonDoc) -> TraitsReading:
    """What valid traits say. Raises IdentityRefused, which names what is wrong and where (ID-09)."""
    try:
        return scope.services.schemas.read(schema, traits)
    except TraitsInvalid as error:
        told = "; ".join(f"{each.name}: {each.message.text}" for each in error.problems[:_MOST_PROBLEMS])
        raise IdentityRefused(f"The traits do not follow the identity schema. {told}") from error


def settled(scope: Scope, identity: Identity) -> Identity:
    """The identity with everything that follows from its traits (ID-26, ID-27). Raises IdentityRefused, SchemaBroken."""
    schema = schema_of(scope, identity.schema_id)
    services = scope.services
    named = msgspec.structs.replace(identity, schema_id=schema.id)
    return applied(read(scope, schema, identity.traits), named, services.clock.now(), services.ids)
