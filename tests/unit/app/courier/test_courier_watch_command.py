"""Does `limen courier watch` send what waits, and end when it is told to?"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from doubles.mail_server import MailServer
from limen.adapters.system import SystemClock
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.json_doc import JsonDoc
from limen.storage import open_storage

ID = "00000000-0000-4000-8000-000000000001"


@pytest.mark.covers("CLI-02", "COU-02")
async def test_the_courier_works_on_its_own(tmp_path: Path) -> None:
    dsn = f"sqlite://{tmp_path / 'limen.sqlite'}"
    now = SystemClock().now()
    storage = await open_storage(dsn)
    unit = storage.unit()
    unit.letters.add(
        Letter(
            id=ID,
            via=Via.EMAIL,
            status=LetterStatus.QUEUED,
            template=TemplateType.STUB,
            recipient="ada@house.test",
            subject="one",
            body="text",
            data=JsonDoc.of({}),
            created_at=now,
            updated_at=now,
            due_at=now,
        )
    )
    await unit.commit()
    await storage.close()
    server = await MailServer().start()
    environment = {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DSN": dsn,
        "LIMEN_DATA_FOLDER": str(tmp_path),
        "COURIER_SMTP_CONNECTION_URI": f"smtp://127.0.0.1:{server.port}/?disable_starttls=true",
        "SELFSERVICE_DEFAULT_BROWSER_RETURN_URL": "https://house.test/",
    }
    command = (sys.executable, "-m", "limen", "courier", "watch")
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(60):
            while not server.mails and process.returncode is None:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, said = await process.communicate()
        await server.stop()
    assert process.returncode == 0, said.decode()
    assert [mail.id.partition("@")[0] for mail in server.mails] == [f"<{ID}"]
    storage = await open_storage(dsn)
    letter = await storage.letters.get(ID)
    assert letter is not None
    assert letter.status is LetterStatus.SENT
    await storage.close()
