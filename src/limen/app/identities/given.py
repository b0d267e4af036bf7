"""How do operators write the parts of an identity? State, addresses, metadata, outer ids: read and checked (ID-06, ID-16)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from limen.app.errors import IdentityRefused
from limen.app.identities.credential_forms import Instant
from limen.domain.identity.addresses import AddressStatus, RecoveryAddress, VerifiableAddress, Via
from limen.domain.ids import canonical_uuid
from limen.kernel.ids import Ids
from limen.kernel.json_doc import JsonDoc

NULL: Final = msgspec.Raw(b"null")
NOTHING: Final = msgspec.Raw(b"{}")
State = Literal["", "active", "inactive"]
Region = Literal["", "eu-central", "asia-northeast", "us-east", "us-west", "eu", "asia", "us", "global"]
"""ID-23: stored and shown, without any effect here."""


class GivenVerifiable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verifiable address. Ids and times of other systems are read over; a patch finds the address by its id."""

    value: Annotated[str, Meta(min_length=1)]
    via: Via
    verified: bool = False
    status: Literal["", "pending", "sent", "completed"] = ""
    verified_at: Instant | None = None
    id: str = ""
    created_at: Instant | None = None
    updated_at: Instant | None = None


class GivenRecovery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recovery address, likewise."""

    value: Annotated[str, Meta(min_length=1)]
    via: Via
    id: str = ""
    break_glass_for_organization: bool | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None


def verifiable(
    given: Sequence[GivenVerifiable] | None, known: Sequence[VerifiableAddress], now: datetime, ids: Ids
) -> tuple[VerifiableAddress, ...]:
    """The addresses as they are kept; those with the id of a known one stay that one."""
    by_id = {each.id: each for each in known}
    return tuple(_verifiable(each, by_id.get(each.id), now, ids) for each in given or ())


def recovery(
    given: Sequence[GivenRecovery] | None, known: Sequence[RecoveryAddress], now: datetime, ids: Ids
) -> tuple[RecoveryAddress, ...]:
    """Likewise for recovery addresses."""
    by_id = {each.id: each for each in known}
    return tuple(_recovery(each, by_id.get(each.id), now, ids) for each in given or ())


def document(raw: msgspec.Raw) -> JsonDoc | None:
    """A piece of JSON as sent; `null` is no document."""
    return None if bytes(raw) == bytes(NULL) else JsonDoc(raw)


def uuid_or_none(text: str | None, name: str) -> str | None:
    """A UUID in canonical form. Raises IdentityRefused for other text."""
    if not text:
        return None
    found = canonical_uuid(text)
    if found is None:
        raise IdentityRefused(f"The {name} has to be a UUID.")
    return found


def _verifiable(given: GivenVerifiable, known: VerifiableAddress | None, now: datetime, ids: Ids) -> VerifiableAddress:
    """`verified`, `status` and `verified_at` say the same thing; `verified` has the last word."""
    status = AddressStatus(given.status or AddressStatus.PENDING)
    if given.verified:
        status = AddressStatus.COMPLETED
    elif status is AddressStatus.COMPLETED:
        status = AddressStatus.PENDING
    address = VerifiableAddress(
        id=known.id if known else str(ids.uuid()),
        value=given.value.lower(),
        verified=given.verified,
        via=given.via,
        status=status,
        verified_at=(given.verified_at or now) if given.verified else None,
        created_at=known.created_at if known else now,
        updated_at=known.updated_at if known else now,
    )
    return address if known is None or address == known else msgspec.structs.replace(address, updated_at=now)


def _recovery(given: GivenRecovery, known: RecoveryAddress | None, now: datetime, ids: Ids) -> RecoveryAddress:
    address = RecoveryAddress(
        id=known.id if known else str(ids.uuid()),
        value=given.value.lower(),
        via=given.via,
        break_glass_for_organization=bool(given.break_glass_for_organization),
        created_at=known.created_at if known else now,
        updated_at=known.updated_at if known else now,
    )
    return address if known is None or address == known else msgspec.structs.replace(address, updated_at=now)
