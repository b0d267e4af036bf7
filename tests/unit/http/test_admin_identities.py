"""How do operators make, read, replace, change and remove identities?"""

from datetime import timedelta

import msgspec
import pytest

from doubles.administrator import Operator
from doubles.http_house import ADMIN, PUBLIC, HttpHouse
from limen.config.model import Config
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.identity import Identity
from limen.domain.ids import IdentityId
from limen.kernel.json_doc import JsonObject, JsonValue, at

PASSWORD: JsonObject = {"password": {"config": {"password": "a plain one"}}}
HASH = "$plain$argon2$from elsewhere"


def social(*names: str) -> JsonObject:
    pairs = [name.split(":") for name in names]
    return {
        "oidc": {"config": {"providers": [{"provider": provider, "subject": subject} for provider, subject in pairs]}}
    }


@pytest.fixture
def operator(house: HttpHouse) -> Operator:
    return Operator(house)


@pytest.mark.covers("HTTP-61", "ID-02", "ID-06", "ID-07")
async def test_what_was_created_is_shown_and_can_be_read(operator: Operator) -> None:
    answer = await operator.send(
        "POST", "/identities", {"traits": {"email": "Ada@Person.test"}, "credentials": PASSWORD}
    )
    made = answer.json()
    assert (answer.status, answer.header("location")) == (201, f"{ADMIN}/identities/{made['id']}")
    assert made["schema_url"] == f"{PUBLIC}/schemas/ZGVmYXVsdA"
    assert made["traits"] == {"email": "Ada@Person.test"}
    assert "metadata_admin" not in made
    read = await operator.read(made["id"])
    assert (read["state"], read["metadata_admin"]) == ("active", None)
    assert at(read, ("credentials", "password", "identifiers")) == ["ada@person.test"]
    assert at(read, ("credentials", "password", "config")) is None
    shown = await operator.read(made["id"], "password")
    assert at(shown, ("credentials", "password", "config")) == {"hashed_password": "$plain$bcrypt$a plain one"}


@pytest.mark.covers("ID-07", "ID-27")
async def test_an_address_given_as_verified_is_verified_and_stays_so(operator: Operator) -> None:
    given: JsonValue = [{"value": "ADA@person.test", "via": "email", "verified": True, "status": "completed"}]
    made = await operator.create("ada@person.test", verifiable_addresses=given)
    (address,) = msgspec.convert(made["verifiable_addresses"], list[dict[str, str | bool]])
    assert (address["value"], address["verified"], address["status"]) == ("ada@person.test", True, "completed")
    body: JsonValue = {"traits": {"email": "ada@person.test"}, "metadata_admin": {"seen": True}}
    replaced = (await operator.send("PUT", f"/identities/{made['id']}", body)).json()
    assert replaced["verifiable_addresses"] == made["verifiable_addresses"]


@pytest.mark.covers("ID-08", "ID-20")
async def test_what_somebody_else_has_is_a_conflict(operator: Operator) -> None:
    made = await operator.create("ada@person.test", external_id="crm/1")
    for more in (
        {"traits": {"email": "ADA@person.test"}},
        {"traits": {"email": "b@person.test"}, "external_id": "crm/1"},
    ):
        answer = await operator.send("POST", "/identities", more)
        assert (answer.status, at(answer.json(), ("error", "status"))) == (409, "Conflict")
    found = await operator.send("GET", "/identities/by/external/crm/1")
    assert found.json()["id"] == made["id"]
    assert (await operator.send("GET", "/identities/by/external/crm/2")).status == 404


@pytest.mark.covers("ID-06", "ID-09", "ID-22", "ID-23", "IMP-01", "IMP-04")
@pytest.mark.parametrize(
    "more",
    [
        {"schema_id": "nobody-knows"},
        {"traits": []},
        {"traits": {"email": "nonsense"}},
        {"id": "00000000-0000-4000-8000-000000000001"},
        {"bogus": 1},
        {"state": "dormant"},
        {"organization_id": "not-a-uuid"},
        {"region": "atlantis"},
        {"verifiable_addresses": [{"value": "", "via": "email"}]},
        {"verifiable_addresses": [{"value": "a@b.test", "via": "pigeon"}]},
        {"credentials": {"telepathy": {}}},
        {"credentials": {"code": {}}},
        {"credentials": {"password": {}}},
        {"credentials": {"password": {"config": {"hashed_password": "just a word"}}}},
        {"credentials": {"oidc": {"config": {"providers": [{"provider": "", "subject": ""}]}}}},
        {"credentials": {"totp": {"config": {"totp_url": "https://nowhere.test"}}}},
        {"credentials": {"passkey": {"config": {"credentials": []}}}},
    ],
    ids=str,
)
async def test_what_makes_no_identity_is_refused(operator: Operator, more: JsonObject) -> None:
    answer = await operator.send("POST", "/identities", {"traits": {"email": "ada@person.test"}, **more})
    assert (answer.status, at(answer.json(), ("error", "code"))) == (400, 400)
    assert (await operator.send("GET", "/identities")).value() == []


