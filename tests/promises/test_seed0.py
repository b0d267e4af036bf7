"""Does the v0.5 page about hooks come true, as printed? (SEED0-*)"""

import pytest
from seed_documents import UI, account, house_of, printed, registered, v05

from limen.app.scope import Client
from limen.config.problems import ConfigRefused
from play import ADA, EACH, EACH_WEB, SESSION_COOKIE, House, Visitor, housed, loaded_text
from play_config import PASSWORD
from play_shown import listed, part

SESSION = v05(printed("seed0_3_registration"))
NONE = v05("selfservice: {}")


@EACH
@pytest.mark.covers("SEED0-04", "SEED0-05", "SEED0-06", "SEED0-23")
@pytest.mark.parametrize("seed", ["seed0_1_login_password", "seed0_2_login_method"])
async def test_the_printed_list_leaves_the_newest_session_only(client: Client, seed: str) -> None:
    house = await house_of(v05(printed(seed)))
    await account(house, ADA)
    first, second = house.visitor(client), house.visitor(client)
    for visitor in (first, second):
        assert (await visitor.sign_in(ADA)).done
        assert await visitor.signed_in()
    assert not await first.signed_in()


@pytest.mark.covers("SEED0-07")
@pytest.mark.parametrize(("config", "fine"), [("", True), (", config: {}", True), (", config: {all: true}", False)])
async def test_that_hook_takes_no_settings(config: str, fine: bool) -> None:
    document = v05(
        f"selfservice: {{flows: {{login: {{after: {{password: [{{hook: revoke_active_sessions{config}}}]}}}}}}}}"
    )
    if fine:
        assert loaded_text(document)
        return
    with pytest.raises(ConfigRefused) as caught:
        loaded_text(document)
    told = str(caught.value)
    assert "revoke_active_sessions has nothing to configure" in told
    assert "selfservice.flows.login.after.password.0.config" in told


@EACH
@pytest.mark.covers("SEED0-08", "SEED0-09", "SEED0-10", "SEED0-18", "SEED0-19")
async def test_the_printed_registration_list_signs_in(client: Client) -> None:
    house = await house_of(SESSION)
    visitor = house.visitor(client)
    outcome = await registered(visitor, ADA)
    assert await house.identities() == 1
    assert (await visitor.whoami()).status == 200
    match client:
        case Client.BROWSER:
            assert (outcome.answer.status, outcome.went_to) == (303, f"{UI}/")
            assert outcome.answer.cookie(SESSION_COOKIE)
        case Client.SPA:
            assert outcome.answer.cookie(SESSION_COOKIE)
        case Client.API:
            assert outcome.answer.status == 200
            assert part(outcome.result, "session")["id"]
            assert part(outcome.result, "identity")["id"]
            assert await _bearer(house, outcome.session_token)


async def _bearer(house: House, token: str) -> bool:
    visitor = house.visitor()
    visitor.headers["authorization"] = f"bearer {token}"
    return await visitor.signed_in()


@EACH
@pytest.mark.covers("SEED0-20", "SEED0-09")
async def test_without_the_hook_nobody_is_signed_in(client: Client) -> None:
    house = await house_of(NONE)
    visitor = house.visitor(client)
    outcome = await registered(visitor, ADA)
    assert outcome.done
    assert not await visitor.signed_in()
    assert "session" not in outcome.result
    if client is Client.API:
        assert outcome.result.keys() == {"identity", "continue_with"}


@EACH
@pytest.mark.covers("SEED0-11")
@pytest.mark.parametrize("document", [SESSION, NONE], ids=["with the hook", "without it"])
async def test_a_session_cookie_tells_new_accounts_from_old_ones_only_with_the_hook(
    client: Client, document: str
) -> None:
    house = await house_of(document)
    fresh, taken = await registered(house.visitor(client), ADA), await registered(house.visitor(client), ADA)
    told = bool(fresh.answer.cookie(SESSION_COOKIE) or fresh.session_token)
    assert told is (document is SESSION)
    assert taken.answer.cookie(SESSION_COOKIE) + taken.session_token == ""


@EACH
@pytest.mark.covers("SEED0-17")
@pytest.mark.parametrize("kind", ["login", "registration"])
async def test_a_form_knows_for_whom_it_is(client: Client, kind: str) -> None:
    form = await (await house_of(SESSION)).visitor(client).start(kind)
    assert form.wire["type"] == ("api" if client is Client.API else "browser")


