"""How does a test get a PostgreSQL? A throwaway cluster in a temporary folder, on a Unix socket and a free port, never as root."""
# ruff: noqa: TID251 - a real database needs a real port and real processes

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from server.running import free_port

OWNER: Final = "postgres"
"""Who runs the cluster where the tests run as root: PostgreSQL refuses to be root."""
_QUICK: Final = (
    "fsync = off",
    "full_page_writes = off",
    "synchronous_commit = off",
    "max_connections = 200",
    "shared_buffers = 32MB",
    "autovacuum = off",
    "log_min_messages = fatal",
)
"""Nothing of a throwaway cluster has to outlive the machine."""


def programs() -> Path | None:
    """The folder with initdb and pg_ctl of the newest version; None when PostgreSQL is not installed."""
    installed = [
        folder / "bin" for folder in Path("/usr/lib/postgresql").glob("*") if (folder / "bin" / "initdb").exists()
    ]
    if installed:
        return max(installed, key=lambda folder: int(folder.parent.name.partition(".")[0]))
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class Cluster:
    """A running PostgreSQL. `settings` are lines of its configuration, `access` of its pg_hba.conf."""

    def __init__(self, settings: tuple[str, ...] = _QUICK, access: tuple[str, ...] = ()) -> None:
        found = programs()
        if found is None:
            raise AssertionError("PostgreSQL is not installed")
        self._programs = found
        self._root = os.getuid() == 0
        self._settings = settings
        self._access = access or ("local all all trust", "host all all 127.0.0.1/32 trust")
        # Short, because the path of a socket may have 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="limen-pg-", dir="/tmp"))
        self.data = self.folder / "data"
        self.port = free_port()
        self._lock = threading.Lock()
        self._brought: dict[str, str] = {}

    def bring(self, name: str, text: str) -> None:
        """A file that is to lie beside the configuration, readable to the owner only."""
        self._brought[name] = text

    def __enter__(self) -> Self:
        owner = pwd.getpwnam(OWNER) if self._root else pwd.getpwuid(os.getuid())
        if self._root:
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        # The order of a language, as most databases have it, so that whatever relies on the order of bytes is found out.
        language = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
        self._run("initdb", "-D", str(self.data), "-U", OWNER, "-A", "trust", "-E", "UTF8", *language, "-N")
        (self.data / "pg_hba.conf").write_text("\n".join(self._access) + "\n")
        own = (f"port = {self.port}", "listen_addresses = '127.0.0.1'", f"unix_socket_directories = '{self.folder}'")
        with (self.data / "postgresql.conf").open("a") as out:
            out.write("\n".join((*self._settings, *own)) + "\n")
        for name, text in self._brought.items():
            file = self.data / name
            file.write_text(text)
            file.chmod(0o600)
            if self._root:
                os.chown(file, owner.pw_uid, owner.pw_gid)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "30", "-s", "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-s", "-m", mode, "stop", check=False)

    def pause(self) -> None:
        """Let every process of the cluster stand still, as a machine does that hangs."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def dsn(self, name: str, *, socket: bool = True, **options: str) -> str:
        """The DSN of one of its databases."""
        query = "&".join(f"{key}={value}" for key, value in options.items())
        if socket:
            return f"postgres:///{name}?host={self.folder}&port={self.port}&user={OWNER}" + (
                f"&{query}" if query else ""
            )
        return f"postgres://{OWNER}@127.0.0.1:{self.port}/{name}" + (f"?{query}" if query else "")

    def sql(self, text: str, database: str = "postgres") -> str:
        """What psql answers."""
        done = self._run(
            "psql", "-h", str(self.folder), "-p", str(self.port), "-U", OWNER, "-d", database, "-qAtX",
            "-v", "ON_ERROR_STOP=1", "-c", text,
        )  # fmt: skip
        return done.strip()

    def database(self, template: str = "template0") -> str:
        """A new database, and its name."""
        name = f"t{secrets.token_hex(6)}"
        with self._lock:  # a template can be copied only while nobody is in it, another copy included
            self.sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _signal(self, number: signal.Signals) -> None:
        leader = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
        for process in (leader, *map(int, children)):
            os.kill(process, number)

    def _run(self, program: str, *arguments: str, check: bool = True) -> str:
        as_owner = {"user": OWNER, "group": OWNER, "extra_groups": []} if self._root else {}
        environment: Mapping[str, str] = {
            "PATH": os.environ.get("PATH", ""),
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.folder),
        }
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=program != "pg_ctl",
            text=True,
            check=False,
            **as_owner,
        )
        if check and done.returncode:
            raise AssertionError(f"{program} ended with {done.returncode}: {done.stderr}")
        return done.stdout or ""
