"""What does a database in a file promise?"""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from samples import person, store, where_to_import_from

from limen.ports.storage import StorageUnavailable
from limen.storage import DatabaseInUse, SchemaOutdated, SqlStorage, open_storage
from limen.storage.errors import MIGRATE
from limen.storage.migrate import migrate_down, migrate_to_head, status

CHILD = """
import asyncio, sys
from samples import person, store
from limen.storage import open_storage

async def main():
    storage = await open_storage(sys.argv[1])
    number = 0
    while True:
        number += 1
        await asyncio.gather(*(store(storage, person(number * 10 + n, f"{number * 10 + n}@example.org")) for n in range(4)))
        print(number, flush=True)

asyncio.run(main())
"""


def child(dsn: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", CHILD, dsn], stdout=subprocess.PIPE, env=where_to_import_from())


def acknowledged(process: "subprocess.Popen[bytes]", wanted: int) -> int:
    """What the child said it had stored, after at least `wanted` rounds, when it was killed."""
    assert process.stdout is not None
    seen = 0
    while seen < wanted:
        seen = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read().split()
    process.stdout.close()
    process.wait()
    return int(rest[-1]) if rest else seen


@pytest.mark.covers("SEED4-11")
async def test_what_was_acknowledged_survives_a_kill_and_the_file_can_be_opened_at_once(file_dsn: str) -> None:
    rounds = acknowledged(child(file_dsn), 10)

    storage = await open_storage(file_dsn)
    for number in range(1, rounds + 1):
        for n in range(4):
            assert await storage.identities.get(person(number * 10 + n).id) is not None
    await storage.close()


async def test_a_second_process_is_refused_and_told_what_to_do(file_dsn: str, tmp_path: Path) -> None:
    process = child(file_dsn)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(DatabaseInUse) as refused:
            await open_storage(file_dsn)
        assert str(tmp_path / "limen.sqlite") in refused.value.reason
        assert str(process.pid) in refused.value.reason
        assert "stop the other one" in refused.value.reason
        assert migrate_to_head(file_dsn) == ()
        with pytest.raises(DatabaseInUse):
            migrate_down(file_dsn, 1)
    finally:
        process.kill()
        process.communicate()


async def test_another_name_of_the_file_is_the_same_file(filed: SqlStorage, tmp_path: Path) -> None:
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "limen.sqlite")
    with pytest.raises(DatabaseInUse):
        await open_storage(f"sqlite://{tmp_path}/link.sqlite")


async def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        storage = await open_storage(f"sqlite://{tmp_path}/a/b/limen.sqlite")
        await store(storage, person(1))
    finally:
        os.umask(umask)
    files = sorted((tmp_path / "a" / "b").iterdir())
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in files} == dict.fromkeys(
        ("limen.sqlite", "limen.sqlite-shm", "limen.sqlite-wal", "limen.sqlite.lock"), "0o600"
    )
    assert [oct((tmp_path / name).stat().st_mode & 0o777) for name in ("a", "a/b")] == ["0o700"] * 2
    await storage.close()


async def test_the_connections_are_set_up_for_durability(filed: SqlStorage) -> None:
    for connection in (filed._database._connection, filed._database._writer._connection):
        found = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
        assert found == ["wal", 2, 1, 5000]
    with pytest.raises(sqlite3.OperationalError):
        filed._database._connection.execute("DELETE FROM identities")


async def test_without_migration_the_storage_says_what_is_pending(file_dsn: str) -> None:
    storage = await open_storage(file_dsn, migrate=False)
    assert await storage.ready() == MIGRATE
    with pytest.raises(SchemaOutdated, match="limen migrate sql"):
        await storage.identities.count()
    await storage.close()

    storage = await open_storage(file_dsn)
    assert await storage.ready() == ""
    await storage.close()


async def test_tables_of_a_newer_program_are_left_alone(file_dsn: str, tmp_path: Path) -> None:
    await (await open_storage(file_dsn)).close()
    connection = sqlite3.connect(tmp_path / "limen.sqlite")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()

    with pytest.raises(SchemaOutdated, match="9999"):
        await open_storage(file_dsn)
    with pytest.raises(SchemaOutdated):
        status(file_dsn)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("This is no database at all, but a text that is long enough.\n" * 100)
    with pytest.raises(StorageUnavailable):
        await open_storage(f"sqlite://{tmp_path}/text.sqlite")


def test_asking_for_the_status_does_not_make_a_file(tmp_path: Path) -> None:
    assert not any(step.applied for step in status(f"sqlite://{tmp_path}/none.sqlite"))
    assert list(tmp_path.iterdir()) == []
