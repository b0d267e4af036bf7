"""How does a message get out? It is leased, handed to its carrier and settled; what fails is tried again, ever more rarely."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from limen.app.courier.outage import Unanswered
from limen.config.model import Config
from limen.domain.courier.letter import Letter, LetterStatus
from limen.domain.identity.addresses import Via
from limen.kernel.clock import Clock
from limen.kernel.errors import LimenError
from limen.kernel.ids import Ids
from limen.kernel.json_doc import JsonDoc
from limen.ports.courier import Carrier, DeliveryFailed, NobodyAnswered
from limen.ports.log import Log
from limen.ports.storage import Dispatch, LetterTaken, Storage, StorageUnavailable

LEASE: Final = timedelta(seconds=90)
"""How long a message belongs to who took it; longer than any carrier may take (see PATIENCE)."""
PATIENCE: Final = 45.0
"""Seconds after which a carrier is no longer waited for."""
_FIRST_PAUSE: Final = 5.0
_GROWTH: Final = 5
_LONGEST_PAUSE: Final = timedelta(hours=6)
_LONGEST_REASON: Final = 1000
_CLEAN_BATCH: Final = 100
_LET_GO: Final = 100
"""So many messages become due with one success: a server that is just back is not run over."""
_OVER: Final = frozenset({LetterStatus.SENT, LetterStatus.ABANDONED})


class Failure(msgspec.Struct, frozen=True):
    """Why an attempt failed, as operators see it."""

    message: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an attempt: the message as it is from now on, and why it failed if it did."""

    letter: Letter
    failure: Failure | None = None
    unanswered: bool = False
    """Whether nobody was there to take it."""
    began: datetime


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 5 s, 25 s, 2 min, 10 min, 52 min, … (COU-03)."""
    return min(timedelta(seconds=_FIRST_PAUSE * _GROWTH ** min(attempts - 1, 10)), _LONGEST_PAUSE)


class _Batch:
    """What became of messages that are settled together, and whether that was written down."""

    def __init__(self) -> None:
        self.found: list[Outcome] = []
        self.trouble: LimenError | None = StorageUnavailable(
            "The courier was stopped before it could note what it did."
        )


class Dispatcher:
    """Sends what is due. Any number of them can work on one outbox: a lease is a guarded write (docs/courier.md).

    Messages to one person go out in the order in which they were written; people do not wait for one another. A round
    claims its messages in one unit of work; what ends while others are being settled is settled with the next ones. What
    waits because nobody answered is due again as soon as somebody does.
    """

    def __init__(
        self, storage: Storage, carrier: Carrier, clock: Clock, ids: Ids, log: Log, lease: timedelta = LEASE
    ) -> None:
        self._storage = storage
        self._carrier = carrier
        self._clock = clock
        self._ids = ids
        self._log = log
        self._lease = lease
        self._taking = asyncio.Lock()
        """Rounds side by side would read the same messages, and quarrel about each."""
        self._settling = asyncio.Lock()
        self._batch = _Batch()
        self._unanswered = Unanswered()

    async def round(self, config: Config) -> int:
        """Send one batch; how many were sent. Raises StorageUnavailable."""
        people: dict[str, list[Letter]] = {}
        async with self._taking:
            for letter in await self._storage.letters.due(self._clock.now(), config.courier.worker.pull_count):
                people.setdefault(letter.recipient, []).append(letter)
            first = await self._leased([letters[0] for letters in people.values()])
        sent = await asyncio.gather(
            *(
                self._in_order(config, taken, letters[1:])
                for taken, letters in zip(first, people.values(), strict=True)
                # Whoever else has somebody's first message also sends what comes after it.
                if taken is not None
            ),
            return_exceptions=True,
        )
        for outcome in sent:
            if isinstance(outcome, BaseException):
                raise outcome
        return sum(outcome for outcome in sent if isinstance(outcome, int))

    async def clean(self, config: Config) -> int:
        """Delete a batch of messages that were over longer ago than configured; how many. Raises StorageUnavailable."""
        before = self._clock.now() - config.courier.message_retention
        return await self._storage.remove_old_letters(before, _CLEAN_BATCH)

    async def _in_order(self, config: Config, taken: Letter | None, later: Sequence[Letter]) -> int:
        sent, waiting = 0, iter(later)
        while taken is not None:
            await self._settle(config, await self._tried(config, taken))
            sent += 1
            following = next(waiting, None)
            # Only now, as a lease has to outlast its own attempt and not those before it.
            (taken,) = (None,) if following is None else await self._leased([following])
        return sent

    async def _leased(self, letters: Sequence[Letter]) -> Sequence[Letter | None]:
        """The messages as they are claimed now; nothing in place of one that another dispatcher has."""
        until = self._clock.now() + self._lease
        unit = self._storage.unit()
        for letter in letters:
            unit.letters.lease(letter, until)
        try:
            await unit.commit()
        except LetterTaken:
            if len(letters) <= 1:
                return [None for _ in letters]
            return [taken for letter in letters for taken in await self._leased([letter])]
        return [
            msgspec.structs.replace(
                letter, status=LetterStatus.PROCESSING, send_count=letter.send_count + 1, due_at=until
            )
            for letter in letters
        ]

    async def _tried(self, config: Config, letter: Letter) -> Outcome:
        began, unanswered = self._clock.now(), False
        try:
            async with asyncio.timeout(PATIENCE):
                await self._carrier.deliver(config, letter)
        except DeliveryFailed as error:
            failure, final = Failure(error.reason[:_LONGEST_REASON]), error.final
            unanswered = isinstance(error, NobodyAnswered)
        except TimeoutError:
            failure, final, unanswered = Failure(f"Nobody took the message within {PATIENCE:g} seconds."), False, True
        except Exception as error:  # noqa: BLE001 (one message must not hold up the others, whatever is wrong with it)
            failure, final = Failure(f"The message cannot be handed over: {type(error).__name__}."), False
        else:
            now = self._clock.now()
            sent = msgspec.structs.replace(letter, status=LetterStatus.SENT, updated_at=now, due_at=now)
            return Outcome(letter=sent, began=began)
        put_back = self._failed(config, letter, final=final)
        return Outcome(letter=put_back, failure=failure, unanswered=unanswered, began=began)

    def _failed(self, config: Config, letter: Letter, *, final: bool) -> Letter:
        now = self._clock.now()
        dead = final or letter.send_count > config.courier.message_retries
        facts = {"id": letter.id, "template": letter.template.value, "attempts": letter.send_count}
        if dead:
            self._log.error("a message was given up", **facts)
        else:
            self._log.warning("a message could not be delivered and will be tried again", **facts)
        return msgspec.structs.replace(
            letter,
            status=LetterStatus.ABANDONED if dead else LetterStatus.QUEUED,
            updated_at=now,
            due_at=now + pause_after(letter.send_count),
        )

    async def _settle(self, config: Config, outcome: Outcome) -> None:
        batch = self._batch
        batch.found.append(outcome)
        async with self._settling:
            if self._batch is batch:
                self._batch = _Batch()
                try:
                    await self._write(config, batch.found)
                    await self._hasten(batch.found)
                except LimenError as error:
                    batch.trouble = error
                else:
                    batch.trouble = None
        if batch.trouble is not None:
            raise batch.trouble

    async def _hasten(self, batch: Sequence[Outcome]) -> None:
        """Let go what waits because nobody answered, on the channels where somebody did; then note who waits from now on."""
        answered: dict[Via, datetime] = {}
        for each in batch:
            if each.failure is None:
                answered[each.letter.via] = max(each.began, answered.get(each.letter.via, each.began))
        freed = [letter for via, asked in answered.items() for letter in self._unanswered.due(via, asked, _LET_GO)]
        if freed:
            unit, now = self._storage.unit(), self._clock.now()
            for letter in freed:
                unit.letters.hasten(letter, now)
            await unit.commit()
        for letter in freed:
            self._unanswered.let_go(letter)
        for each in batch:
            if each.unanswered and each.letter.status not in _OVER:
                self._unanswered.keep(each.letter, each.letter.updated_at)
            else:
                self._unanswered.drop(each.letter)

    async def _write(self, config: Config, batch: Sequence[Outcome]) -> None:
        unit = self._storage.unit()
        for outcome in batch:
            letter, failure = outcome.letter, outcome.failure
            dispatch = Dispatch(
                id=str(self._ids.uuid()),
                letter_id=letter.id,
                status="success" if failure is None else "failed",
                error=None if failure is None else JsonDoc.of(failure),
                created_at=letter.updated_at,
            )
            # What nobody can read any more is not kept: a code or link that lies around is a way in (docs/adr/0017).
            unit.letters.settle(letter, dispatch, wipe=letter.status in _OVER and not config.dev)
        try:
            await unit.commit()
        except LetterTaken:
            if len(batch) > 1:
                for one in batch:
                    await self._write(config, [one])
                return
            self._log.warning("a message took longer than its lease", id=batch[0].letter.id)
