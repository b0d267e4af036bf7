"""Does a web hook whose answer is ignored arrive, whatever becomes of its target, and only for what really happened?"""

import asyncio
from datetime import timedelta

import pytest

from doubles.hooks import makers, noted
from doubles.sink import Web
from limen.app.hooks.deliveries.dispatch import Deliverer
from limen.app.hooks.deliveries.signature import signature
from limen.app.hooks.web_hook.delivering import Sending
from limen.app.scope import Client
from limen.domain.hooks.delivery import pause_after
from limen.kernel.json_doc import JsonObject
from limen.ports.storage import StorageUnavailable
from play import ADA, EACH, built
from play_config import PASSWORD, UI, after, entries, flows, merged
from play_deliveries import OLDER, OTHER, SECRET, URL, clients, header, ignored, only, sign_up, waiting
from play_shown import listed, part

# -- stored with the change ---------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("WH-07")
async def test_the_call_is_stored_with_the_account_and_made_afterwards(client: Client) -> None:
    house = await built(after("registration", ignored(), "session"))
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    assert (await visitor.submit(form, method="password", password=PASSWORD, traits={"email": ADA})).done
    assert await visitor.signed_in()
    stored = await only(house)
    assert (stored.hook, stored.event, stored.flow_id) == ("crm", "Registered", form.id)
    assert (stored.status, stored.attempts, stored.target) == ("waiting", 0, "https://crm.test")
    assert house.egress.calls == []

    house.egress.answers("POST", URL, status=204)
    assert await house.deliverer.round() == 1
    (call,) = house.egress.calls
    assert (call.method, call.url, header(call, "idempotency-key")) == ("POST", URL, stored.id)
    done = await only(house)
    assert (done.status, done.attempts, done.answer) == ("delivered", 1, "204")
    assert await house.deliverer.round() == 0


@EACH
@pytest.mark.covers("WH-07", "HOOK-07")
@pytest.mark.parametrize("stage", ["Registering", "Registered"])
async def test_for_an_account_that_was_refused_nothing_is_stored(client: Client, stage: str) -> None:
    house = await built(after("registration", ignored(), noted("no", "refuse", stage)), hooks=makers([]))
    assert not await sign_up(house.visitor(client))
    assert await house.identities() == 0
    assert await waiting(house) == []


@EACH
@pytest.mark.covers("WH-07")
async def test_wherever_it_stands_it_is_stored_with_the_account_that_it_tells_of(client: Client) -> None:
    """A hook before it calls others and fails when the account is stored: who hears of accounts hears of this one."""
    failing = noted("call", "refuse", "Registered", calls_out=True)
    house = await built(after("registration", failing, ignored()), hooks=makers([]))
    assert not await sign_up(house.visitor(client))
    assert await house.identities() == 1
    assert [each.event for each in await waiting(house)] == ["Registered"]


@EACH
@pytest.mark.covers("WH-02", "WH-07")
async def test_it_tells_of_the_change_as_it_is_stored(client: Client, web: Web) -> None:
    """The flow has succeeded, and the message to the new address is on its way."""
    ignored_one = web.hook("/told", response={"ignore": True})
    verification: JsonObject = {"enabled": True, "ui_url": f"{UI}/verification"}
    house = await web.house(after("settings", ignored_one, method="profile"), flows(verification=verification))
    visitor = house.visitor(client)
    assert await sign_up(visitor)
    form = await visitor.start("settings")
    await visitor.submit(form, method="profile", traits={"email": "new@house.test"})
    await house.deliverer.round()
    (call,) = web.sink.at("/told")
    assert part(call.ctx, "flow")["state"] == "success"
    (address,) = listed(part(call.ctx, "identity"), "verifiable_addresses")
    assert (address["value"], address["status"]) == ("new@house.test", "sent")


@EACH
@pytest.mark.covers("WH-07")
async def test_for_an_address_that_is_taken_nothing_is_stored(client: Client) -> None:
    house = await built(after("registration", ignored()))
    assert await sign_up(house.visitor())
    assert not await sign_up(house.visitor(client))
    assert len(await waiting(house)) == 1


@EACH
@pytest.mark.covers("WH-07", "HOOK-01")
@pytest.mark.parametrize("kind", ["login", "settings", "recovery", "verification"])
async def test_every_flow_can_have_calls_that_nobody_waits_for(client: Client, kind: str) -> None:
    proving: JsonObject = {"enabled": True, "ui_url": f"{UI}/{kind}"}
    house = await built()
    visitor = house.visitor(client)
    assert await sign_up(visitor)
    if kind != "settings":
        visitor.forget_session()
    over = after(kind, ignored(), method="")
    await house.reconfigured(merged(over, flows(**{kind: proving})) if kind in {"recovery", "verification"} else over)
    match kind:
        case "login":
            assert (await visitor.sign_in(ADA)).done
        case "settings":
            form = await visitor.start("settings")
            assert (await visitor.submit(form, method="profile", traits={"email": ADA})).shown.said == [1050001]
        case _:
            sent = (await visitor.submit(await visitor.start(kind), method="code", email=ADA)).shown
            assert await waiting(house) == []
            await visitor.submit(sent, method="code", code=house.letters.code(ADA))
    moments = {"login": "LoggedIn", "settings": "Changed", "recovery": "Regaining", "verification": "Verified"}
    assert [each.event for each in await waiting(house)] == [moments[kind]]


