"""Can a stranger flood somebody's mailbox? Every way to have a code or link sent, every client (security.md 5.2)."""

import asyncio

import pytest

from limen.app.courier.allowance import ADDRESS_DAY, ADDRESS_HOUR
from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from limen.ports.storage import LetterFilter, Page
from play import ADA, EACH, House, built
from play_config import EMAIL_TRAIT, UI, inline, merged, person
from play_shown import Outcome

SECTION: JsonObject = {"enabled": True, "ui_url": f"{UI}/here"}
CREDENTIALS: JsonObject = {"password": {"identifier": True}, "code": {"identifier": True, "via": "email"}}
EXTENSION: JsonObject = {"credentials": CREDENTIALS, "verification": {"via": "email"}, "recovery": {"via": "email"}}
BY_CODE = person({"email": {**EMAIL_TRAIT, "ory.sh/kratos": EXTENSION}}, "email")
WITH_CODES: JsonObject = {"identity": {"schemas": [{"id": "default", "url": inline(BY_CODE)}]}}
NOBODY = "nobody@house.test"
METHODS = pytest.mark.parametrize("kind", ["recovery", "verification"])


def open_house(limits: bool = True) -> JsonObject:
    flows: JsonObject = {"recovery": {**SECTION, "notify_unknown_recipients": True}, "verification": SECTION}
    methods: JsonObject = {"code": {"passwordless_enabled": True}}
    return {
        "selfservice": {"flows": flows, "methods": methods},
        "security": {"rate_limits": {"enabled": limits}},
    }


async def house_of_ada(limits: bool = True) -> House:
    house = await built(WITH_CODES)
    await house.visitor().sign_up(ADA)
    await house.reconfigured(merged(WITH_CODES, open_house(limits)))
    return house


async def asked(house: House, client: Client, kind: str, email: str = ADA) -> Outcome:
    visitor = house.visitor(client)
    field = {"login": "identifier"}.get(kind, "email")
    return await visitor.submit(await visitor.start(kind), method="code", **{field: email})


async def waiting(house: House, email: str = ADA) -> int:
    """How many messages to somebody are in the outbox, rather than merely composed."""
    return len(await house.storage.letters.page(LetterFilter(recipient=email), Page(limit=100)))


@EACH
@METHODS
async def test_only_so_many_messages_go_to_one_address_and_nobody_can_tell(client: Client, kind: str) -> None:
    house = await house_of_ada()
    told = [await asked(house, client, kind) for _ in range(ADDRESS_HOUR + 3)]
    assert await waiting(house) == ADDRESS_HOUR
    assert len({(each.answer.status, tuple(each.shown.said), str(each.shown.wire["state"])) for each in told}) == 1


@EACH
async def test_ways_to_ask_are_counted_together(client: Client) -> None:
    house = await house_of_ada()
    for kind in ("recovery", "verification", "login") * 3:
        await asked(house, client, kind)
    assert await waiting(house) == ADDRESS_HOUR


async def test_a_day_has_a_limit_of_its_own() -> None:
    house = await house_of_ada()
    for _ in range(8):
        for _ in range(ADDRESS_HOUR):
            await asked(house, Client.API, "recovery")
        house.clock.advance(hours=1)
    assert await waiting(house) == ADDRESS_DAY


async def test_asking_side_by_side_brings_no_more() -> None:
    house = await house_of_ada()
    await asyncio.gather(*(asked(house, Client.API, "recovery") for _ in range(4 * ADDRESS_HOUR)))
    assert await waiting(house) == ADDRESS_HOUR


async def test_strangers_who_are_written_to_are_counted_alike() -> None:
    house = await house_of_ada()
    for _ in range(ADDRESS_HOUR + 3):
        await asked(house, Client.API, "recovery", NOBODY)
    assert await waiting(house, NOBODY) == ADDRESS_HOUR
    assert (await asked(house, Client.API, "recovery")).shown.said == [1060003]
    assert await waiting(house) == 1


@EACH
async def test_the_last_code_that_was_sent_stays_good(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    form = (await visitor.submit(await visitor.start("verification"), method="code", email=ADA)).shown
    codes = [house.letters.code(ADA)]
    for _ in range(ADDRESS_HOUR + 1):
        form = (await visitor.submit(form, method="code", email=ADA)).shown
        codes.append(house.letters.code(ADA))
    assert await waiting(house) == ADDRESS_HOUR
    done = await visitor.submit(form, method="code", code=codes[ADDRESS_HOUR - 1])
    assert done.shown.said == [1080002]


async def test_the_switch_lifts_the_limits() -> None:
    house = await house_of_ada(limits=False)
    for _ in range(ADDRESS_HOUR + 3):
        await asked(house, Client.API, "recovery")
    assert await waiting(house) == ADDRESS_HOUR + 3


@EACH
async def test_sign_ups_cannot_flood_a_mailbox_either(client: Client) -> None:
    house = await built(open_house(), schema=BY_CODE)
    for _ in range(ADDRESS_HOUR + 3):
        visitor = house.visitor(client)
        form = await visitor.start("registration")
        await visitor.submit(form, method="code", traits={"email": NOBODY})
    assert 0 < await waiting(house, NOBODY) <= ADDRESS_HOUR
