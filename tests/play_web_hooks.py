"""What do tests of answers of web hooks have in common? A deciding hook before a sign-up, and what being refused looks like."""

import pytest

from doubles.sink import Web
from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject, JsonValue
from play import AGAIN, SESSION_COOKIE, House
from play_config import UI, flows, merged
from play_shown import Outcome

PARSE: JsonObject = {"response": {"parse": True}}
INTERRUPT: JsonObject = {"can_interrupt": True}
DECIDES = pytest.mark.parametrize("config", [PARSE, INTERRUPT], ids=["parse", "can_interrupt"])
PROVING: JsonObject = flows(
    verification={"enabled": True, "ui_url": f"{UI}/verification"},
    recovery={"enabled": True, "ui_url": f"{UI}/recovery"},
)


def registering(web: Web, *more: JsonObject, **config: JsonValue) -> JsonObject:
    """A deciding hook before a sign-up is stored, a session after it, and mail to new addresses."""
    hooks: list[JsonValue] = [web.hook("/first", **config), *more, {"hook": "session"}]
    return merged(PROVING, flows(registration={"after": {"password": {"hooks": hooks}}}))


async def only(house: House) -> str:
    (id,) = await house.identity_ids()
    return id


def refused(client: Client, outcome: Outcome) -> None:
    assert outcome.answer.status == AGAIN[client]
    assert outcome.answer.cookie(SESSION_COOKIE) == ""
