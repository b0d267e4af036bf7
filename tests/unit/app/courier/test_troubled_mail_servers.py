"""Is every message sent once, or ends given up with its reason, whatever the mail server does? (COU-02 … COU-04)"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from doubles.clock import ManualClock
from doubles.ids import CountingIds
from doubles.log import KeptLog
from doubles.mail_server import MailServer
from limen.adapters.smtp import SmtpCarrier
from limen.app.courier.dispatch import Dispatcher
from limen.config.courier import CourierConfig, SmtpDelivery
from limen.config.model import Config
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.json_doc import JsonDoc
from limen.storage import SqlStorage, open_storage

ADA, BOB, EVE = "ada@house.test", "bob@house.test", "eve@house.test"


class Post(msgspec.Struct):
    """An outbox, and a real mail server that misbehaves as told."""

    storage: SqlStorage
    server: MailServer
    carrier: SmtpCarrier
    clock: ManualClock
    ids: CountingIds

    @property
    def config(self) -> Config:
        uri = f"smtp://127.0.0.1:{self.server.port}/?disable_starttls=true"
        return Config(courier=CourierConfig(smtp=SmtpDelivery(connection_uri=uri)))

    async def write(self, recipient: str, subject: str = "one") -> str:
        now, id = self.clock.now(), str(self.ids.uuid())
        unit = self.storage.unit()
        unit.letters.add(
            Letter(
                id=id,
                via=Via.EMAIL,
                status=LetterStatus.QUEUED,
                template=TemplateType.STUB,
                recipient=recipient,
                subject=subject,
                body="text",
                data=JsonDoc.of({}),
                created_at=now,
                updated_at=now,
                due_at=now,
            )
        )
        await unit.commit()
        return id

    async def rounds(self, count: int = 8) -> None:
        dispatcher = Dispatcher(self.storage, self.carrier, self.clock, self.ids, KeptLog())
        for _ in range(count):
            await dispatcher.round(self.config)
            self.clock.advance(timedelta(hours=2))

    async def fate(self, id: str) -> LetterStatus:
        found = await self.storage.letters.get(id)
        assert found is not None
        return found.status

    @property
    def arrived(self) -> Counter[str]:
        return Counter(mail.id.removeprefix("<").partition("@")[0] for mail in self.server.mails)


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    storage, server, carrier = await open_storage("memory"), await MailServer().start(), SmtpCarrier()
    yield Post(storage, server, carrier, ManualClock(), CountingIds())
    await carrier.close()
    await server.stop()
    await storage.close()


@pytest.mark.covers("COU-04")
async def test_one_refused_recipient_costs_nobody_else_a_message(post: Post) -> None:
    post.server.at_rcpt[BOB] = "550 no such person"
    ids = [await post.write(recipient) for recipient in (ADA, BOB, EVE)]
    await post.rounds()
    sent = LetterStatus.SENT
    assert [await post.fate(id) for id in ids] == [sent, LetterStatus.ABANDONED, sent]
    assert post.arrived == {ids[0]: 1, ids[2]: 1}
    (attempt,) = await post.storage.letters.dispatches(ids[1])
    assert attempt.error is not None
    assert "550" in attempt.error.text


@pytest.mark.covers("COU-03")
async def test_a_connection_that_breaks_after_the_text_brings_the_same_message_twice_at_most(post: Post) -> None:
    post.server.breaks_after.add(ADA)
    ids = [await post.write(recipient) for recipient in (ADA, BOB)]
    await post.rounds()
    assert [await post.fate(id) for id in ids] == [LetterStatus.SENT] * 2
    assert post.arrived == {ids[0]: 2, ids[1]: 1}
    assert [each.status for each in await post.storage.letters.dispatches(ids[0])] == ["success", "failed"]


@pytest.mark.covers("COU-03")
async def test_a_slow_server_gets_every_message_once(post: Post) -> None:
    post.server.slow = 0.05
    ids = [await post.write(f"{number}@house.test") for number in range(9)]
    await post.rounds(2)
    assert post.arrived == dict.fromkeys(ids, 1)


@pytest.mark.covers("COU-03")
async def test_a_server_that_says_later_is_asked_later(post: Post) -> None:
    post.server.at_data[ADA] = "451 later"
    id = await post.write(ADA)
    await post.rounds(2)
    assert (await post.fate(id), post.arrived) == (LetterStatus.QUEUED, {})
    post.server.at_data.clear()
    await post.rounds(1)
    assert (await post.fate(id), post.arrived) == (LetterStatus.SENT, {id: 1})


@pytest.mark.parametrize("subject", ["hello\r\nBcc: eve@house.test", "hello\nX-Evil: 1"])
async def test_a_line_break_in_a_subject_never_becomes_a_header(post: Post, subject: str) -> None:
    id, other = await post.write(ADA, subject), await post.write(BOB)
    await post.rounds()
    assert [await post.fate(each) for each in (id, other)] == [LetterStatus.ABANDONED, LetterStatus.SENT]
    assert post.arrived == {other: 1}
