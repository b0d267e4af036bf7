"""Does the v0.1 page about jobs come true, as printed? (SEED1-*, SEED2-*)"""

from itertools import permutations
from pathlib import Path

import pytest
import yaml
from seed_documents import ALLOWED, TARGET, UI, account, house_of, jobs, printed, redirect, registered, v01

from limen.app.scope import Client
from limen.config.dialects import render_report, upgrade
from play import ADA, EACH, EACH_WEB, SESSION_COOKIE, House
from play_shown import Outcome

KINDS = pytest.mark.parametrize("kind", ["login", "registration"])
SESSION, REVOKE = "job: session", "job: revoke_active_sessions"


async def finished(house: House, client: Client, kind: str, **query: str) -> Outcome:
    visitor = house.visitor(client)
    if kind == "registration":
        return await registered(visitor, ADA, **query)
    await account(house, ADA)
    return await visitor.sign_in(ADA, **query)


@EACH_WEB
@KINDS
@pytest.mark.covers("SEED1-01", "SEED1-02", "SEED1-03", "SEED1-07", "SEED1-20", "SEED2-01")
async def test_the_printed_redirect_job_sends_people_there(client: Client, kind: str) -> None:
    """The page says 302; today's protocol says 303, and browsers treat both alike."""
    seed = {"login": "seed2_1_login_redirect", "registration": "seed2_5_registration_redirect"}[kind]
    outcome = await finished(await house_of(v01(printed(seed))), client, kind)
    assert outcome.went_to == TARGET
    assert outcome.answer.status == (303 if client is Client.BROWSER else 200)


@pytest.mark.covers("SEED1-03")
@pytest.mark.parametrize("key", ["redirect_to", "to", "default_redirect_url"])
@KINDS
async def test_all_spellings_of_the_target_are_understood(key: str, kind: str) -> None:
    job = f"job: redirect, config: {{{key}: '{TARGET}'}}"
    assert (await finished(await house_of(v01(jobs(kind, SESSION, job))), Client.BROWSER, kind)).went_to == TARGET


@EACH_WEB
@KINDS
@pytest.mark.covers("SEED1-04", "SEED1-05")
@pytest.mark.parametrize("name", ["allow_user_defined", "allow_user_defined_redirect"])
@pytest.mark.parametrize("wanted", [f"{ALLOWED}/deep/link?x=1", f"{UI}/somewhere"])
async def test_an_address_of_one_s_own_is_obeyed_where_that_is_allowed(
    client: Client, kind: str, name: str, wanted: str
) -> None:
    """Whole domains are allowed in v0.1, whatever the path."""
    house = await house_of(v01(jobs(kind, SESSION, redirect(**{name: "true"}))))
    assert (await finished(house, client, kind, return_to=wanted)).went_to == wanted


@EACH_WEB
@KINDS
@pytest.mark.covers("SEED1-04")
async def test_the_printed_snippet_leads_to_its_target_when_nobody_asks_for_more(client: Client, kind: str) -> None:
    seed = {"login": "seed2_3_login_user_defined", "registration": "seed2_7_registration_user_defined"}[kind]
    house = await house_of(v01(printed(seed)))
    assert (await finished(house, client, kind)).went_to == TARGET


@EACH
@KINDS
@pytest.mark.covers("SEED1-05")
@pytest.mark.parametrize("foreign", ["https://evil.test/x", "http://allowed.test/x", "https://allowed.test.evil.test/"])
async def test_a_foreign_domain_is_refused(client: Client, kind: str, foreign: str) -> None:
    house = await house_of(v01(jobs(kind, SESSION, redirect(allow_user_defined="true"))))
    outcome = await house.visitor(client).begin(kind, return_to=foreign)
    assert outcome.error_id == "self_service_flow_return_to_forbidden"


@EACH_WEB
@KINDS
@pytest.mark.covers("SEED1-06")
@pytest.mark.parametrize("options", [{}, {"allow_user_defined": "false"}])
async def test_an_address_of_one_s_own_is_ignored_otherwise(client: Client, kind: str, options: dict[str, str]) -> None:
    house = await house_of(v01(jobs(kind, SESSION, redirect(**options))))
    assert (await finished(house, client, kind, return_to=f"{ALLOWED}/x")).went_to == TARGET


@EACH_WEB
@KINDS
@pytest.mark.covers("SEED1-08", "SEED1-09")
async def test_without_a_redirect_job_nobody_ends_on_a_white_page(client: Client, kind: str) -> None:
    outcome = await finished(await house_of(v01(jobs(kind, SESSION))), client, kind)
    assert outcome.went_to == f"{UI}/"


