"""What becomes of a message that was asked for in a process that is killed before it is made? (docs/adr/0016)"""

from collections.abc import Awaitable, Callable

import pytest

from limen.app.scope import Client
from limen.config.model import Config
from limen.domain.courier.letter import Letter, TemplateType
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonObject
from limen.ports.courier import Wording
from limen.ports.log import Log
from limen.ports.storage import LetterFilter, Page
from play import ADA, EACH, House, Visitor, built, housed
from play_config import UI, merged
from play_shown import Shown

STRANGER = "nobody@house.test"
OVER: JsonObject = {
    "selfservice": {
        "flows": {
            "settings": {"ui_url": f"{UI}/settings"},
            "recovery": {"enabled": True, "ui_url": f"{UI}/recovery", "lifespan": "10m"},
            "verification": {"enabled": True, "ui_url": f"{UI}/verification", "lifespan": "10m"},
        },
        "methods": {"code": {"enabled": True}, "link": {"enabled": True}},
    }
}
WAYS = pytest.mark.parametrize(
    ("kind", "method", "template"),
    [
        ("recovery", "code", TemplateType.RECOVERY_CODE_VALID),
        ("recovery", "link", TemplateType.RECOVERY_VALID),
        ("verification", "code", TemplateType.VERIFICATION_CODE_VALID),
        ("verification", "link", TemplateType.VERIFICATION_VALID),
    ],
)


async def house_of_ada(over: JsonObject | None = None) -> House:
    """Ada's house, long after she signed up and was told to prove her address."""
    house = await built(merged(OVER, over or {}))
    await house.visitor().sign_up(ADA)
    house.clock.advance(hours=1)
    return house


def used(method: str) -> JsonObject:
    return {"selfservice": {"flows": {"recovery": {"use": method}, "verification": {"use": method}}}}


def killed(house: House, patch: pytest.MonkeyPatch) -> None:
    """From now on nothing is done after an answer: that is when the process ends."""

    async def never(log: Log, key: str, work: Callable[[], Awaitable[None]]) -> None:
        """Forget it."""

    patch.setattr(house.services.aside, "after", never)


async def asked(visitor: Visitor, kind: str = "recovery", method: str = "code", email: str = ADA) -> Shown:
    form = await visitor.start(kind)
    return (await visitor.submit(form, method=method, email=email)).shown


async def stored(house: House) -> list[TemplateType]:
    """What lies in the outbox for Ada since."""
    letters = await house.storage.letters.page(LetterFilter(recipient=ADA), Page(limit=100))
    return [letter.template for letter in letters][:-1]


async def rounds(house: House, seconds: float, times: int = 2) -> list[int]:
    """How many messages several looks for what is left over found, that many seconds later."""
    house.clock.advance(seconds=seconds)
    return [await house.owed.round() for _ in range(times)]