@pytest.mark.covers("ID-09")
async def test_what_is_wrong_with_traits_is_named(operator: Operator) -> None:
    answer = await operator.send("POST", "/identities", {"traits": {"email": "nonsense"}})
    assert "traits.email: " in str(at(answer.json(), ("error", "message")))


@pytest.mark.parametrize("body", [b"", b"{nope", b"[]", b'{"traits": {}, "traits": {}}', b'{"traits":' * 300, b"\xff"])
async def test_a_body_that_cannot_be_read_is_refused(operator: Operator, body: bytes) -> None:
    for method, path in (
        ("POST", "/identities"),
        ("PUT", "/identities/x"),
        ("POST", "/sessions"),
        ("PATCH", "/identities"),
    ):
        assert (await operator.raw(method, path, body)).status == 400


async def test_a_page_of_a_stranger_cannot_send_what_looks_like_text(operator: Operator) -> None:
    answer = await operator.raw(
        "POST", "/identities", b'{"traits": {"email": "a@b.test"}}', {"content-type": "text/plain"}
    )
    assert answer.status == 400


@pytest.mark.covers("HTTP-65", "ID-16")
async def test_replacing_overwrites_all_but_what_is_kept(operator: Operator) -> None:
    made = await operator.create(
        "ada@person.test", credentials=PASSWORD, metadata_public={"a": 1}, external_id="one", region="eu"
    )
    answer = await operator.send("PUT", f"/identities/{made['id']}", {"traits": {"email": "eva@person.test"}})
    assert (answer.status, "external_id" in answer.json()) == (200, False)
    kept = await operator.read(made["id"], "password")
    assert (kept["metadata_public"], kept["region"], kept["created_at"]) == (None, "eu", made["created_at"])
    assert at(kept, ("credentials", "password", "identifiers")) == ["eva@person.test"]
    assert at(kept, ("credentials", "password", "config")) == {"hashed_password": "$plain$bcrypt$a plain one"}


@pytest.mark.covers("ID-16")
async def test_what_was_read_can_be_sent_back_but_typing_errors_are_refused(operator: Operator) -> None:
    made = await operator.create("ada@person.test", organization_id="00000000-0000-4000-8000-0000000000ff")
    read = {key: value for key, value in (await operator.read(made["id"])).items() if key != "credentials"}
    answer = await operator.send("PUT", f"/identities/{made['id']}", read)
    assert (answer.status, answer.json()["organization_id"]) == (200, made["organization_id"])
    assert (await operator.send("PUT", f"/identities/{made['id']}", {**read, "trait": {}})).status == 400


@pytest.mark.covers("ID-16", "IMP-01", "IMP-02", "IMP-05")
async def test_replacing_merges_credentials(operator: Operator) -> None:
    code: JsonObject = {"lookup_secret": {"config": {"codes": [{"code": "one"}]}}}
    made = await operator.create("ada@person.test", credentials={**PASSWORD, **social("acme:1"), **code})
    more: JsonObject = {**social("acme:1", "globex:2"), "password": {"config": {"hashed_password": HASH}}}
    more["lookup_secret"] = {"config": {"codes": [{"code": "two", "used_at": "2024-01-02T03:04:05Z"}]}}
    body: JsonObject = {"traits": {"email": "ada@person.test"}, "credentials": more}
    assert (await operator.send("PUT", f"/identities/{made['id']}", body)).status == 200
    read = await operator.read(made["id"], "password", "oidc", "lookup_secret")
    assert at(read, ("credentials", "password", "config", "hashed_password")) == HASH
    assert at(read, ("credentials", "oidc", "identifiers")) == ["acme:1", "globex:2"]
    assert at(read, ("credentials", "lookup_secret", "identifiers")) == [made["id"]]
    assert at(read, ("credentials", "lookup_secret", "config", "recovery_codes")) == [
        {"code": "one", "used_at": None},
        {"code": "two", "used_at": "2024-01-02T03:04:05Z"},
    ]


