"""What must settings withstand? Forged forms, stolen old sessions, two changes at the same instant (SET-05, SET-10, T-30)."""

import asyncio

import msgspec
import pytest

from limen.app.errors import VerifiedAddressRequired
from limen.app.hooks.contract import Changed, Changing, Continue, HookEvent
from limen.app.scope import Client, Scope
from limen.kernel.json_doc import JsonDoc, JsonValue
from play import ADA, EACH, EACH_WEB, House, built, member
from play_config import OTHER_PASSWORD, flows
from play_shown import part


@EACH_WEB
@pytest.mark.covers("SET-10", "SEC-03")
@pytest.mark.parametrize("token", ["", "nonsense"])
async def test_a_form_without_its_token_changes_nothing(client: Client, token: str) -> None:
    house = await built()
    visitor = await member(house, client)
    form = await visitor.start("settings")
    for fields in (
        {"method": "password", "password": OTHER_PASSWORD},
        {"method": "profile", "traits": {"email": "x@y.test"}},
    ):
        outcome = await visitor.post("settings", form.id, {"csrf_token": token, **fields})
        assert outcome.error_id == "security_csrf_violation"
    assert (await house.visitor().sign_in(ADA)).done


@pytest.mark.covers("SET-10", "SET-06", "SEC-03")
async def test_nothing_is_parked_for_a_forged_form() -> None:
    house = await built(flows(settings={"privileged_session_max_age": "5m", "lifespan": "1h"}))
    visitor = await member(house, Client.BROWSER)
    house.clock.advance(minutes=6)
    form = await visitor.start("settings")
    outcome = await visitor.post("settings", form.id, {"method": "password", "password": OTHER_PASSWORD})
    assert outcome.error_id == "security_csrf_violation"
    assert not outcome.answer.cookie("ory_kratos_continuity")


@pytest.mark.covers("SET-10", "NEGO-07")
async def test_a_native_form_is_not_taken_from_a_browser() -> None:
    house = await built()
    visitor = await member(house, Client.API)
    form = await visitor.start("settings")
    visitor.headers = {"origin": "https://evil.test"}
    outcome = await visitor.submit(form, method="password", password=OTHER_PASSWORD)
    assert outcome.shown.said == [4000001]
    assert (await house.visitor().sign_in(ADA)).done


@EACH
@pytest.mark.covers("SET-05")
async def test_a_session_that_was_ended_changes_nothing(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    form = await visitor.start("settings")
    other = house.visitor(Client.API)
    assert (await other.sign_in(ADA)).done
    assert (await other.delete("/sessions")).status == 200
    outcome = await visitor.submit(form, method="password", password=OTHER_PASSWORD)
    assert outcome.form is None
    assert outcome.answer.status in {303, 401}
    assert (await house.visitor().sign_in(ADA)).done


class Together:
    """A hook that lets nobody store a change before everybody is about to."""

    name = "organization"
    calls_out = False

    def __init__(self) -> None:
        self.barrier = asyncio.Barrier(2)

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, Changing)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        await self.barrier.wait()
        return Continue()


async def where_changes_meet() -> House:
    meeting = Together()
    return await built(
        flows(settings={"after": {"hooks": [{"hook": meeting.name}]}}), hooks={meeting.name: lambda _: meeting}
    )


@EACH
@pytest.mark.covers("SET-08", "SET-07", "PWD-14")
async def test_of_two_changes_at_once_none_is_silently_lost(client: Client) -> None:
    house = await where_changes_meet()
    visitor = await member(house, client)
    for round in range(4):
        password, age = f"{OTHER_PASSWORD}-{round}", 30 + round
        first, second = await visitor.start("settings"), await visitor.start("settings")
        done = await asyncio.gather(
            visitor.submit(first, method="password", password=password),
            visitor.submit(second, method="profile", traits={"email": ADA, "age": age}),
        )
        told = [outcome.shown.said == [1050001] for outcome in done]
        stored_password = (await house.visitor().sign_in(ADA, password)).done
        stored_age = part(part(await visitor.session(), "identity"), "traits").get("age") == age
        assert told == [stored_password, stored_age]
        assert sorted(told) == [False, True]
        assert sorted(outcome.shown.said for outcome in done) == [[1050001], [4000001]]


