"""What does a database on a server promise?"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from samples import LATER, flow, person, sign_in, store, token, uuid, where_to_import_from

from limen.cli.migrate import migrate
from limen.cli.surroundings import Surroundings
from limen.domain.identity.credentials import CredentialType
from limen.kernel.errors import MalformedInput
from limen.ports.storage import FlowChanged, IdentifierTaken, IdentityFilter, Page, StorageUnavailable
from limen.storage import DsnRefused, SchemaOutdated, SqlStorage, open_for_service, open_storage
from limen.storage.errors import MIGRATE
from limen.storage.migrate import migrate_down, migrate_to_head, migrate_up, pending, status
from limen.storage.migrations import VERSIONS
from limen.storage.tables import METADATA
from server.cluster import Cluster

pytestmark = pytest.mark.postgres


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[str]:
    """The name of a database without tables."""
    name = cluster.database()
    yield name
    cluster.drop(name)


def described(cluster: Cluster, name: str) -> str:
    """Every column with its type and order, and every index and constraint."""
    columns = (
        "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, collation_name "
        "FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2"
    )
    indexes = (
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
    )
    keys = (
        "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version' ORDER BY 1, 2"
    )
    return "\n".join(cluster.sql(question, name) for question in (columns, indexes, keys))


def test_an_empty_database_is_led_to_the_declared_tables(cluster: Cluster, empty: str) -> None:
    dsn = cluster.dsn(empty)
    assert [step.applied for step in status(dsn)] == [False] * len(VERSIONS)
    assert migrate_to_head(dsn) == VERSIONS
    found = cluster.sql(
        "SELECT table_name || '.' || column_name || '.' || is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
        empty,
    )
    assert sorted(found.splitlines()) == sorted(
        f"{table.name}.{column.name}.{'YES' if column.nullable else 'NO'}"
        for table in METADATA.sorted_tables
        for column in table.columns
    )
    indexes = cluster.sql("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'", empty).splitlines()
    declared = {str(index.name) for table in METADATA.sorted_tables for index in table.indexes}
    assert set(indexes) - {"alembic_version_pkc"} == declared | {f"pk_{name}" for name in METADATA.tables}


def test_every_step_goes_down_and_up_again(cluster: Cluster, empty: str) -> None:
    dsn = cluster.dsn(empty)
    migrate_to_head(dsn)
    for version in reversed(VERSIONS):
        before = described(cluster, empty)
        assert migrate_down(dsn, 1) == (version,)
        assert pending(dsn)[0] == version
        assert migrate_up(dsn, 1) == (version,)
        assert described(cluster, empty) == before
        migrate_down(dsn, 1)
    assert described(cluster, empty).strip() == ""
    assert migrate_down(dsn, 1) == ()


def test_text_sorts_by_its_bytes_whatever_the_language_of_the_database(cluster: Cluster, migrated: str) -> None:
    other = cluster.sql(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C' "
        "AND table_name <> 'alembic_version'",
        migrated,
    )
    assert other == ""


async def test_pages_follow_the_bytes(served: SqlStorage) -> None:
    for number, external in enumerate(("b", "B", "a-b", "ab", "~"), start=1):
        await store(served, person(number, f"{external}@example.org"))
    found = await served.identities.page(IdentityFilter(identifier_prefix="a"), Page(limit=10))
    assert [identity.id for identity in found] == [uuid(3), uuid(4)]


def test_several_processes_migrate_at_once_and_one_does_it(cluster: Cluster, empty: str) -> None:
    dsn = cluster.dsn(empty)
    with ThreadPoolExecutor(4) as processes:
        done = list(processes.map(migrate_to_head, [dsn] * 4))
    assert sorted(map(len, done)) == [0, 0, 0, len(VERSIONS)]


def test_a_migration_that_breaks_leaves_everything_as_it_was(cluster: Cluster, empty: str) -> None:
    cluster.sql("CREATE TABLE letters (id integer)", empty)
    with pytest.raises(StorageUnavailable, match="already exists"):
        migrate_to_head(cluster.dsn(empty))
    assert cluster.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", empty) == "1"
    cluster.sql("DROP TABLE letters", empty)
    assert migrate_to_head(cluster.dsn(empty)) == VERSIONS


@pytest.mark.covers("OPS-03")
async def test_a_server_does_not_start_on_pending_migrations_and_says_what_to_do(cluster: Cluster, empty: str) -> None:
    with pytest.raises(SchemaOutdated, match="limen migrate sql -e --yes"):
        await open_for_service(cluster.dsn(empty), dev=False)
    storage = await open_storage(cluster.dsn(empty), migrate=False)
    assert await storage.ready() == MIGRATE
    await storage.close()
    storage = await open_for_service(cluster.dsn(empty), dev=True)
    assert await storage.ready() == ""
    await storage.close()
    await (await open_for_service(cluster.dsn(empty), dev=False)).close()


async def test_tables_of_a_newer_program_are_left_alone(cluster: Cluster, empty: str) -> None:
    migrate_to_head(cluster.dsn(empty))
    cluster.sql("UPDATE alembic_version SET version_num = '9999'", empty)
    with pytest.raises(SchemaOutdated, match="9999"):
        await open_storage(cluster.dsn(empty))
    with pytest.raises(SchemaOutdated):
        status(cluster.dsn(empty))
    with pytest.raises(SchemaOutdated):
        migrate_to_head(cluster.dsn(empty))


async def test_tables_can_lie_in_a_schema_of_their_own(cluster: Cluster, empty: str) -> None:
    cluster.sql("CREATE SCHEMA auth; CREATE TABLE public.identities (id integer)", empty)
    storage = await open_storage(cluster.dsn(empty, search_path="auth"))
    await store(storage, person(1, "ada@example.org"))
    assert await storage.identities.count() == 1
    await storage.close()
    assert cluster.sql("SELECT count(*) FROM auth.identities", empty) == "1"


@pytest.mark.covers("CLI-03", "CLI-05", "CLI-06", "OPS-01")
def test_the_command_migrates_a_server(cluster: Cluster, empty: str, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        surroundings = Surroundings(environment={"DSN": cluster.dsn(empty)}, data_folder=tmp_path)
        return CliRunner().invoke(migrate, ["sql", *words], obj=surroundings).output

    assert run("status", "-e").count("Pending") == len(VERSIONS)
    assert "Applied:" in run("-e", "--yes")
    assert run("-e", "--yes") == "Nothing is pending.\n"
    assert "Removed:" in run("down", "-e", "--steps", "1", "-y")
    assert run("status", "-e").count("Pending") == 1


async def test_what_a_wrong_address_is_told(cluster: Cluster) -> None:
    with pytest.raises(DsnRefused, match="does not exist"):
        await open_storage(cluster.dsn("nowhere"))
    with pytest.raises(StorageUnavailable, match="Waited for 0"):
        await open_storage(
            f"postgres://ada:hunter2@127.0.0.1:1/x?startup_wait=0&sslmode=disable&port={cluster.port + 7}"
        )


async def test_units_that_collide_on_a_server_are_told_apart(served: SqlStorage) -> None:
    await store(served, person(1, "ada@example.org"))
    unit = served.unit()
    unit.flows.add(flow(1))
    unit.flows.save(flow(99))
    unit.identities.add(person(2, "ada@example.org"))
    with pytest.raises(FlowChanged):
        await unit.commit()
    unit.flows.add(flow(1))
    unit.identities.add(person(2, "ada@example.org"))
    with pytest.raises(IdentifierTaken):
        await unit.commit()
    assert await served.identities.count() == 1


async def test_two_people_can_swap_addresses_again_and_again_in_both_directions(served: SqlStorage) -> None:
    """Units that lock rows in different orders: whoever the server sends away is tried again."""
    people = [person(number, f"{number}@example.org") for number in (1, 2)]
    await store(served, *people)

    async def touch(numbers: tuple[int, int]) -> None:
        unit = served.unit()
        for number in numbers:
            unit.flows.save(flow(number))
        await unit.commit()

    unit = served.unit()
    unit.flows.add(flow(1))
    unit.flows.add(flow(2))
    await unit.commit()
    answers = await asyncio.gather(*(touch((1, 2) if n % 2 else (2, 1)) for n in range(60)), return_exceptions=True)
    assert sum(answer is None for answer in answers) == 1
    assert {type(answer) for answer in answers} == {type(None), FlowChanged}


async def test_bad_text_is_bad_input(served: SqlStorage) -> None:
    for text in ("zero\x00", "x" * 100_000):
        with pytest.raises(MalformedInput):
            await store(
                served, person(1, external_id=text if text[-1] != "x" else "".join(map(chr, range(1000, 9000))))
            )
    assert await served.identities.by_identifier((CredentialType.PASSWORD,), "x" * 100_000) is None


async def test_a_thousand_writes_in_one_unit_are_all_there(served: SqlStorage) -> None:
    await store(served, *(person(number, f"{number}@example.org") for number in range(1, 251)))
    assert await served.identities.count() == 250


async def test_a_pooler_may_be_in_between(cluster: Cluster, postgres_dsn: str) -> None:
    storage = await open_storage(f"{postgres_dsn}&statement_cache_size=0&max_conns=1")
    ada = person(1, "ada@example.org")
    await store(storage, ada)
    await sign_in(storage, 1, ada)
    assert await storage.row(token(1)) is not None
    name = postgres_dsn.partition("///")[2].partition("?")[0]
    question = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    assert cluster.sql(question, name) == "1"
    await storage.close()


async def test_connections_are_held_and_bounded(cluster: Cluster, postgres_dsn: str) -> None:
    storage = await open_storage(f"{postgres_dsn}&max_conns=3&max_idle_conns=2")
    await asyncio.gather(*(store(storage, person(n, f"{n}@example.org")) for n in range(1, 40)))
    pool = storage._database._connections
    assert pool._open <= 3
    await asyncio.sleep(0)
    assert len(pool._idle) == 2
    await storage.close()
    name = postgres_dsn.partition("///")[2].partition("?")[0]
    assert cluster.sql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'") == "0"


async def test_connections_that_the_server_ended_are_replaced(cluster: Cluster, postgres_dsn: str) -> None:
    storage = await open_storage(postgres_dsn)
    name = postgres_dsn.partition("///")[2].partition("?")[0]
    ended = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
    for number in range(1, 6):
        await asyncio.gather(*(store(storage, person(number * 10 + n, f"{number}-{n}@example.org")) for n in range(5)))
        await asyncio.to_thread(cluster.sql, ended)
        assert await storage.identities.count() == number * 5
        await asyncio.to_thread(cluster.sql, ended)
    await storage.close()


async def test_closing_finishes_what_was_accepted(postgres_dsn: str) -> None:
    storage = await open_storage(f"{postgres_dsn}&max_conns=2")
    waiting = [asyncio.ensure_future(store(storage, person(n, f"{n}@example.org"))) for n in range(1, 100)]
    await asyncio.sleep(0)
    await storage.close()
    await asyncio.gather(*waiting)
    storage = await open_storage(postgres_dsn)
    assert await storage.identities.count() == 99
    await storage.close()


async def test_clean_ups_at_once_remove_everything_once(postgres_dsn: str) -> None:
    storages = [await open_storage(postgres_dsn) for _ in range(3)]
    unit = storages[0].unit()
    for number in range(1, 301):
        unit.flows.add(flow(number))
    await unit.commit()
    late = LATER + timedelta(days=30)
    removed = await asyncio.gather(*(storage.remove_expired(late, 500) for storage in storages))
    assert sum(removed) == 300
    for storage in storages:
        await storage.close()


def test_a_start_on_migrated_tables_does_not_import_alembic(postgres_dsn: str) -> None:
    code = (
        "import asyncio, sys\n"
        "from limen.storage import open_storage\n"
        "async def main():\n"
        "    await (await open_storage(sys.argv[1], migrate=False)).close()\n"
        "asyncio.run(main())\n"
        "sys.exit('alembic' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, postgres_dsn], check=False, env=where_to_import_from())
    assert done.returncode == 0
