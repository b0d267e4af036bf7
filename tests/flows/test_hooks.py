"""Do hooks run where, when and in the order that the configuration says? (HOOK-*, REG-14, LOGIN-20, FLOW-20)"""

import msgspec
import pytest

from doubles.hooks import ELSEWHERE, makers, noted
from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from play import ADA, AGAIN, BOB, EACH, EACH_WEB, SESSION_COOKIE, Visitor, built
from play_config import NICKNAME, PASSWORD, UI, after, entries, flows, merged, person
from play_shown import Outcome, listed, part

KINDS = pytest.mark.parametrize("kind", ["login", "registration"])
STORING = {"login": ["LoggedIn"], "registration": ["Registering", "Registered"]}


async def finish(visitor: Visitor, kind: str, email: str = ADA) -> Outcome:
    if kind == "registration":
        return await visitor.sign_up(email)
    if not await visitor.house.identities():
        await visitor.house.visitor().sign_up(email)
    return await visitor.sign_in(email)


def plain(*hooks: str | JsonObject) -> JsonObject:
    """No session with the account, so that the one person of the test is made silently; then these hooks after login."""
    return merged(after("registration"), after("login", *hooks))


# -- before -------------------------------------------------------------------------------------------------------------


@EACH
@KINDS
@pytest.mark.covers("FLOW-20", "HOOK-01")
async def test_before_hooks_run_when_a_form_is_made(client: Client, kind: str) -> None:
    notes: list[str] = []
    over = flows(**{kind: {"before": {"hooks": entries(noted("a"), noted("b"))}}})
    house = await built(over, hooks=makers(notes))
    form = await house.visitor(client).start(kind)
    assert notes == ["a:FlowStarting", "b:FlowStarting"]
    assert form.id


@EACH
@KINDS
@pytest.mark.covers("FLOW-20", "HOOK-07", "HOOK-06")
async def test_a_before_hook_that_fails_leaves_no_form(client: Client, kind: str) -> None:
    notes: list[str] = []
    over = flows(**{kind: {"before": {"hooks": entries(noted("a", "refuse"), noted("b"))}}})
    house = await built(over, hooks=makers(notes))
    outcome = await house.visitor(client).begin(kind)
    assert outcome.form is None
    assert outcome.error["code"] == 400
    assert notes == ["a:FlowStarting"]


# -- after: which list --------------------------------------------------------------------------------------------------


@EACH
@KINDS
@pytest.mark.covers("HOOK-01", "HOOK-02", "LOGIN-20", "REG-14", "SEED0-01")
@pytest.mark.parametrize(
    ("of_all", "of_method", "ran"),
    [([], ["m"], "m"), (["g"], [], "g"), (["g"], ["m"], "m"), (["g", "h"], ["m", "n"], "mn"), ([], [], "")],
)
async def test_the_method_s_list_replaces_the_general_one(
    client: Client, kind: str, of_all: list[str], of_method: list[str], ran: str
) -> None:
    notes: list[str] = []
    section: JsonObject = {
        "hooks": entries(*map(noted, of_all)),
        "password": {"hooks": entries(*map(noted, of_method))},
    }
    over = merged(after("registration"), flows(**{kind: {"after": section}}))
    house = await built(over, hooks=makers(notes))
    assert (await finish(house.visitor(client), kind)).done
    stored = [note for note in notes if not note.endswith("Registering")]
    assert [note.partition(":")[0] for note in stored] == list(ran)
    if kind == "registration":
        early = [note.partition(":")[0] for note in notes if note.endswith("Registering")]
        assert early == of_method, "before the account is stored only the method's own list counts"


@EACH
@KINDS
@pytest.mark.covers("HOOK-03", "REG-14", "SEED0-02")
async def test_hooks_run_in_their_order_and_stage_by_stage(client: Client, kind: str) -> None:
    notes: list[str] = []
    over = merged(after("registration"), after(kind, noted("a"), noted("b"), noted("c")))
    house = await built(over, hooks=makers(notes))
    assert (await finish(house.visitor(client), kind)).done
    assert notes == [f"{name}:{event}" for event in STORING[kind] for name in "abc"]


@EACH
@pytest.mark.covers("HOOK-03", "SEED0-21", "SEED3-05")
async def test_session_is_last_wherever_it_stands(client: Client) -> None:
    notes: list[str] = []
    house = await built(after("registration", "session", noted("a"), noted("b")), hooks=makers(notes))
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    assert notes == ["a:Registering", "b:Registering", "a:Registered", "b:Registered"]
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("HOOK-05")
async def test_a_hook_that_is_not_there_yet_is_passed_over(client: Client) -> None:
    house = await built(after("registration", "organization", "session"))
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    assert await visitor.signed_in()
    assert "hook not available, skipped" in house.log.events("warning")


