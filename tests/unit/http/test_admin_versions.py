"""Can an operator be sure to change what they have read?"""

import asyncio

import pytest

from doubles.administrator import Operator
from doubles.http_house import HttpHouse
from limen.kernel.json_doc import JsonObject, JsonValue

JSON = {"content-type": "application/json"}
MISMATCH = (412, "precondition_failed")


@pytest.fixture
def operator(house: HttpHouse) -> Operator:
    return Operator(house)


@pytest.fixture
async def ada(house: HttpHouse, operator: Operator) -> JsonObject:
    made = await operator.create("ada@person.test")
    house.clock.advance(seconds=1)
    return await operator.read(made["id"])


def version(identity: JsonObject) -> str:
    return f'"{identity["updated_at"]}"'


async def change(operator: Operator, method: str, id: JsonValue, condition: str) -> tuple[int, str, str | None]:
    """The status, the id of the error, and the version in the answer."""
    body: JsonValue = None
    if method == "PUT":
        body = {"traits": {"email": "ada@person.test"}, "state": "inactive"}
    if method == "PATCH":
        body = [{"op": "replace", "path": "/state", "value": "inactive"}]
    answer = await operator.send(method, f"/identities/{id}", body, {**JSON, "if-match": condition})
    error = answer.json().get("error") if answer.body else None
    return answer.status, str(error.get("id", "")) if isinstance(error, dict) else "", answer.header("etag")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_what_was_read_can_be_changed_once(operator: Operator, ada: JsonObject, method: str) -> None:
    status, _, etag = await change(operator, method, ada["id"], version(ada))
    assert status == (204 if method == "DELETE" else 200)
    if method == "DELETE":
        return
    now = await operator.read(ada["id"])
    assert etag == version(now) != version(ada)
    assert (await change(operator, method, ada["id"], version(ada)))[:2] == MISMATCH
    assert (await operator.read(ada["id"]))["updated_at"] == now["updated_at"]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_another_version_is_left_alone(operator: Operator, ada: JsonObject, method: str) -> None:
    for condition in ('"2001-01-01T00:00:00Z"', f"W/{version(ada)}", '""'):
        assert (await change(operator, method, ada["id"], condition))[:2] == MISMATCH
    assert await operator.read(ada["id"]) == ada


async def test_a_credential_is_taken_away_from_the_version_that_was_read(operator: Operator, ada: JsonObject) -> None:
    path, condition = f"/identities/{ada['id']}/credentials/totp", {"if-match": '"2001-01-01T00:00:00Z"'}
    assert (await operator.send("DELETE", path, headers=condition)).status == 412
    assert (await operator.send("DELETE", path, headers={"if-match": version(ada)})).status == 404


async def test_one_of_several_versions_may_be_the_present_one(operator: Operator, ada: JsonObject) -> None:
    assert (await change(operator, "GET", ada["id"], f'"x" , {version(ada)},"y"')) == (200, "", version(ada))
    assert (await change(operator, "GET", ada["id"], "*")) == (200, "", version(ada))


@pytest.mark.parametrize("condition", ["yesterday", '"open', '*, "x"', '"a" "b"', "\x7f"])
async def test_a_condition_that_is_none_is_refused(operator: Operator, ada: JsonObject, condition: str) -> None:
    assert (await change(operator, "PATCH", ada["id"], condition))[0] == 400
    assert (await operator.read(ada["id"]))["state"] == "active"


async def test_who_is_gone_is_not_found_whatever_the_version(operator: Operator, ada: JsonObject) -> None:
    await operator.send("DELETE", f"/identities/{ada['id']}")
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert (await change(operator, method, ada["id"], version(ada)))[0] == 404


@pytest.mark.covers("HTTP-109")
async def test_nobody_is_told_a_version_who_did_not_ask(operator: Operator, ada: JsonObject) -> None:
    for headers in (JSON, {**JSON, "if-none-match": "*"}):
        answer = await operator.send("GET", f"/identities/{ada['id']}", headers=headers)
        assert (answer.status, answer.header("etag")) == (200, None)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_of_two_who_read_the_same_version_one_changes_it(
    house: HttpHouse, operator: Operator, ada: JsonObject, method: str
) -> None:
    async def tagged(number: int) -> int:
        step: JsonObject = {"op": "add", "path": "/metadata_admin", "value": number}
        headers = {**JSON, "if-match": version(ada)}
        return (await operator.send("PATCH", f"/identities/{ada['id']}", [step], headers)).status

    second = asyncio.ensure_future(tagged(1))
    first = (await change(operator, method, ada["id"], version(ada)))[0]
    assert sorted((first // 100, await second // 100)) == [2, 4]
