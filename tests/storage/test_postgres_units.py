"""What does a unit of work do when the server, or somebody else on it, gets in the way? A double stands at the driver's door."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from samples import flow, person, uuid

from doubles.postgres_line import LOST, Server, said
from limen.domain.flow.details import LoginDetail
from limen.domain.ids import FlowId
from limen.kernel.errors import MalformedInput
from limen.ports.storage import ExternalIdTaken, FlowChanged, IdentifierTaken, IdentityChanged, StorageUnavailable
from limen.storage import SchemaOutdated, SqlStorage
from limen.storage.errors import MIGRATE
from limen.storage.migrations import EMPTY, HEAD
from limen.storage.postgres import pool
from limen.storage.postgres.address import PostgresTarget
from limen.storage.postgres.database import MOST_TRIES, PostgresDatabase
from limen.storage.postgres.failures import GUARD
from limen.storage.postgres.opening import awaited
from limen.storage.postgres.pace import Pace
from limen.storage.postgres.pool import Connections
from limen.storage.postgres.schema import lead

COCKROACH = "CockroachDB CCL v24.1.0 (x86_64-pc-linux-gnu)"
YUGABYTE = "PostgreSQL 11.2-YB-2.20.1.0-b0 on x86_64-pc-linux-gnu"
TARGET = PostgresTarget(address="", max_conns=2)


class Naps:
    """Remembers the pauses instead of making them."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
async def storage(server: Server, naps: Naps) -> AsyncIterator[SqlStorage]:
    pace = Pace(7, first=0.002, longest=0.5)
    database = PostgresDatabase(Connections(TARGET, server.dial, pace, naps), pace, naps)
    yield SqlStorage(database)
    await database.close()


async def add_flow(storage: SqlStorage) -> None:
    unit = storage.unit()
    unit.flows.add(flow(1))
    await unit.commit()


async def swap(storage: SqlStorage) -> None:
    """A unit that takes an identifier away and gives it to somebody else, which needs two statements."""
    before, after = person(1, "ada@example.org"), person(1, "eve@example.org")
    unit = storage.unit()
    unit.identities.save(after, before)
    await unit.commit()


async def test_a_unit_of_new_rows_is_one_statement(storage: SqlStorage, server: Server) -> None:
    unit = storage.unit()
    unit.identities.add(person(1, "ada@example.org"))
    unit.flows.save(flow(1))
    await unit.commit()
    (statement,) = server.sent
    assert statement.startswith("WITH w0 AS (INSERT INTO identities")
    assert "BEGIN" not in server.sent


async def test_what_depends_on_an_earlier_write_comes_after_it_in_one_transaction(
    storage: SqlStorage, server: Server
) -> None:
    await swap(storage)
    first, *between, last = server.sent
    assert (first, last) == ("BEGIN", "COMMIT")
    takes = next(place for place, text in enumerate(between) if "DELETE FROM credential_identifiers" in text)
    gives = next(place for place, text in enumerate(between) if "INSERT INTO credential_identifiers" in text)
    assert takes < gives


@pytest.mark.parametrize("state", ["40001", "40P01"])
async def test_a_statement_that_lost_against_others_is_run_again(
    storage: SqlStorage, server: Server, naps: Naps, state: str
) -> None:
    server.fail("INSERT", *[said(state)] * 3)
    await add_flow(storage)
    assert [text.split()[0] for text in server.sent] == ["INSERT"] * 4
    assert len(set(naps.seconds)) == 3
    assert len(server.lines) == 1


async def test_a_commit_that_the_server_refuses_runs_the_whole_unit_again(storage: SqlStorage, server: Server) -> None:
    server.fail("COMMIT", said("40001", "restart transaction"))
    await swap(storage)
    assert server.sent.count("BEGIN") == server.sent.count("COMMIT") == 2
    half = len(server.sent) // 2
    assert server.sent[:half] == server.sent[half:]


async def test_a_statement_inside_a_transaction_that_lost_is_undone_first(storage: SqlStorage, server: Server) -> None:
    server.fail("WITH", said("40001"))
    await swap(storage)
    assert server.sent[server.sent.index("ROLLBACK") + 1] == "BEGIN"
    assert server.sent[-1] == "COMMIT"


async def test_trying_again_ends(storage: SqlStorage, server: Server) -> None:
    server.fail("INSERT", *[said("40001")] * MOST_TRIES)
    with pytest.raises(StorageUnavailable, match="Try again"):
        await add_flow(storage)
    await add_flow(storage)