@EACH
@KINDS
@pytest.mark.covers("SEED1-10", "SEED1-11", "SEED1-18")
@pytest.mark.parametrize("with_job", [True, False])
async def test_a_session_is_made_by_its_job_and_only_by_it(client: Client, kind: str, with_job: bool) -> None:
    """B1: in v0.1 a sign-in without the job proves something and leaves nothing behind."""
    document = v01(jobs(kind, *([SESSION] if with_job else []), redirect()))
    house = await house_of(document)
    visitor = house.visitor(client)
    if kind == "registration":
        outcome = await registered(visitor, ADA)
    else:
        await account(house, ADA)
        outcome = await visitor.sign_in(ADA)
    assert outcome.done
    assert bool(outcome.answer.cookie(SESSION_COOKIE) or outcome.session_token) is with_job
    assert await visitor.signed_in() is with_job
    assert ("session" in outcome.result) is (with_job and client is not Client.BROWSER)


@EACH
@pytest.mark.covers("SEED1-11", "SEED1-10")
@pytest.mark.parametrize("seed", ["seed2_1_login_redirect", "seed2_4_login_revoke"])
async def test_the_printed_login_snippets_without_session_sign_nobody_in(client: Client, seed: str) -> None:
    house = await house_of(v01(printed(seed)))
    await account(house, ADA)
    visitor = house.visitor(client)
    assert (await visitor.sign_in(ADA)).done
    assert not await visitor.signed_in()


@pytest.mark.covers("SEED1-12", "SEED1-16")
@pytest.mark.parametrize("job", [SESSION, REVOKE])
@pytest.mark.parametrize("config", ["", ", config: {}", ", config: null"])
async def test_jobs_that_take_no_settings(job: str, config: str) -> None:
    assert await house_of(v01(jobs("login", f"{job}{config}")))


@EACH_WEB
@pytest.mark.covers("SEED1-13", "SEED1-14")
@pytest.mark.parametrize("seed", ["seed2_2_login_session", "seed2_6_registration_session"])
async def test_the_printed_secrets_and_the_session_job(client: Client, seed: str) -> None:
    house = await house_of(v01(printed(seed)))
    assert house.config.secrets.cookie[0] == "something-super-secret"
    assert len(house.config.secrets.cookie) == 4
    visitor = house.visitor(client)
    assert (await registered(visitor, ADA)).answer.cookie(SESSION_COOKIE)
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("SEED1-15", "SEED1-17")
@pytest.mark.parametrize("order", list(permutations((REVOKE, SESSION, redirect()))))
async def test_the_order_of_the_jobs_does_not_matter(client: Client, order: tuple[str, ...]) -> None:
    """v0.1 broke in silence on most orders; here the others end, the session begins, and then people are sent on."""
    house = await house_of(v01(jobs("login", *order)))
    await account(house, ADA)
    first, second = house.visitor(client), house.visitor(client)
    assert (await first.sign_in(ADA)).done
    outcome = await second.sign_in(ADA)
    assert outcome.went_to == ("" if client is Client.API else TARGET)
    assert (await first.signed_in(), await second.signed_in()) == (False, True)


@EACH
@pytest.mark.covers("SEED1-19")
async def test_the_session_job_tells_new_accounts_from_old_ones(client: Client) -> None:
    house = await house_of(v01(jobs("registration", SESSION)))
    fresh, taken = await registered(house.visitor(client), ADA), await registered(house.visitor(client), ADA)
    assert fresh.answer.cookie(SESSION_COOKIE) or fresh.session_token
    assert taken.answer.cookie(SESSION_COOKIE) + taken.session_token == ""


@pytest.mark.covers("SEED2-02", "SEED1-19")
def test_the_note_about_enumeration_has_its_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text().lower()
    assert "account enumeration attacks" in page or "account-enumeration-attacks" in page
    document = yaml.safe_load(v01(jobs("registration", SESSION)))
    assert "docs/security.md#account-enumeration-attacks" in render_report(upgrade(document))


@EACH
@pytest.mark.covers("SEED2-01")
async def test_a_schema_of_the_first_age_describes_the_traits_alone(client: Client) -> None:
    house = await house_of(v01(jobs("registration", SESSION)))
    form = await house.visitor(client).start("registration")
    assert "traits.email" in form.names
    outcome = await house.visitor(client).sign_up("no address")
    assert outcome.shown.said_at("traits.email") == [4000040]


@EACH
@pytest.mark.covers("SEED1-20")
async def test_the_verify_job_sends_mail_to_new_accounts(client: Client) -> None:
    house = await house_of(v01(jobs("registration", "job: verify")))
    assert (await registered(house.visitor(client), ADA)).done
    assert [each.recipient for each in house.letters.composed] == [ADA]
