"""How does an operator let somebody back in? With a code or a link to pass on."""

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from play import ADA, EACH, House, built
from play_config import UI
from play_shown import Outcome, Shown

ON: JsonObject = {
    "selfservice": {
        "flows": {"recovery": {"enabled": True, "ui_url": f"{UI}/recovery"}, "settings": {"ui_url": f"{UI}/settings"}},
        "methods": {"link": {"enabled": True}},
    }
}
NOBODY = "00000000-0000-4000-8000-00000000ffff"


async def house_of_ada(over: JsonObject | None = None) -> tuple[House, str]:
    house = await built(over if over is not None else ON)
    await house.visitor().sign_up(ADA)
    return house, (await house.identity_ids())[0]


@EACH
@pytest.mark.covers("REC-21", "HTTP-76")
async def test_a_code_lets_in_from_a_browser_that_was_not_there(client: Client) -> None:
    house, id = await house_of_ada()
    type = "api" if client is Client.API else "browser"
    made = await house.operate("POST", "/admin/recovery/code", {"identity_id": id, "flow_type": type})
    assert made.status == 201
    link, code = str(made.json["recovery_link"]), str(made.json["recovery_code"])
    assert link.startswith(f"{UI}/recovery?flow=")
    visitor = house.visitor(client)
    form = Shown(kind="recovery", wire=(await visitor.fetch("recovery", link.rpartition("=")[2])).json)
    assert (form.wire["state"], form.names) == ("sent_email", ["code", "method"])
    await visitor.begin("login")
    done: Outcome = await visitor.submit(form, method="code", code=code)
    assert done.went_to.startswith(f"{UI}/settings?flow=")
    assert not (await house.identity(id)).verifiable_addresses[0].verified


@pytest.mark.covers("REC-22", "HTTP-77")
async def test_a_link_lets_in_whoever_opens_it_once() -> None:
    house, id = await house_of_ada()
    made = await house.operate("POST", "/admin/recovery/link", {"identity_id": id, "expires_in": "1h"})
    assert made.status == 200
    query = dict(pair.split("=") for pair in str(made.json["recovery_link"]).partition("?")[2].split("&"))
    browser = house.visitor(Client.BROWSER)
    assert (await browser.get("/self-service/recovery", **query)).location.startswith(f"{UI}/settings")
    assert await browser.signed_in()
    again = await house.visitor(Client.BROWSER).get("/self-service/recovery", **query)
    assert again.location.startswith(f"{UI}/recovery")


@pytest.mark.covers("REC-21", "REC-22")
@pytest.mark.parametrize("kind", ["code", "link"])
async def test_an_order_has_to_make_sense(kind: str) -> None:
    house, id = await house_of_ada()
    path = f"/admin/recovery/{kind}"
    missing = 404 if kind == "code" else 400
    for order, status in (
        ({"identity_id": id, "expires_in": "-1h"}, 400),
        ({"identity_id": id, "expires_in": "soon"}, 400),
        ({"identity_id": "nonsense"}, 400),
        ({"identity_id": NOBODY}, missing),
        ({}, missing),
    ):
        body: JsonObject = dict(order)
        assert (await house.operate("POST", path, body)).status == status, order
    house, id = await house_of_ada(
        {"selfservice": {"methods": {"code": {"enabled": False}, "link": {"enabled": False}}}}
    )
    assert (await house.operate("POST", path, {"identity_id": id})).status == 404