async def test_a_connection_lost_in_the_middle_of_a_write_is_told_and_not_repeated(
    storage: SqlStorage, server: Server
) -> None:
    """Nobody knows whether it was applied."""
    server.fail("INSERT", LOST)
    with pytest.raises(StorageUnavailable, match="lost"):
        await add_flow(storage)
    assert len(server.sent) == 1
    await add_flow(storage)
    assert [line.ended for line in server.lines] == [True, False]


async def test_a_server_that_says_good_bye_has_undone_the_write(storage: SqlStorage, server: Server) -> None:
    server.fail("INSERT", said("57P01", "terminating connection due to administrator command"))
    await add_flow(storage)
    assert len(server.sent) == len(server.lines) == 2


async def test_a_server_that_has_become_a_copy_is_left_for_the_new_original(
    storage: SqlStorage, server: Server
) -> None:
    server.fail("INSERT", said("25006", "cannot execute INSERT in a read-only transaction"))
    await add_flow(storage)
    assert [line.ended for line in server.lines] == [True, False]


async def test_a_table_that_was_migrated_meanwhile_is_asked_anew(storage: SqlStorage, server: Server) -> None:
    server.fail("COMMIT", asyncpg.InvalidCachedStatementError("cached plan must not change result type"))
    await swap(storage)
    assert server.sent.count("COMMIT") == 2


async def test_a_read_goes_to_another_connection_when_its_own_is_lost(storage: SqlStorage, server: Server) -> None:
    server.fail("SELECT", LOST, said("40001"))
    assert await storage.flows.get(LoginDetail, FlowId(uuid(1))) is None
    assert len(server.lines) == 2
    server.fail("SELECT", *[LOST] * 3)
    with pytest.raises(StorageUnavailable):
        await storage.flows.get(LoginDetail, FlowId(uuid(1)))


async def test_a_slow_answer_is_an_error_and_its_connection_is_given_up(storage: SqlStorage, server: Server) -> None:
    server.fail("SELECT", TimeoutError())
    with pytest.raises(StorageUnavailable, match="in time"):
        await storage.flows.get(LoginDetail, FlowId(uuid(1)))
    assert server.lines[0].ended


async def test_a_guard_that_does_not_hold_is_named_by_the_statement(storage: SqlStorage, server: Server) -> None:
    server.fail("WITH", said("22P02", f'invalid input syntax for type integer: "{GUARD}0-0"'))
    unit = storage.unit()
    unit.flows.save(flow(1))
    unit.error_pages.seen(uuid(1), flow(1).issued_at)
    with pytest.raises(FlowChanged):
        await unit.commit()


async def test_a_guard_of_a_single_write_needs_no_transaction(storage: SqlStorage, server: Server) -> None:
    server.counts.append(0)
    unit = storage.unit()
    unit.flows.save(flow(1))
    with pytest.raises(FlowChanged):
        await unit.commit()
    assert len(server.sent) == 1


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (said("23505", constraint="pk_credential_identifiers"), IdentifierTaken),
        (said("23505", constraint="uq_identities_external_id"), ExternalIdTaken),
        (said("23505", constraint="pk_flows"), StorageUnavailable),
        (said("23503"), IdentityChanged),
        (said("22021", "invalid byte sequence"), MalformedInput),
        (said("54000", "index row size exceeds maximum"), MalformedInput),
        (asyncpg.DataError("invalid input for query argument $1"), MalformedInput),
        (said("42P01", "no such relation"), SchemaOutdated),
        (said("53100", "disk full"), StorageUnavailable),
        (said("26000", 'prepared statement "limen_1_stmt_1" does not exist'), StorageUnavailable),
        (ConnectionResetError("reset"), StorageUnavailable),
    ],
)
async def test_errors_are_those_of_the_ports(
    storage: SqlStorage, server: Server, error: Exception, expected: type[Exception]
) -> None:
    server.fail("INSERT", error)
    with pytest.raises(expected) as caught:
        await add_flow(storage)
    assert type(caught.value) is expected


async def test_a_server_that_is_away_is_asked_again_until_it_answers(
    storage: SqlStorage, server: Server, naps: Naps
) -> None:
    server.unreachable.extend([ConnectionRefusedError("refused"), said("57P03", "starting up")] * 2)
    await add_flow(storage)
    assert [round(nap, 4) for nap in naps.seconds] == sorted(round(nap, 4) for nap in naps.seconds)
    assert len(naps.seconds) == 4


