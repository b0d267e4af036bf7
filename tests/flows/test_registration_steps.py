"""Does signing up in two steps ask, check and go back as promised? (REG-03 … REG-06)"""

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject, JsonValue
from play import ADA, AGAIN, EACH, built
from play_config import PASSWORD, after, flows

TWO_STEPS = flows(registration={"style": "profile_first"})
NO_SESSION = after("registration")


@EACH
@pytest.mark.covers("REG-03", "REG-09")
async def test_the_first_step_asks_who_one_is(client: Client) -> None:
    form = await (await built(TWO_STEPS)).visitor(client).start("registration")
    assert "password" not in form.names
    assert {"traits.email", "traits.name.first"} <= set(form.names)
    assert form.buttons == [("method", "profile", 1040001)]
    assert form.node("method")["group"] == "profile"
    assert form.wire["state"] == "choose_method"


@EACH
@pytest.mark.covers("REG-05", "REG-03")
@pytest.mark.parametrize("screen", [{}, {"screen": "credential-selection"}])
async def test_the_second_step_asks_how_one_will_sign_in(client: Client, screen: dict[str, JsonValue]) -> None:
    house = await built(TWO_STEPS)
    visitor = house.visitor(client)
    traits: JsonObject = {"email": ADA, "name": {"first": "Ada"}, "newsletter": True, "age": 36}
    outcome = await visitor.submit(await visitor.start("registration"), method="profile", traits=traits, **screen)
    second = outcome.shown
    assert (outcome.answer.status, second.said) == (AGAIN[client], [1040009])
    assert {
        name: second.attribute(name, "type") for name in second.names if name.startswith("traits.")
    } == dict.fromkeys(
        ("traits.email", "traits.name.first", "traits.name.last", "traits.newsletter", "traits.age"), "hidden"
    )
    assert (second.attribute("traits.email"), second.attribute("traits.name.first")) == (ADA, "Ada")
    assert (second.attribute("traits.newsletter"), second.attribute("traits.age")) == (True, 36)
    assert ("method", "password", 1040001) in second.buttons
    assert ("screen", "previous", 1040008) in second.buttons
    assert await house.identities() == 0
    done = await visitor.submit(second, method="password", password=PASSWORD, traits=traits)
    assert done.done
    assert await house.identities() == 1


@EACH
@pytest.mark.covers("REG-05", "REG-10")
async def test_the_first_step_is_checked_before_the_second_is_shown(client: Client) -> None:
    visitor = (await built(TWO_STEPS)).visitor(client)
    outcome = await visitor.submit(
        await visitor.start("registration"), method="profile", traits={"email": "no address", "name": {"first": "A"}}
    )
    assert outcome.answer.status == AGAIN[client]
    assert (outcome.shown.said_at("traits.email"), outcome.shown.said_at("traits.name.first")) == ([4000040], [4000003])
    assert outcome.shown.attribute("traits.email") == "no address"
    assert "password" not in outcome.shown.names


@EACH
@pytest.mark.covers("REG-06")
@pytest.mark.parametrize("back", [{"method": "profile", "screen": "previous"}, {"method": "profile:back"}])
async def test_going_back_keeps_what_was_entered(client: Client, back: dict[str, JsonValue]) -> None:
    visitor = (await built(TWO_STEPS)).visitor(client)
    traits: JsonObject = {"email": ADA, "name": {"first": "Ada"}}
    second = (await visitor.submit(await visitor.start("registration"), method="profile", traits=traits)).shown
    outcome = await visitor.submit(second, traits=traits, **back)
    first = outcome.shown
    assert outcome.answer.status == AGAIN[client]
    assert (first.attribute("traits.email", "type"), first.attribute("traits.email")) == ("email", ADA)
    assert (first.attribute("traits.name.first"), first.said) == ("Ada", [])
    assert first.buttons == [("method", "profile", 1040001)]
    assert "password" not in first.names


@EACH
@pytest.mark.covers("REG-06", "REG-05", "REG-11", "SEED4-36")
async def test_both_steps_at_once_are_fine(client: Client) -> None:
    house = await built(TWO_STEPS)
    assert (await house.visitor(client).sign_up(ADA)).done
    assert await house.identities() == 1


@EACH
@pytest.mark.covers("REG-05", "FLOW-11")
async def test_a_form_with_everything_knows_no_first_step(client: Client) -> None:
    visitor = (await built()).visitor(client)
    outcome = await visitor.submit(await visitor.start("registration"), method="profile", traits={"email": ADA})
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4010003])


@pytest.mark.covers("REG-03", "REG-04", "SEED4-35")
@pytest.mark.parametrize(
    ("over", "steps"),
    [
        ({"style": "unified"}, 1),
        ({"style": "profile_first"}, 2),
        ({"style": "profile_first", "enable_legacy_one_step": True}, 1),
    ],
)
async def test_how_many_steps_there_are(over: dict[str, JsonValue], steps: int) -> None:
    form = await (await built(flows(registration=over))).visitor().start("registration")
    assert ("password" in form.names) is (steps == 1)
