from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from doubles.ids import CountingIds
from limen.domain.identity.addresses import AddressStatus, RecoveryAddress, VerifiableAddress, Via
from limen.domain.identity.apply import applied
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.identity.schema import AddressPurpose, FoundAddress, TraitsReading
from limen.domain.ids import IdentityId
from limen.kernel.json_doc import EMPTY, JsonDoc

NOW = datetime(2030, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
NOBODY = Identity(
    id=IdentityId("00000000-0000-4000-8000-0000000000ff"),
    schema_id="default",
    state=IdentityState.ACTIVE,
    state_changed_at=NOW,
    traits=EMPTY,
    credentials={},
    created_at=NOW,
    updated_at=NOW,
)


def traits(*emails: str, types: frozenset[CredentialType] = frozenset({CredentialType.PASSWORD})) -> TraitsReading:
    both = (AddressPurpose.VERIFICATION, AddressPurpose.RECOVERY)
    return TraitsReading(
        traits=JsonDoc.of({"emails": emails}),
        identifiers=tuple((CredentialType.PASSWORD, email) for email in emails),
        addresses=tuple(FoundAddress(value=e, via=Via.EMAIL, purpose=p) for e in emails for p in both),
        types=types,
    )


@pytest.mark.covers("REG-24")
def test_somebody_new_has_pending_addresses_and_identifiers():
    made = applied(traits("a@x.test", "b@x.test", "a@x.test"), NOBODY, NOW, CountingIds())
    assert made.traits == JsonDoc.of({"emails": ["a@x.test", "b@x.test", "a@x.test"]})
    assert made.credentials[CredentialType.PASSWORD].identifiers == ("a@x.test", "b@x.test")
    assert made.credentials[CredentialType.PASSWORD].config == EMPTY
    assert [(a.value, a.verified, a.status) for a in made.verifiable_addresses] == [
        ("a@x.test", False, AddressStatus.PENDING),
        ("b@x.test", False, AddressStatus.PENDING),
    ]
    assert [a.value for a in made.recovery_addresses] == ["a@x.test", "b@x.test"]
    assert len({a.id for a in (*made.verifiable_addresses, *made.recovery_addresses)}) == 4


@pytest.mark.covers("REG-24")
def test_an_address_that_was_proven_is_verified_at_once():
    made = applied(traits("a@x.test"), NOBODY, NOW, CountingIds(), proven={(Via.EMAIL, "a@x.test")})
    [address] = made.verifiable_addresses
    assert (address.verified, address.status, address.verified_at) == (True, AddressStatus.COMPLETED, NOW)


@pytest.mark.covers("ID-27")
def test_addresses_that_stay_keep_their_status_and_others_go():
    known = VerifiableAddress(
        id="1", value="A@x.test", verified=True, via=Via.EMAIL, status=AddressStatus.COMPLETED,
        verified_at=NOW, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    gone = msgspec.structs.replace(known, id="2", value="gone@x.test")
    recovery = RecoveryAddress(
        id="3", value="a@x.test", via=Via.EMAIL, break_glass_for_organization=True, created_at=NOW, updated_at=NOW
    )
    before = msgspec.structs.replace(NOBODY, verifiable_addresses=(gone, known), recovery_addresses=(recovery,))
    made = applied(traits("new@x.test", "a@x.test"), before, LATER, CountingIds())
    assert [(a.value, a.verified) for a in made.verifiable_addresses] == [("new@x.test", False), ("A@x.test", True)]
    assert made.verifiable_addresses[1] is known
    assert made.recovery_addresses[1] is recovery


def password(*identifiers: str) -> Credential:
    return Credential(
        type=CredentialType.PASSWORD,
        identifiers=identifiers,
        config=JsonDoc.of({"hashed_password": "x"}),
        created_at=NOW,
        updated_at=NOW,
    )


def test_identifiers_follow_the_traits_and_the_secret_stays():
    before = msgspec.structs.replace(NOBODY, credentials={CredentialType.PASSWORD: password("old@x.test")})
    made = applied(traits("new@x.test"), before, LATER, CountingIds()).credentials[CredentialType.PASSWORD]
    assert made.identifiers == ("new@x.test",)
    assert made.config == password().config
    assert (made.created_at, made.updated_at) == (NOW, LATER)


def test_an_identifier_taken_out_of_the_traits_signs_nobody_in():
    before = msgspec.structs.replace(NOBODY, credentials={CredentialType.PASSWORD: password("old@x.test")})
    assert applied(traits(), before, LATER, CountingIds()).credentials[CredentialType.PASSWORD].identifiers == ()


def test_credentials_that_the_schema_does_not_speak_of_are_left_alone():
    before = msgspec.structs.replace(NOBODY, credentials={CredentialType.PASSWORD: password("kept")})
    reading = traits(types=frozenset())
    assert applied(reading, before, LATER, CountingIds()).credentials == before.credentials


def test_what_does_not_change_is_not_touched():
    before = applied(traits("a@x.test"), NOBODY, NOW, CountingIds())
    after = applied(traits("a@x.test"), before, LATER, CountingIds())
    assert after.credentials == before.credentials
    assert after.verifiable_addresses == before.verifiable_addresses


@pytest.mark.covers("SCH-06")
def test_code_addresses_are_kept_in_order_and_go_with_the_last():
    reading = TraitsReading(
        traits=EMPTY,
        identifiers=((CredentialType.CODE, "b@x.test"), (CredentialType.CODE, "+4917667111222")),
        code_addresses=((Via.EMAIL, "b@x.test"), (Via.SMS, "+4917667111222"), (Via.EMAIL, "b@x.test")),
        types=frozenset({CredentialType.CODE}),
    )
    made = applied(reading, NOBODY, NOW, CountingIds())
    credential = made.credentials[CredentialType.CODE]
    assert credential.version == 1
    assert credential.config == JsonDoc.of(
        {"addresses": [{"channel": "sms", "address": "+4917667111222"}, {"channel": "email", "address": "b@x.test"}]}
    )
    without = TraitsReading(traits=EMPTY, identifiers=(), types=frozenset({CredentialType.CODE}))
    assert applied(without, made, LATER, CountingIds()).credentials == {}
