"""How does a test get a real server? `limen serve` in a process of its own, with its own folder, ports and log."""
# ruff: noqa: TID251 - a real server needs real ports, time and an environment

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx
import yaml

from limen.kernel.json_doc import JsonObject, JsonValue
from play_config import merged
from server.machine import ROOT

T = TypeVar("T")
READY_SECONDS: Final = 30.0
STOP_SECONDS: Final = 40.0
"""More than the server gives itself to finish what is under way."""
CHEAP: Final[JsonObject] = {"hashers": {"algorithm": "bcrypt", "bcrypt": {"cost": 4}}}
_NO_LIMITS: Final = {"SECURITY_RATE_LIMITS_ENABLED": "false"}
_PAUSE: Final = threading.Event()
_PORTS: Final = itertools.count(20_000 + os.getpid() * 40 % 9_000)
"""Below the ports that the system hands out for outgoing connections, so that a restarted server finds its own free."""


def pause(seconds: float) -> None:
    """Let another process go on. Only for waiting until something of it can be seen."""
    _PAUSE.wait(seconds)


def eventually(ask: Callable[[], T]) -> T:
    """What is answered, as soon as it is something: for what a server does right behind its answer."""
    for _ in range(200):
        if found := ask():
            return found
        pause(0.05)
    return ask()


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    for port in _PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def command(*arguments: str) -> list[str]:
    """The command line of this source tree's Limen."""
    return [sys.executable, "-m", "limen", *arguments]


def surroundings(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which nothing of the tests' own configures the server. The limits are off, unless `more` says
    otherwise: a test is a crowd at one address.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1", **_NO_LIMITS, **(more or {})}


def small_house() -> JsonObject:
    """The built-in schema and pages, a session with the account, cheap hashes, and no question to anybody outside."""
    hooks: JsonValue = [{"hook": "session"}]
    return {
        **CHEAP,
        "selfservice": {
            "flows": {"registration": {"after": {"password": {"hooks": hooks}}}},
            "methods": {"password": {"config": {"haveibeenpwned_enabled": False}}},
        },
    }


class RunningServer:
    """A server with an SQLite file in `folder`. `public` and `admin` are its base URLs without a slash at the end."""

    def __init__(self, folder: Path, over: Mapping[str, JsonValue] | None = None) -> None:
        self.folder = folder
        self.public_port, self.admin_port = free_port(), free_port()
        self.public, self.admin = f"http://127.0.0.1:{self.public_port}", f"http://127.0.0.1:{self.admin_port}"
        self.file = folder / "limen.yml"
        self.database = folder / "limen.sqlite"
        self.log_file = folder / "limen.log"
        self.environment: dict[str, str] = {}
        self.arguments: tuple[str, ...] = ("serve", "-c", str(self.file), "--dev")
        self.process: subprocess.Popen[bytes] | None = None
        self.config = merged(merged(self._own(), small_house()), over or {})
        self.write(self.config)

    def _own(self) -> JsonObject:
        return {
            "dsn": f"sqlite://{self.database}?_fk=true",
            "serve": {
                "public": {"host": "127.0.0.1", "port": self.public_port, "base_url": f"{self.public}/"},
                "admin": {"host": "127.0.0.1", "port": self.admin_port, "base_url": f"{self.admin}/"},
            },
        }

    def write(self, config: JsonObject | str) -> None:
        """Put this into the configuration file, in place, as editors do."""
        self.file.write_text(config if isinstance(config, str) else yaml.safe_dump(config, sort_keys=False))

    def start(self) -> Self:
        """Start it and wait until it is ready. Fails with the end of its log."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                command(*self.arguments),
                cwd=self.folder,
                env=surroundings(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the server is not ready after {READY_SECONDS} s:\n{self.tail()}")
            pause(0.02)
        return self

    def _is_ready(self) -> bool:
        try:
            return (
                httpx.get(f"{self.admin}/admin/health/ready", timeout=5, trust_env=False).status_code == httpx.codes.OK
            )
        except httpx.HTTPError:
            return False

    def stop(self) -> int:
        """Ask it to end (SIGTERM), wait, and return its exit status; negative is the signal that ended it."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server does not stop:\n{self.tail()}") from None

    def kill(self) -> None:
        """End it as a power cut does."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=STOP_SECONDS)

    @property
    def log(self) -> str:
        """Everything it has written."""
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def tail(self, lines: int = 30) -> str:
        """The end of its log."""
        return "\n".join(self.log.splitlines()[-lines:])

    def memory(self, kind: str = "VmRSS") -> int:
        """Resident bytes of the process now, or with `VmHWM` the most that it ever had."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(f"{kind}:"))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
