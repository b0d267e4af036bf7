"""Does a new address count only once it is proven, and do the old ones hear of it? (HOOK-12, HOOK-13, VER-15)"""

import asyncio

import msgspec
import pytest

from limen.app.scope import Client
from limen.domain.courier.letter import TemplateType
from limen.domain.identity.addresses import AddressStatus
from limen.kernel.json_doc import JsonObject
from limen.ports.storage import LetterFilter, Page
from play import ADA, BOB, EACH, House, Visitor, built
from play_config import EMAIL_TRAIT, OTHER_PASSWORD, UI, inline, merged, person
from play_shown import Outcome, Shown, listed, part

NEW, NEWER = "new@house.test", "newer@house.test"
HOLD: JsonObject = {"hook": "verify_new_address"}
TWO: JsonObject = {
    "identity": {
        "schemas": [{"id": "default", "url": inline(person({"email": EMAIL_TRAIT, "second": EMAIL_TRAIT}, "email"))}]
    }
}
CHANGED = TemplateType.VERIFIABLE_ADDRESS_CHANGED


def careful(*hooks: JsonObject, use: str = "code") -> JsonObject:
    return {
        "selfservice": {
            "flows": {
                "verification": {"enabled": True, "ui_url": f"{UI}/verification", "use": use},
                "settings": {"after": {"profile": {"hooks": list(hooks or (HOLD,))}}},
            },
            "methods": {"code": {"config": {"max_submissions": 5}}, "link": {"enabled": True}},
        }
    }


def told(recipients: str) -> JsonObject:
    return {"hook": "notify_previous_addresses", "config": {"recipients": recipients}}


async def moving(client: Client, over: JsonObject | None = None) -> tuple[House, Visitor]:
    house = await built()
    visitor = house.visitor(client)
    await visitor.sign_up(ADA)
    await proven(house)
    await house.reconfigured(over if over is not None else careful())
    return house, visitor


async def proven(house: House) -> None:
    """Whoever is there has proven their first address."""
    (id,) = await house.identity_ids()
    first, *others = (await house.identity(id)).verifiable_addresses
    first = msgspec.structs.replace(first, verified=True, status=AddressStatus.COMPLETED)
    await house.change(id, verifiable_addresses=(first, *others))


async def wished(visitor: Visitor, email: str = NEW, **more: object) -> Outcome:
    form = await visitor.start("settings")
    return await visitor.submit(form, method="profile", traits={"email": email, "age": 30, **more})  # type: ignore[dict-item]


async def email_of(house: House) -> object:
    (id,) = await house.identity_ids()
    return (await house.identity(id)).traits.members()["email"]


async def verification_of(house: House, visitor: Visitor, to: str = NEW) -> Shown:
    """The form that the message to the new address leads to."""
    answer = await visitor.fetch("verification", house.letters.link_query(to)["flow"])
    return Shown(kind="verification", wire=answer.json)


@EACH
@pytest.mark.covers("HOOK-12", "VER-15", "SET-12")
async def test_a_new_address_counts_once_it_is_proven(client: Client) -> None:
    house, visitor = await moving(client)
    outcome = await wished(visitor)
    assert (outcome.shown.said, outcome.shown.wire["state"]) == ([1050001], "success")
    assert outcome.shown.attribute("traits.email") == ADA
    assert house.letters.to(NEW) == [TemplateType.VERIFICATION_CODE_VALID]
    assert await email_of(house) == ADA
    assert not (await house.visitor().sign_in(NEW)).done
    form = await verification_of(house, visitor)
    if client is not Client.BROWSER:
        items = listed(outcome.answer.json, "continue_with")
        shown = [part(each, "flow") for each in items if each["action"] == "show_verification_ui"]
        assert [(each["id"], each["verifiable_address"]) for each in shown] == [(form.id, NEW)]
    done = await visitor.submit(form, method="code", code=house.letters.code(NEW))
    assert done.shown.said == [1080002]
    assert await email_of(house) == NEW
    (id,) = await house.identity_ids()
    identity = await house.identity(id)
    assert [(each.value, each.verified) for each in identity.verifiable_addresses] == [(NEW, True)]
    assert identity.traits.members()["age"] == 30
    assert (await house.visitor().sign_in(NEW)).done
    assert not (await house.visitor().sign_in(ADA)).done


@EACH
@pytest.mark.covers("HOOK-12")
async def test_what_is_no_new_address_is_changed_at_once(client: Client) -> None:
    house, visitor = await moving(client)
    assert (await wished(visitor, ADA)).shown.said == [1050001]
    assert part(part(await visitor.session(), "identity"), "traits")["age"] == 30
    assert house.letters.to(ADA) == []


