"""What does somebody get who has the password only, and guesses or borrows codes?"""

import asyncio

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from play import ADA, House, Visitor, built
from play_config import EMAIL_TRAIT, UI, person

SCHEMA = person(
    {
        "email": {
            **EMAIL_TRAIT,
            "ory.sh/kratos": {
                "credentials": {"password": {"identifier": True}, "code": {"identifier": True, "via": "email"}},
                "verification": {"via": "email"},
            },
        }
    },
    "email",
)
ON: JsonObject = {
    "selfservice": {
        "methods": {"code": {"mfa_enabled": True, "config": {"max_submissions": 3}}},
        "flows": {"verification": {"enabled": True, "ui_url": f"{UI}/verification", "use": "code"}},
    }
}


async def with_the_password() -> tuple[House, Visitor]:
    house = await built(ON, schema=SCHEMA)
    await house.visitor().sign_up(ADA)
    house.clock.advance(seconds=1)
    visitor = house.visitor(Client.API)
    await visitor.sign_in(ADA)
    return house, visitor


async def half_way(visitor: Visitor) -> bool:
    return (await visitor.whoami()).status == 403


@pytest.mark.covers("SEC-09", "CODE-03")
async def test_guesses_sent_side_by_side_are_counted_one_by_one() -> None:
    house, visitor = await with_the_password()
    form = await visitor.start("login", aal="aal2")
    code = int(house.letters.code(ADA))
    guesses = [f"{(code + step) % 1_000_000:06d}" for step in range(1, 13)]
    answers = await asyncio.gather(*(visitor.submit(form, method="code", code=guess) for guess in guesses))
    looked_at = [answer for answer in answers if answer.shown.said == [4010008]]
    assert 1 <= len(looked_at) <= 3
    assert await half_way(visitor)


@pytest.mark.covers("SEC-09")
async def test_new_forms_give_no_new_guesses_for_ever() -> None:
    house, visitor = await with_the_password()
    wrong = 0
    for _ in range(12):
        form = await visitor.start("login", aal="aal2")
        code = int(house.letters.code(ADA))
        for step in (1, 2):
            said = (await visitor.submit(form, method="code", code=f"{(code + step) % 1_000_000:06d}")).shown.said
            wrong += said == [4010008]
    assert wrong == 20
    form = await visitor.start("login", aal="aal2")
    right = await visitor.submit(form, method="code", code=house.letters.code(ADA))
    assert right.shown.said == [4000001]
    assert await half_way(visitor)


@pytest.mark.covers("CODE-02", "SEC-09")
async def test_a_code_counts_in_the_form_it_was_sent_for_only() -> None:
    house, visitor = await with_the_password()
    first = await visitor.start("login", aal="aal2")
    code_of_first = house.letters.code(ADA)
    second = await visitor.start("login", aal="aal2")
    assert (await visitor.submit(second, method="code", code=code_of_first)).shown.said == [4010008]
    proving = await visitor.start("verification")
    await visitor.submit(proving, method="code", email=ADA)
    assert (await visitor.submit(second, method="code", code=house.letters.code(ADA))).shown.said == [4010008]
    assert await half_way(visitor)
    assert (await visitor.submit(first, method="code", code=code_of_first)).done


@pytest.mark.covers("LOGIN-33", "SEC-09")
async def test_a_code_lifts_one_session_once() -> None:
    house, visitor = await with_the_password()
    form = await visitor.start("login", aal="aal2")
    code = house.letters.code(ADA)
    answers = await asyncio.gather(*(visitor.submit(form, method="code", code=code) for _ in range(6)))
    assert sum(answer.done for answer in answers) == 1
