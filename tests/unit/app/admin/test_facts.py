"""What is kept of a change, and what never is? (docs/adr/0022)"""

from datetime import UTC, datetime

import msgspec

from limen.app.admin.facts import changed, created, removed, told
from limen.domain.identity.addresses import VerifiableAddress, Via
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.ids import IdentityId
from limen.kernel.json_doc import JsonDoc, JsonValue

NOW = datetime(2030, 1, 1, tzinfo=UTC)
HASH, MAIL, PHRASE = "$2b$12$hash-of-a-password", "ada@person.test", "my mother's name"


def credential(config: JsonValue) -> Credential:
    return Credential(
        type=CredentialType.PASSWORD, identifiers=(MAIL,), config=JsonDoc.of(config), created_at=NOW, updated_at=NOW
    )


def person(traits: JsonValue, **more: object) -> Identity:
    identity = Identity(
        id=IdentityId("00000000-0000-4000-8000-00000000000a"),
        schema_id="default",
        state=IdentityState.ACTIVE,
        state_changed_at=NOW,
        traits=JsonDoc.of(traits),
        credentials={CredentialType.PASSWORD: credential({"hashed_password": HASH})},
        created_at=NOW,
        updated_at=NOW,
    )
    return msgspec.structs.replace(identity, **more)


ADA = person(
    {"email": MAIL, "security_question": PHRASE}, metadata_admin=JsonDoc.of({"note": PHRASE}), external_id=MAIL
)


def test_no_hash_no_address_and_no_trait_is_kept() -> None:
    other = person({"email": "b@person.test", "security_question": "?"}, credentials={})
    text = told((created(ADA), changed(ADA, other), changed(other, ADA), removed(ADA, ADA.id))).text
    for secret in (HASH, MAIL, PHRASE, "b@person.test"):
        assert secret not in text


def test_what_changed_is_named_and_shown_before_and_after_where_it_may_be() -> None:
    address = VerifiableAddress(
        id="x", value=MAIL, via=Via.EMAIL, verified=True, status="completed", created_at=NOW, updated_at=NOW
    )
    after = person(
        {"email": "b@person.test", "security_question": PHRASE, "na/me": {"first": "A"}},
        state=IdentityState.INACTIVE,
        credentials={CredentialType.PASSWORD: credential({"hashed_password": "another"})},
        verifiable_addresses=(address,),
    )
    (fact,) = told((changed(ADA, after),)).members()["changes"]  # type: ignore[union-attr, misc]
    assert isinstance(fact, dict)
    assert fact["before"] == {"state": "active", "addresses": []}
    assert fact["after"] == {"state": "inactive", "addresses": [{"id": "x", "via": "email", "verified": True}]}
    assert fact["redacted"] == [
        "/traits/email",
        "/traits/na~1me",
        "/metadata_admin",
        "/external_id",
        "/credentials/password",
    ]


def test_what_is_removed_is_remembered_as_it_was() -> None:
    fact = removed(ADA, ADA.id)
    assert fact.before is not None
    assert fact.before.credentials == ("password",)
    assert removed(None, "x").before is None
