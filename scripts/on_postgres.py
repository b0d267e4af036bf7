"""How does a suite that writes SQLite addresses run on PostgreSQL? This stands in for `limen` and changes the address.

LIMEN_CLUSTER is the DSN of any database of a cluster in which databases may be made. Each SQLite file that a configuration or
the environment names becomes a database there; addresses of other kinds are left as they are.
"""
# ruff: noqa: TID251 - this is about the surroundings

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import re
import sys
from pathlib import Path

import asyncpg
import yaml

from limen.config.database import embedded_file


def main() -> None:
    """Change the address, then become `limen`."""
    cluster = os.environ["LIMEN_CLUSTER"]
    file = embedded_file(os.environ.get("DSN", "")) or embedded_file(configured())
    # A test that names a file in a folder that cannot be made means that file.
    if file is not None and file.is_absolute() and file.parent.exists() and "migrate" not in asked_for_a_file():
        name = f"c{hashlib.sha256(str(file).encode()).hexdigest()[:24]}"
        asyncio.run(made(cluster, name))
        os.environ["DSN"] = re.sub(r"^postgres:///\w+", f"postgres:///{name}", cluster)
    program = str(Path(sys.executable).with_name("limen"))
    os.execv(program, [program, *sys.argv[1:]])  # noqa: S606 (this very program, with the arguments we were given)


def configured() -> str:
    """The DSN that the last configuration file of the command line says."""
    arguments = sys.argv[1:]
    files = [after for word, after in itertools.pairwise(arguments) if word in {"-c", "--config"}]
    for file in reversed(files):
        document = yaml.safe_load(Path(file).read_text()) if Path(file).is_file() else None
        if isinstance(document, dict) and document.get("dsn"):
            return str(document["dsn"])
    return ""


def asked_for_a_file() -> list[str]:
    """The command line, if it names a database itself."""
    return sys.argv[1:] if any("://" in word for word in sys.argv[1:]) else []


async def made(cluster: str, name: str) -> None:
    """Make the database unless it is there."""
    connection = await asyncpg.connect(re.sub(r"[?&](max_conns|sslmode)=\w+", "", cluster))
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        pass
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
