"""Does a message wait no longer than it must, once somebody answers again? And what failed for another reason as long as before?"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from doubles.clock import ManualClock
from doubles.ids import CountingIds
from doubles.log import KeptLog
from limen.app.courier.dispatch import Dispatcher, pause_after
from limen.app.courier.outage import MOST, Unanswered
from limen.config.courier import CourierConfig, CourierWorker
from limen.config.model import Config
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.json_doc import JsonDoc
from limen.ports.courier import DeliveryFailed, NobodyAnswered
from limen.storage import SqlStorage, open_storage

CONFIG = Config(courier=CourierConfig(message_retries=9, worker=CourierWorker(pull_count=500)))
AWAY = NobodyAnswered("The mail server cannot be reached.")


class Postman:
    """Answers on its channels, unless it is away or does not want somebody's messages."""

    def __init__(self) -> None:
        self.away: set[Via] = set()
        self.fails: dict[str, Exception] = {}
        self.carried: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        self.reached = asyncio.Event()

    async def deliver(self, config: Config, letter: Letter) -> None:
        if letter.recipient in self.held:
            self.reached.set()
            await self.held[letter.recipient].wait()
        if letter.via in self.away:
            raise AWAY
        if letter.recipient in self.fails:
            raise self.fails[letter.recipient]
        self.carried.append(letter.recipient)


class Office:
    """One outbox, and who works on it."""

    def __init__(self, storage: SqlStorage) -> None:
        self.storage, self.clock, self.ids = storage, ManualClock(), CountingIds()
        self.postman = Postman()
        self.dispatcher = self.another()

    def another(self) -> Dispatcher:
        return Dispatcher(self.storage, self.postman, self.clock, self.ids, KeptLog())

    async def write(self, *recipients: str, via: Via = Via.EMAIL) -> None:
        unit = self.storage.unit()
        for recipient in recipients:
            unit.letters.add(written(self, recipient, via))
        await unit.commit()

    async def later(self, seconds: float, dispatcher: Dispatcher | None = None) -> list[str]:
        """Who got something in one round after so long."""
        self.clock.advance(timedelta(seconds=seconds))
        before = len(self.postman.carried)
        await (dispatcher or self.dispatcher).round(CONFIG)
        return self.postman.carried[before:]

    async def in_vain(self, attempts: int) -> None:
        """Try what there is so often while nobody answers on any channel."""
        self.postman.away = {Via.EMAIL, Via.SMS}
        assert await self.later(0) == []
        for number in range(1, attempts):
            assert await self.later(pause_after(number).total_seconds()) == []
        self.postman.away = set()


def written(office: Office, recipient: str, via: Via = Via.EMAIL) -> Letter:
    now = office.clock.now()
    return Letter(
        id=str(office.ids.uuid()),
        via=via,
        status=LetterStatus.QUEUED,
        template=TemplateType.STUB,
        recipient=recipient,
        subject="",
        body="",
        data=JsonDoc.of({}),
        created_at=now,
        updated_at=now,
        due_at=now,
    )


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    storage = await open_storage("memory")
    yield Office(storage)
    await storage.close()


@pytest.mark.covers("COU-03")
async def test_one_success_makes_everything_due_that_nobody_answered(office: Office) -> None:
    await office.write("ada", "bob", "eve")
    await office.in_vain(3)
    assert pause_after(3) > timedelta(minutes=2)
    await office.write("new")
    assert await office.later(1) == ["new"]
    assert sorted(await office.later(0)) == ["ada", "bob", "eve"]


@pytest.mark.covers("COU-03")
async def test_the_channels_are_apart(office: Office) -> None:
    await office.write("ada")
    await office.write("+49", via=Via.SMS)
    await office.in_vain(3)
    await office.write("new")
    assert await office.later(1) == ["new"]
    assert await office.later(1) == ["ada"]
    assert await office.later(100) == []
    assert await office.later(30) == ["+49"]


@pytest.mark.covers("COU-03", "COU-04")
@pytest.mark.parametrize("reason", [DeliveryFailed("450 try later"), RuntimeError("a mistake of ours")])
async def test_what_the_server_put_off_waits_as_long_as_it_has_to(office: Office, reason: Exception) -> None:
    await office.write("ada", "grey")
    office.postman.fails = {"grey": reason}
    office.postman.away = {Via.EMAIL}
    await office.later(0)
    office.postman.away = set()
    assert await office.later(pause_after(1).total_seconds()) == ["ada"]
    office.postman.fails = {}
    await office.write("new")
    assert await office.later(1) == ["new"]
    assert await office.later(1) == [], "its second attempt was answered"
    assert await office.later(pause_after(2).total_seconds()) == ["grey"]


@pytest.mark.covers("COU-03")
async def test_a_message_that_is_itself_the_reason_is_let_go_once(office: Office) -> None:
    """A server may break the connection over one message, and take all others."""
    await office.write("poison")
    office.postman.fails = {"poison": AWAY}
    await office.later(0)
    for number in range(20):
        await office.write(f"other {number}")
        assert await office.later(0.2) == [f"other {number}"]
    (poison,) = await office.storage.letters.due(office.clock.now() + timedelta(days=1), 100)
    assert poison.send_count == 2


@pytest.mark.covers("COU-03")
async def test_what_began_before_nobody_answered_proves_nothing(office: Office) -> None:
    held = office.postman.held["bob"] = asyncio.Event()
    await office.write("bob")
    slow = asyncio.get_running_loop().create_task(office.dispatcher.round(CONFIG))
    await asyncio.wait_for(office.postman.reached.wait(), 5)
    await office.write("ada")
    office.postman.fails = {"ada": AWAY}
    assert await office.later(1) == []
    office.postman.fails = {}
    office.clock.advance(seconds=1)
    held.set()
    assert await slow == 1
    assert await office.later(1) == []
    assert await office.later(pause_after(1).total_seconds()) == ["ada"]


@pytest.mark.covers("COU-02", "COU-03")
async def test_of_two_couriers_none_sends_what_the_other_let_go_twice(office: Office) -> None:
    other = office.another()
    await office.write("ada", "bob")
    await office.in_vain(2)
    assert sorted(await office.later(pause_after(2).total_seconds(), other)) == ["ada", "bob"]
    await office.write("new")
    assert await office.later(1) == ["new"]
    assert await office.later(1) == []
    assert await office.later(1, other) == []


def test_only_so_many_are_remembered(office: Office) -> None:
    unanswered, now = Unanswered(), office.clock.now()
    letters = [written(office, "ada") for _ in range(MOST + 2)]
    for letter in letters:
        unanswered.keep(letter, now)
    later = now + timedelta(seconds=1)
    assert unanswered.due(Via.EMAIL, later, MOST + 2) == letters[2:]
    assert unanswered.due(Via.EMAIL, now, MOST) == []