@pytest.mark.covers("SESS-15")
async def test_every_write_works_out_how_far_the_identity_could_get(house: HttpHouse, operator: Operator) -> None:
    made = IdentityId(str((await operator.create("ada@person.test"))["id"]))
    steps: tuple[tuple[str, JsonValue], ...] = (
        ("PUT", {"traits": {"email": "ada@person.test"}, "metadata_admin": 1}),
        ("PATCH", [{"op": "add", "path": "/metadata_admin", "value": 2}]),
    )
    for method, body in steps:
        house.factors.aal = type(house.factors.aal)("aal2" if method == "PUT" else "aal0")
        assert (await operator.send(method, f"/identities/{made}", body)).status == 200
        stored = await house.storage.identities.get(made)
        assert stored is not None
        assert stored.available_aal is house.factors.aal


@pytest.mark.covers("ID-18")
async def test_a_new_state_is_dated(house: HttpHouse, operator: Operator) -> None:
    made = await operator.create("ada@person.test")
    house.clock.advance(timedelta(hours=1))
    same = (await operator.patch(made["id"], {"op": "replace", "path": "/state", "value": "active"})).json()
    assert same["state_changed_at"] == made["state_changed_at"]
    off = (await operator.patch(made["id"], {"op": "replace", "path": "/state", "value": "inactive"})).json()
    assert (off["state"], off["state_changed_at"]) == ("inactive", "2030-01-01T13:00:00Z")


@pytest.mark.covers("HTTP-67", "ID-24")
async def test_what_was_deleted_is_gone(operator: Operator) -> None:
    made = await operator.create("ada@person.test")
    answer = await operator.send("DELETE", f"/identities/{made['id']}")
    assert (answer.status, answer.body) == (204, b"")
    for method in ("GET", "DELETE"):
        assert (await operator.send(method, f"/identities/{made['id']}")).status == 404
    await operator.create("ada@person.test")


@pytest.mark.covers("HTTP-68", "ID-19")
async def test_one_account_at_a_provider_is_taken_away(operator: Operator) -> None:
    made = await operator.create("ada@person.test", credentials=social("acme:1", "globex:2"))
    path = f"/identities/{made['id']}/credentials/oidc"
    assert (await operator.send("DELETE", path)).status == 400
    assert (await operator.send("DELETE", f"{path}?identifier=acme:3")).status == 404
    assert (await operator.send("DELETE", f"{path}?identifier=acme:1")).status == 204
    assert at(await operator.read(made["id"]), ("credentials", "oidc", "identifiers")) == ["globex:2"]


@pytest.mark.covers("HTTP-68", "ID-19")
async def test_the_last_way_in_is_not_taken_away(
    house: HttpHouse, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await operator.create("ada@person.test", credentials=PASSWORD)
    path = f"/identities/{made['id']}/credentials/password"
    monkeypatch.setattr(house.factors, "first_factors", lambda _: 0)
    assert (await operator.send("DELETE", path)).status == 400
    monkeypatch.undo()
    assert (await operator.send("DELETE", path)).status == 204
    read = await operator.read(made["id"], "password")
    assert at(read, ("credentials", "password", "config")) == {}
    assert at(read, ("credentials", "password", "identifiers")) == ["ada@person.test"]


@pytest.mark.covers("HTTP-68", "ID-19")
async def test_a_way_in_is_left_by_an_account_elsewhere_and_by_codes_only_where_they_are_on(
    house: HttpHouse, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ways(identity: Identity) -> int:
        return sum(type is CredentialType.CODE for type in identity.credentials)

    monkeypatch.setattr(house.factors, "first_factors", ways)
    code: JsonObject = {"type": "code", "identifiers": ["ada@person.test"], "config": {}}
    ada = await operator.create("ada@person.test", credentials=PASSWORD)
    await operator.patch(ada["id"], {"op": "add", "path": "/credentials/code", "value": code})
    bob = await operator.create("bob@person.test", credentials={**PASSWORD, **social("acme:1")})
    for person, expected in ((ada, 400), (bob, 204)):
        path = f"/identities/{person['id']}/credentials/password"
        assert (await operator.send("DELETE", path)).status == expected
    assert (await operator.send("DELETE", f"/identities/{bob['id']}/credentials/oidc?identifier=acme:1")).status == 400
    house.source.config = with_codes(house.source.config)
    assert (await operator.send("DELETE", f"/identities/{ada['id']}/credentials/password")).status == 204


def with_codes(config: Config) -> Config:
    methods = config.selfservice.methods
    code = msgspec.structs.replace(methods.code, passwordless_enabled=True)
    methods = msgspec.structs.replace(methods, code=code)
    return msgspec.structs.replace(config, selfservice=msgspec.structs.replace(config.selfservice, methods=methods))


@pytest.mark.covers("HTTP-68", "ID-19")
async def test_only_security_keys_that_are_second_factors_are_taken_away(operator: Operator) -> None:
    keys: JsonValue = [
        {"id": "YQ==", "public_key": "YQ==", "added_at": "2024-01-01T00:00:00Z", "is_passwordless": False},
        {"id": "Yg==", "public_key": "Yg==", "added_at": "2024-01-01T00:00:00Z", "is_passwordless": True},
    ]
    made = await operator.create("ada@person.test", credentials={"webauthn": {"config": {"credentials": keys}}})
    assert (await operator.send("DELETE", f"/identities/{made['id']}/credentials/webauthn")).status == 204
    left = at(await operator.read(made["id"], "webauthn"), ("credentials", "webauthn", "config", "credentials"))
    assert [key["id"] for key in msgspec.convert(left, list[dict[str, object]])] == ["Yg=="]


@pytest.mark.covers("HTTP-68", "ID-19")
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("totp", 404),
        ("oidc", 404),
        ("passkey", 404),
        ("code", 400),
        ("deviceauthn", 400),
        ("telepathy", 404),
        ("deviceauthn?identifier=x", 404),
        ("link_recovery", 404),
    ],
)
async def test_what_is_not_there_or_stays_is_not_taken_away(operator: Operator, kind: str, status: int) -> None:
    made = await operator.create("ada@person.test")
    assert (await operator.send("DELETE", f"/identities/{made['id']}/credentials/{kind}")).status == status


