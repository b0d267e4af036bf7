"""What does the DSN of a PostgreSQL say? Where the server is, how many connections to hold, how long to wait (SEED4-03, CFG-17)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

import msgspec

from limen.config.syntax import parse_duration
from limen.storage.errors import DsnRefused

SCHEMES: Final[Mapping[str, int]] = {
    "postgres": 5432,
    "postgresql": 5432,
    "pgx": 5432,
    "cockroach": 26257,
    "cockroachdb": 26257,
    "crdb": 26257,
    "crdb-postgres": 26257,
    "yugabyte": 5433,
    "yugabytedb": 5433,
}
"""The kinds of address that are spoken to in PostgreSQL's protocol, and their usual ports."""
_TLS_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_OF_THE_HOST: Final = frozenset({"host", "hostaddr", "port", "target_session_attrs"})
_FILES: Final = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
_LONGEST_WAIT: Final = timedelta(hours=1)
_FORGOTTEN: Final = frozenset(
    {"max_conn_idle_count", "pool_min_conns", "pool_health_check_period", "statement_cache_capacity", "parseTime"}
)
"""Parameters that other programs know and that mean nothing here."""
_ONE_WAY_QUERIES: Final = frozenset({"exec", "simple_protocol", "describe_exec", "cache_describe"})


class PostgresTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A database on a server. Times are in seconds; 0 for a lifetime means for ever."""

    address: str
    """For the driver only: it may hold a password, so it is never printed."""
    max_conns: int = 16
    max_idle_conns: int = 16
    max_conn_lifetime: float = 0
    max_conn_idle_time: float = 0
    connect_timeout: float = 5
    command_timeout: float = 10
    startup_wait: float = 300
    """How long a start waits for a server that does not answer yet (OPS-09)."""
    pooler: bool = False
    """Whether somebody in between hands server connections around: then nothing is prepared beyond one statement."""
    system_roots: bool = False
    """Whether the server's certificate is to be checked against the authorities that this machine trusts."""
    verify_host: bool = False
    files: tuple[str, ...] = ()
    """Files that the driver will read: certificates and keys."""
    replica: str = ""
    """The address of copies that may answer who is signed in; empty without any. As secret as the other."""

    def __repr__(self) -> str:
        """Without the address."""
        return f"PostgresTarget(max_conns={self.max_conns}, pooler={self.pooler})"


def parse_postgres(scheme: str, rest: str) -> PostgresTarget:
    """The target of `scheme://rest`. Raises DsnRefused, which never quotes the address."""
    try:
        parts = urlsplit(f"postgres://{rest}")
        given = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise DsnRefused("The DSN cannot be read. Write special characters of user and password as %XX.") from error
    options = _Options({name: text for name, text in given.items() if name not in _FORGOTTEN})
    most = options.number("max_conns", options.number("pool_max_conns", 16, least=1), least=1)
    mode = options.tls_mode()
    pooler = options.pooler()
    known = PostgresTarget(
        address="",
        max_conns=most,
        max_idle_conns=min(most, options.number("max_idle_conns", most, least=0)),
        max_conn_lifetime=options.seconds("max_conn_lifetime", options.seconds("pool_max_conn_lifetime", 0)),
        max_conn_idle_time=options.seconds("max_conn_idle_time", options.seconds("pool_max_conn_idle_time", 0)),
        connect_timeout=options.seconds("connect_timeout", 5) or 5,
        command_timeout=options.seconds("command_timeout", 10) or 10,
        startup_wait=options.seconds("startup_wait", 300),
        pooler=pooler,
        system_roots=mode in {"verify-ca", "verify-full"} and options.rest.get("sslrootcert", "system") == "system",
        verify_host=mode == "verify-full",
    )
    if pooler and "search_path" in options.rest:
        raise DsnRefused(
            "search_path does not go through a pooler (statement_cache_size=0). Give it to the user instead: "
            "ALTER ROLE … SET search_path = …"
        )
    if known.system_roots:
        options.rest.pop("sslrootcert", None)
        options.rest["sslmode"] = "require"
    files = tuple(options.rest[name] for name in _FILES if name in options.rest)
    copies = options.rest.pop("replica_hosts", "")
    port = SCHEMES[scheme]
    return msgspec.structs.replace(
        known,
        address=_address(port, parts, options.rest),
        replica=_copies(copies, port, parts, options.rest) if copies else "",
        files=files,
    )


class _Options:
    """The parameters of a DSN. Whoever asks for one takes it out; `rest` is for the driver."""

    def __init__(self, given: dict[str, str]) -> None:
        self.rest = given

    def number(self, name: str, default: int, *, least: int) -> int:
        text = self.rest.pop(name, "")
        if not text:
            return default
        if not text.isdecimal() or not least <= int(text) <= 10_000:  # noqa: PLR2004 (more is a slip of the hand)
            raise DsnRefused(f"The DSN's {name} has to be a number from {least} to 10000.")
        return int(text)

    def seconds(self, name: str, default: float) -> float:
        """A span as Kratos writes it (`1h30m`), or a number of seconds."""
        text = self.rest.pop(name, "")
        if not text:
            return default
        try:
            span = timedelta(seconds=int(text)) if text.isdecimal() else parse_duration(text)
        except (ValueError, OverflowError) as error:
            raise DsnRefused(f"The DSN's {name} has to be a time span such as 90s or 5m.") from error
        if name == "startup_wait" and span > _LONGEST_WAIT:
            raise DsnRefused("The DSN's startup_wait can be an hour at most.")
        return span.total_seconds()

    def tls_mode(self) -> str:
        mode = self.rest.get("sslmode", "prefer")
        if mode not in _TLS_MODES:
            raise DsnRefused(f"The DSN's sslmode has to be one of {', '.join(_TLS_MODES)}.")
        return mode

    def pooler(self) -> bool:
        modern = self.rest.pop("default_query_exec_mode", "") in _ONE_WAY_QUERIES
        simple = self.rest.pop("prefer_simple_protocol", "") == "true"
        size = self.rest.pop("statement_cache_size", "")
        if size not in {"", "0"}:
            raise DsnRefused("The DSN's statement_cache_size can only be 0, which is for poolers such as PgBouncer.")
        return modern or simple or size == "0"


def _address(port: int, parts: SplitResult, options: Mapping[str, str]) -> str:
    user, at, hosts = parts.netloc.rpartition("@")
    if hosts and port != SCHEMES["postgres"]:
        hosts = ",".join(host if _has_port(host) else f"{host}:{port}" for host in hosts.split(","))
    if "," in hosts and port == SCHEMES["postgres"]:
        options = {"target_session_attrs": "read-write", **options}
    query = urlencode(options, quote_via=quote)
    return f"postgresql://{user}{at}{hosts}{parts.path}" + (f"?{query}" if query else "")


def _copies(hosts: str, port: int, parts: SplitResult, options: Mapping[str, str]) -> str:
    """The same user, database and TLS, elsewhere; a writable server is not asked for there."""
    user, at, _ = parts.netloc.rpartition("@")
    elsewhere = {name: text for name, text in options.items() if name not in _OF_THE_HOST}
    return _address(port, parts._replace(netloc=f"{user}{at}{hosts}"), {"target_session_attrs": "any", **elsewhere})


def _has_port(host: str) -> bool:
    return ":" in host.rpartition("]")[2]
