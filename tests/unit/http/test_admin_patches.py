"""What may a JSON Patch change of an identity, and what not?"""

import msgspec
import pytest

from doubles.administrator import Operator
from doubles.http_house import HttpHouse
from limen.app.identities import change
from limen.domain.identity.identity import Identity
from limen.kernel.http_values import Request
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue, at
from limen.ports.storage import IdentityChanged

replace = msgspec.structs.replace
REQUEST = Request(method="PATCH", path="/")
OWNER = "00000000-0000-4000-8000-0000000000aa"


def step(op: str, path: str, value: JsonValue = None) -> JsonObject:
    return {"op": op, "path": path} if op == "remove" else {"op": op, "path": path, "value": value}


@pytest.fixture
def operator(house: HttpHouse) -> Operator:
    return Operator(house)


@pytest.fixture
async def ada(operator: Operator) -> JsonObject:
    password: JsonObject = {"password": {"config": {"hashed_password": "$plain$bcrypt$old"}}}
    return await operator.create("ada@person.test", credentials=password, metadata_public={"plan": "free"})


@pytest.mark.covers("HTTP-66", "ID-17", "ID-21")
async def test_steps_apply_in_their_order(operator: Operator, ada: JsonObject) -> None:
    steps = [
        step("add", "/metadata_admin", {"notes": ["x"]}),
        step("add", "/metadata_admin/notes/-", "y"),
        step("replace", "/metadata_public/plan", "gold"),
        step("replace", "/metadata_public/since", 2030),
        step("replace", "/traits/email", "Eva@person.test"),
        step("add", "/external_id", "crm-1"),
        step("add", "/organization_id", OWNER.upper()),
        step("add", "/region", "eu"),
    ]
    after = (await operator.patch(ada["id"], *steps)).json()
    assert (after["metadata_admin"], after["metadata_public"]) == (
        {"notes": ["x", "y"]},
        {"plan": "gold", "since": 2030},
    )
    assert (after["external_id"], after["organization_id"], after["region"]) == ("crm-1", OWNER, "eu")
    assert at(after, ("credentials", "password", "identifiers")) == ["eva@person.test"]
    assert after == await operator.read(ada["id"])


@pytest.mark.covers("ID-17")
async def test_an_empty_patch_and_one_that_changes_nothing_write_nothing(
    house: HttpHouse, operator: Operator, ada: JsonObject
) -> None:
    house.clock.advance(hours=1)
    assert (await operator.patch(ada["id"])).json()["updated_at"] == ada["updated_at"]
    same = step("replace", "/metadata_public", {"plan": "free"})
    assert (await operator.patch(ada["id"], same)).json()["updated_at"] == ada["updated_at"]
    other = await operator.patch(ada["id"], step("add", "/metadata_admin", 1))
    assert other.json()["updated_at"] != ada["updated_at"]


@pytest.mark.covers("ID-17")
async def test_an_address_that_is_marked_verified_is_dated(operator: Operator, ada: JsonObject) -> None:
    after = (await operator.patch(ada["id"], step("replace", "/verifiable_addresses/0/verified", value=True))).json()
    (address,) = JsonDoc.of(after["verifiable_addresses"]).read(list[dict[str, str | bool]])
    assert (address["verified"], address["status"], address["verified_at"]) == (
        True,
        "completed",
        "2030-01-01T12:00:00Z",
    )
    off = (await operator.patch(ada["id"], step("replace", "/verifiable_addresses/0/verified", value=False))).json()
    (address,) = JsonDoc.of(off["verifiable_addresses"]).read(list[dict[str, str | bool]])
    assert (address["verified"], address["status"], "verified_at" in address) == (False, "pending", False)


@pytest.mark.covers("ID-17")
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
@pytest.mark.parametrize(
    "path",
    [
        "/id",
        "/ID",
        "/stateChangedAt",
        "/state_changed_at",
        "/created_at",
        "/updated_at",
        "/schema_url",
        "/credentials",
        "/Credentials",
        "/credentials/oidc",
        "/credentials/OIDC/config/providers/0/subject",
        "/credentials/saml/config",
        "/nonsense",
        "",
        "id",
    ],
)
async def test_some_paths_are_closed(operator: Operator, ada: JsonObject, path: str, op: str) -> None:
    before = await operator.read(ada["id"], "password")
    assert (await operator.patch(ada["id"], step(op, path, OWNER))).status == 400
    assert await operator.read(ada["id"], "password") == before


