"""Does every message go out once, in order, whoever else is at work and whatever goes wrong?"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from doubles.clock import ManualClock
from doubles.ids import CountingIds
from doubles.log import KeptLog
from limen.app.courier.dispatch import LEASE, Dispatcher, pause_after
from limen.app.courier.watch import OutboxWatch
from limen.config.courier import CourierConfig, CourierWorker
from limen.config.model import Config
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.json_doc import JsonDoc
from limen.ports.courier import DeliveryFailed
from limen.ports.storage import LetterFilter, Page, StorageUnavailable
from limen.storage import SqlStorage, open_storage

CONFIG = Config(courier=CourierConfig(message_retries=2, worker=CourierWorker(pull_wait=timedelta(milliseconds=10))))


class Postman:
    """A carrier that does what it is told, by recipient."""

    def __init__(self) -> None:
        self.carried: list[tuple[str, str]] = []
        self.fails: dict[str, Exception] = {}
        self.pause = 0.0

    async def deliver(self, config: Config, letter: Letter) -> None:
        await asyncio.sleep(self.pause)
        if letter.recipient in self.fails:
            raise self.fails[letter.recipient]
        self.carried.append((letter.recipient, letter.subject))


class Office:
    """One outbox and those who work on it."""

    def __init__(self, storage: SqlStorage) -> None:
        self.storage = storage
        self.clock = ManualClock()
        self.ids = CountingIds()
        self.log = KeptLog()
        self.postman = Postman()
        self.dispatcher = self.another()

    def another(self) -> Dispatcher:
        return Dispatcher(self.storage, self.postman, self.clock, self.ids, self.log)

    async def write(self, *recipients: str) -> list[str]:
        unit, ids = self.storage.unit(), list[str]()
        for number, recipient in enumerate(recipients):
            self.clock.advance(timedelta(milliseconds=1))
            now = self.clock.now()
            letter = Letter(
                id=str(self.ids.uuid()),
                via=Via.EMAIL,
                status=LetterStatus.QUEUED,
                template=TemplateType.STUB,
                recipient=recipient,
                subject=str(number),
                body="",
                data=JsonDoc.of({}),
                created_at=now,
                updated_at=now,
                due_at=now,
            )
            unit.letters.add(letter)
            ids.append(letter.id)
        await unit.commit()
        return ids

    async def letter(self, id: str) -> Letter:
        found = await self.storage.letters.get(id)
        assert found is not None
        return found


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    storage = await open_storage("memory")
    yield Office(storage)
    await storage.close()


@pytest.mark.covers("COU-02", "COU-03")
async def test_what_was_written_is_sent_and_settled(office: Office) -> None:
    (id,) = await office.write("ada@x")
    assert await office.dispatcher.round(CONFIG) == 1
    assert await office.dispatcher.round(CONFIG) == 0
    letter = await office.letter(id)
    assert (letter.status, letter.send_count) == (LetterStatus.SENT, 1)
    assert [(d.status, d.error) for d in await office.storage.letters.dispatches(id)] == [("success", None)]
    assert office.postman.carried == [("ada@x", "0")]


@pytest.mark.covers("COU-03")
async def test_what_fails_is_tried_again_ever_more_rarely_and_given_up(office: Office) -> None:
    (id,) = await office.write("ada@x")
    office.postman.fails["ada@x"] = DeliveryFailed("The server is away.")
    for attempt in (1, 2):
        assert await office.dispatcher.round(CONFIG) == 1
        letter = await office.letter(id)
        assert (letter.status, letter.send_count) == (LetterStatus.QUEUED, attempt)
        assert letter.due_at == office.clock.now() + pause_after(attempt)
        assert await office.dispatcher.round(CONFIG) == 0
        office.clock.advance(pause_after(attempt))
    await office.dispatcher.round(CONFIG)
    letter = await office.letter(id)
    assert (letter.status, letter.send_count) == (LetterStatus.ABANDONED, 3)
    tried = await office.storage.letters.dispatches(id)
    assert [d.status for d in tried] == ["failed"] * 3
    assert {d.error.text for d in tried if d.error} == {'{"message":"The server is away."}'}
    office.clock.advance(days=1)
    assert await office.dispatcher.round(CONFIG) == 0
    assert office.log.events("error") == ["a message was given up"]


@pytest.mark.covers("COU-04")
async def test_what_is_refused_for_good_is_given_up_at_once(office: Office) -> None:
    (id,) = await office.write("ada@x")
    office.postman.fails["ada@x"] = DeliveryFailed("550", final=True)
    await office.dispatcher.round(CONFIG)
    assert (await office.letter(id)).status is LetterStatus.ABANDONED


def test_the_default_attempts_outlast_a_server_that_is_away_for_an_hour() -> None:
    retries = CourierConfig().message_retries
    assert sum((pause_after(n) for n in range(1, retries + 1)), timedelta()) > timedelta(hours=1)
    assert pause_after(1) == timedelta(seconds=5)
    assert pause_after(999) == timedelta(hours=6)


async def test_one_bad_message_holds_up_no_other(office: Office) -> None:
    await office.write("bad@x", "ada@x", "bad@x", "bob@x")
    office.postman.fails["bad@x"] = RuntimeError("a mistake of ours")
    assert await office.dispatcher.round(CONFIG) == 4
    assert {name for name, _ in office.postman.carried} == {"ada@x", "bob@x"}
    assert not any("mistake" in str(line) for line in office.log.lines)


async def test_a_message_whose_dispatcher_died_is_sent_by_the_next(office: Office) -> None:
    (id,) = await office.write("ada@x")
    unit = office.storage.unit()
    unit.letters.lease(await office.letter(id), office.clock.now() + LEASE)
    await unit.commit()
    assert await office.dispatcher.round(CONFIG) == 0
    office.clock.advance(LEASE)
    assert await office.dispatcher.round(CONFIG) == 1
    assert (await office.letter(id)).send_count == 2


@pytest.mark.covers("COU-02")
async def test_two_thousand_messages_through_two_dispatchers_arrive_once_each_and_in_order(tmp_path: Path) -> None:
    storage = await open_storage(f"sqlite://{tmp_path / 'outbox.sqlite'}")
    office = Office(storage)
    recipients = [f"person-{number % 40}@x" for number in range(2000)]
    for start in range(0, 2000, 500):
        await office.write(*recipients[start : start + 500])
    written = await storage.letters.page(LetterFilter(), Page(limit=3000))
    subjects = {one.id: f"{2000 - place:04}" for place, one in enumerate(written)}
    carried: dict[str, list[str]] = {}

    class Noting(Postman):
        async def deliver(self, config: Config, letter: Letter) -> None:
            await asyncio.sleep(0)
            carried.setdefault(letter.recipient, []).append(subjects[letter.id])

    office.postman = Noting()
    working = (office.another(), office.another())

    async def work(dispatcher: Dispatcher) -> None:
        idle = 0
        while idle < 3:
            idle = 0 if await dispatcher.round(CONFIG) else idle + 1

    await asyncio.gather(*map(work, working))
    assert sum(map(len, carried.values())) == 2000
    assert all(found == sorted(set(found)) for found in carried.values())
    sent = await storage.letters.page(LetterFilter(status=LetterStatus.SENT), Page(limit=3000))
    assert len(sent) == 2000
    assert {one.send_count for one in sent} == {1}
    await storage.close()


async def test_the_watch_empties_the_outbox_and_finishes_what_it_began(office: Office) -> None:
    office.postman.pause = 0.05
    await office.write("ada@x")
    watch = OutboxWatch(office.dispatcher, lambda: CONFIG, office.log)
    task = asyncio.get_running_loop().create_task(watch.run())
    await asyncio.sleep(0.02)
    await watch.stop()
    await task
    assert office.postman.carried == [("ada@x", "0")]
    (letter,) = await office.storage.letters.page(LetterFilter(), Page(limit=9))
    assert letter.status is LetterStatus.SENT


async def test_a_watch_that_never_ran_is_stopped_at_once(office: Office) -> None:
    await asyncio.wait_for(OutboxWatch(office.dispatcher, lambda: CONFIG, office.log).stop(), 1)


async def test_the_watch_outlives_trouble_with_the_database(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.app.courier.watch._AFTER_TROUBLE", 0.01)
    real, broken = office.dispatcher.round, [StorageUnavailable("away"), StorageUnavailable("away")]

    async def round(config: Config) -> int:
        if broken:
            raise broken.pop()
        return await real(config)

    monkeypatch.setattr(office.dispatcher, "round", round)
    await office.write("ada@x")
    watch = OutboxWatch(office.dispatcher, lambda: CONFIG, office.log)
    task = asyncio.get_running_loop().create_task(watch.run())
    async with asyncio.timeout(5):
        while not office.postman.carried:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await watch.stop()
    await task
    assert "the outbox cannot be worked on" in office.log.events("error")


async def test_a_late_messages_keeps_its_place_behind_one_that_is_under_way(office: Office) -> None:
    office.postman.pause = 0.02
    await office.write("ada@x", "ada@x")
    config = msgspec.structs.replace(CONFIG, courier=CourierConfig(worker=CourierWorker(pull_count=1)))
    other = office.another()
    await asyncio.gather(office.dispatcher.round(config), other.round(config))
    await other.round(config)
    assert office.postman.carried == [("ada@x", "0"), ("ada@x", "1")]


@pytest.mark.parametrize("fate", [None, DeliveryFailed("550", final=True)], ids=["sent", "given up"])
async def test_nothing_of_what_a_message_said_stays_once_it_is_over(office: Office, fate: Exception | None) -> None:
    (id,) = await office.write("ada@x")
    if fate is not None:
        office.postman.fails["ada@x"] = fate
    await office.dispatcher.round(CONFIG)
    kept = await office.letter(id)
    assert (kept.subject, kept.body, kept.html, kept.data.text, kept.request_headers.text) == ("", "", "", "{}", "{}")
    assert (kept.recipient, kept.template) == ("ada@x", TemplateType.STUB)


async def test_what_waits_for_another_attempt_and_what_is_developed_with_keeps_its_text(office: Office) -> None:
    failed, sent = await office.write("ada@x", "bob@x")
    office.postman.fails["ada@x"] = DeliveryFailed("away")
    await office.dispatcher.round(msgspec.structs.replace(CONFIG, dev=True))
    assert [(await office.letter(id)).subject for id in (failed, sent)] == ["0", "1"]
    office.clock.advance(hours=1)
    await office.dispatcher.round(CONFIG)
    assert (await office.letter(failed)).subject == "0"


async def test_messages_are_deleted_when_they_were_over_for_long_enough_and_others_are_not(office: Office) -> None:
    failed, sent = await office.write("ada@x", "bob@x")
    office.postman.fails["ada@x"] = DeliveryFailed("away")
    await office.dispatcher.round(CONFIG)
    office.clock.advance(CONFIG.courier.message_retention - timedelta(seconds=1))
    assert await office.dispatcher.clean(CONFIG) == 0
    office.clock.advance(seconds=2)
    assert await office.dispatcher.clean(CONFIG) == 1
    assert await office.storage.letters.get(sent) is None
    assert await office.storage.letters.dispatches(sent) == ()
    assert (await office.letter(failed)).status is LetterStatus.QUEUED


async def test_a_server_that_is_away_for_an_hour_costs_no_message(office: Office) -> None:
    """COU-03 with the default number of retries, on a clock of the test's own."""
    config = msgspec.structs.replace(CONFIG, courier=CourierConfig())
    ids = await office.write(*(f"{n}@x" for n in range(20)))
    office.postman.fails = {f"{n}@x": DeliveryFailed("away") for n in range(20)}
    back = office.clock.now() + timedelta(hours=1)
    while office.clock.now() < back:
        await office.dispatcher.round(config)
        office.clock.advance(seconds=30)
    office.postman.fails.clear()
    for _ in range(2 * 60):
        await office.dispatcher.round(config)
        office.clock.advance(seconds=60)
    assert {(await office.letter(id)).status for id in ids} == {LetterStatus.SENT}
    assert sorted(office.postman.carried) == sorted((f"{n}@x", str(n)) for n in range(20))


async def test_of_messages_claimed_together_only_the_one_that_another_has_stays(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await office.write("ada@x", "bob@x", "cy@x")
    reads, real = office.storage.letters, office.storage.letters.due

    async def due(now: datetime, limit: int) -> Sequence[Letter]:
        found = await real(now, limit)
        monkeypatch.undo()
        unit = office.storage.unit()
        unit.letters.lease(found[1], office.clock.now() + LEASE)
        await unit.commit()
        return found

    monkeypatch.setattr(reads, "due", due)
    assert await office.dispatcher.round(CONFIG) == 2
    assert sorted(name for name, _ in office.postman.carried) == ["ada@x", "cy@x"]
    found = [(await office.letter(id)) for id in ids]
    assert [one.status for one in found] == [LetterStatus.SENT, LetterStatus.PROCESSING, LetterStatus.SENT]
    assert [one.send_count for one in found] == [1, 1, 1]