@EACH
@pytest.mark.covers("HOOK-12", "HOOK-15")
async def test_browsers_are_led_on_where_that_is_configured_and_apps_are_told_once(client: Client) -> None:
    house, visitor = await moving(client, careful(HOLD, {"hook": "show_verification_ui"}))
    outcome = await wished(visitor)
    flow = house.letters.link_query(NEW)["flow"]
    if client is Client.BROWSER:
        assert outcome.answer.location == f"{UI}/verification?flow={flow}"
    else:
        actions = [each["action"] for each in listed(outcome.answer.json, "continue_with")]
        assert actions.count("show_verification_ui") == 1


@EACH
@pytest.mark.covers("HOOK-12")
async def test_one_address_at_a_time(client: Client) -> None:
    house = await built(TWO)
    visitor = house.visitor(client)
    await visitor.sign_up(ADA)
    await house.reconfigured(merged(TWO, careful()))
    form = await visitor.start("settings")
    outcome = await visitor.submit(form, method="profile", traits={"email": NEW, "second": NEWER})
    assert outcome.answer.status == (303 if client is Client.BROWSER else 200)
    assert outcome.shown.said == [4050002]
    assert (house.letters.to(NEW), await email_of(house)) == ([], ADA)


@EACH
@pytest.mark.covers("HOOK-12")
async def test_the_address_of_somebody_else_is_refused_before_anything_is_sent(client: Client) -> None:
    house, visitor = await moving(client)
    await house.visitor().sign_up(BOB)
    outcome = await wished(visitor, BOB)
    assert outcome.answer.status == (303 if client is Client.BROWSER else 400)
    assert outcome.shown.everything_said == [4000007]
    assert NEW not in {each.recipient for each in house.letters.composed}
    assert house.letters.to(BOB) == [TemplateType.VERIFICATION_CODE_VALID]


@EACH
@pytest.mark.covers("VER-15")
async def test_only_its_person_makes_a_change_come_true(client: Client) -> None:
    house, visitor = await moving(client)
    await wished(visitor)
    form, code = await verification_of(house, visitor), house.letters.code(NEW)
    visitor.forget_session()
    refused = await visitor.submit(form, method="code", code=code)
    assert refused.shown.said == [4070006]
    assert refused.answer.status == (303 if client is Client.BROWSER else 200)
    assert await email_of(house) == ADA
    await visitor.sign_in(ADA)
    if client is not Client.API:
        # A browser with another anti-CSRF cookie gets the form by the link of the message (VER-06).
        await visitor.get(house.letters.link(NEW).partition("?")[0], **house.letters.link_query(NEW))
    again = await verification_of(house, visitor)
    assert (await visitor.submit(again, method="code", code=code)).shown.said == [1080002]
    assert await email_of(house) == NEW


@EACH
@pytest.mark.covers("VER-15")
async def test_a_change_to_other_traits_than_those_of_then_does_not_come_true(client: Client) -> None:
    house, visitor = await moving(client)
    await wished(visitor)
    form = await verification_of(house, visitor)
    await wished(visitor, ADA, newsletter=True)
    assert (await visitor.submit(form, method="code", code=house.letters.code(NEW))).shown.said == [4070006]
    assert await email_of(house) == ADA


@EACH
@pytest.mark.covers("VER-15", "HOOK-12")
async def test_a_second_wish_takes_the_place_of_the_first(client: Client) -> None:
    house, visitor = await moving(client)
    await wished(visitor)
    first = await verification_of(house, visitor)
    await wished(visitor, NEWER)
    assert (await visitor.submit(first, method="code", code=house.letters.code(NEW))).shown.said == [4070006]
    second = await verification_of(house, visitor, NEWER)
    assert (await visitor.submit(second, method="code", code=house.letters.code(NEWER))).shown.said == [1080002]
    assert await email_of(house) == NEWER


@EACH
@pytest.mark.covers("VER-16", "VER-15")
async def test_another_code_can_be_asked_for(client: Client) -> None:
    house, visitor = await moving(client)
    await wished(visitor)
    form, first = await verification_of(house, visitor), house.letters.code(NEW)
    again = (await visitor.submit(form, method="code", email=NEW)).shown
    assert (await visitor.submit(again, method="code", code=first)).shown.said == [4070006]
    assert (await visitor.submit(again, method="code", code=house.letters.code(NEW))).shown.said == [1080002]
    assert await email_of(house) == NEW


@pytest.mark.covers("VER-15", "VER-07")
async def test_a_link_makes_the_change_come_true_in_the_browser_of_its_person() -> None:
    house, visitor = await moving(Client.BROWSER, careful(use="link"))
    await wished(visitor)
    path, _, query = house.letters.link(NEW).partition("?")
    assert query
    await house.visitor(Client.BROWSER).get(path, **house.letters.link_query(NEW))
    assert await email_of(house) == ADA
    await visitor.get(path, **house.letters.link_query(NEW))
    assert await email_of(house) == NEW