@pytest.mark.covers("ID-17", "ID-09", "ID-23", "IMP-01")
@pytest.mark.parametrize(
    "bad",
    [
        step("replace", "/state", "dormant"),
        step("remove", "/state"),
        step("remove", "/traits"),
        step("add", "/traits/shoe", 42),
        step("replace", "/traits/email", 7),
        step("replace", "/schema_id", "nobody-knows"),
        step("replace", "/organization_id", "not-a-uuid"),
        step("replace", "/region", "atlantis"),
        step("remove", "/region"),
        step("remove", "/external_id"),
        step("remove", "/traits/name/first"),
        step("frobnicate", "/state"),
        step("test", "/state", "inactive"),
        step("replace", "/credentials/password/config/hashed_password", "just a word"),
        step("replace", "/credentials/password/type", "totp"),
        step("add", "/credentials/totp", {"config": {}}),
        step("add", "/credentials/totp", {"type": "totp", "config": {}}),
        step("add", "/credentials/telepathy", {"type": "telepathy"}),
        {"op": "copy", "from": "/traits", "path": "/metadata_admin"},
        {"op": "move", "from": "/credentials", "path": "/metadata_public"},
        {"op": "add", "path": "/metadata_admin"},
        {"path": "/metadata_admin", "value": 1},
    ],
    ids=str,
)
async def test_one_bad_step_undoes_the_patch(operator: Operator, ada: JsonObject, bad: JsonObject) -> None:
    good = step("replace", "/metadata_public", {"plan": "never"})
    for steps in ([good, bad], [bad, good]):
        assert (await operator.patch(ada["id"], *steps)).status == 400
    kept = await operator.read(ada["id"])
    assert (kept["metadata_public"], kept["updated_at"]) == ({"plan": "free"}, ada["updated_at"])


@pytest.mark.covers("ID-17")
async def test_a_step_may_test_before_it_changes(operator: Operator, ada: JsonObject) -> None:
    steps = step("test", "/metadata_public", {"plan": "free"}), step("replace", "/metadata_public/plan", 1)
    assert (await operator.patch(ada["id"], *steps)).json()["metadata_public"] == {"plan": 1}
    assert (await operator.patch(ada["id"], step("test", "/metadata_public/plan", value=True))).status == 400


@pytest.mark.covers("ID-17", "IMP-01")
async def test_a_credential_can_be_changed_removed_and_added(operator: Operator, ada: JsonObject) -> None:
    url = "otpauth://totp/x?secret=ABC"
    steps = (
        step("replace", "/credentials/password/config/hashed_password", "$plain$bcrypt$new"),
        step("add", "/credentials/totp", {"type": "totp", "identifiers": [ada["id"]], "config": {"totp_url": url}}),
    )
    assert (await operator.patch(ada["id"], *steps)).status == 200
    read = await operator.read(ada["id"], "password", "totp")
    assert at(read, ("credentials", "password", "config", "hashed_password")) == "$plain$bcrypt$new"
    assert at(read, ("credentials", "totp", "config")) == {"totp_url": url}
    assert (await operator.patch(ada["id"], step("remove", "/credentials/totp"))).status == 200
    assert at(await operator.read(ada["id"]), ("credentials", "totp")) is None


@pytest.mark.covers("ID-08")
async def test_a_patch_onto_a_taken_address_is_a_conflict(operator: Operator, ada: JsonObject) -> None:
    await operator.create("eva@person.test")
    assert (await operator.patch(ada["id"], step("replace", "/traits/email", "eva@person.test"))).status == 409


@pytest.mark.covers("HTTP-66")
@pytest.mark.parametrize("body", [b"{}", b'"text"', b"xx", b"[1]", b"", b"null"])
async def test_a_patch_is_a_list_of_steps(operator: Operator, ada: JsonObject, body: bytes) -> None:
    assert (await operator.raw("PATCH", f"/identities/{ada['id']}", body)).status == 400


@pytest.mark.parametrize(("others", "succeeds"), [(2, True), (3, False)])
async def test_a_change_that_was_overtaken_is_made_anew_on_what_is_there_now(
    house: HttpHouse, operator: Operator, ada: JsonObject, others: int, succeeds: bool
) -> None:
    scope = await house.doorway.scope(REQUEST)
    left = others

    async def edit(identity: Identity) -> Identity:
        nonlocal left
        if left:
            left -= 1
            house.clock.advance(seconds=1)
            await operator.patch(ada["id"], step("replace", "/metadata_public/plan", left))
        return replace(identity, metadata_admin=JsonDoc.of("noted"))

    if not succeeds:
        with pytest.raises(IdentityChanged):
            await change.changed(scope, str(ada["id"]), edit, tries=change.PATCH_TRIES)
        return
    await change.changed(scope, str(ada["id"]), edit, tries=change.PATCH_TRIES)
    kept = await operator.read(ada["id"])
    assert (kept["metadata_admin"], kept["metadata_public"]) == ("noted", {"plan": 0})