@pytest.mark.covers("HTTP-62", "ID-15")
async def test_a_long_batch_keeps_its_order_and_the_first_of_two_wins(operator: Operator) -> None:
    """More than are stored together; every seventh wants the address of the one before."""
    numbers = [n - 1 if n % 7 == 6 else n for n in range(230)]
    items: list[JsonValue] = [{"create": {"traits": {"email": f"{n}@person.test"}}} for n in numbers]
    answer = await operator.send("PATCH", "/identities", {"identities": items})
    found = msgspec.convert(answer.json()["identities"], list[dict[str, object]])
    assert [each["action"] for each in found] == ["error" if n % 7 == 6 else "create" for n in range(230)]
    for place in (0, 99, 100, 229):
        read = await operator.read(str(found[place]["identity"]))
        assert at(read, ("traits", "email")) == f"{place}@person.test"


@pytest.mark.covers("HTTP-62", "ID-15")
async def test_each_item_of_a_batch_has_its_own_outcome(operator: Operator) -> None:
    names = [f"00000000-0000-4000-8000-0000000000{n:02}" for n in range(5)]
    bodies: list[JsonObject] = [
        {"traits": {"email": "a@person.test"}},
        {"traits": {"email": "a@person.test"}},
        {"traits": {"email": "b@person.test"}, "credentials": {"password": {"config": {"hashed_password": "bad"}}}},
        {"traits": {"email": "nonsense"}},
    ]
    items: list[JsonValue] = [{"create": body, "patch_id": name} for body, name in zip(bodies, names, strict=False)]
    answer = await operator.send("PATCH", "/identities", {"identities": [*items, {"patch_id": names[4]}]})
    found = msgspec.convert(answer.json()["identities"], list[dict[str, object]])
    assert [each["action"] for each in found] == ["create", "error", "error", "error", "error"]
    assert [each["patch_id"] for each in found] == names
    codes = [msgspec.convert(each["error"], dict[str, object])["code"] for each in found[1:]]
    assert codes == [409, 400, 400, 400]
    assert (await operator.read(found[0]["identity"]))["traits"] == {"email": "a@person.test"}


@pytest.mark.covers("ID-15")
@pytest.mark.parametrize(("size", "credentials"), [(1001, None), (201, PASSWORD)])
async def test_a_batch_has_a_size(operator: Operator, size: int, credentials: JsonValue) -> None:
    items: JsonValue = [
        {"create": {"traits": {"email": f"{n}@person.test"}, "credentials": credentials}} for n in range(size)
    ]
    assert (await operator.send("PATCH", "/identities", {"identities": items})).status == 400
    assert (await operator.send("GET", "/identities")).value() == []
