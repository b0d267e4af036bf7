"""Which hooks run, and in which order? Every position of every flow, for every method and every kind of client (HOOK-01 … HOOK-03).

Every hook of these tests notes its place in the configuration; what was noted is compared with what the configuration says.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import pytest

from doubles import plugins
from doubles.plugins import python
from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from play import ADA, EACH, House, Visitor, built, loaded
from play_config import EMAIL_TRAIT, OTHER_PASSWORD, PASSWORD, UI, after, base, entries, flows, merged, person
from play_shown import Outcome, Shown

SCHEMA: Final = person(
    {
        "email": {
            **EMAIL_TRAIT,
            "ory.sh/kratos": {
                "credentials": {"password": {"identifier": True}, "code": {"identifier": True, "via": "email"}},
                "verification": {"via": "email"},
                "recovery": {"via": "email"},
            },
        },
        "name": {"type": "string", "title": "Name"},
    },
    "email",
)
NEW: Final = "new@house.test"
Play: TypeAlias = Callable[[House, Visitor], Awaitable[str]]
"""Plays a flow to its end; the id of the flow."""


def house_rules(use: str) -> JsonObject:
    """Every flow and every method is on; what people prove they prove by `use`."""
    proving: JsonObject = {"enabled": True, "lifespan": "10m", "use": use}
    methods: JsonObject = {"code": {"passwordless_enabled": True}, "link": {"enabled": True}}
    return merged(
        {"selfservice": {"methods": methods}},
        flows(
            recovery={**proving, "ui_url": f"{UI}/recovery"},
            verification={**proving, "ui_url": f"{UI}/verification"},
        ),
    )


# -- how each flow is played --------------------------------------------------------------------------------------------


async def login_password(house: House, visitor: Visitor) -> str:
    form = await visitor.start("login")
    assert (await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)).done
    return form.id


async def login_code(house: House, visitor: Visitor) -> str:
    sent = (await visitor.submit(await visitor.start("login"), method="code", identifier=ADA)).shown
    assert (await visitor.submit(sent, method="code", identifier=ADA, code=house.letters.code(ADA))).done
    return sent.id


async def registration_password(house: House, visitor: Visitor) -> str:
    form = await visitor.start("registration")
    assert (await visitor.submit(form, method="password", password=PASSWORD, traits={"email": NEW})).done
    return form.id


async def registration_code(house: House, visitor: Visitor) -> str:
    sent = (await visitor.submit(await visitor.start("registration"), method="code", traits={"email": NEW})).shown
    code = house.letters.code(NEW)
    assert (await visitor.submit(sent, method="code", traits={"email": NEW}, code=code)).done
    return sent.id


async def settings_profile(house: House, visitor: Visitor) -> str:
    return await changed(visitor, method="profile", traits={"email": ADA, "name": "Ada"})


async def settings_password(house: House, visitor: Visitor) -> str:
    return await changed(visitor, method="password", password=OTHER_PASSWORD)


async def changed(visitor: Visitor, **fields: str | JsonObject) -> str:
    form = await visitor.start("settings")
    assert (await visitor.submit(form, **fields)).shown.wire["state"] == "success"
    return form.id


async def recovery_code(house: House, visitor: Visitor) -> str:
    sent = await asked(visitor, "recovery", "code")
    assert (await visitor.submit(sent, method="code", code=house.letters.code(ADA))).went_to
    return sent.id


async def recovery_link(house: House, visitor: Visitor) -> str:
    sent = await asked(visitor, "recovery", "link")
    assert (await opened(house, visitor, "recovery")).answer.location.startswith(f"{UI}/settings")
    return sent.id


async def verification_code(house: House, visitor: Visitor) -> str:
    sent = await asked(visitor, "verification", "code")
    done = await visitor.submit(sent, method="code", code=house.letters.code(ADA))
    assert done.shown.wire["state"] == "passed_challenge"
    return sent.id


async def verification_link(house: House, visitor: Visitor) -> str:
    sent = await asked(visitor, "verification", "link")
    await opened(house, visitor, "verification")
    (id,) = await house.identity_ids()
    assert (await house.identity(id)).verifiable_addresses[0].verified
    return sent.id


async def asked(visitor: Visitor, kind: str, method: str) -> Shown:
    return (await visitor.submit(await visitor.start(kind), method=method, email=ADA)).shown


async def opened(house: House, visitor: Visitor, kind: str) -> Outcome:
    """A link of a message is opened in a browser, whoever asked for it."""
    browser = visitor if visitor.client is Client.BROWSER else house.visitor(Client.BROWSER)
    return Outcome(answer=await browser.get(f"/self-service/{kind}", **house.letters.link_query(ADA)))


PLAYS: Final[dict[tuple[str, str], Play]] = {
    ("login", "password"): login_password,
    ("login", "code"): login_code,
    ("registration", "password"): registration_password,
    ("registration", "code"): registration_code,
    ("settings", "profile"): settings_profile,
    ("settings", "password"): settings_password,
    ("recovery", "code"): recovery_code,
    ("recovery", "link"): recovery_link,
    ("verification", "code"): verification_code,
    ("verification", "link"): verification_link,
}
STAGES: Final[dict[str, tuple[str, ...]]] = {
    "login": ("LoggedIn",),
    "registration": ("Registering", "Registered"),
    "settings": ("Changing", "Changed"),
    "recovery": ("Regaining",),
    "verification": ("Verified",),
}
"""The moments after a method, in order."""
WITH_LISTS_OF_METHODS: Final = frozenset({"login", "registration", "settings"})
"""The flows in which a method can have a list of its own; in the others there is one list after the flow."""
EVERY: Final = pytest.mark.parametrize(("kind", "method"), PLAYS, ids=lambda part: part)


@pytest.fixture(autouse=True)
def _nothing_heard_yet() -> None:
    plugins.HEARD.clear()


def placed(*places: str) -> list[JsonObject]:
    """Hooks that note their places; every other one is async."""
    return [python("note_later" if at % 2 else "note", options={"at": place}) for at, place in enumerate(places)]


async def noted(client: Client, kind: str, method: str, over: JsonObject) -> list[str]:
    """What the hooks of a flow noted, as `place:moment`, when somebody with an account plays it."""
    rules = house_rules("link" if method == "link" else "code")
    quiet = merged(rules, flows(registration={"after": {"password": {"hooks": [{"hook": "session"}]}}}))
    house = await built(quiet, schema=SCHEMA)
    visitor = house.visitor(client)
    if kind == "settings":
        assert (await visitor.sign_up(ADA)).done
    elif kind != "registration":
        assert (await house.visitor().sign_up(ADA)).done
    await house.use(loaded(merged(base(SCHEMA), merged(rules, over))))
    flow = await PLAYS[kind, method](house, visitor)
    return [
        f"{event.options['at']}:{type(event).__name__}"
        for event in plugins.HEARD
        if event.flow.id == flow and event.flow.kind == kind
    ]


# -- the lists ----------------------------------------------------------------------------------------------------------


@EACH
@EVERY
@pytest.mark.covers("HOOK-01", "HOOK-03", "SEED0-01")
async def test_the_general_list_runs_in_its_order_stage_by_stage(client: Client, kind: str, method: str) -> None:
    over = merged(
        flows(**{kind: {"before": {"hooks": entries(*placed("b1", "b2"))}}}),
        after(kind, *placed("g1", "g2"), method=""),
    )
    found = await noted(client, kind, method, merged(over, own_list(kind, method)))
    late = [stage for stage in STAGES[kind] if stage != "Registering"]
    expected = [f"{place}:{stage}" for stage in late for place in ("g1", "g2")]
    assert found == ["b1:FlowStarting", "b2:FlowStarting", *expected]


@EACH
@EVERY
@pytest.mark.covers("HOOK-02", "HOOK-03", "REG-14", "LOGIN-20", "SEED0-02", "SEED0-03")
async def test_the_list_of_a_method_replaces_the_general_one(client: Client, kind: str, method: str) -> None:
    over = merged(
        flows(**{kind: {"before": {"hooks": entries(*placed("b1"))}}}), after(kind, *placed("g1", "g2"), method="")
    )
    over = merged(over, own_list(kind, method, "m1", "m2", "m3"))
    found = await noted(client, kind, method, over)
    listed = ("m1", "m2", "m3") if kind in WITH_LISTS_OF_METHODS else ("g1", "g2")
    assert found == ["b1:FlowStarting", *(f"{place}:{stage}" for stage in STAGES[kind] for place in listed)]


@EACH
@EVERY
@pytest.mark.covers("HOOK-02")
async def test_the_lists_of_other_methods_and_flows_stay_silent(client: Client, kind: str, method: str) -> None:
    over: JsonObject = {}
    for other_kind, other_method in PLAYS:
        if (other_kind, other_method) != (kind, method) and other_kind in WITH_LISTS_OF_METHODS:
            over = merged(over, after(other_kind, *placed(f"{other_kind} {other_method}"), method=other_method))
    over = merged(over, own_list(kind, method))
    assert await noted(client, kind, method, over) == []


@EACH
@pytest.mark.parametrize("method", ["password", "code"])
@pytest.mark.covers("HOOK-03", "SEED0-21", "SEED3-05")
async def test_session_is_last_and_hooks_see_nobody_signed_in(client: Client, method: str) -> None:
    first, second = placed("m1", "m2")
    session: JsonObject = {"hook": "session"}
    over = flows(registration={"after": {method: {"hooks": [session, first, second]}}})
    assert await noted(client, "registration", method, over) == [
        f"{place}:{stage}" for stage in STAGES["registration"] for place in ("m1", "m2")
    ]


def own_list(kind: str, method: str, *places: str) -> JsonObject:
    """The list of the method itself: these, or none."""
    return after(kind, *placed(*places), method=method) if kind in WITH_LISTS_OF_METHODS else {}