# -- all or nothing -----------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("HOOK-07", "REG-14", "SEED0-02", "FLOW-09")
@pytest.mark.parametrize("stage", ["Registering", "Registered"])
@pytest.mark.parametrize("place", ["first", "last"])
async def test_a_hook_that_refuses_a_newcomer_leaves_nothing(client: Client, stage: str, place: str) -> None:
    notes: list[str] = []
    hooks = [noted("no", "refuse", stage), noted("other")]
    house = await built(
        after("registration", *(hooks if place == "first" else reversed(hooks)), "session"), hooks=makers(notes)
    )
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA)
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4000001])
    assert await house.identities() == 0
    assert outcome.answer.cookie(SESSION_COOKIE) == ""
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("REG-14", "SEED0-10", "HOOK-07")
async def test_what_calls_others_runs_when_the_account_is_stored(client: Client) -> None:
    """The account stays although the hook fails: others may have heard of it already (docs/adr/0010)."""
    notes: list[str] = []
    house = await built(
        after("registration", noted("call", "refuse", "Registered", calls_out=True), "session"), hooks=makers(notes)
    )
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA)
    assert not outcome.done
    assert await house.identities() == 1
    assert not await visitor.signed_in()
    assert (await visitor.sign_in(ADA)).done


@EACH
@pytest.mark.covers("SEED0-10", "HOOK-10", "HOOK-03")
async def test_the_session_that_follows_a_call_is_there_too(client: Client) -> None:
    notes: list[str] = []
    house = await built(
        after("registration", "session", noted("call", "nothing", "Registered", calls_out=True)), hooks=makers(notes)
    )
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    assert notes == ["call:Registered"]
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("HOOK-07", "FLOW-09")
async def test_a_hook_that_refuses_a_sign_in_leaves_no_session(client: Client) -> None:
    notes: list[str] = []
    house = await built(plain("revoke_active_sessions", noted("no", "refuse")), hooks=makers(notes))
    first = house.visitor(client)
    outcome = await finish(first, "login")
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4000001])
    assert outcome.answer.cookie(SESSION_COOKIE) == ""
    assert not await first.signed_in()


@EACH
@pytest.mark.covers("HOOK-11", "HOOK-07")
async def test_nobody_else_is_signed_out_by_a_sign_in_that_fails(client: Client) -> None:
    notes: list[str] = []
    house = await built(hooks=makers(notes))
    at_home = house.visitor(client)
    assert (await at_home.sign_up(ADA)).done
    await house.reconfigured(after("login", "revoke_active_sessions", noted("no", "refuse")))
    assert not (await house.visitor(client).sign_in(ADA)).done
    assert not (await house.visitor(client).sign_in(ADA, "wrong-password")).done
    assert await at_home.signed_in()


# -- what single hooks do -----------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("HOOK-11", "SEED0-05", "SEED1-15")
@pytest.mark.parametrize("level", ["password", ""])
async def test_revoking_leaves_the_newest_session_only(client: Client, level: str) -> None:
    house = await built(after("login", "revoke_active_sessions", method=level))
    first, bob = house.visitor(client), house.visitor(client)
    assert (await first.sign_up(ADA)).done
    assert (await bob.sign_up(BOB)).done
    second, third = house.visitor(client), house.visitor(client)
    for visitor in (second, third):
        assert (await visitor.sign_in(ADA)).done
        assert await visitor.signed_in()
    assert [await each.signed_in() for each in (first, second, third, bob)] == [False, False, True, True]
    assert listed((await third.get("/sessions")).json, "items") == []


@EACH
@pytest.mark.covers("HOOK-11", "SESS-18", "LOGIN-18")
async def test_a_refresh_with_revoking_keeps_the_session_it_refreshes(client: Client) -> None:
    house = await built(after("login", "revoke_active_sessions"))
    other, visitor = house.visitor(client), house.visitor(client)
    assert (await other.sign_up(ADA)).done
    assert (await visitor.sign_in(ADA)).done
    assert not await other.signed_in()
    other.forget_session()
    id = (await visitor.session())["id"]
    assert (await visitor.sign_in(ADA, refresh="true")).done
    assert (await visitor.session())["id"] == id