async def test_nobody_waits_for_ever(storage: SqlStorage, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "PATIENCE", 0.01)
    server.unreachable.extend([ConnectionRefusedError("refused")] * 100_000)
    answers = await asyncio.gather(*(add_flow(storage) for _ in range(5)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {StorageUnavailable}
    server.unreachable.clear()
    await add_flow(storage)


async def test_who_waits_are_bounded(storage: SqlStorage, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MOST_WAITING", 2)
    answers = await asyncio.gather(*(add_flow(storage) for _ in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(StorageUnavailable) == 3
    assert len(server.lines) <= TARGET.max_conns


async def test_who_gives_up_waiting_takes_no_connection_along(storage: SqlStorage, server: Server) -> None:
    for steps in range(10):
        task = asyncio.ensure_future(storage.flows.get(LoginDetail, FlowId(uuid(1))))
        for _ in range(steps % 4 + 1):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await asyncio.gather(*(add_flow(storage) for _ in range(10)))


@pytest.mark.covers("CFG-17")
async def test_a_connection_that_has_lived_long_enough_is_replaced(server: Server, naps: Naps) -> None:
    pace = Pace(7, first=0.002, longest=0.5)
    target = PostgresTarget(address="", max_conns=2, max_conn_lifetime=1e-9)
    storage = SqlStorage(PostgresDatabase(Connections(target, server.dial, pace, naps), pace, naps))
    for _ in range(3):
        await add_flow(storage)
        await asyncio.sleep(0)
    await storage.close()
    assert len(server.lines) == 3
    assert all(line.ended for line in server.lines)


async def test_a_start_waits_for_the_server_and_says_so(server: Server, naps: Naps) -> None:
    class Told:
        def __init__(self) -> None:
            self.lines: list[str] = []

        def warning(self, event: str, **facts: object) -> None:
            self.lines.append(event)

        info = error = warning

    log = Told()
    server.unreachable.extend([ConnectionRefusedError("refused")] * 5)
    await awaited(TARGET, server.dial, log, naps)
    assert len(naps.seconds) == 5
    assert log.lines == ["waiting for the database"]


async def test_a_start_does_not_wait_for_what_cannot_become_right(server: Server, naps: Naps) -> None:
    server.unreachable.append(said("28P01", 'password authentication failed for user "ada"'))
    with pytest.raises(StorageUnavailable, match="refuses the connection"):
        await awaited(TARGET, server.dial, None, naps)
    assert naps.seconds == []


async def test_a_start_gives_up_after_the_time_that_the_address_allows(server: Server, naps: Naps) -> None:
    server.unreachable.extend([ConnectionRefusedError("refused")] * 5)
    with pytest.raises(StorageUnavailable, match="startup_wait"):
        await awaited(PostgresTarget(address="", startup_wait=0), server.dial, None, naps)


@pytest.mark.parametrize(
    ("version", "locks"),
    [
        ("PostgreSQL 15.1", ["SELECT pg_advisory_xact_lock("]),
        (COCKROACH, ["CREATE TABLE IF NOT EXISTS migration_lock", "SELECT id FROM migration_lock"]),
        (YUGABYTE, ["CREATE TABLE IF NOT EXISTS migration_lock", "SELECT id FROM migration_lock"]),
    ],
)
async def test_a_migration_holds_a_lock_that_its_engine_has(version: str, locks: list[str]) -> None:
    server = Server(version)
    assert await lead(await server.dial(), lambda _: HEAD) == (EMPTY, HEAD)
    for lock in locks:
        assert any(text.startswith(lock) for text in server.sent)
    advisory = any("advisory" in text for text in server.sent)
    assert advisory == (version == "PostgreSQL 15.1")
    assert any("pg_collation" in text for text in server.sent) == (version != COCKROACH)
    assert server.sent.index("BEGIN") < next(
        i for i, text in enumerate(server.sent) if "CREATE TABLE identities" in text
    )
    assert server.sent[-1] == "COMMIT"


async def test_what_another_process_migrated_meanwhile_is_left_alone() -> None:
    server = Server(schema=HEAD)
    assert await lead(await server.dial(), lambda _: HEAD) == (HEAD, HEAD)
    assert not any("CREATE" in text for text in server.sent)


async def test_a_migration_that_breaks_is_undone() -> None:
    server = Server()
    server.fail("CREATE TABLE", said("42P07", 'relation "identities" already exists'))
    with pytest.raises(StorageUnavailable, match="already exists"):
        await lead(await server.dial(), lambda _: HEAD)
    assert server.sent[-1] == "ROLLBACK"


@pytest.mark.parametrize(("found", "ready"), [(HEAD, ""), ("0001", MIGRATE), ("9999", "")])
async def test_tables_of_a_newer_program_do_not_take_a_running_one_out_of_service(
    storage: SqlStorage, server: Server, found: str, ready: str
) -> None:
    server.schema = found
    assert await storage.ready() == ready
