"""Does an import survive what a server does to it? Broken off, refused as a whole, too large (docs/import.md)."""

import json
from collections import Counter

import pytest

from limen.cli.client.admin import AdminClient, Refused
from limen.cli.importing.judging import Judged, Wishes
from limen.cli.importing.mapping import rule
from limen.cli.importing.records import Record, Source
from limen.cli.importing.running import Bringing
from limen.kernel.egress import EgressFailed, HttpAnswer, HttpCall
from limen.kernel.json_doc import JsonObject, JsonValue

EMAIL: JsonValue = {"type": "string", "ory.sh/kratos": {"credentials": {"password": {"identifier": True}}}}
TRAITS: JsonValue = {"type": "object", "properties": {"email": EMAIL}}
SCHEMA: JsonValue = [{"id": "default", "schema": {"type": "object", "properties": {"traits": TRAITS}}}]


class SmallHouse:
    """An admin interface that makes identities. It can go away, and it refuses whole batches that are too large or odd."""

    def __init__(self) -> None:
        self.people: dict[str, JsonObject] = {}
        self.batches: list[int] = []
        self.lives = 10_000
        self.most = 1000

    async def send(self, call: HttpCall) -> HttpAnswer:
        if call.method == "PATCH":
            return self.make(json.loads(call.body)["identities"])
        value: JsonValue = SCHEMA if "/schemas" in call.url else [*self.people.values()]
        return HttpAnswer(status=200, headers=(), body=json.dumps(value).encode())

    def make(self, items: list[dict[str, JsonObject]]) -> HttpAnswer:
        if not self.lives:
            raise EgressFailed("The server cannot be reached.")
        self.lives -= 1
        self.batches.append(len(items))
        if len(items) > self.most or any("odd" in str(item["create"]["traits"]) for item in items):
            status = 413 if len(items) > self.most else 400
            return HttpAnswer(status=status, headers=(), body=b'{"error":{"message":"Not like this."}}')
        outcomes = []
        for item in items:
            id = f"id-{len(self.people)}"
            self.people[id] = {**item["create"], "id": id}
            outcomes.append({"action": "create", "identity": id})
        return HttpAnswer(status=200, headers=(), body=json.dumps({"identities": outcomes}).encode())


def crowd(count: int, *, odd: int = -1, password: str = "") -> Source:
    records = [
        Record(
            source="csv",
            id=str(n),
            fields={"email": f"{'odd' if n == odd else 'p'}{n}@c.test"},
            plain_password=password,
        )
        for n in range(count)
    ]
    return Source(records=records, usual=(rule("email=traits.email"),), total=count)


async def bring(house: SmallHouse, source: Source) -> Counter[str]:
    told: list[Judged] = []
    await Bringing(AdminClient(house, "http://admin.test"), Wishes(), told.append).run(source)
    return Counter(each.fate.value for each in told)


async def test_an_import_that_was_broken_off_goes_on() -> None:
    house = SmallHouse()
    house.lives = 2
    with pytest.raises(Refused, match="Nobody answers"):
        await bring(house, crowd(2500))
    assert len(house.people) == 2000
    house.lives = 10
    assert await bring(house, crowd(2500)) == {"same": 2000, "new": 500}
    assert len(house.people) == 2500
    assert await bring(house, crowd(2500)) == {"same": 2500}
    assert house.batches == [1000, 1000, 500]


async def test_one_who_spoils_a_batch_is_found_and_the_others_come() -> None:
    house = SmallHouse()
    assert await bring(house, crowd(64, odd=41)) == {"new": 63, "refused": 1}


async def test_a_batch_that_is_too_large_is_halved() -> None:
    house = SmallHouse()
    house.most = 300
    assert await bring(house, crowd(1000)) == {"new": 1000}
    assert house.batches == [1000, 500, 250, 250, 500, 250, 250]


async def test_passwords_in_plain_text_come_in_smaller_batches() -> None:
    house = SmallHouse()
    assert await bring(house, crowd(250, password="a-plain-password")) == {"new": 250}
    assert house.batches == [100, 100, 50]
