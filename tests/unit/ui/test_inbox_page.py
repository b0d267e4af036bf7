"""What does a developer see of the messages that were not sent?"""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from doubles.clock import ManualClock
from doubles.entropy import SeededEntropy
from doubles.ui_desk import FakeDesk
from limen.app.courier import inbox
from limen.app.courier.inbox import Inbox
from limen.config.model import Config
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.http_values import Request
from limen.kernel.json_doc import JsonDoc
from limen.storage import SqlStorage, open_storage
from limen.ui.pages import Pages

CLOCK = ManualClock()
MAIL = Letter(
    id="00000000-0000-4000-8000-000000000001",
    via=Via.EMAIL,
    status=LetterStatus.SENT,
    template=TemplateType.VERIFICATION_CODE_VALID,
    recipient="ada@house.test",
    subject="<b>Confirm</b>",
    body="<script>alert(1)</script>",
    html="<script>alert(2)</script>",
    data=JsonDoc.of({"verification_code": "123456", "verification_url": "https://id.test/v?a=1&code=123456"}),
    send_count=1,
    created_at=CLOCK.now(),
    updated_at=CLOCK.now(),
    due_at=CLOCK.now(),
)
SMS = msgspec.structs.replace(
    MAIL,
    id="00000000-0000-4000-8000-000000000002",
    via=Via.SMS,
    recipient="+4930901820",
    subject="",
    data=JsonDoc.of({}),
)


@pytest.fixture
async def storage() -> AsyncIterator[SqlStorage]:
    storage = await open_storage("memory")
    yield storage
    await storage.close()


async def page(storage: SqlStorage, *, dev: bool = True, query: str = "", language: str = "en") -> tuple[int, str]:
    pages = Pages(FakeDesk(), CLOCK, SeededEntropy(), inbox=Inbox(storage.letters, lambda: Config(dev=dev)))
    headers = (("accept-language", language),)
    response = await pages(Request(method="GET", path="/ui/inbox", query_string=query, headers=headers))
    return response.status, response.body.decode()


async def test_the_inbox_shows_what_one_needs_and_runs_nothing(storage: SqlStorage) -> None:
    assert "Nothing has arrived yet." in (await page(storage))[1]
    unit = storage.unit()
    unit.letters.add(MAIL)
    unit.letters.add(SMS)
    await unit.commit()
    status, html = await page(storage)
    assert status == 200
    assert "<code>123456</code>" in html
    assert 'href="https://id.test/v?a=1&amp;code=123456"' in html
    assert "<script>alert" not in html
    assert "&lt;b&gt;Confirm&lt;/b&gt;" in html
    assert "Text message" in html
    assert "+4930901820" in html
    assert "+4930901820" not in (await page(storage, query="recipient=ada%40house.test"))[1]
    assert "Posteingang" in (await page(storage, language="de"))[1]


async def test_away_from_development_there_is_no_inbox(storage: SqlStorage) -> None:
    assert (await page(storage, dev=False))[0] == 404


async def test_a_message_that_another_process_delivered_is_noticed_by_who_waits(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody tells this process: it looks again."""
    monkeypatch.setattr(inbox, "_ANOTHER_LOOK", 0.001)
    waiting = asyncio.ensure_future(Inbox(storage.letters, lambda: Config(dev=True)).wait(5, MAIL.recipient))
    await asyncio.sleep(0)
    unit = storage.unit()
    unit.letters.add(MAIL)
    await unit.commit()
    assert [message.id for message in await waiting] == [MAIL.id]
