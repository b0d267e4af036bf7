"""How does a test get a MariaDB? A throwaway server in a temporary folder, on its own socket and a free port, never as root."""
# ruff: noqa: TID251 - a real database needs a real port and real processes

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from server.machine import mariadb
from server.running import free_port, pause

OWNER: Final = "mysql"
"""Who runs the server where the tests run as root: MariaDB refuses to be root."""
_QUICK: Final = (
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=8M",
    "--skip-name-resolve",
)
"""Nothing of a throwaway server has to outlive the machine."""
_ASKED: Final = 300
"""How often a start is asked for, ten times a second."""


class MariaDb:
    """A running MariaDB. `settings` are options of its command line; `brought` are files that lie beside its data, for its eyes only."""

    def __init__(self, settings: tuple[str, ...] = (), brought: tuple[Path, ...] = ()) -> None:
        self._settings = settings
        self._brought = brought
        self._as_owner: dict[str, object] = {}
        # Short, because the path of a socket may have 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="limen-my-", dir="/tmp"))
        self.socket = self.folder / "socket"
        self._log = self.folder / "log"
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if os.getuid() == 0:
            owner = pwd.getpwnam(OWNER)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._as_owner = {"user": OWNER, "group": OWNER, "extra_groups": []}

    def __enter__(self) -> Self:
        data = self.folder / "data"
        named = f"--datadir={data}"
        self._run("mariadb-install-db", named, "--auth-root-authentication-method=normal", "--skip-test-db")
        for file in self._brought:
            copy = Path(shutil.copy(file, data))
            copy.chmod(0o600)
            if self._as_owner:
                shutil.chown(copy, OWNER, OWNER)
        own = (
            f"--socket={self.socket}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--pid-file={self.folder / 'pid'}",
        )
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [mariadb("mariadbd"), "--no-defaults", named, *own, *_QUICK, *self._settings],
                cwd="/",
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._as_owner,
            )
        for _ in range(_ASKED):
            if self._process.poll() is not None or self._answers():
                break
            pause(0.1)
        if not self._answers():
            log_text = self._log.read_text()
            self.__exit__(None, None, None)
            raise AssertionError(f"MariaDB does not start: {log_text}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, text: str, database: str = "mysql") -> str:
        """What the client of MariaDB answers, as root."""
        return self._run(
            "mariadb", "--user=root", f"--socket={self.socket}", "--default-character-set=utf8mb4", "-N", "-B", database,
            typed=text,
        ).strip()  # fmt: skip

    def database(self, text: str = "") -> str:
        """A new database in which `text` has run, and its name."""
        name = f"t{secrets.token_hex(6)}"
        self.sql(f"CREATE DATABASE {name} CHARACTER SET latin1")  # so that whatever relies on UTF-8 is found out
        self.sql(text, name)
        return name

    def user(self, password: str, database: str, more: str = "") -> str:
        """Somebody who may read this database and nothing else."""
        name = f"u{secrets.token_hex(6)}"
        written = password.replace("\\", "\\\\").replace("'", "\\'")
        self.sql(f"CREATE USER {name} IDENTIFIED BY '{written}' {more}; GRANT SELECT ON {database}.* TO {name}")
        return name

    def url(self, user: str, password: str, database: str, **options: str) -> str:
        """The database as an ordinary URL."""
        query = "&".join(f"{name.replace('_', '-')}={text}" for name, text in options.items())
        return f"mysql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}" + (
            f"?{query}" if query else ""
        )

    def _answers(self) -> bool:
        return self._done("mariadb-admin", "--user=root", f"--socket={self.socket}", "ping").returncode == 0

    def _run(self, program: str, *arguments: str, typed: str = "") -> str:
        done = self._done(program, *arguments, typed=typed)
        if done.returncode:
            raise AssertionError(f"{program} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def _done(self, program: str, *arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [mariadb(program), "--no-defaults", *arguments],
            cwd="/",
            env=self._environment(),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            **self._as_owner,
        )

    def _environment(self) -> Mapping[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