@EACH
@WAYS
@pytest.mark.covers("SEC-08", "COU-01", "REC-03", "VER-02")
async def test_what_a_killed_process_promised_is_sent_by_another_once(
    client: Client, kind: str, method: str, template: TemplateType, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await house_of_ada(used(method))
    killed(house, monkeypatch)
    sent = await asked(house.visitor(client), kind, method)
    assert (sent.wire["state"], await stored(house)) == ("sent_email", [])
    assert await rounds(house, 9) == [0, 0]
    assert await rounds(house, 1) == [1, 0]
    assert await stored(house) == [template]
    assert await rounds(house, 3600) == [0, 0]


@EACH
@pytest.mark.covers("SEC-08", "REC-06")
async def test_its_code_is_good(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await house_of_ada()
    killed(house, monkeypatch)
    visitor = house.visitor(client)
    sent = await asked(visitor)
    assert await rounds(house, 10) == [1, 0]
    done = await visitor.submit(sent, method="code", code=house.letters.code(ADA))
    assert done.went_to.startswith(f"{UI}/settings?flow=") or done.answer.status == 422


@pytest.mark.covers("SEC-08", "COU-17")
async def test_another_process_finds_it_after_a_restart_and_knows_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    house = await house_of_ada()
    killed(house, monkeypatch)
    visitor = house.visitor()
    visitor.headers["accept-language"] = "de"
    await asked(visitor)
    restarted = await housed(house.source.loaded, storage=house.storage)
    restarted.letters.composed.extend(house.letters.composed)
    assert await rounds(restarted, 3611) == [1, 0]
    wording = restarted.letters.composed[-1]
    assert (wording.recipient, wording.language) == (ADA, "de")


@WAYS
@pytest.mark.covers("SEC-08", "REC-04", "VER-08")
async def test_what_is_owed_does_not_tell_who_has_the_address(
    kind: str, method: str, template: TemplateType, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await house_of_ada(used(method))
    killed(house, monkeypatch)
    for email in (ADA, STRANGER):
        await asked(house.visitor(), kind, method, email)
    house.clock.advance(seconds=10)
    owed = await house.storage.asked.due(house.clock.now(), 10)
    assert [(each.address, each.kind.value, each.method) for each in owed] == [
        (ADA, kind, method),
        (STRANGER, kind, method),
    ]
    assert await house.owed.round() == 2
    assert (await stored(house), await house.storage.letters.page(LetterFilter(recipient=STRANGER), Page(limit=9))) == (
        [template],
        (),
    )


@pytest.mark.covers("SEC-08")
async def test_nothing_is_owed_once_it_was_made() -> None:
    house = await house_of_ada()
    await asked(house.visitor())
    assert (await stored(house), await rounds(house, 3600)) == ([TemplateType.RECOVERY_CODE_VALID], [0, 0])


@pytest.mark.covers("REC-23", "SEC-08")
async def test_a_code_that_went_out_since_stays_good(monkeypatch: pytest.MonkeyPatch) -> None:
    house = await house_of_ada()
    visitor = house.visitor()
    with monkeypatch.context() as patch:
        killed(house, patch)
        sent = await asked(visitor)
    house.clock.advance(seconds=1)
    again = (await visitor.submit(sent, method="code", email=ADA)).shown
    assert await rounds(house, 10) == [1, 0]
    assert await stored(house) == [TemplateType.RECOVERY_CODE_VALID]
    done = await visitor.submit(again, method="code", code=house.letters.code(ADA))
    assert done.answer.status == 422


@pytest.mark.covers("SEC-08")
async def test_what_is_of_no_use_any_more_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    house = await house_of_ada()
    killed(house, monkeypatch)
    await asked(house.visitor())
    await rounds(house, 601)
    assert (await stored(house), await rounds(house, 3600)) == ([], [0, 0])


@pytest.mark.covers("SEC-08", "COU-11")
async def test_a_message_that_cannot_be_made_is_tried_ever_more_rarely_and_sent_once_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await house_of_ada()
    compose = house.letters.compose

    async def broken(config: Config, wording: Wording) -> Letter:
        raise LimenError("The template is broken.")

    monkeypatch.setattr(house.letters, "compose", broken)
    await asked(house.visitor())
    tried = list[int]()
    for second in range(1, 100):
        before = len(house.log.lines)
        house.clock.advance(seconds=1)
        await house.owed.round()
        tried += [second] if len(house.log.lines) > before else []
    assert tried == [10, 20, 40, 80]
    monkeypatch.setattr(house.letters, "compose", compose)
    assert (await rounds(house, 100), await stored(house)) == ([1, 0], [TemplateType.RECOVERY_CODE_VALID])


@EACH
@pytest.mark.covers("REC-13", "SEC-08")
async def test_an_address_that_was_chosen_is_still_held_to_its_person(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await house_of_ada({"feature_flags": {"choose_recovery_address": True}})
    killed(house, monkeypatch)
    visitor = house.visitor(client)
    form = await visitor.start("recovery")
    await visitor.submit(form, method="code", recovery_address=ADA)
    other = await visitor.start("recovery")
    await visitor.submit(other, method="code", recovery_address=STRANGER)
    house.clock.advance(seconds=10)
    assert await house.owed.round() == 2
    assert await stored(house) == [TemplateType.RECOVERY_CODE_VALID]


async def test_messages_stand_in_the_order_in_which_they_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    house = await house_of_ada()
    with monkeypatch.context() as patch:
        killed(house, patch)
        await asked(house.visitor(), "recovery")
    house.clock.advance(seconds=1)
    await asked(house.visitor(), "verification")
    await house.services.aside.settled()
    assert await stored(house) == [TemplateType.VERIFICATION_CODE_VALID]
    assert await rounds(house, 11) == [1, 0]
    assert await stored(house) == [TemplateType.VERIFICATION_CODE_VALID, TemplateType.RECOVERY_CODE_VALID]
