"""Is what a server reads at its start what the declarations say, and does it start without those who compile them?"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Select

from generators import script
from limen.storage.compiling import compiled_by_name, compiled_for, declared_statements
from limen.storage.postgres.database import PostgresDatabase
from limen.storage.sql_storage import SqlStorage
from limen.storage.sqlite.database import SqliteMemory
from limen.storage.statements import Compiled, Statement
from limen.storage.tables import FLOWS
from limen.storage.written import FACTS, Written, entries, facts, file_of

ROOT = Path(__file__).parents[2]
START = """
import asyncio, sys
import limen.bootstrap.server, limen.cli.serve
from limen.storage import open_storage
{opening}
found = sorted(name for name in sys.modules if name.split(".")[0] in ("sqlalchemy", "alembic"))
print(found[:3])
"""


FILES = script("compile_statements").FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_statements_in_the_box_are_those_declared(file: Path) -> None:
    assert file.read_text("utf-8") == FILES[file](), "run `make docs`"


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_what_is_read_is_what_would_be_compiled(dialect: str) -> None:
    read = entries(file_of(dialect))
    assert {name: compiled_by_name(dialect, name) for name in declared_statements()} == read
    assert set(FILES) == {FACTS, file_of("sqlite"), file_of("postgres")}


def test_every_statement_that_a_server_asks_for_is_written() -> None:
    asked = list[Statement]()

    class Listening(SqliteMemory):
        def compile(self, statement: Statement) -> Compiled:
            asked.append(statement)
            return super().compile(statement)

    SqlStorage(Listening(sqlite3.connect(":memory:")))
    assert [name for name in asked if name not in entries(file_of("sqlite"))] == [], "run `make docs`"
    assert sorted(set(entries(file_of("sqlite"))) - {str(name) for name in asked}) == []


def test_a_server_starts_without_sqlalchemy(tmp_path: Path) -> None:
    file = tmp_path / "db.sqlite"
    made = f"asyncio.run(open_storage('sqlite://{file}'))"
    opened = f"asyncio.run(open_storage('sqlite://{file}', alone=False))"
    postgres = "import limen.storage.postgres.opening"
    for opening, quick in ((made, False), (opened, True), (postgres, True)):
        call = [sys.executable, "-c", START.format(opening=opening)]
        found = subprocess.run(call, capture_output=True, text=True, check=True).stdout.strip()
        assert (found == "[]") is quick, found


def test_a_statement_that_is_not_written_is_compiled_on_the_spot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.storage.written.entries", lambda _file: {})
    assert Written("sqlite").compiled("flows.GET") == compiled_by_name("sqlite", "flows.GET")
    at_hand = Select(FLOWS.c.id).where(FLOWS.c.version == 7)
    assert Written("postgres").compiled(at_hand).bind() == (7,)
    assert "$1" in Written("postgres").compiled(at_hand).text


def test_a_name_that_nothing_declares_is_refused_at_the_start() -> None:
    with pytest.raises(KeyError, match=r"flows\.GOT"):
        Written("sqlite").compiled("flows.GOT")
    with pytest.raises(KeyError, match=r"sessions\.PAGES \(7, 7\)"):
        Written("sqlite").compiled("sessions.PAGES (7, 7)")
    with pytest.raises(ModuleNotFoundError):
        Written("sqlite").compiled("nowhere.GET")


def test_facts_about_tables_are_known_without_their_declaration() -> None:
    assert facts().unique_columns["identities.external_id"] == "uq_identities_external_id"
    assert "identities" in facts().owners
    assert PostgresDatabase.compile(object.__new__(PostgresDatabase), "flows.ADD") == compiled_for_postgres()


def compiled_for_postgres() -> Compiled:
    from limen.storage.compiling import POSTGRES  # noqa: PLC0415 (as in the product)

    return compiled_for(POSTGRES, declared_statements()["flows.ADD"])