@EACH
@pytest.mark.covers("VER-15")
async def test_an_address_that_somebody_took_meanwhile_is_not_taken_from_them(client: Client) -> None:
    house, visitor = await moving(client)
    await wished(visitor)
    form, code = await verification_of(house, visitor), house.letters.code(NEW)
    await house.visitor().sign_up(NEW, OTHER_PASSWORD)
    assert (await visitor.submit(form, method="code", code=code)).shown.said == [4000007]
    assert (await house.visitor().sign_in(NEW, OTHER_PASSWORD)).done
    assert (await house.visitor().sign_in(ADA)).done


@EACH
@pytest.mark.covers("VER-15", "CODE-04")
async def test_one_code_sent_twice_at_once_makes_one_change(client: Client) -> None:
    house, visitor = await moving(client, careful(HOLD, told("all")))
    await wished(visitor)
    form, code = await verification_of(house, visitor), house.letters.code(NEW)
    await asyncio.gather(*(visitor.submit(form, method="code", code=code) for _ in range(2)))
    assert await email_of(house) == NEW
    kept = await house.storage.letters.page(LetterFilter(), Page(limit=100))
    assert [each.recipient for each in kept if each.template is CHANGED] == [ADA]


@EACH
@pytest.mark.covers("HOOK-12", "VER-15")
async def test_of_two_wishes_at_once_one_comes_true_and_the_other_says_why_not(client: Client) -> None:
    house, visitor = await moving(client)
    forms = [await visitor.start("settings") for _ in range(2)]
    wishes = zip(forms, (NEW, NEWER), strict=True)
    outcomes = await asyncio.gather(
        *(visitor.submit(form, method="profile", traits={"email": email, "age": 30}) for form, email in wishes)
    )
    assert all(outcome.answer.status < 500 for outcome in outcomes)
    assert await email_of(house) == ADA
    proved: list[str] = []
    for email in (NEW, NEWER):
        if house.letters.to(email):
            form = await verification_of(house, visitor, email)
            done = await visitor.submit(form, method="code", code=house.letters.code(email))
            if done.shown.said == [1080002]:
                proved.append(email)
            else:
                assert done.shown.said == [4070006]
    # Never both, and what was proven is what counts: no half of one and half of the other.
    assert len(proved) == 1
    assert await email_of(house) == proved[0]
    (id,) = await house.identity_ids()
    assert [(each.value, each.verified) for each in (await house.identity(id)).verifiable_addresses] == [
        (proved[0], True)
    ]
    assert (await house.visitor().sign_in(proved[0])).done
    assert not (await house.visitor().sign_in(ADA)).done


# -- the old addresses ----------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.parametrize(("recipients", "hears"), [("removed", True), ("all", True), ("all_verified", True)])
@pytest.mark.covers("HOOK-13")
async def test_the_old_address_hears_of_the_change(client: Client, recipients: str, hears: bool) -> None:
    house, visitor = await moving(client, careful(told(recipients)))
    await wished(visitor)
    assert await email_of(house) == NEW
    assert (CHANGED in house.letters.to(ADA)) is hears
    assert CHANGED not in house.letters.to(NEW)


@EACH
@pytest.mark.covers("HOOK-13")
async def test_nobody_is_told_of_a_change_of_something_else(client: Client) -> None:
    house, visitor = await moving(client, careful(told("all")))
    await wished(visitor, ADA)
    assert house.letters.to(ADA) == []


@pytest.mark.covers("HOOK-13")
async def test_an_address_that_stays_hears_only_where_all_do() -> None:
    for recipients, heard in (("removed", [NEW]), ("all", [ADA, NEW])):
        house = await built(TWO)
        visitor = house.visitor()
        await visitor.sign_up(ADA, second=NEW)
        await house.reconfigured(merged(TWO, careful(told(recipients))))
        form = await visitor.start("settings")
        assert (await visitor.submit(form, method="profile", traits={"email": ADA})).shown.said == [1050001]
        assert sorted(each.recipient for each in house.letters.composed if each.template is CHANGED) == heard


@EACH
@pytest.mark.covers("HOOK-13", "HOOK-12")
async def test_with_both_hooks_the_old_address_hears_when_the_new_one_is_proven(client: Client) -> None:
    house, visitor = await moving(client, careful(HOLD, told("removed")))
    await wished(visitor)
    assert house.letters.to(ADA) == []
    form = await verification_of(house, visitor)
    await visitor.submit(form, method="code", code=house.letters.code(NEW))
    assert house.letters.to(ADA) == [CHANGED]
