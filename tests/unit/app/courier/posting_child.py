"""What is killed in test_kills.py? A process that commits messages, says so, and sends them at the same time."""

import asyncio
import sys
from datetime import timedelta

import uvloop

from limen.adapters.logs import LineLog
from limen.adapters.smtp import SmtpCarrier
from limen.adapters.system import SystemClock, SystemIds
from limen.app.courier.dispatch import Dispatcher
from limen.app.courier.watch import OutboxWatch
from limen.config.courier import CourierConfig, CourierWorker, SmtpDelivery
from limen.config.log import LogConfig
from limen.config.model import Config
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import LetterFilter, Page
from limen.storage import SqlStorage, open_storage

CLOCK, IDS = SystemClock(), SystemIds()
UNSENT = (LetterStatus.QUEUED, LetterStatus.PROCESSING)


async def write(storage: SqlStorage, recipient: str) -> None:
    now = CLOCK.now()
    letter = Letter(
        id=str(IDS.uuid()),
        via=Via.EMAIL,
        status=LetterStatus.QUEUED,
        template=TemplateType.STUB,
        recipient=recipient,
        subject="one",
        body="text",
        data=JsonDoc.of({}),
        created_at=now,
        updated_at=now,
        due_at=now,
    )
    unit = storage.unit()
    unit.letters.add(letter)
    await unit.commit()
    print(letter.id, flush=True)  # noqa: T201 (this is how the test learns what was acknowledged)


async def main(dsn: str, port: int, wanted: int) -> None:
    worker = CourierWorker(pull_wait=timedelta(milliseconds=5))
    smtp = SmtpDelivery(connection_uri=f"smtp://127.0.0.1:{port}/?disable_starttls=true")
    config = Config(courier=CourierConfig(smtp=smtp, worker=worker))
    storage, log = await open_storage(dsn), LineLog(LogConfig(), CLOCK, sys.stderr)
    dispatcher = Dispatcher(storage, SmtpCarrier(), CLOCK, IDS, log, lease=timedelta(seconds=1))
    watch = OutboxWatch(dispatcher, lambda: config, log)
    sending = asyncio.get_running_loop().create_task(watch.run())
    for number in range(wanted):
        await write(storage, f"person-{number % 7}@house.test")
        await asyncio.sleep(0.001)
    left = True
    while left:
        await asyncio.sleep(0.05)
        left = any([await storage.letters.page(LetterFilter(status=status), Page(limit=1)) for status in UNSENT])
    await watch.stop()
    await sending
    await storage.close()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
