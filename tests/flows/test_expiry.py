"""What happens to a form that was left too long? (FLOW-04, FLOW-06, FLOW-07)"""

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from play import ADA, EACH, SESSION_COOKIE, House, built
from play_config import PASSWORD, PUBLIC, UI, flows
from play_shown import moment, number, part

KINDS = pytest.mark.parametrize("kind", ["login", "registration"])
FIELDS: dict[str, JsonObject] = {
    "login": {"method": "password", "identifier": ADA, "password": PASSWORD},
    "registration": {"method": "password", "password": PASSWORD, "traits": {"email": ADA}},
}
EXPIRED = {"login": 4010001, "registration": 4040001}


async def house_for(kind: str) -> House:
    house = await built()
    if kind == "login":
        assert (await house.visitor().sign_up(ADA)).done
    return house


@EACH
@KINDS
@pytest.mark.covers("FLOW-04")
async def test_how_long_a_form_lasts(client: Client, kind: str) -> None:
    for over, minutes in (({}, 10), (flows(**{kind: {"lifespan": "1h30m"}}), 90)):
        form = await (await built(over)).visitor(client).start(kind)
        assert (moment(form.wire["expires_at"]) - moment(form.wire["issued_at"])).total_seconds() == minutes * 60


@EACH
@KINDS
@pytest.mark.covers("FLOW-06", "SEED4-31")
async def test_reading_it_too_late(client: Client, kind: str) -> None:
    house = await built()
    visitor = house.visitor(client)
    form = await visitor.start(kind, return_to=f"{UI}/inside")
    house.clock.advance(minutes=10, microseconds=-1)
    assert (await visitor.fetch(kind, form.id)).status == 200
    house.clock.advance(microseconds=1)
    answer = await visitor.fetch(kind, form.id)
    assert (answer.status, answer.error["id"]) == (410, "self_service_flow_expired")
    details = part(answer.error, "details")
    if client is Client.API:
        assert details["api"] == f"{PUBLIC}/self-service/{kind}/api"
    else:
        assert str(details["redirect_to"]).startswith(f"{PUBLIC}/self-service/{kind}/browser")
        assert details["return_to"] == f"{UI}/inside"


@EACH
@KINDS
@pytest.mark.covers("FLOW-07", "FLOW-13")
async def test_sending_it_too_late_gives_another_one(client: Client, kind: str) -> None:
    house = await house_for(kind)
    visitor = house.visitor(client)
    form = await visitor.start(kind, return_to=f"{UI}/inside")
    house.clock.advance(minutes=10, seconds=3)
    outcome = await visitor.submit(form, **FIELDS[kind])
    if client is Client.BROWSER:
        assert outcome.answer.status == 303
        fresh = outcome.shown
    else:
        assert (outcome.answer.status, outcome.error_id) == (410, "self_service_flow_expired")
        assert number(outcome.result["since"]) == 3_000_000_000
        assert moment(outcome.result["expired_at"]) == moment("2030-01-01T12:10:00Z")
        fetched = await visitor.fetch(kind, str(outcome.result["use_flow_id"]))
        fresh = type(form)(kind=kind, wire=fetched.json)
    assert fresh.id != form.id
    assert fresh.said == [EXPIRED[kind]]
    assert fresh.messages[0]["context"] == {"expired_at": "2030-01-01T12:10:00Z", "expired_at_unix": 1893499800}
    assert (fresh.wire["return_to"], fresh.wire["request_url"]) == (f"{UI}/inside", form.wire["request_url"])
    assert fresh.wire["type"] == form.wire["type"]
    assert not await visitor.signed_in()
    done = await visitor.submit(fresh, **FIELDS[kind])
    assert done.done
    assert done.went_to == ("" if client is Client.API else f"{UI}/inside")


@EACH
@pytest.mark.covers("FLOW-07", "REG-07", "REG-08")
async def test_the_other_one_is_of_the_same_making(client: Client) -> None:
    house = await built()
    visitor = house.visitor(client)
    form = await visitor.start("registration", identity_schema="default", after_verification_return_to=f"{UI}/welcome")
    house.clock.advance(minutes=11)
    outcome = await visitor.submit(form, **FIELDS["registration"])
    id = outcome.shown.id if outcome.form else str(outcome.result["use_flow_id"])
    assert (await visitor.fetch("registration", id)).json["identity_schema"] == "default"


@EACH
@pytest.mark.covers("FLOW-07", "LOGIN-03")
async def test_a_refresh_that_took_too_long_stays_one(client: Client) -> None:
    house = await built()
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    form = await visitor.start("login", refresh="true")
    house.clock.advance(minutes=11)
    outcome = await visitor.submit(form, **FIELDS["login"])
    id = outcome.shown.id if outcome.form else str(outcome.result["use_flow_id"])
    fresh = type(form)(kind="login", wire=(await visitor.fetch("login", id)).json)
    assert fresh.wire["refresh"] is True
    assert (await visitor.submit(fresh, **FIELDS["login"])).done


@EACH
@KINDS
@pytest.mark.covers("FLOW-07", "SEC-04")
async def test_too_late_is_too_late_whatever_was_sent(client: Client, kind: str) -> None:
    house = await house_for(kind)
    visitor = house.visitor(client)
    form = await visitor.start(kind)
    house.clock.advance(minutes=11)
    outcome = await visitor.post(kind, form.id, {"method": "password"})
    assert outcome.form is not None or outcome.error_id == "self_service_flow_expired"
    assert outcome.answer.cookie(SESSION_COOKIE) == ""
    assert await house.identities() == (1 if kind == "login" else 0)