@EACH
@pytest.mark.covers("WH-07", "FLOW-20")
async def test_before_a_flow_it_is_stored_on_its_own_once_all_have_agreed(client: Client) -> None:
    house = await built(flows(login={"before": {"hooks": entries(ignored(), noted("b"))}}), hooks=makers([]))
    form = await house.visitor(client).start("login")
    assert [(each.event, each.flow_id) for each in await waiting(house)] == [("FlowStarting", form.id)]
    refusing = flows(login={"before": {"hooks": entries(ignored(), noted("b", "refuse"))}})
    house = await built(refusing, hooks=makers([]))
    assert (await house.visitor(client).begin("login")).form is None
    assert await waiting(house) == []


# -- until it has arrived -----------------------------------------------------------------------------------------------


async def test_what_fails_is_tried_again_ever_more_rarely_with_the_same_key_and_then_given_up() -> None:
    house = await built(merged(after("registration", ignored()), clients(attempts=3)))
    assert await sign_up(house.visitor())
    stored = await only(house)
    for status in (503, 404):
        house.egress.answers("POST", URL, status=status)
    house.egress.fails("POST", URL)
    for attempt, pause in enumerate((5, 15), start=1):
        assert await house.deliverer.round() == 1
        again = await only(house)
        assert (again.status, again.attempts) == ("waiting", attempt)
        assert again.due_at - house.clock.now() == timedelta(seconds=pause)
        assert await house.deliverer.round() == 0
        house.clock.advance(seconds=pause)
    assert await house.deliverer.round() == 1
    dead = await only(house)
    assert (dead.status, dead.attempts, dead.answer) == ("dead", 3, "EgressFailed")
    assert {header(call, "idempotency-key") for call in house.egress.calls} == {stored.id}
    house.clock.advance(days=2)
    assert await house.deliverer.round() == 0
    assert "a web hook was given up" in house.log.events("error")


def test_a_target_that_is_down_for_hours_is_waited_for() -> None:
    first, longest = timedelta(seconds=5), timedelta(hours=1)
    pauses = [pause_after(attempt, first, longest) for attempt in range(1, 20)]
    assert pauses[:4] == [timedelta(seconds=5 * 3**step) for step in range(4)]
    assert max(pauses) == longest
    assert timedelta(hours=12) < sum(pauses, timedelta()) < timedelta(hours=16)
    assert pause_after(10_000, first, longest) == longest
    assert pause_after(7, longest, first) == first


async def test_a_target_that_hangs_holds_up_nobody_else() -> None:
    house = await built(after("registration", ignored("slow", OTHER), ignored()))
    for number in range(9):
        assert await sign_up(house.visitor(), f"{number}@house.test")
    gate = house.egress.hold()
    started = await house.deliverer.start_due()
    assert started == 8, "four of each: the limit of one hook is not that of another"
    for _ in range(9):
        house.egress.answers("POST", URL)
        house.egress.answers("POST", OTHER)
    gate.set()
    for _ in range(4):
        await house.deliverer.round()
    assert [each.status for each in await waiting(house)] == ["delivered"] * 18


async def test_two_servers_on_one_database_never_make_the_same_call() -> None:
    house = await built(after("registration", ignored()))
    for number in range(4):
        assert await sign_up(house.visitor(), f"{number}@house.test")
        house.egress.answers("POST", URL)
    sending = Sending(house.services, house.egress)
    other = Deliverer(house.storage, sending, house.clock, house.source.current, house.log)
    gate = house.egress.hold()
    taken = await asyncio.gather(house.deliverer.start_due(), other.start_due())
    assert sum(taken) == 4
    gate.set()
    await asyncio.gather(house.deliverer.round(), other.round())
    keys = [header(call, "idempotency-key") for call in house.egress.calls]
    assert sorted(keys) == sorted(each.id for each in await waiting(house))
    assert [each.status for each in await waiting(house)] == ["delivered"] * 4


