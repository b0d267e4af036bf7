"""Do traits that are lists survive the forms they travel through? Two steps, refusals, changes; every client (REG-09, NEGO-03)."""

import json
from urllib.parse import urlencode

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from play import ADA, EACH, Visitor, built
from play_config import EMAIL_TRAIT, PASSWORD, flows, person
from play_shown import Outcome, Shown, part

TWO_STEPS = flows(registration={"style": "profile_first"})
LISTS = person(
    {
        "email": EMAIL_TRAIT,
        "phones": {"type": "array", "items": {"type": "string", "minLength": 3}},
        "years": {"type": "array", "items": {"type": "integer"}},
    },
    "email",
)
LISTED: JsonObject = {"email": ADA, "phones": ["+49 1", "+49 2"], "years": [1843, 1852]}


async def sent_as_shown(visitor: Visitor, form: Shown, **more: str) -> Outcome:
    """What a browser sends: every field of the form as it stands there, in that order, and what the person adds."""
    fields = [part(node, "attributes") for node in form.nodes]
    held = [(str(each["name"]), each.get("value", "")) for each in fields if each.get("type") != "submit"]
    pairs = [(name, value if isinstance(value, str) else json.dumps(value)) for name, value in held if name not in more]
    body = urlencode([*pairs, *more.items()]).encode()
    return await visitor.post_raw(form.kind, form.id, body, "application/x-www-form-urlencoded")


async def second_of_lists(visitor: Visitor) -> Shown:
    form = await visitor.start("registration")
    return (await visitor.submit(form, method="profile", traits=LISTED)).shown


async def sent_on(visitor: Visitor, form: Shown, traits: JsonObject, **more: str) -> Outcome:
    """The form with its hidden fields from a browser; an app sends the traits that it holds."""
    if visitor.client is Client.BROWSER:
        return await sent_as_shown(visitor, form, **more)
    return await visitor.submit(form, traits=traits, **more)


@EACH
@pytest.mark.covers("REG-03", "REG-05", "NEGO-03")
async def test_lists_travel_from_the_first_step_to_the_account(client: Client) -> None:
    house = await built(TWO_STEPS, schema=LISTS)
    visitor = house.visitor(client)
    second = await second_of_lists(visitor)
    names = ("traits.phones.0", "traits.phones.1", "traits.years.0", "traits.years.1")
    shown = [(second.attribute(name, "type"), second.attribute(name)) for name in names]
    assert shown == [("hidden", value) for value in ("+49 1", "+49 2", 1843, 1852)]
    assert (await sent_on(visitor, second, LISTED, method="password", password=PASSWORD)).done
    (id,) = await house.identity_ids()
    assert (await house.identity(id)).traits.value() == LISTED


@EACH
@pytest.mark.covers("REG-05", "FLOW-18")
async def test_lists_outlive_a_refused_second_step(client: Client) -> None:
    house = await built(TWO_STEPS, schema=LISTS)
    visitor = house.visitor(client)
    refused = await sent_on(visitor, await second_of_lists(visitor), LISTED, method="password", password="short")
    assert refused.shown.said_at("password")
    assert [name for name in refused.shown.names if name.startswith("traits.phones")] == [
        "traits.phones",
        "traits.phones.0",
        "traits.phones.1",
    ]
    assert (await sent_on(visitor, refused.shown, LISTED, method="password", password=PASSWORD)).done
    (id,) = await house.identity_ids()
    assert (await house.identity(id)).traits.value() == LISTED


@EACH
@pytest.mark.covers("REG-06", "FLOW-18")
async def test_lists_come_back_to_the_first_step_to_be_changed(client: Client) -> None:
    house = await built(TWO_STEPS, schema=LISTS)
    visitor = house.visitor(client)
    first = (await sent_on(visitor, await second_of_lists(visitor), LISTED, screen="previous")).shown
    assert (first.attribute("traits.phones.0", "type"), first.attribute("traits.phones.0")) == ("text", "+49 1")
    assert first.attribute("traits.years.1", "type") == "number"
    fewer: JsonObject = {"email": ADA, "phones": ["+49 2"], "years": [1843, 1852]}
    emptied = {"traits.phones.0": "", "method": "profile"} if client is Client.BROWSER else {"method": "profile"}
    second = (await sent_on(visitor, first, fewer, **emptied)).shown
    assert [second.attribute(f"traits.phones.{at}") for at in (0, 1)] == ["+49 2", None]
    assert (await sent_on(visitor, second, fewer, method="password", password=PASSWORD)).done
    (id,) = await house.identity_ids()
    assert (await house.identity(id)).traits.value() == fewer


@EACH
@pytest.mark.covers("FLOW-17", "FLOW-18")
async def test_a_form_with_everything_that_is_refused_keeps_its_lists(client: Client) -> None:
    house = await built(schema=LISTS)
    visitor = house.visitor(client)
    many: JsonObject = {**LISTED, "phones": ["+49 1", "+49 2", "+"]}
    wrong = await visitor.submit(await visitor.start("registration"), method="password", password="", traits=many)
    held = [wrong.shown.attribute(f"traits.phones.{at}") for at in range(3)]
    assert held == ["+49 1", "+49 2", "+"]
    assert wrong.shown.said_at("traits.phones.2") == [4000003]
    again = await visitor.submit(wrong.shown, method="password", password="", traits=LISTED)
    assert [name for name in again.shown.names if name.startswith("traits.phones.")] == [
        "traits.phones.0",
        "traits.phones.1",
    ], "those of the submission before are gone"
    assert (await sent_on(visitor, again.shown, LISTED, method="password", password=PASSWORD)).done
    (id,) = await house.identity_ids()
    assert (await house.identity(id)).traits.value() == LISTED


@EACH
@pytest.mark.covers("NEGO-03", "SET-07")
async def test_one_more_element_is_added_by_the_empty_field(client: Client) -> None:
    house = await built(schema=LISTS)
    visitor = house.visitor(client)
    await visitor.submit(await visitor.start("registration"), method="password", password=PASSWORD, traits=LISTED)
    form = await visitor.start("settings")
    more: JsonObject = {**LISTED, "phones": ["+49 1", "+49 2", "+49 3"]}
    typed = {"traits.phones": "+49 3"} if client is Client.BROWSER else {}
    saved = await sent_on(visitor, form, more, method="profile", **typed)
    assert saved.shown.wire["state"] == "success"
    (id,) = await house.identity_ids()
    assert (await house.identity(id)).traits.value() == more
