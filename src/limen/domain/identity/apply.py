"""What follows from somebody's traits? Identifiers of their credentials, and the addresses they can be reached at (REG-24, ID-27)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

import msgspec

from limen.domain.identity.addresses import AddressStatus, RecoveryAddress, VerifiableAddress, Via
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity
from limen.domain.identity.normalise import lookup_form
from limen.domain.identity.schema import AddressPurpose, TraitsReading
from limen.domain.identity.vouched import Vouched
from limen.kernel.ids import Ids
from limen.kernel.json_doc import EMPTY, JsonDoc

_CODE_VERSION: Final = 1


def applied(
    reading: TraitsReading,
    identity: Identity,
    now: datetime,
    ids: Ids,
    proven: Collection[tuple[Via, str]] = (),
) -> Identity:
    """The identity with these traits and all that follows from them; for a new one, hand in one without addresses.

    Identifiers of every type that the schema speaks of are exactly those in the traits, so one that was taken out of them
    signs nobody in any more. A type that has identifiers but no credential yet gets one with an empty configuration, which
    keeps the identifier from being taken by others. Addresses that stay keep their id and their verification (ID-27); new
    ones are pending unless `proven` names them (REG-24); others go, and that one of them was proven is remembered.
    """
    verifiable = {(each.via, lookup_form(each.value)): each for each in identity.verifiable_addresses}
    recovery = {(each.via, lookup_form(each.value)): each for each in identity.recovery_addresses}
    after = msgspec.structs.replace(
        identity,
        traits=reading.traits,
        credentials=_credentials(reading, identity.credentials, now),
        verifiable_addresses=tuple(
            verifiable.get((via, lookup_form(value))) or _verifiable(ids, via, value, now, (via, value) in proven)
            for via, value in _addresses(reading, AddressPurpose.VERIFICATION)
        ),
        recovery_addresses=tuple(
            recovery.get((via, lookup_form(value)))
            or RecoveryAddress(id=str(ids.uuid()), value=value, via=via, created_at=now, updated_at=now)
            for via, value in _addresses(reading, AddressPurpose.RECOVERY)
        ),
    )
    if identity.proven and not after.proven:
        return msgspec.structs.replace(after, vouched_by=Vouched.PROOF)
    return after


def _addresses(reading: TraitsReading, purpose: AddressPurpose) -> tuple[tuple[Via, str], ...]:
    return tuple(dict.fromkeys((each.via, each.value) for each in reading.addresses if each.purpose is purpose))


def _verifiable(ids: Ids, via: Via, value: str, now: datetime, proven: bool) -> VerifiableAddress:
    return VerifiableAddress(
        id=str(ids.uuid()),
        value=value,
        verified=proven,
        via=via,
        status=AddressStatus.COMPLETED if proven else AddressStatus.PENDING,
        verified_at=now if proven else None,
        created_at=now,
        updated_at=now,
    )


def _credentials(
    reading: TraitsReading, before: Mapping[CredentialType, Credential], now: datetime
) -> Mapping[CredentialType, Credential]:
    credentials = dict(before)
    for type in sorted(reading.types):
        identifiers = reading.identifiers_for(type)
        codes = _codes(reading.code_addresses) if type is CredentialType.CODE else None
        old = credentials.get(type)
        if old is None and identifiers:
            credentials[type] = Credential(
                type=type,
                identifiers=identifiers,
                config=codes or EMPTY,
                version=_CODE_VERSION if codes else 0,
                created_at=now,
                updated_at=now,
            )
        elif old is not None and codes is not None and not identifiers:
            del credentials[type]
        elif old is not None and (old.identifiers != identifiers or (codes is not None and old.config != codes)):
            credentials[type] = msgspec.structs.replace(
                old, identifiers=identifiers, config=codes or old.config, updated_at=now
            )
    return credentials


def _codes(addresses: Collection[tuple[Via, str]]) -> JsonDoc:
    """The configuration of a code credential (F.4), in the order of the addresses."""
    ordered = sorted(dict.fromkeys(addresses), key=lambda each: (each[1], each[0]))
    return JsonDoc.of({"addresses": [{"channel": via, "address": value} for via, value in ordered]})
