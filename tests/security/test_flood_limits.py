"""Can a stranger fill memory and disk by merely asking? Flows, error pages, sign-ups, messages; every client (R-14)."""

import asyncio

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from limen.ports.storage import LetterFilter, Page
from play import ADA, EACH, House, built
from play_config import UI, merged
from play_shown import Outcome

LIMITED = 4900001
KINDS = pytest.mark.parametrize("kind", ["login", "registration", "recovery", "verification"])
CODES: JsonObject = {
    "selfservice": {
        "flows": {
            "recovery": {"enabled": True, "ui_url": f"{UI}/recovery"},
            "verification": {"enabled": True, "ui_url": f"{UI}/verification"},
        },
        "methods": {"code": {"enabled": True}, "link": {"enabled": True}},
    }
}


async def house_with(**limits: int | bool) -> House:
    return await built(merged(CODES, {"security": {"rate_limits": dict(limits)}}))


def limited(outcome: Outcome) -> bool:
    found = outcome.error.get("id") == "rate_limited"
    assert not found or outcome.error["code"] == 429
    return found


@EACH
@KINDS
async def test_so_many_flows_a_minute_and_no_more(client: Client, kind: str) -> None:
    house = await house_with(flows_per_minute=3)
    begun = [await house.visitor(client).begin(kind) for _ in range(5)]
    assert [limited(each) for each in begun] == [False] * 3 + [True] * 2
    if client is not Client.BROWSER:
        assert begun[-1].answer.status == 429
        house.clock.advance(seconds=int(begun[-1].answer.header("retry-after")))
    else:
        assert begun[-1].answer.location.startswith(house.config.selfservice.flows.error.ui_url)
        house.clock.advance(minutes=2)
    assert not limited(await house.visitor(client).begin(kind))


async def test_kinds_are_counted_together_and_side_by_side_brings_no_more() -> None:
    house = await house_with(flows_per_minute=10)
    kinds = ("login", "registration", "recovery", "verification") * 10
    begun = await asyncio.gather(*(house.visitor().begin(kind) for kind in kinds))
    assert sum(not limited(each) for each in begun) == 10


@EACH
async def test_what_takes_the_place_of_an_old_form_is_counted_too(client: Client) -> None:
    house = await house_with(flows_per_minute=3)
    visitor = house.visitor(client)
    form = await visitor.start("login")
    house.clock.advance(hours=2)
    told = [await visitor.submit(form, method="password", identifier=ADA, password="x") for _ in range(5)]
    assert [limited(each) for each in told] == [False] * 3 + [True] * 2


async def test_a_flood_of_refusals_leaves_no_rows() -> None:
    house = await house_with(flows_per_minute=3)
    visitor = house.visitor(Client.BROWSER)
    answers = [await visitor.get("/self-service/login", flow="00000000-0000-4000-8000-000000000000") for _ in range(6)]
    ids = [answer.location.rpartition("id=")[2] for answer in answers]
    assert len(set(ids[:3])) == 3
    assert ids[3:] == ["rate_limited"] * 3
    shown = await visitor.get("/self-service/errors", id="rate_limited")
    assert (shown.status, shown.error["id"], shown.error["code"]) == (200, "rate_limited", 429)


@pytest.mark.parametrize(("language", "said"), [("en", "Too many requests"), ("de", "zu viele Anfragen")])
async def test_the_page_in_the_box_says_so_in_the_readers_language(language: str, said: str) -> None:
    house = await house_with()
    visitor = house.visitor(Client.BROWSER)
    visitor.headers["accept-language"] = language
    answer = await visitor.get("/ui/error", id="rate_limited")
    assert said in answer.body.decode()


async def test_whoami_and_what_is_read_are_not_limited() -> None:
    house = await house_with(flows_per_minute=2)
    visitor = house.visitor()
    form = await visitor.start("login")
    for _ in range(10):
        assert (await visitor.whoami()).status == 401
        assert (await visitor.fetch("login", form.id)).status == 200


@EACH
async def test_so_many_sign_ups_an_hour(client: Client) -> None:
    house = await house_with(sign_ups_per_hour=2)
    told = [await house.visitor(client).sign_up(f"{n}@house.test") for n in range(4)]
    assert [each.done for each in told] == [True, True, False, False]
    if client is Client.BROWSER:
        assert told[-1].shown.said == [LIMITED]
    else:
        assert limited(told[-1])
    assert await house.identities() == 2
    house.clock.advance(hours=1)
    assert (await house.visitor(client).sign_up("later@house.test")).done


async def test_asking_who_exists_by_signing_up_is_counted_alike() -> None:
    house = await house_with(sign_ups_per_hour=3)
    await house.visitor().sign_up(ADA)
    told = [await house.visitor().sign_up(ADA) for _ in range(3)]
    assert [limited(each) for each in told] == [False, False, True]


@EACH
@pytest.mark.parametrize(("kind", "method"), [("recovery", "code"), ("recovery", "link"), ("verification", "link")])
async def test_so_many_messages_for_whomever_an_hour(client: Client, kind: str, method: str) -> None:
    use: JsonObject = {"selfservice": {"flows": {kind: {"use": method}}}}
    house = await built(merged(merged(CODES, use), {"security": {"rate_limits": {"messages_per_hour": 3}}}))
    await house.visitor().sign_up(ADA)
    told: list[Outcome] = []
    for email in (ADA, "b@house.test", "c@house.test", ADA, "d@house.test"):
        visitor = house.visitor(client)
        told.append(await visitor.submit(await visitor.start(kind), method=method, email=email))
    seen = [each.shown.said == [LIMITED] if client is Client.BROWSER else limited(each) for each in told]
    assert seen == [False] * 3 + [True] * 2
    assert len(await house.storage.letters.page(LetterFilter(recipient=ADA), Page(limit=10))) <= 2


async def test_the_switch_lifts_the_limits() -> None:
    house = await house_with(enabled=False, flows_per_minute=1, sign_ups_per_hour=1, messages_per_hour=1)
    for n in range(3):
        assert (await house.visitor().sign_up(f"{n}@house.test")).done
        visitor = house.visitor()
        await visitor.submit(await visitor.start("recovery"), method="code", email=f"{n}@house.test")