async def test_a_round_that_breaks_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    house = await built(after("registration", ignored()))
    assert await sign_up(house.visitor())
    house.egress.answers("POST", URL)
    rounds = house.deliverer.start_due
    trouble = [ValueError("a mistake of ours"), StorageUnavailable("The disk is full.")]

    async def troubled() -> int:
        if trouble:
            raise trouble.pop()
        return await rounds()

    monkeypatch.setattr(house.deliverer, "start_due", troubled)
    monkeypatch.setattr("limen.app.hooks.deliveries.dispatch._AFTER_TROUBLE", 0)
    running = asyncio.get_running_loop().create_task(house.deliverer.run())
    while not house.egress.calls:  # noqa: ASYNC110 (the double has no event to wait for)
        await asyncio.sleep(0)
    await house.deliverer.stop()
    await running
    assert house.log.events("error") == ["the deliveries cannot be worked on"] * 2
    assert (await only(house)).status == "delivered"


async def test_who_was_killed_leaves_its_work_to_others_when_the_lease_is_over() -> None:
    house = await built(after("registration", ignored()))
    assert await sign_up(house.visitor())
    unit = house.storage.unit()
    unit.deliveries.lease(await only(house), house.clock.now() + timedelta(minutes=1))
    await unit.commit()
    assert await house.deliverer.round() == 0
    house.clock.advance(seconds=61)
    house.egress.answers("POST", URL)
    assert await house.deliverer.round() == 1
    assert (await only(house)).attempts == 2


# -- what is sent, and what is not stored -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "shown"),
    [
        ({"type": "basic_auth", "config": {"user": "u", "password": "very-secret"}}, ("authorization", "Basic ")),
        ({"type": "api_key", "config": {"name": "X-Key", "value": "very-secret", "in": "header"}}, ("x-key", "very")),
    ],
)
@pytest.mark.covers("WH-06")
async def test_secrets_are_looked_up_when_the_call_is_made(auth: JsonObject, shown: tuple[str, str]) -> None:
    house = await built(
        after("registration", ignored(auth=auth, headers={"X-More": "very-secret"}, signing_secrets=[SECRET, OLDER]))
    )
    assert await sign_up(house.visitor())
    stored = house.storage._database._connection.execute("SELECT * FROM deliveries").fetchall()
    assert "very-secret" not in str(stored)
    assert "in-the-address" not in str(stored)
    house.egress.answers("POST", URL)
    await house.deliverer.round()
    (call,) = house.egress.calls
    name, begin = shown
    assert header(call, name).startswith(begin)
    assert header(call, "x-more") == "very-secret"
    id, at = (await only(house)).id, house.clock.now()
    assert header(call, "webhook-signature").split() == [
        signature(id, at, call.body, secret) for secret in (SECRET, OLDER)
    ]
    assert header(call, "webhook-timestamp") == str(int(at.timestamp()))
    assert "very-secret" not in str(house.log.lines)
    assert SECRET not in str(house.log.lines)


async def test_each_attempt_is_signed_anew_and_with_the_secrets_of_its_time() -> None:
    house = await built(after("registration", ignored(signing_secrets=[OLDER])))
    assert await sign_up(house.visitor())
    house.egress.answers("POST", URL, status=500)
    await house.deliverer.round()
    await house.reconfigured(after("registration", ignored(signing_secrets=[SECRET])))
    house.clock.advance(seconds=5)
    house.egress.answers("POST", URL)
    await house.deliverer.round()
    first, second = house.egress.calls
    assert int(header(second, "webhook-timestamp")) - int(header(first, "webhook-timestamp")) == 5
    id = (await only(house)).id
    assert header(second, "webhook-signature") == signature(id, house.clock.now(), second.body, SECRET)


async def test_a_hook_that_moved_is_found_by_its_id_and_one_that_is_gone_is_given_up() -> None:
    house = await built(after("registration", ignored()))
    assert await sign_up(house.visitor())
    await house.reconfigured(after("login", ignored(url=OTHER)))
    house.egress.answers("POST", OTHER)
    assert await house.deliverer.round() == 1
    assert [call.url for call in house.egress.calls] == [OTHER]

    await house.reconfigured(after("registration", ignored("another", OTHER)))
    assert await sign_up(house.visitor(), "bob@house.test")
    await house.reconfigured(after("registration"))
    assert await house.deliverer.round() == 0
    assert await house.deliverer.give_up_orphans() == 0, "a mistake of a minute costs nothing"
    house.clock.advance(hours=3)
    assert await house.deliverer.give_up_orphans() == 1
    orphan = next(each for each in await waiting(house) if each.hook == "another")
    assert (orphan.status, orphan.answer) == ("dead", "the hook is not in the configuration any more")


async def test_of_two_hooks_with_one_id_each_gets_its_own() -> None:
    house = await built(after("registration", ignored(), ignored(url=OTHER)))
    assert await sign_up(house.visitor())
    house.egress.answers("POST", URL)
    house.egress.answers("POST", OTHER)
    await house.deliverer.round()
    assert sorted(call.url for call in house.egress.calls) == sorted([URL, OTHER])
