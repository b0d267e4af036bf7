"""How do operators page through identities, and pick some of them?"""

import re
from collections.abc import Sequence

import msgspec
import pytest

from doubles.administrator import Operator
from doubles.http_house import Answer, HttpHouse
from limen.http.page_links import surrounding
from limen.kernel.json_doc import JsonObject


class Listed(msgspec.Struct):
    id: str
    credentials: dict[str, dict[str, object]] = {}


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [each.id for each in msgspec.json.decode(answer.body, type=list[Listed])]


def links(answer: Answer) -> dict[str, str]:
    found = re.findall(r'</admin(/[^>]*)>; rel="(\w+)"', answer.header("link") or "")
    return {rel: address for address, rel in found}


@pytest.fixture
def operator(house: HttpHouse) -> Operator:
    return Operator(house)


@pytest.fixture
async def crowd(operator: Operator) -> Sequence[JsonObject]:
    """Seven people, by id."""
    password: JsonObject = {"password": {"config": {"hashed_password": "$plain$bcrypt$x"}}}
    people = [await operator.create(f"tag-{n}@person.test", credentials=password) for n in range(7)]
    return sorted(people, key=lambda each: str(each["id"]))


@pytest.mark.covers("HTTP-60", "PAGE-01")
async def test_following_next_visits_everyone_once(operator: Operator, crowd: Sequence[JsonObject]) -> None:
    answer = await operator.send("GET", "/identities?page_size=3")
    seen = [ids(answer)]
    while "next" in links(answer):
        answer = await operator.send("GET", links(answer)["next"])
        seen.append(ids(answer))
    assert [len(page) for page in seen] == [3, 3, 1]
    assert [each for page in seen for each in page] == [each["id"] for each in crowd]
    assert ids(await operator.send("GET", links(answer)["first"])) == seen[0]
    assert answer.header("x-total-count") is None


@pytest.mark.covers("PAGE-01", "PAGE-03")
@pytest.mark.parametrize(
    ("query", "size"),
    [("", "250"), ("page_size=9999", "500"), ("page_size=0", "250"), ("page_size=-1", "250"), ("per_page=2", "2")],
)
async def test_pages_have_a_size(operator: Operator, crowd: Sequence[JsonObject], query: str, size: str) -> None:
    first = links(await operator.send("GET", f"/identities?{query}"))["first"]
    assert f"page_size={size}&" in first
    assert "per_page" not in first


@pytest.mark.covers("PAGE-02")
async def test_numbered_pages_count_everyone(operator: Operator, crowd: Sequence[JsonObject]) -> None:
    answers = [await operator.send("GET", f"/identities?page={page}&per_page=3") for page in range(3)]
    assert [each for answer in answers for each in ids(answer)] == [each["id"] for each in crowd]
    assert {answer.header("x-total-count") for answer in answers} == {"7"}
    assert links(answers[1]) == {
        "first": "/identities?page=0&per_page=3",
        "prev": "/identities?page=0&per_page=3",
        "next": "/identities?page=2&per_page=3",
        "last": "/identities?page=2&per_page=3",
    }


@pytest.mark.covers("PAGE-02")
@pytest.mark.parametrize(
    ("number", "size", "total", "expected"),
    [
        (0, 3, 0, {"first": 0}),
        (0, 3, 3, {"first": 0}),
        (0, 3, 4, {"next": 1, "last": 1}),
        (1, 3, 4, {"first": 0, "prev": 0}),
        (5, 3, 4, {"first": 0, "prev": 0}),
        (1, 1, 3, {"first": 0, "prev": 0, "next": 2, "last": 2}),
    ],
)
def test_links_lead_only_to_pages_that_are_there(number: int, size: int, total: int, expected: dict[str, int]) -> None:
    assert surrounding(number, size, total) == expected


@pytest.mark.covers("PAGE-02", "PAGE-08", "ID-10", "ID-04")
@pytest.mark.parametrize(
    "query",
    [
        "page=3&per_page=500",
        "page=one",
        "page_token=nonsense",
        "page_size=many",
        f"page_size={'9' * 30}",
        "ids=nonsense",
        "organization_id=nonsense",
        "include_credential=telepathy",
        "ids=00000000-0000-4000-8000-000000000001&credentials_identifier=a",
        "credentials_identifier=a&preview_credentials_identifier_similar=a",
        "&".join(["ids=00000000-0000-4000-8000-000000000001"] * 501),
    ],
    ids=lambda query: query[:40],
)
async def test_what_makes_no_sense_is_refused(operator: Operator, query: str) -> None:
    assert (await operator.send("GET", f"/identities?{query}")).status == 400


@pytest.mark.covers("ID-10", "ID-11", "ID-12", "ID-13")
async def test_filters_pick_their_identities(operator: Operator, crowd: Sequence[JsonObject]) -> None:
    linked = await operator.create(
        "linked@person.test",
        credentials={"oidc": {"config": {"providers": [{"provider": "acme", "subject": "Ab"}]}}},
        organization_id="00000000-0000-4000-8000-0000000000ff",
    )
    one = str(crowd[3]["id"])
    email = str(msgspec.convert(crowd[3]["traits"], dict[str, str])["email"])
    for query, expected in (
        (f"ids={one}&ids={one}&ids=00000000-0000-4000-8000-00000000beef", [one]),
        (f"credentials_identifier={email.upper()}", [one]),
        ("credentials_identifier=acme:Ab", [linked["id"]]),
        ("credentials_identifier=acme:ab", []),
        (f"preview_credentials_identifier_similar={email[:6]}", [one]),
        ("organization_id=00000000-0000-4000-8000-0000000000FF", [linked["id"]]),
        ("organization_id=00000000-0000-4000-8000-0000000000fe", []),
    ):
        assert ids(await operator.send("GET", f"/identities?{query}")) == expected, query
    counted = await operator.send("GET", f"/identities?credentials_identifier={email}&page=0")
    assert counted.header("x-total-count") == "1"


@pytest.mark.covers("ID-13")
async def test_credentials_are_listed_only_when_something_asks_for_them(
    operator: Operator, crowd: Sequence[JsonObject]
) -> None:
    async def shown(query: str) -> list[dict[str, dict[str, object]]]:
        answer = await operator.send("GET", f"/identities?{query}")
        return [each.credentials for each in msgspec.json.decode(answer.body, type=list[Listed])]

    assert not any(await shown(""))
    assert not any(await shown(f"ids={crowd[0]['id']}"))
    assert ["config" in each["password"] for each in await shown("preview_credentials_identifier_similar=tag-1")] == [
        False
    ]
    assert all("config" in each["password"] for each in await shown("include_credential=password"))
