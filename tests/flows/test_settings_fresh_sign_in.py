"""What happens to a sensitive change when the last sign-in was long ago? It waits, and is applied afterwards (SET-05, SET-06, LOGIN-35)."""

import hashlib
from urllib.parse import parse_qsl

import pytest

from limen.app.scope import Client
from limen.http.cookies import continuity
from limen.kernel.json_doc import JsonObject
from play import ADA, BOB, EACH, House, Visitor, built
from play_config import OTHER_PASSWORD, PASSWORD, PUBLIC, flows
from play_shown import Outcome, Shown, part

CONTINUITY = "ory_kratos_continuity"
SHORT = flows(settings={"privileged_session_max_age": "5m", "lifespan": "1h"})


async def stale(house: House, client: Client) -> tuple[Visitor, Shown]:
    """Somebody who signed up a while ago, and their settings form."""
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    house.clock.advance(minutes=6)
    return visitor, await visitor.start("settings")


async def signed_in_again(visitor: Visitor, went_to: str, email: str = ADA) -> Outcome:
    """Follow the redirect to the login, prove who one is, and see where that leads."""
    path, _, query = went_to.removeprefix(PUBLIC).partition("?")
    begun = await visitor.get(path, **dict(parse_qsl(query)))
    form = Shown(kind="login", wire=(await visitor.fetch("login", begun.location.partition("flow=")[2])).json)
    return await visitor.submit(form, method="password", identifier=email, password=PASSWORD)


async def back(visitor: Visitor, form: Shown) -> Outcome:
    """What comes of a GET of the form's address, which is where the login leads."""
    return await visitor.seen("settings", await visitor.get("/self-service/settings", flow=form.id))


CHANGES = pytest.mark.parametrize(
    "change", [{"method": "password", "password": OTHER_PASSWORD}, {"method": "profile", "traits": {"email": BOB}}]
)


@EACH
@CHANGES
@pytest.mark.covers("SET-05", "SET-06", "SET-07", "PROF-02")
async def test_a_sensitive_change_needs_a_fresh_sign_in(client: Client, change: JsonObject) -> None:
    house = await built(SHORT)
    visitor, form = await stale(house, client)
    outcome = await visitor.submit(form, **change)
    back_to = f"http%3A%2F%2Fhouse.test%2Fself-service%2Fsettings%3Fflow%3D{form.id}"
    assert outcome.went_to == f"{PUBLIC}/self-service/login/browser?refresh=true&return_to={back_to}"
    if client is Client.BROWSER:
        assert outcome.answer.status == 303
        assert "Max-Age=900" in outcome.answer.cookie(CONTINUITY)
    else:
        assert (outcome.answer.status, outcome.error_id) == (403, "session_refresh_required")
        assert not outcome.answer.cookie(CONTINUITY)
    assert part(await visitor.session(), "identity")["traits"] == {"email": ADA}
    assert (await house.visitor().sign_in(ADA)).done


@EACH
@pytest.mark.covers("SET-05", "PROF-02")
async def test_the_rest_of_the_profile_needs_none(client: Client) -> None:
    visitor, form = await stale(await built(SHORT), client)
    outcome = await visitor.submit(form, method="profile", traits={"email": ADA, "age": 40})
    assert outcome.shown.said == [1050001]


@CHANGES
@pytest.mark.covers("SET-06", "LOGIN-35", "SESS-18")
async def test_a_browser_goes_on_where_it_left_off(change: JsonObject) -> None:
    house = await built(SHORT)
    visitor, form = await stale(house, Client.BROWSER)
    went_to = (await visitor.submit(form, **change)).went_to
    again = await signed_in_again(visitor, went_to)
    assert again.went_to == f"{PUBLIC}/self-service/settings?flow={form.id}"
    outcome = await back(visitor, form)
    assert (outcome.shown.id, outcome.shown.said) == (form.id, [1050001])
    if change["method"] == "password":
        assert (await house.visitor().sign_in(ADA, OTHER_PASSWORD)).done
    else:
        assert part(await visitor.session(), "identity")["traits"] == {"email": BOB}


@pytest.mark.covers("SET-06", "PWD-14")
async def test_a_change_that_waited_is_applied_once_and_only_if_it_is_in_order() -> None:
    house = await built(SHORT)
    visitor, form = await stale(house, Client.BROWSER)
    went_to = (await visitor.submit(form, method="password", password=PASSWORD)).went_to
    assert (await signed_in_again(visitor, went_to)).went_to
    assert (await back(visitor, form)).shown.said_at("password") == [4000039]
    assert (await back(visitor, form)).shown.said == [4010004]


