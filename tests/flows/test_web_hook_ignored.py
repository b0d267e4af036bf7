"""What becomes of answers that nobody minds, and of messages that no form can hold? (WH-07, WH-10)"""

import asyncio

import pytest

from doubles.sink import SinkAnswer, Web
from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject, JsonValue
from play import ADA, EACH
from play_config import PASSWORD, flows
from play_shown import part
from play_web_hooks import PARSE, only, registering


@EACH
@pytest.mark.covers("WH-07")
@pytest.mark.parametrize("status", [200, 302, 400, 501])
async def test_nobody_waits_for_an_answer_that_is_ignored(web: Web, client: Client, status: int) -> None:
    ignored = web.hook("/ignored", response={"ignore": True})
    house = await web.house(flows(registration={"after": {"password": {"hooks": [ignored, {"hook": "session"}]}}}))
    held = asyncio.Event()
    web.sink.behaves("/ignored", SinkAnswer(status=status, waits_for=held))
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    assert await visitor.signed_in()
    assert await house.deliverer.start_due() == 1
    await web.sink.until(1)
    held.set()
    await house.deliverer.round()
    assert part(web.sink.calls[0].ctx, "identity")["id"] == await only(house)


@EACH
@pytest.mark.covers("WH-07", "WH-02")
async def test_an_ignored_hook_that_cannot_be_written_does_not_matter(web: Web, client: Client) -> None:
    ignored = web.hook("/ignored", response={"ignore": True}, body="file:///no/such/file")
    house = await web.house(flows(registration={"after": {"password": {"hooks": [ignored, {"hook": "session"}]}}}))
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    assert "an ignored web hook failed" in house.log.events("warning")


@EACH
@pytest.mark.covers("WH-10")
@pytest.mark.parametrize(
    "said",
    [
        b'{"messages":[{"messages":[{"id":123456789012345678901234567890,"text":"t"}]}]}',
        b'{"messages":[{"messages":[{"id":1,"text":"\\ud800"}]}]}',
        b'{"messages":[{"messages":[{"id":1.5,"text":"t"}]}]}',
        b'{"messages":[{"messages":[{"id":1,"text":"\xff"}]}]}',
    ],
)
async def test_a_message_that_no_form_can_hold_is_an_error(web: Web, client: Client, said: bytes) -> None:
    house = await web.house(registering(web, **PARSE))
    web.sink.answers("/first", 400, said)
    assert (await house.visitor(client).sign_up(ADA)).error["code"] == 502


@EACH
@pytest.mark.covers("WH-10")
async def test_odd_messages_are_shown_all_the_same(web: Web, client: Client) -> None:
    """With an id that the pages know, and a context that they cannot use."""
    over: JsonObject = {"selfservice": {"flows": {"registration": {"ui_url": ""}}}}
    house = await web.house(registering(web, **PARSE), over)
    odd: JsonValue = {"id": 4010001, "text": "<b>\0\u2028", "type": "error", "context": {"expired_at_unix": 1e300}}
    web.sink.answers("/first", 400, {"messages": [{"instance_ptr": "#/", "messages": [odd]}]})
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    outcome = await visitor.submit(form, method="password", password=PASSWORD, traits={"email": ADA})
    assert outcome.shown.said == [4010001]
