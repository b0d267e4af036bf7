"""Does recovery keep what it knows to itself, and each code to its form? For both forms of it (security.md §2.7, §2.13)."""

import asyncio
from pathlib import Path

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from limen.storage import open_storage
from play import ADA, BOB, EACH, House, Visitor, built, housed, loaded
from play_config import UI, base, merged
from play_shown import Shown

STRANGER = "nobody@house.test"
ON: JsonObject = {
    "selfservice": {
        "flows": {
            "settings": {"ui_url": f"{UI}/settings"},
            "recovery": {"enabled": True, "ui_url": f"{UI}/recovery"},
            "verification": {"enabled": True, "ui_url": f"{UI}/verification"},
        },
        "methods": {
            "code": {"passwordless_enabled": True, "config": {"max_submissions": 5}},
            "link": {"enabled": True},
        },
    }
}
CHOICE: JsonObject = merged(ON, {"feature_flags": {"choose_recovery_address": True}})
LINK: JsonObject = merged(ON, {"selfservice": {"flows": {"recovery": {"use": "link"}}}})
FORMS = pytest.mark.parametrize(
    ("over", "field"), [(ON, "email"), (CHOICE, "recovery_address")], ids=["one address", "choice"]
)


async def house_of_both(over: JsonObject) -> House:
    house = await built()
    for email in (ADA, BOB):
        await house.visitor().sign_up(email)
    await house.reconfigured(over)
    return house


async def asked(visitor: Visitor, field: str, email: str = ADA, method: str = "code") -> Shown:
    return (await visitor.submit(await visitor.start("recovery"), method=method, **{field: email})).shown


async def refused(visitor: Visitor, form: Shown, code: str) -> bool:
    return 4060006 in (await visitor.submit(form, method="code", code=code)).shown.said


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@EACH
@FORMS
@pytest.mark.covers("CODE-02", "SEC-09")
async def test_a_code_is_good_in_its_form_alone(client: Client, over: JsonObject, field: str) -> None:
    house = await house_of_both(over)
    ada, bob = house.visitor(client), house.visitor(client)
    of_ada, of_bob = await asked(ada, field), await asked(bob, field, BOB)
    code_of_ada, code_of_bob = house.letters.code(ADA), house.letters.code(BOB)
    assert code_of_ada != code_of_bob
    assert await refused(ada, of_ada, code_of_bob)
    assert await refused(bob, of_bob, code_of_ada)
    verifying = house.visitor(client)
    form = await verifying.start("verification")
    await verifying.submit(form, method="code", email=ADA)
    assert await refused(ada, of_ada, house.letters.code(ADA))


@EACH
@FORMS
@pytest.mark.covers("REC-23", "SEC-08")
async def test_a_replaced_code_is_dead_before_the_new_one_is_made(
    client: Client, over: JsonObject, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await house_of_both(over)
    visitor = house.visitor(client)
    form = await asked(visitor, field)
    code = house.letters.code(ADA)
    hold_back(house, monkeypatch)
    again = "recovery_confirm_address" if over is CHOICE else "email"
    form = (await visitor.submit(form, method="code", **{again: ADA})).shown
    assert await refused(visitor, form, code)


@EACH
@pytest.mark.parametrize(
    ("over", "field", "method"),
    [(ON, "email", "code"), (LINK, "email", "link"), (CHOICE, "recovery_address", "code")],
    ids=["code", "link", "choice"],
)
@pytest.mark.covers("SEC-08", "REC-04", "REC-13")
async def test_the_answer_does_not_wait_for_what_is_found(
    client: Client, over: JsonObject, field: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await house_of_both(over)
    settle = house.services.aside.settled
    for email in (ADA, STRANGER):
        hold_back(house, monkeypatch)
        before = len(house.letters.composed)
        await asked(house.visitor(client), field, email, method)
        assert len(house.letters.composed) == before
        await settle()
        assert len(house.letters.composed) == before + 1, "the same work is done for both"
        monkeypatch.undo()


def hold_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes after an answer waits for longer than the test."""

    async def nothing() -> None:
        """The test does not wait for it."""

    aside = house.services.aside
    monkeypatch.setattr(aside, "settled", nothing)
    monkeypatch.setattr(aside, "_pause", lambda: 0.02)


@pytest.mark.covers("SEC-09", "CODE-03", "REC-12")
async def test_guesses_side_by_side_are_no_more_than_one_after_the_other(tmp_path: Path) -> None:
    storage = await open_storage(f"sqlite://{tmp_path / 'limen.sqlite'}?_fk=true")
    house = await housed(loaded(merged(base(), CHOICE)), storage=storage)
    await house.visitor().sign_up(ADA)
    form = await asked(house.visitor(), "recovery_address")
    code = house.letters.code(ADA)
    await asyncio.gather(*(house.visitor().submit(form, method="code", code=wrong(code)) for _ in range(30)))
    looked_at = await storage.secrets.wrong_since(ADA, house.clock.now().replace(year=2000))
    await storage.close()
    assert 1 <= looked_at <= 5
