"""Can a browser be made to finish a native flow? Not with an Origin, not with cookies (NEGO-07, SEC-05)."""

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from play import ADA, built
from play_config import PASSWORD

KINDS = pytest.mark.parametrize("kind", ["login", "registration"])
FIELDS: dict[str, JsonObject] = {
    "login": {"method": "password", "identifier": ADA, "password": PASSWORD},
    "registration": {"method": "password", "password": PASSWORD, "traits": {"email": "new@house.test"}},
}


@KINDS
@pytest.mark.covers("NEGO-07", "SEC-05")
@pytest.mark.parametrize(
    ("headers", "stopped"),
    [
        ({}, False),
        ({"origin": "https://evil.test"}, True),
        ({"origin": "null"}, True),
        ({"cookie": "theme=dark"}, True),
        ({"cookie": "ory_kratos_session=x"}, True),
        ({"cookie": "__cflb=1; _cfuvid=2; cf_clearance=3; __cf_bm=4"}, False),
        ({"cookie": "__cflb=1; theme=dark"}, True),
        ({"cookie": ""}, False),
        ({"user-agent": "Browser", "sec-fetch-mode": "cors"}, False),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
async def test_what_browsers_send_along(kind: str, headers: dict[str, str], stopped: bool, accept: str) -> None:
    house = await built()
    assert (await house.visitor().sign_up(ADA)).done
    before = await house.identities()
    visitor = house.visitor(Client.API)
    visitor.headers = {"accept": accept, **headers}
    form = await visitor.start(kind)
    outcome = await visitor.submit(form, **FIELDS[kind])
    if not stopped:
        assert outcome.session_token
        return
    assert (outcome.answer.status, outcome.shown.said) == (400, [4000001])
    assert outcome.session_token == ""
    assert outcome.answer.all_headers("set-cookie") == []
    assert await house.identities() == before


@KINDS
@pytest.mark.covers("NEGO-07")
async def test_what_is_wrong_with_the_form_is_told_first_and_nothing_happens(kind: str) -> None:
    visitor = (await built()).visitor(Client.API)
    visitor.headers["origin"] = "https://evil.test"
    outcome = await visitor.submit(await visitor.start(kind), method="password")
    assert outcome.shown.said_at("password") == [4000002]


@KINDS
@pytest.mark.covers("NEGO-06", "SEC-15")
async def test_a_native_form_gives_browsers_no_cookie(kind: str) -> None:
    house = await built()
    assert (await house.visitor().sign_up(ADA)).done
    visitor = house.visitor(Client.API)
    form = await visitor.start(kind)
    browser = house.visitor(Client.BROWSER)
    outcome = await browser.post(kind, form.id, FIELDS[kind])
    assert outcome.answer.all_headers("set-cookie") == []
    assert outcome.answer.status == 200
