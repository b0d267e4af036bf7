"""Which server is measured? Limen, or any other command that takes the same configuration and flags."""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import signal
import socket  # noqa: TID251 (only to find a free port)
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from bench.database import Files, Place, used

SCHEMA = {
    "$id": "https://bench.test/person.schema.json",
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "traits": {
            "type": "object",
            "properties": {
                "email": {
                    "type": "string",
                    "format": "email",
                    "title": "E-Mail",
                    "ory.sh/kratos": {
                        "credentials": {"password": {"identifier": True}},
                        "verification": {"via": "email"},
                        "recovery": {"via": "email"},
                    },
                },
                "name": {"type": "object", "properties": {"first": {"type": "string"}, "last": {"type": "string"}}},
            },
            "required": ["email"],
            "additionalProperties": False,
        }
    },
}


def merged(below: dict[str, object], over: dict[str, object]) -> dict[str, object]:
    """`below` with what `over` says: objects are merged, everything else is replaced."""
    whole = dict(below)
    for key, value in over.items():
        present = whole.get(key)
        whole[key] = merged(present, value) if isinstance(present, dict) and isinstance(value, dict) else value
    return whole


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Subject:
    """One running server, its addresses, and what it has used of the processor and of memory."""

    def __init__(
        self,
        command: str,
        *,
        cost: int = 4,
        dev: bool = True,
        over: dict[str, object] | None = None,
        web_hook: Mapping[str, object] | None = None,
        place: Place | None = None,
    ) -> None:
        """`over` is merged over the configuration that every server gets; `place` is where its database is made."""
        self.command = shlex.split(command)
        self.cost, self.flags, self.over = cost, ["--dev"] if dev else [], over or {}
        self.hooks: list[dict[str, object]] = [{"hook": "session"}]
        if web_hook is not None:
            self.hooks.insert(0, {"hook": "web_hook", "config": web_hook})
        self.folder = Path(tempfile.mkdtemp(prefix="bench-"))
        self.place = place or Files()
        self.dsn = self.place.dsn(self.folder)
        self.public_port, self.admin_port = free_port(), free_port()
        self.public, self.admin = f"http://127.0.0.1:{self.public_port}", f"http://127.0.0.1:{self.admin_port}"
        self.file = self.folder / "config.json"
        self.file.write_text(json.dumps(merged(self._config(), self.over)))
        # handed on, but for what says where to measure: a server takes any variable for a key of its configuration
        around = {name: value for name, value in os.environ.items() if name != "DATABASE"}  # noqa: TID251
        self.environment = {"SECURITY_RATE_LIMITS_ENABLED": "false", **around}
        self.process: subprocess.Popen[bytes] | None = None
        self.cold_start = 0.0

    def _config(self) -> dict[str, object]:
        document = base64.b64encode(json.dumps(SCHEMA).encode()).decode()
        ui = "http://127.0.0.1:4455"
        return {
            "version": "v26.2.0",
            "dsn": self.dsn,
            "serve": {
                "public": {"host": "127.0.0.1", "port": self.public_port, "base_url": self.public},
                "admin": {"host": "127.0.0.1", "port": self.admin_port, "base_url": self.admin},
            },
            "identity": {"schemas": [{"id": "default", "url": f"base64://{document}"}]},
            "courier": {"smtp": {"connection_uri": "smtp://127.0.0.1:9/?disable_starttls=true"}},
            "selfservice": {
                "default_browser_return_url": f"{ui}/",
                "flows": {
                    name: {"ui_url": f"{ui}/{name}"}
                    for name in ("error", "login", "settings", "recovery", "verification")
                }
                | {
                    "registration": {
                        "ui_url": f"{ui}/registration",
                        "style": "unified",
                        "after": {"password": {"hooks": self.hooks}},
                    }
                },
                "methods": {"password": {"config": {"haveibeenpwned_enabled": False}}},
            },
            "secrets": {"cookie": ["bench-cookie-secret-0123456789"], "cipher": ["bench-cipher-secret-012345678901"]},
            "hashers": {"algorithm": "bcrypt", "bcrypt": {"cost": self.cost}},
            "log": {"level": "error"},
        }

    def start(self) -> Subject:
        migrate = [*self.command, "migrate", "sql", "-e", "--yes", "-c", str(self.file)]
        environment = {**self.environment, "DSN": self.dsn}
        subprocess.run(migrate, env=environment, check=True, capture_output=True, timeout=120)
        begin = time.monotonic()
        log = (self.folder / "log.txt").open("wb")
        command = [*self.command, "serve", "-c", str(self.file), *self.flags]
        self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        while time.monotonic() - begin < 60:
            try:
                with urllib.request.urlopen(f"{self.admin}/admin/health/ready", timeout=2):
                    self.cold_start = time.monotonic() - begin
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.005)  # noqa: TID251 (there is no loop yet)
        sys.exit(f"the server did not start: {(self.folder / 'log.txt').read_text()[-2000:]}")

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=40)
        shutil.rmtree(self.folder)

    def cpu(self) -> float:
        """Seconds of processor time that the server has used until now, its children included."""
        assert self.process is not None
        return used(self.process.pid, ended=True)

    def memory(self) -> float:
        """Megabytes of memory that are the server's own (proportional set size)."""
        assert self.process is not None
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