@EACH
@pytest.mark.covers("HOOK-10", "REG-17", "SEED3-01")
@pytest.mark.parametrize("level", ["password", ""])
async def test_session_signs_in_whichever_list_it_is_in(client: Client, level: str) -> None:
    over = merged(after("registration"), after("registration", "session", method=level))
    visitor = (await built(over)).visitor(client)
    assert (await visitor.sign_up(ADA)).done
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("HOOK-16", "SEED3-02", "SEED3-03")
async def test_who_has_to_prove_an_address_is_signed_in_once_and_then_not_again(client: Client) -> None:
    house = await built(after("login", "require_verified_address"))
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    assert await visitor.signed_in(), "the registration itself signs in"
    visitor.forget_session()
    outcome = await visitor.sign_in(ADA)
    assert outcome.error_id == "session_verified_address_required"
    assert outcome.answer.status == (303 if client is Client.BROWSER else 403)
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("HOOK-16", "SEED3-03")
async def test_the_older_way_to_say_so_is_on_the_form(client: Client) -> None:
    over = {"feature_flags": {"legacy_require_verified_login_error": True}}
    house = await built(merged(over, after("login", "require_verified_address")))
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    visitor.forget_session()
    outcome = await visitor.sign_in(ADA)
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4000010])


@EACH
@pytest.mark.covers("HOOK-16")
async def test_any_proven_address_will_do(client: Client) -> None:
    house = await built(after("login", "require_verified_address"))
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    visitor.forget_session()
    id = (await house.identity_ids())[0]
    (address,) = (await house.identity(id)).verifiable_addresses
    await house.change(id, verifiable_addresses=(msgspec.structs.replace(address, verified=True),))
    assert (await visitor.sign_in(ADA)).done


# -- a newcomer who is changed ------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("REG-14", "SEED0-02")
async def test_a_hook_may_change_a_newcomer_before_the_account_is_stored(client: Client) -> None:
    notes: list[str] = []
    house = await built(
        after("registration", noted("a", "rename"), noted("b", "readdress"), "session"), hooks=makers(notes)
    )
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA, name={"first": "Ada"})).done
    identity = part(await visitor.session(), "identity")
    assert identity["traits"] == {"email": "changed@house.test", "name": {"first": "Renamed"}}
    assert [address["value"] for address in listed(identity, "verifiable_addresses")] == ["changed@house.test"]
    visitor.forget_session()
    assert (await visitor.sign_in(ADA)).shown.said == [4000006]
    assert (await visitor.sign_in("changed@house.test")).done


@EACH
@pytest.mark.covers("REG-14", "HOOK-07")
async def test_a_newcomer_that_a_hook_spoiled_is_refused(client: Client) -> None:
    notes: list[str] = []
    house = await built(after("registration", noted("a", "spoil"), "session"), hooks=makers(notes))
    outcome = await house.visitor(client).sign_up(ADA)
    assert outcome.shown.said_at("traits.email") == [4000040]
    assert await house.identities() == 0


# -- where to -----------------------------------------------------------------------------------------------------------


@EACH_WEB
@KINDS
@pytest.mark.covers("HOOK-06", "LOGIN-24", "REG-17")
async def test_a_hook_may_send_browsers_elsewhere(client: Client, kind: str) -> None:
    notes: list[str] = []
    over = merged(after("registration"), after(kind, noted("a", "elsewhere")))
    house = await built(over, hooks=makers(notes))
    outcome = await finish(house.visitor(client), kind)
    assert outcome.went_to == (ELSEWHERE if client is Client.BROWSER else f"{UI}/")


@EACH
@pytest.mark.covers("HOOK-15")
async def test_without_a_verification_to_show_nothing_is_shown(client: Client) -> None:
    house = await built(after("registration", "session", "show_verification_ui"))
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA)
    assert outcome.went_to == ("" if client is Client.API else f"{UI}/")
    assert "show_verification_ui" not in str(outcome.result)
    assert PASSWORD not in str(outcome.result)


@EACH
@pytest.mark.covers("HOOK-16")
async def test_people_without_any_address_are_a_mistake_of_the_operator(client: Client) -> None:
    house = await built(after("login", "require_verified_address"), schema=person({"nick": NICKNAME}))
    visitor = house.visitor()
    form = await visitor.start("registration")
    assert (await visitor.submit(form, method="password", password=PASSWORD, traits={"nick": "ada"})).done
    house.tolerated.add(500)
    outcome = await house.visitor(client).sign_in("ada")
    assert outcome.error["code"] == 500
    assert "refused" in house.log.events("error")