@EACH
@pytest.mark.covers("SEED0-21")
async def test_hooks_behind_session_run_all_the_same(client: Client) -> None:
    document = v05(
        "selfservice: {flows: {registration: {after: {password: [{hook: session}, {hook: web_hook, config: {url: 'http://127.0.0.1:9/', method: POST}}]}}}}"
    )
    found = loaded_text(document)
    entries = found.config.selfservice.flows.registration.after.password.hooks
    assert {entry.hook for entry in entries} == {"session", "web_hook"}
    house = await housed(found)
    house.egress.answers("POST", "http://127.0.0.1:9/")
    visitor = house.visitor(client)
    assert (await registered(visitor, ADA)).done
    assert await visitor.signed_in()
    assert [call.url for call in house.egress.calls] == ["http://127.0.0.1:9/"]


@pytest.mark.covers("SEED0-22")
async def test_a_section_with_nothing_below_it_starts() -> None:
    assert (await house_of(v05(printed("seed0_5_settings")))).config.selfservice.flows.settings.after.hooks == ()


# -- secrets ------------------------------------------------------------------------------------------------------------


async def restarted(house: House, visitor: Visitor, document: str) -> Visitor:
    """The same browser before the same database, after a restart with another document."""
    again = (await housed(loaded_text(document), storage=house.storage)).visitor(visitor.client)
    again.jar = dict(visitor.jar)
    return again


def secrets(section: str, *listed: str) -> str:
    return v05(f"secrets: {{{section}: [{', '.join(listed)}]}}")


@EACH_WEB
@pytest.mark.covers("SEED0-14", "SEED0-15", "SEED0-16", "SEED1-13")
async def test_the_printed_secrets_rotate(client: Client) -> None:
    printed_list = printed("seed0_4_secrets")
    for signer in ("something-super-secret", "old-session-secret", "older-session-secret", "ancient-session-secret"):
        house = await house_of(secrets("cookie", signer))
        await account(house, ADA)
        visitor = house.visitor(client)
        assert (await visitor.sign_in(ADA)).done
        after = await restarted(house, visitor, v05(printed_list))
        assert await after.signed_in(), f"signed under {signer}"
        fresh = await restarted(house, house.visitor(client), v05(printed_list))
        assert (await fresh.sign_in(ADA)).done
        first_only = await restarted(house, fresh, secrets("cookie", "something-super-secret"))
        assert await first_only.signed_in(), "the first entry signs"
        forgotten = await restarted(house, fresh, secrets("cookie", "quite-another-secret"))
        assert not await forgotten.signed_in()


@EACH_WEB
@pytest.mark.covers("SEED0-12")
async def test_the_general_secret_serves_where_there_is_no_special_one(client: Client) -> None:
    document = secrets("default", "a-general-secret-of-ours").replace("cookie:\n- something-super-secret\n", "")
    document = document.replace("  cookie:\n  - something-super-secret\n", "")
    house = await house_of(document)
    await account(house, ADA)
    visitor = house.visitor(client)
    assert (await visitor.sign_in(ADA)).done
    assert await (await restarted(house, visitor, secrets("cookie", "a-general-secret-of-ours"))).signed_in()
    both = v05("secrets: {default: [a-general-secret-of-ours], cookie: [a-special-secret-of-ours]}")
    assert not await (await restarted(house, visitor, both)).signed_in()


@pytest.mark.covers("SEED0-13")
async def test_without_secrets_sessions_end_with_the_process_and_the_operator_is_warned() -> None:
    document = NONE.replace("secrets:\n  cookie:\n  - something-super-secret\n", "")
    assert "secret" not in document
    found = loaded_text(document)
    assert "secrets.default" in [warning.key for warning in found.warnings]
    house = await housed(found)
    assert (await registered(house.visitor(Client.SPA), ADA)).done


@EACH
@pytest.mark.covers("SEED0-01")
@pytest.mark.parametrize("flow", ["login", "registration", "settings"])
async def test_hooks_may_be_listed_after_every_flow(client: Client, flow: str) -> None:
    hook = {"login": "revoke_active_sessions", "registration": "session", "settings": "show_verification_ui"}[flow]
    method = "profile" if flow == "settings" else "password"
    house = await house_of(v05(f"selfservice: {{flows: {{{flow}: {{after: {{{method}: [{{hook: {hook}}}]}}}}}}}}"))
    visitor = house.visitor(client)
    assert (await registered(visitor, ADA)).done
    assert await visitor.signed_in() is (flow == "registration")
    items = listed((await visitor.get("/sessions")).json, "items")
    assert items == []
    assert PASSWORD not in str(items)