@EACH
@pytest.mark.covers("SET-08", "PWD-14")
async def test_one_form_sent_twice_at_once_is_taken_once(client: Client) -> None:
    house = await where_changes_meet()
    visitor = await member(house, client)
    form = await visitor.start("settings")
    passwords = [f"{OTHER_PASSWORD}-{n}" for n in range(2)]
    done = await asyncio.gather(*(visitor.submit(form, method="password", password=each) for each in passwords))
    kept = [(await house.visitor().sign_in(ADA, each)).done for each in passwords]
    assert sum(kept) == 1
    if client is not Client.BROWSER:  # two browsers' answers lead to the one form
        assert [outcome.answer.status for outcome in done] == [200 if each else 400 for each in kept]


# -- hooks --------------------------------------------------------------------------------------------------------------


class Watching:
    """Hears one stage, and refuses it if told so."""

    def __init__(self, name: str, heard: list[str], *, refuses: bool, calls_out: bool = False) -> None:
        self.name, self.calls_out = name, calls_out
        self._heard, self._refuses = heard, refuses

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, Changing if self.name == "early" else Changed)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        self._heard.append(self.name)
        if self._refuses:
            raise VerifiedAddressRequired("not now")
        return Continue()


@EACH
@pytest.mark.covers("HOOK-01", "HOOK-02", "HOOK-03", "SEED0-03")
@pytest.mark.parametrize(
    ("refusing", "heard", "kept"),
    [
        ("early", ["early"], False),
        ("inside", ["early", "inside"], False),
        ("late", ["early", "inside", "late"], True),
        ("", ["early", "inside", "late"], True),
    ],
)
async def test_hooks_run_before_or_after_the_change_is_stored(
    client: Client, refusing: str, heard: list[str], kept: bool
) -> None:
    log: list[str] = []
    listed: list[JsonValue] = [
        {"hook": hook} for hook in ("show_verification_ui", "organization", "notify_previous_addresses")
    ]
    house = await built(
        flows(settings={"after": {"profile": {"hooks": listed}, "hooks": []}}),
        hooks={
            "show_verification_ui": lambda _: Watching("inside", log, refuses=refusing == "inside"),
            "organization": lambda _: Watching("early", log, refuses=refusing == "early"),
            "notify_previous_addresses": lambda _: Watching("late", log, refuses=refusing == "late", calls_out=True),
        },
    )
    visitor = await member(house, client)
    form = await visitor.start("settings")
    outcome = await visitor.submit(form, method="profile", traits={"email": ADA, "age": 30})
    assert (log, bool(outcome.error)) == (heard, bool(refusing))
    assert ("age" in part(part(await visitor.session(), "identity"), "traits")) is kept


class Correcting:
    """Changes the account that is about to be stored."""

    name = "organization"
    calls_out = False

    def __init__(self, age: int) -> None:
        self._age = age

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, Changing)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        assert isinstance(event, Changing)
        traits = JsonDoc.of({**event.identity.traits.members(), "age": self._age})
        return Continue(identity=msgspec.structs.replace(event.identity, traits=traits))


@EACH
@pytest.mark.covers("SEED0-03", "WH-11")
@pytest.mark.parametrize(("age", "kept"), [(50, True), (3, False)])
async def test_what_a_hook_changes_is_checked_like_everything_else(client: Client, age: int, kept: bool) -> None:
    house = await built(
        flows(settings={"after": {"hooks": [{"hook": Correcting.name}]}}),
        hooks={Correcting.name: lambda _: Correcting(age)},
    )
    visitor = await member(house, client)
    outcome = await visitor.submit(await visitor.start("settings"), method="profile", traits={"email": ADA, "age": 30})
    assert outcome.shown.everything_said == ([1050001] if kept else [4000018])
    assert part(part(await visitor.session(), "identity"), "traits").get("age") == (50 if kept else None)
