"""Does the page about signing in after registration come true? (SEED3-*)"""

import pytest
import yaml
from seed_documents import house_of

from limen.app.scope import Client
from play import ADA, AGAIN, EACH, SESSION_COOKIE, built
from play_config import PASSWORD, after, base, flows, merged
from play_shown import listed, part


@EACH
@pytest.mark.covers("SEED3-01", "SEED3-07", "SEED3-09")
@pytest.mark.parametrize("level", ["password", ""])
async def test_the_hook_signs_newcomers_in(client: Client, level: str) -> None:
    house = await built(merged(after("registration"), after("registration", "session", method=level)))
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA)
    assert await visitor.signed_in()
    if client is Client.API:
        assert {"session", "session_token", "identity"} <= outcome.result.keys()
        assert [item["action"] for item in listed(outcome.result, "continue_with")] == ["set_ory_session_token"]
    else:
        assert outcome.answer.cookie(SESSION_COOKIE)


@EACH
@pytest.mark.covers("SEED3-02", "SEED3-03")
@pytest.mark.parametrize("legacy", [True, False])
async def test_the_need_of_a_proven_address_is_passed_over_once(client: Client, legacy: bool) -> None:
    flags = {"feature_flags": {"legacy_require_verified_login_error": legacy}}
    house = await built(merged(flags, after("login", "require_verified_address")))
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    assert await visitor.signed_in()
    visitor.forget_session()
    outcome = await visitor.sign_in(ADA)
    if legacy:
        assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4000010])
    else:
        assert outcome.error_id == "session_verified_address_required"
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("SEED3-05")
async def test_it_runs_last_wherever_it_stands(client: Client) -> None:
    house = await built(after("registration", "session", "show_verification_ui"))
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("SEED3-06")
async def test_the_switch_of_the_console_is_one_entry_in_the_configuration(client: Client) -> None:
    """What the console's switch does is to add `{hook: session}` at selfservice.flows.registration.after.hooks."""
    document = merged(base(), after("registration"))
    registration = part(part(part(document, "selfservice"), "flows"), "registration")
    part(registration, "after")["hooks"] = [{"hook": "session"}]
    visitor = (await house_of(yaml.safe_dump(document))).visitor(client)
    assert (await visitor.sign_up(ADA)).done
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("SEED3-08")
@pytest.mark.parametrize("hook", [True, False])
async def test_the_session_is_what_tells_a_new_account_from_an_old_one(client: Client, hook: bool) -> None:
    house = await built(merged(after("registration"), after("registration", *(["session"] if hook else []))))
    fresh, taken = await house.visitor(client).sign_up(ADA), await house.visitor(client).sign_up(ADA)
    assert bool(fresh.answer.cookie(SESSION_COOKIE) or fresh.session_token) is hook
    assert taken.answer.cookie(SESSION_COOKIE) + taken.session_token == ""


@EACH
@pytest.mark.covers("SEED3-05", "SEED0-21")
async def test_it_signs_in_after_both_steps_only(client: Client) -> None:
    visitor = (await built(flows(registration={"style": "profile_first"}))).visitor(client)
    form = (await visitor.submit(await visitor.start("registration"), method="profile", traits={"email": ADA})).shown
    assert not await visitor.signed_in()
    assert (await visitor.submit(form, method="password", password=PASSWORD, traits={"email": ADA})).done
    assert await visitor.signed_in()
