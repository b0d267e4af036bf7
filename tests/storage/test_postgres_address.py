"""What does the DSN of a server say?"""

import pytest

from limen.storage import DsnRefused
from limen.storage.dsn import in_memory, parse_dsn
from limen.storage.postgres.address import PostgresTarget


def target(dsn: str) -> PostgresTarget:
    found = parse_dsn(dsn)
    assert isinstance(found, PostgresTarget)
    return found


@pytest.mark.covers("CFG-17", "OPS-01")
def test_the_pool_parameters_of_kratos_are_understood() -> None:
    found = target(
        "postgres://ada:hunter2@db:5432/limen?sslmode=disable&max_conns=20&max_idle_conns=4"
        "&max_conn_lifetime=1h30m&max_conn_idle_time=90"
    )
    assert (found.max_conns, found.max_idle_conns) == (20, 4)
    assert (found.max_conn_lifetime, found.max_conn_idle_time) == (5400, 90)
    assert found.address == "postgresql://ada:hunter2@db:5432/limen?sslmode=disable"


@pytest.mark.parametrize(
    ("dsn", "address"),
    [
        ("postgresql://db/limen", "postgresql://db/limen"),
        ("pgx://db/limen", "postgresql://db/limen"),
        ("cockroach://root@db/limen?sslmode=disable", "postgresql://root@db:26257/limen?sslmode=disable"),
        ("cockroachdb://root@a:1,b/limen", "postgresql://root@a:1,b:26257/limen"),
        ("yugabytedb://db/limen", "postgresql://db:5433/limen"),
        ("postgres://[::1]:5433/limen", "postgresql://[::1]:5433/limen"),
        ("postgres:///limen?host=/run/postgresql", "postgresql:///limen?host=%2Frun%2Fpostgresql"),
        ("postgres://ada:p%40ss@db/limen?search_path=auth", "postgresql://ada:p%40ss@db/limen?search_path=auth"),
    ],
)
def test_what_the_driver_is_told(dsn: str, address: str) -> None:
    assert target(dsn).address == address
    assert not in_memory(dsn)


def test_waiting_times() -> None:
    found = target("postgres://db/x?startup_wait=20s&connect_timeout=3&command_timeout=1500ms")
    assert (found.startup_wait, found.connect_timeout, found.command_timeout) == (20, 3, 1.5)
    assert target("postgres://db/x").startup_wait == 300


@pytest.mark.parametrize(
    "words",
    ["statement_cache_size=0", "default_query_exec_mode=simple_protocol", "prefer_simple_protocol=true"],
)
def test_a_pooler_in_between_is_said_in_the_address(words: str) -> None:
    found = target(f"postgres://db/x?{words}")
    assert found.pooler
    assert found.address == "postgresql://db/x"
    assert not target("postgres://db/x").pooler


@pytest.mark.parametrize(
    ("words", "roots", "host", "left"),
    [
        ("sslmode=verify-full", True, True, "sslmode=require"),
        ("sslmode=verify-ca&sslrootcert=system", True, False, "sslmode=require"),
        ("sslmode=verify-full&sslrootcert=/ca.pem", False, True, "sslmode=verify-full&sslrootcert=%2Fca.pem"),
        ("sslmode=require", False, False, "sslmode=require"),
    ],
)
def test_whose_certificates_are_believed(words: str, roots: bool, host: bool, left: str) -> None:
    found = target(f"postgres://db/x?{words}")
    assert (found.system_roots, found.verify_host) == (roots, host)
    assert found.address == f"postgresql://db/x?{left}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("sslmode=yes", "verify-full"),
        ("max_conns=0", "max_conns"),
        ("max_conns=many", "max_conns"),
        ("max_conn_lifetime=soon", "max_conn_lifetime"),
        ("startup_wait=2h", "an hour"),
        ("statement_cache_size=100", "PgBouncer"),
        ("statement_cache_size=0&search_path=auth", "ALTER ROLE"),
        ("what", "cannot be read"),
    ],
)
def test_what_makes_no_sense_is_refused_and_never_quoted(words: str, said: str) -> None:
    with pytest.raises(DsnRefused, match=said) as refused:
        parse_dsn(f"postgres://ada:hunter2@db/limen?{words}")
    assert "hunter2" not in refused.value.reason


def test_of_several_servers_the_one_that_can_be_written_to_is_meant() -> None:
    assert target("postgres://a,b:5433/x").address == "postgresql://a,b:5433/x?target_session_attrs=read-write"
    assert target("postgres://a,b/x?target_session_attrs=any").address.endswith("?target_session_attrs=any")


def test_copies_are_other_hosts_with_the_same_rest() -> None:
    found = target(
        "postgres://ada:pw@db:5432/limen?sslmode=require&replica_hosts=one:5433,two&target_session_attrs=primary"
    )
    assert found.replica == "postgresql://ada:pw@one:5433,two/limen?target_session_attrs=any&sslmode=require"
    assert found.address == "postgresql://ada:pw@db:5432/limen?sslmode=require&target_session_attrs=primary"
    assert target("postgres://db/limen").replica == ""


def test_the_address_is_never_shown() -> None:
    assert "hunter2" not in repr(target("postgres://ada:hunter2@db/limen"))
