"""Is what somebody typed still there when a limit refused it? In a browser's form, never with passwords or codes (FLOW-18).

Apps are told in the envelope and keep what their people typed; nothing of it is left in their forms.
"""

import json

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from play import ADA, BOB, EACH, House, Visitor, built
from play_config import EMAIL_BY_CODE, OTHER_PASSWORD, UI, merged, person
from play_shown import Outcome, Shown

LIMITED = 4900001
WRONG_CODE = "918273"
SCHEMA = person({"email": EMAIL_BY_CODE, "name": {"type": "string", "title": "Name"}}, "email")
ON: JsonObject = {
    "selfservice": {
        "flows": {
            "recovery": {"enabled": True, "ui_url": f"{UI}/recovery"},
            "verification": {"enabled": True, "ui_url": f"{UI}/verification"},
        },
        "methods": {"code": {"enabled": True, "passwordless_enabled": True}, "link": {"enabled": True}},
    }
}


async def house_with(over: JsonObject | None = None, **limits: int) -> House:
    house = await built(
        merged(merged(ON, {"security": {"rate_limits": dict(limits)}}), over or {}),
        schema=SCHEMA,
    )
    assert (await house.visitor().sign_up(ADA)).done
    return house


async def kept(visitor: Visitor, form: Shown, refused: Outcome) -> Shown:
    """The form after it was refused for a limit. An app's is as it was before."""
    if visitor.client is Client.BROWSER:
        assert refused.shown.said == [LIMITED]
        assert refused.shown.id == form.id
        return refused.shown
    assert (refused.answer.status, refused.error_id) == (429, "rate_limited")
    after = Shown(kind=form.kind, wire=(await visitor.fetch(form.kind, form.id)).json)
    assert after.nodes == form.nodes
    return after


@EACH
@pytest.mark.covers("FLOW-18")
async def test_the_name_stays_and_the_password_does_not(client: Client) -> None:
    house = await house_with(guesses_per_minute=1)
    await house.visitor().sign_in(BOB, OTHER_PASSWORD)
    visitor = house.visitor(client)
    form = await visitor.start("login")
    after = await kept(
        visitor, form, await visitor.submit(form, method="password", identifier=ADA, password=OTHER_PASSWORD)
    )
    assert (after.attribute("identifier") or "") == (ADA if client is Client.BROWSER else "")
    assert OTHER_PASSWORD not in json.dumps(after.wire)


@EACH
@pytest.mark.covers("FLOW-18")
async def test_another_name_than_before_is_the_one_that_stays(client: Client) -> None:
    house = await house_with(guesses_per_minute=1)
    visitor = house.visitor(client)
    form = (
        await visitor.submit(await visitor.start("login"), method="password", identifier=BOB, password=OTHER_PASSWORD)
    ).shown
    assert form.attribute("identifier") == BOB
    refused = await visitor.submit(form, method="password", identifier=ADA, password=OTHER_PASSWORD)
    if client is Client.BROWSER:
        assert refused.shown.attribute("identifier") == ADA
    else:
        assert refused.error_id == "rate_limited"


@EACH
@pytest.mark.covers("FLOW-18")
@pytest.mark.parametrize("kind", ["login", "recovery", "verification"])
async def test_a_code_does_not_stay_and_its_address_does(client: Client, kind: str) -> None:
    house = await house_with(guesses_per_minute=1)
    field = "identifier" if kind == "login" else "email"
    visitor = house.visitor(client)
    form = (await visitor.submit(await visitor.start(kind), method="code", **{field: ADA})).shown
    assert form.attribute(field) == ADA
    await house.visitor().sign_in(BOB, OTHER_PASSWORD)
    after = await kept(visitor, form, await visitor.submit(form, method="code", code=WRONG_CODE))
    assert after.attribute(field) == ADA
    assert not after.attribute("code")
    assert WRONG_CODE not in json.dumps(after.wire["ui"])


@EACH
@pytest.mark.covers("FLOW-18")
@pytest.mark.parametrize(
    ("kind", "method", "field"),
    [
        ("login", "code", "identifier"),
        ("recovery", "code", "email"),
        ("recovery", "link", "email"),
        ("verification", "code", "email"),
        ("verification", "link", "email"),
    ],
)
async def test_the_address_stays_that_no_message_went_to(client: Client, kind: str, method: str, field: str) -> None:
    use: JsonObject = {"selfservice": {"flows": {kind: {"use": method}}}} if kind != "login" else {}
    house = await house_with(use, messages_per_hour=1)
    first = house.visitor()
    await first.submit(await first.start(kind), method=method, **{field: ADA})
    visitor = house.visitor(client)
    form = await visitor.start(kind)
    after = await kept(visitor, form, await visitor.submit(form, method=method, **{field: ADA}))
    assert (after.attribute(field) or "") == (ADA if client is Client.BROWSER else "")


@EACH
@pytest.mark.covers("FLOW-18")
async def test_the_address_stays_that_somebody_gave_to_choose_from(client: Client) -> None:
    choosing: JsonObject = {"feature_flags": {"choose_recovery_address": True}}
    house = await house_with(choosing, messages_per_hour=1)
    first = house.visitor()
    await first.submit(await first.start("recovery"), method="code", recovery_address=ADA)
    visitor = house.visitor(client)
    form = await visitor.start("recovery")
    after = await kept(visitor, form, await visitor.submit(form, method="code", recovery_address=ADA))
    assert (after.attribute("recovery_address") or "") == (ADA if client is Client.BROWSER else "")


@EACH
@pytest.mark.covers("FLOW-18")
@pytest.mark.parametrize(
    ("limits", "credential"),
    [
        ({"sign_ups_per_hour": 1}, {"method": "password", "password": OTHER_PASSWORD}),
        ({"messages_per_hour": 1}, {"method": "code"}),
    ],
)
async def test_who_somebody_is_stays_when_they_may_not_sign_up_yet(
    client: Client, limits: dict[str, int], credential: dict[str, str]
) -> None:
    house = await house_with(**limits)
    first = house.visitor()
    await first.submit(await first.start("login"), method="code", identifier=ADA)
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    traits: JsonObject = {"email": BOB, "name": "Bob"}
    after = await kept(visitor, form, await visitor.submit(form, traits=traits, **credential))
    shown = (after.attribute("traits.email"), after.attribute("traits.name"))
    assert shown == ((BOB, "Bob") if client is Client.BROWSER else (None, None))
    assert OTHER_PASSWORD not in json.dumps(after.wire)
