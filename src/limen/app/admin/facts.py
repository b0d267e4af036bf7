"""What is kept of a change? What happened to what, without secrets and without what persons say of themselves (docs/adr/0022)."""

from collections.abc import Iterator
from typing import Final

import msgspec

from limen.domain.identity.identity import Identity
from limen.kernel.json_doc import JsonDoc, JsonValue

_DEEPEST: Final = 4
_MOST: Final = 50


class Address(msgspec.Struct, frozen=True):
    """An address, without itself."""

    id: str
    via: str
    verified: bool


class IdentityFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an identity in clear; what does not differ between before and after is left out."""

    schema_id: str | msgspec.UnsetType = msgspec.UNSET
    state: str | msgspec.UnsetType = msgspec.UNSET
    organization_id: str | msgspec.UnsetType | None = msgspec.UNSET
    region: str | msgspec.UnsetType | None = msgspec.UNSET
    credentials: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    """Types only."""
    addresses: tuple[Address, ...] | msgspec.UnsetType = msgspec.UNSET


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was changed."""

    kind: str
    """`identity`, `session`, `sessions`, `recovery`, `key`."""
    id: str
    what: str
    """`created`, `changed`, `removed`, `ended`, `issued`, `revoked`."""
    before: IdentityFacts | None = None
    after: IdentityFacts | None = None
    redacted: tuple[str, ...] = ()
    """Pointers to what changed as well and whose values are not kept."""


class Change(msgspec.Struct, frozen=True):
    """What one unit of work changed."""

    changes: tuple[Fact, ...] = ()


def created(identity: Identity) -> Fact:
    return Fact(
        kind="identity", id=identity.id, what="created", after=_shown(identity), redacted=_differing(None, identity)
    )


def removed(identity: Identity | None, id: str) -> Fact:
    return Fact(kind="identity", id=id, what="removed", before=None if identity is None else _shown(identity))


def changed(before: Identity, after: Identity) -> Fact:
    was, now = _shown(before), _shown(after)
    same = [name for name in IdentityFacts.__struct_fields__ if getattr(was, name) == getattr(now, name)]
    unset = dict.fromkeys(same, msgspec.UNSET)
    return Fact(
        kind="identity",
        id=after.id,
        what="changed",
        before=msgspec.structs.replace(was, **unset),
        after=msgspec.structs.replace(now, **unset),
        redacted=_differing(before, after),
    )


def told(facts: tuple[Fact, ...]) -> JsonDoc:
    """The facts as they are stored."""
    return JsonDoc.of(Change(facts))


def _shown(identity: Identity) -> IdentityFacts:
    return IdentityFacts(
        schema_id=identity.schema_id,
        state=identity.state.value,
        organization_id=identity.organization_id,
        region=identity.region,
        credentials=tuple(sorted(type.value for type in identity.credentials)),
        addresses=tuple(
            Address(each.id, each.via.value, each.verified)
            for each in sorted(identity.verifiable_addresses, key=lambda each: each.id)
        ),
    )


def _differing(before: Identity | None, after: Identity) -> tuple[str, ...]:
    """Pointers to what differs and is not kept; at most fifty, lists as a whole."""
    found = [
        *_pointers("/traits", before.traits.value() if before else {}, after.traits.value(), 1),
        *(
            f"/{name}"
            for name in ("metadata_public", "metadata_admin", "external_id")
            if (getattr(before, name) if before else None) != getattr(after, name)
        ),
        *_credentials(before, after),
    ]
    return tuple(found[:_MOST])


def _pointers(path: str, before: JsonValue, after: JsonValue, level: int) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and level <= _DEEPEST:
        for key in sorted({*before, *after}):
            part = key.replace("~", "~0").replace("/", "~1")
            if key not in before or key not in after:
                yield f"{path}/{part}"
            else:
                yield from _pointers(f"{path}/{part}", before[key], after[key], level + 1)
    else:
        yield path


def _credentials(before: Identity | None, after: Identity) -> Iterator[str]:
    """Credentials that both have, and whose inside (hashes, seeds, keys, identifiers) is another one now."""
    for type, credential in after.credentials.items():
        old = before.credentials.get(type) if before else None
        if old is not None and (old.config, old.identifiers) != (credential.config, credential.identifiers):
            yield f"/credentials/{type.value}"