@pytest.mark.covers("SET-06")
async def test_coming_back_without_having_signed_in_keeps_it_waiting() -> None:
    house = await built(SHORT)
    visitor, form = await stale(house, Client.BROWSER)
    went_to = (await visitor.submit(form, method="password", password=OTHER_PASSWORD)).went_to
    assert (await back(visitor, form)).went_to == went_to
    await signed_in_again(visitor, went_to)
    assert (await back(visitor, form)).shown.said == [1050001]


@pytest.mark.covers("SET-06")
async def test_two_forms_wait_beside_each_other_and_of_one_form_the_last_change_counts() -> None:
    house = await built(SHORT)
    visitor, first = await stale(house, Client.BROWSER)
    second = await visitor.start("settings")
    await visitor.submit(first, method="password", password="the-first-thought-1")
    await visitor.submit(second, method="profile", traits={"email": BOB})
    went_to = (await visitor.submit(first, method="password", password=OTHER_PASSWORD)).went_to
    await signed_in_again(visitor, went_to)
    assert (await back(visitor, first)).shown.said == [1050001]
    assert (await back(visitor, second)).shown.said == [1050001]
    assert (await house.visitor().sign_in(BOB, OTHER_PASSWORD)).done


@pytest.mark.covers("SET-06")
async def test_after_a_quarter_of_an_hour_it_waits_no_longer() -> None:
    house = await built(SHORT)
    visitor, form = await stale(house, Client.BROWSER)
    went_to = (await visitor.submit(form, method="password", password=OTHER_PASSWORD)).went_to
    house.clock.advance(minutes=16)
    await signed_in_again(visitor, went_to)
    assert (await back(visitor, form)).shown.said == [4010004]
    assert (await house.visitor().sign_in(ADA)).done


@pytest.mark.covers("SET-06", "SET-04")
async def test_whoever_signs_in_instead_changes_nothing() -> None:
    house = await built(SHORT)
    assert (await house.visitor().sign_up(BOB)).done
    visitor, form = await stale(house, Client.BROWSER)
    await visitor.submit(form, method="password", password=OTHER_PASSWORD)
    visitor.forget_session()
    await visitor.sign_in(BOB)
    outcome = await back(visitor, form)
    assert outcome.error_id == "security_identity_mismatch"
    for email in (ADA, BOB):
        assert (await house.visitor().sign_in(email)).done


@pytest.mark.covers("SET-06", "SEC-03")
async def test_another_browser_of_the_same_person_does_not_find_it() -> None:
    house = await built(SHORT)
    visitor, form = await stale(house, Client.BROWSER)
    await visitor.submit(form, method="password", password=OTHER_PASSWORD)
    other = house.visitor(Client.BROWSER)
    await other.sign_in(ADA)
    assert (await back(other, form)).shown.said == [4010004]
    assert (await house.visitor().sign_in(ADA)).done


@pytest.mark.covers("SET-06")
async def test_what_waits_is_sealed_for_the_browser_however_long_it_is() -> None:
    house = await built(SHORT)
    visitor, form = await stale(house, Client.BROWSER)
    long = {"email": ADA, "unknown": "x" * 30000}
    await visitor.submit(form, method="password", password=OTHER_PASSWORD, traits=long)
    secret = continuity(house.config, house.services.sealing, visitor.jar)
    place = hashlib.sha256(f"{secret} {form.id}".encode()).hexdigest()
    kept = await house.storage.parked.get(place)
    assert kept is not None
    assert OTHER_PASSWORD not in kept.payload.text
    assert secret not in kept.payload.text
    went_to = (await back(visitor, form)).went_to
    await signed_in_again(visitor, went_to)
    assert (await back(visitor, form)).shown.said == [1050001]
    assert await house.storage.parked.get(place) is None


@pytest.mark.covers("SET-06")
async def test_never_being_stale_is_a_choice() -> None:
    house = await built(flows(settings={"privileged_session_max_age": "0s", "lifespan": "1h"}))
    visitor, form = await stale(house, Client.SPA)
    assert (await visitor.submit(form, method="password", password=OTHER_PASSWORD)).shown.said == [1050001]
