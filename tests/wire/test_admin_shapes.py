"""How do identities look to operators, and what is left out where?"""

from datetime import UTC, datetime

import msgspec
import pytest

from limen.domain.identity.addresses import AddressStatus, VerifiableAddress, Via
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.ids import IdentityId
from limen.kernel.json_doc import EMPTY, JsonDoc, JsonObject, at
from limen.wire import admin

NOW = datetime(2030, 1, 1, tzinfo=UTC)
BASE = "https://id.test/"


def credential(type: CredentialType) -> Credential:
    return Credential(type=type, identifiers=("ada",), config=JsonDoc.of({"x": 1}), created_at=NOW, updated_at=NOW)


ADA = Identity(
    id=IdentityId("00000000-0000-4000-8000-00000000000a"),
    schema_id="default",
    state=IdentityState.ACTIVE,
    state_changed_at=NOW,
    traits=EMPTY,
    credentials={type: credential(type) for type in (CredentialType.PASSWORD, CredentialType.TOTP)},
    verifiable_addresses=(
        VerifiableAddress(
            id="x",
            value="a@b.test",
            verified=False,
            via=Via.EMAIL,
            status=AddressStatus.PENDING,
            created_at=NOW,
            updated_at=NOW,
        ),
    ),
    created_at=NOW,
    updated_at=NOW,
)


def shown(value: object) -> JsonObject:
    return JsonDoc.of(value).members()


@pytest.mark.covers("ID-03", "ID-04")
def test_only_the_configuration_that_was_asked_for_is_shown() -> None:
    read = shown(admin.read(ADA, BASE, configs=frozenset({CredentialType.TOTP})))
    assert at(read, ("credentials", "totp", "config")) == {"x": 1}
    assert "config" not in msgspec.convert(at(read, ("credentials", "password")), dict[str, object])


@pytest.mark.covers("ID-13")
def test_a_plain_list_shows_no_credentials() -> None:
    assert "credentials" not in shown(admin.read(ADA, BASE, credentials=False))


@pytest.mark.covers("ID-01")
def test_metadata_that_were_not_given_are_left_out_right_after_writing() -> None:
    assert shown(admin.read(ADA, BASE))["metadata_admin"] is None
    noted = msgspec.structs.replace(ADA, metadata_admin=JsonDoc.of(0))
    for written in (admin.created, admin.replaced):
        assert "metadata_admin" not in shown(written(ADA, BASE))
        assert shown(written(noted, BASE))["metadata_admin"] == 0


@pytest.mark.covers("ID-03")
def test_credentials_are_read_in_their_present_version() -> None:
    def versions(value: object) -> tuple[object, object]:
        found = shown(value)
        return at(found, ("credentials", "password", "version")), at(found, ("credentials", "totp", "version"))

    assert versions(admin.created(ADA, BASE)) == (0, 0)
    assert versions(admin.replaced(ADA, BASE)) == versions(admin.read(ADA, BASE)) == (1, 0)
