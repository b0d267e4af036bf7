"""Where do migrations lead?"""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from samples import credential, person, store, where_to_import_from
from sqlalchemy.schema import CreateIndex, CreateTable

from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.vouched import Vouched
from limen.ports.storage import StorageUnavailable
from limen.storage import alembic_runs, open_storage
from limen.storage.compiling import SQLITE
from limen.storage.migrate import migrate_down, migrate_to_head, migrate_up, pending, status
from limen.storage.migrations import HEAD, VERSIONS
from limen.storage.tables import METADATA

FOLDER = Path(str(sys.modules["limen.storage.migrations"].__file__)).parent


def tables(file: Path) -> dict[str, str]:
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: " ".join(sql.split()) for name, sql in rows if name != "alembic_version"}


def test_an_empty_database_is_led_to_the_declared_tables(file_dsn: str, tmp_path: Path) -> None:
    assert migrate_to_head(file_dsn) == VERSIONS

    declared: dict[str, str] = {}
    for table in METADATA.sorted_tables:
        declared[table.name] = " ".join(str(CreateTable(table).compile(dialect=SQLITE)).split())
        for index in table.indexes:
            declared[str(index.name)] = " ".join(str(CreateIndex(index).compile(dialect=SQLITE)).split())
    assert tables(tmp_path / "limen.sqlite") == declared


def test_every_step_goes_down_and_up_again(file_dsn: str, tmp_path: Path) -> None:
    migrate_to_head(file_dsn)
    for version in reversed(VERSIONS):
        before = tables(tmp_path / "limen.sqlite")
        assert migrate_down(file_dsn, 1) == (version,)
        assert pending(file_dsn)[0] == version
        assert migrate_up(file_dsn, 1) == (version,)
        assert tables(tmp_path / "limen.sqlite") == before
        migrate_down(file_dsn, 1)
    assert tables(tmp_path / "limen.sqlite") == {}
    assert migrate_down(file_dsn, 1) == ()


def test_the_listed_versions_are_the_files_in_one_line_of_descent() -> None:
    script = ScriptDirectory(str(FOLDER), version_locations=[str(FOLDER)])
    found = [step.revision for step in script.walk_revisions()][::-1]
    assert found == [version.number for version in VERSIONS]
    assert script.get_current_head() == HEAD


async def test_going_up_keeps_what_is_stored(file_dsn: str) -> None:
    storage = await open_storage(file_dsn)
    await store(storage, person(1, "ada@example.org"))
    await storage.close()
    assert migrate_to_head(file_dsn) == ()
    assert all(step.applied for step in status(file_dsn))
    storage = await open_storage(file_dsn)
    assert await storage.identities.count() == 1
    await storage.close()


@pytest.mark.covers("IMP-01")
async def test_whom_an_operator_brought_along_is_told_by_credentials_that_nobody_else_could_set_up(
    file_dsn: str,
) -> None:
    """Before 0010 nothing said who made an identity (docs/adr/0024)."""
    storage = await open_storage(file_dsn)
    password, totp = credential(CredentialType.PASSWORD, "a"), credential(CredentialType.TOTP, "b")
    code = credential(CredentialType.CODE, "c")
    await store(storage, person(1, credentials=(password, code)))
    await store(storage, person(2, credentials=(totp,)))
    await storage.close()
    migrate_down(file_dsn, sum(version.number > "0009" for version in VERSIONS))
    migrate_to_head(file_dsn)
    storage = await open_storage(file_dsn)
    found = [await storage.identities.get(person(number).id) for number in (1, 2)]
    await storage.close()
    assert [each.vouched_by for each in found if each is not None] == [None, Vouched.OPERATOR]


def test_a_migration_that_breaks_leaves_everything_as_it_was(
    file_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(connection, current, wanted) -> None:  # noqa: ANN001
        connection.exec_driver_sql("CREATE TABLE half (id TEXT)")
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    monkeypatch.setattr(alembic_runs, "lead", broken)
    with pytest.raises(StorageUnavailable):
        migrate_to_head(file_dsn)
    assert tables(tmp_path / "limen.sqlite") == {}


def test_starting_on_migrated_tables_does_not_import_alembic(file_dsn: str) -> None:
    migrate_to_head(file_dsn)
    code = (
        "import asyncio, sys\n"
        "from limen.storage import open_storage\n"
        "async def main():\n"
        "    await (await open_storage(sys.argv[1])).close()\n"
        "asyncio.run(main())\n"
        "sys.exit('alembic' in sys.modules)\n"
    )
    assert (
        subprocess.run([sys.executable, "-c", code, file_dsn], check=False, env=where_to_import_from()).returncode == 0
    )
