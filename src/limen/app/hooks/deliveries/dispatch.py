"""How do deliveries arrive? Taken with a lease, sent, settled; what fails is tried again, ever more rarely, until it is given up.

At least once: who is killed between sending and settling leaves the row to whoever finds the lease over, and the target
gets the call again with the same key. Never to two at once: a lease is a guarded write (storage/deliveries.py).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import msgspec

from limen.app.hooks.deliveries.signature import delivery_headers
from limen.app.hooks.deliveries.targets import Targets
from limen.config.hooks import WebHookConfig
from limen.config.model import Config
from limen.domain.hooks.delivery import Delivery, DeliveryStatus, pause_after
from limen.kernel.clock import Clock
from limen.kernel.egress import HttpAnswer
from limen.kernel.errors import LimenError
from limen.kernel.tasks import Tasks
from limen.ports.hook_storage import DeliveryTaken
from limen.ports.log import Log
from limen.ports.storage import Storage

Headers: TypeAlias = tuple[tuple[str, str], ...]
Send: TypeAlias = Callable[[Config, WebHookConfig, Delivery, Headers], Awaitable[HttpAnswer]]
"""Makes the call once. Raises LimenError when there is no answer."""

_PAUSE: Final = 0.2
"""Seconds between two looks at what is due."""
_AFTER_TROUBLE: Final = 5.0
"""Seconds to wait when the database cannot be used."""
_BEYOND: Final = timedelta(seconds=10)
"""How much longer than a call a lease is."""
_ORPHANED: Final = timedelta(hours=2)
"""How long something has been due when its hook is taken to be gone; longer than any pause."""
_ORPHANS: Final = 50
_BETWEEN_SEARCHES: Final = timedelta(minutes=1)
_OK: Final = range(200, 300)
_GONE: Final = "the hook is not in the configuration any more"


class Deliverer:
    """Sends what is due. Any number of them can work on one database."""

    def __init__(self, storage: Storage, send: Send, clock: Clock, config: Callable[[], Config], log: Log) -> None:
        self._storage = storage
        self._send = send
        self._clock = clock
        self._config = config
        self._log = log
        self._tasks = Tasks(lambda name, error: log.error("a delivery broke", id=name, error=type(error).__name__))
        self._under_way: Counter[str] = Counter()
        self._stopping = asyncio.Event()
        self._look = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._known: tuple[Config, Targets] | None = None
        self._next_search: datetime | None = None

    async def run(self) -> None:
        """Send what is due until `stop` is called."""
        while not self._stopping.is_set():
            pause = _PAUSE
            self._look.clear()
            try:
                await self.start_due()
                await self._search_orphans()
            except LimenError as error:
                self._log.error("the deliveries cannot be worked on", reason=error.reason)
                pause = _AFTER_TROUBLE
            except Exception as error:  # noqa: BLE001 (whatever is wrong with one round, there has to be a next)
                self._log.error("the deliveries cannot be worked on", reason=type(error).__name__)
                pause = _AFTER_TROUBLE
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), pause)

    async def stop(self, seconds: float = 30.0) -> None:
        """Take no more, and wait until those under way are settled; what is cut off is sent again when its lease ends."""
        self._stopping.set()
        self._look.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)
        await self._tasks.stop()

    async def round(self) -> int:
        """Send what is due now and wait for it; how many were taken. Raises StorageUnavailable."""
        started = await self.start_due()
        await self._idle.wait()
        return started

    async def start_due(self) -> int:
        """Take what is due, as far as there is room, and begin to send it. Raises StorageUnavailable."""
        config = self._config()
        targets, started = self._targets(config), 0
        for key in targets.keys:
            room = config.clients.web_hook.deliveries.at_once - self._under_way[key]
            if room > 0:
                due = await self._storage.deliveries.due(key, self._clock.now(), room)
                taken = await asyncio.gather(*(self._leased(config, each) for each in due))
                for delivery in filter(None, taken):
                    self._begin(config, targets.of(delivery), delivery)
                    started += 1
        return started

    async def _search_orphans(self) -> None:
        now = self._clock.now()
        if self._next_search is None or now >= self._next_search:
            await self.give_up_orphans()
            self._next_search = now + _BETWEEN_SEARCHES

    def _targets(self, config: Config) -> Targets:
        """The hooks of a configuration, read once for as long as it is in force."""
        if self._known is None or self._known[0] is not config:
            self._known = (config, Targets(config))
        return self._known[1]

    async def give_up_orphans(self) -> int:
        """Give up what belongs to no hook any more; how many there were. Raises StorageUnavailable."""
        config = self._config()
        known = frozenset(self._targets(config).keys)
        overdue = await self._storage.deliveries.overdue(self._clock.now() - _ORPHANED, _ORPHANS)
        orphans = [each for each in overdue if each.hook not in known]
        for orphan in orphans:
            taken = await self._leased(config, orphan)
            if taken is not None:
                await self._settle(self._dead(config, taken, _GONE))
        return len(orphans)

    async def _leased(self, config: Config, delivery: Delivery) -> Delivery | None:
        until = self._clock.now() + config.clients.web_hook.timeout + _BEYOND
        unit = self._storage.unit()
        unit.deliveries.lease(delivery, until)
        try:
            await unit.commit()
        except DeliveryTaken:
            return None
        attempts = delivery.attempts + 1
        return msgspec.structs.replace(delivery, status=DeliveryStatus.SENDING, attempts=attempts, due_at=until)

    def _begin(self, config: Config, hook: WebHookConfig | None, delivery: Delivery) -> None:
        self._under_way[delivery.hook] += 1
        self._idle.clear()
        self._tasks.start(delivery.id, self._delivered(config, hook, delivery))

    async def _delivered(self, config: Config, hook: WebHookConfig | None, delivery: Delivery) -> None:
        try:
            found = self._dead(config, delivery, _GONE) if hook is None else await self._tried(config, hook, delivery)
            await self._settle(found)
        except LimenError as error:
            self._log.error(
                "a delivery could not be settled and will be sent again", id=delivery.id, reason=error.reason
            )
        finally:
            self._under_way[delivery.hook] -= 1
            self._look.set()
            if not self._under_way.total():
                self._idle.set()

    async def _tried(self, config: Config, hook: WebHookConfig, delivery: Delivery) -> Delivery:
        now = self._clock.now()
        headers = delivery_headers(delivery.id, now, delivery.body, hook.signing_secrets)
        try:
            async with asyncio.timeout(config.clients.web_hook.timeout.total_seconds()):
                answer = await self._send(config, hook, delivery, headers)
        except TimeoutError:
            said = "no answer in time"
        except LimenError as error:
            said = type(error).__name__
        except Exception as error:  # noqa: BLE001 (one delivery must not hold up the others, whatever is wrong with it)
            said = f"broken: {type(error).__name__}"
        else:
            said = str(answer.status)
            if answer.status in _OK:
                return self._over(config, delivery, DeliveryStatus.DELIVERED, said)
        if delivery.attempts >= delivery.most_attempts:
            return self._dead(config, delivery, said)
        rules, now = config.clients.web_hook.deliveries, self._clock.now()
        self._log.warning(
            "a web hook will be tried again",
            id=delivery.id,
            hook=delivery.hook,
            attempts=delivery.attempts,
            answer=said,
        )
        return msgspec.structs.replace(
            delivery,
            status=DeliveryStatus.WAITING,
            answer=said,
            updated_at=now,
            due_at=now + pause_after(delivery.attempts, rules.first_pause, rules.longest_pause),
        )

    def _dead(self, config: Config, delivery: Delivery, said: str) -> Delivery:
        self._log.error(
            "a web hook was given up", id=delivery.id, hook=delivery.hook, attempts=delivery.attempts, answer=said
        )
        return self._over(config, delivery, DeliveryStatus.DEAD, said)

    def _over(self, config: Config, delivery: Delivery, status: DeliveryStatus, said: str) -> Delivery:
        rules, now = config.clients.web_hook.deliveries, self._clock.now()
        kept = rules.keep_dead if status is DeliveryStatus.DEAD else rules.keep_delivered
        return msgspec.structs.replace(
            delivery, status=status, answer=said, updated_at=now, expires_at=_later(now, kept)
        )

    async def _settle(self, delivery: Delivery) -> None:
        unit = self._storage.unit()
        unit.deliveries.settle(delivery)
        try:
            await unit.commit()
        except DeliveryTaken:
            self._log.warning("a delivery took longer than its lease", id=delivery.id)


def _later(now: datetime, span: timedelta) -> datetime:
    try:
        return now + span
    except OverflowError:
        return datetime.max.replace(tzinfo=now.tzinfo)
