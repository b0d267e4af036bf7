"""Where do running servers send mail in a test? To a mail server in a thread of this process."""

import asyncio
import re
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from doubles.mail_server import Mail, MailServer
from server.running import pause

SECONDS: Final = 30.0
_CODE: Final = re.compile(r"\b(\d{6})\b")


class Mailbox:
    """Keeps every mail that arrives while it is open. `port` is where, when it matters."""

    def __init__(self, port: int = 0) -> None:
        self._wanted = port
        self._server = MailServer()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(port=self._wanted), self._loop).result(SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()

    @property
    def port(self) -> int:
        return self._server.port

    def slow(self, seconds: float) -> None:
        """From now on take that long for each mail."""
        self._server.slow = seconds

    def to(self, recipient: str) -> list[Mail]:
        """What has arrived for somebody."""
        return [mail for mail in self._server.mails if recipient in mail.recipients]

    def code(self, recipient: str) -> str:
        """The six digits in the last mail to somebody."""
        body = self.to(recipient)[-1].message.get_body(("plain",))
        assert body is not None
        found = _CODE.search(body.get_content())
        assert found is not None, body.get_content()
        return found[1]

    def wait(self, arrived: Callable[[], bool]) -> None:
        """Until that is true."""
        deadline = time.monotonic() + SECONDS
        while not arrived():
            assert time.monotonic() < deadline, "the mail does not arrive"
            pause(0.02)
