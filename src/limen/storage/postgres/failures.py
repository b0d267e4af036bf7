"""What does an exception of the driver mean: an error of the ports, another try, or a connection that is gone?"""

import re
import ssl
from typing import Final

import asyncpg

from limen.kernel.errors import LimenError, MalformedInput
from limen.ports.storage import StorageUnavailable
from limen.storage.errors import MIGRATE, DsnRefused, SchemaOutdated, orphaned, violated

DRIVER: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
    UnicodeError,
    OverflowError,
)
"""Everything that a call of the driver may raise (asyncpg's own errors of use are InterfaceErrors)."""

GUARD: Final = "limen-guard-"
"""What a statement calls a guard that does not hold; see fuse.py."""

_GUARD: Final = re.compile(GUARD + r"(\d+)")
_AGAIN: Final = frozenset({"40001", "40P01", "40002"})
"""Serialization failure, deadlock, a constraint that a concurrent transaction broke: nothing was applied."""
_BAD_VALUE: Final = "22"
_AWAY: Final = ("08", "57P", "25006")
_WRONG_ADDRESS: Final = ("28", "3D000", "42501", "42704", "22023", "0A000")
_NOTHING_APPLIED: Final = frozenset({"57P01", "57P02", "57P03", "53300", "25006"})
"""The server ended the connection or refused it, or is a copy by now, and said so: what ran on it was undone."""
_SWAPPED: Final = frozenset({"26000", "42P05"})
"""A prepared statement is not there, or was there already: the connection is not the one it was."""
_NEVER_SENT: Final = ("cannot switch to state", "connection is closed", "underlying connection is closed")
"""How the driver says that it found the connection ended before it sent the statement."""


def state_of(error: Exception) -> str:
    """The five characters by which the server names the error; empty for the driver's own."""
    state: object = getattr(error, "sqlstate", None)
    return state if isinstance(error, asyncpg.PostgresError) and isinstance(state, str) else ""


def try_again(error: Exception) -> bool:
    """Whether the same transaction may succeed if it is run again: it was undone because of others."""
    # A migration changed the table under a prepared statement, which the driver forgets with this error.
    return state_of(error) in _AGAIN or isinstance(error, asyncpg.InvalidCachedStatementError)


def undone(error: Exception) -> bool:
    """Whether the connection is lost, but surely nothing that ran on it was applied."""
    if isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError)):
        return str(error).startswith(_NEVER_SENT)
    return state_of(error) in _NOTHING_APPLIED


def is_lost(error: Exception) -> bool:
    """Whether the connection is of no further use."""
    if isinstance(error, (OSError, TimeoutError, asyncpg.InternalClientError)):
        return True
    if isinstance(error, asyncpg.PostgresError):
        return state_of(error).startswith(_AWAY)
    return isinstance(error, asyncpg.InterfaceError) and not isinstance(error, asyncpg.DataError)


def guard_of(error: Exception) -> int | None:
    """The place of the write whose guard did not hold, if that is what the server complains about."""
    if state_of(error).startswith(_BAD_VALUE) and (found := _GUARD.search(str(error))):
        return int(found[1])
    return None


def never_right(error: Exception) -> LimenError | None:
    """The error for an address that waiting cannot make right: a wrong password, no such database, a bad certificate."""
    if isinstance(error, ssl.SSLError):
        reason = "The database's certificate does not convince, or its TLS settings do not fit ours"
        return DsnRefused(f"{reason} ({type(error).__name__}). Look at sslmode, sslrootcert, sslcert and sslkey.")
    if isinstance(error, asyncpg.ClientConfigurationError):
        return DsnRefused(f"The DSN cannot be used: {error}.")
    if state_of(error).startswith(_WRONG_ADDRESS):
        return DsnRefused(f"The database refuses the connection: {error}.")
    return None


def told(error: Exception) -> LimenError:
    """The error of the ports for one of the driver. Nothing above this file sees the driver's."""
    found = _told(error)
    found.__cause__ = error
    return found


def _told(error: Exception) -> LimenError:
    state = state_of(error)
    if isinstance(error, (asyncpg.DataError, UnicodeError, OverflowError)) or state.startswith(_BAD_VALUE):
        return MalformedInput("The value holds characters or numbers that cannot be stored.")
    match state:
        case "23505":
            return violated(str(getattr(error, "constraint_name", "") or ""))
        case "23503":
            return orphaned()
        case "54000":
            return MalformedInput("The value is too long to be stored.")
        case "42P01" | "42703":
            return SchemaOutdated(MIGRATE)
        case _:
            return StorageUnavailable(_trouble(error, state))


def _trouble(error: Exception, state: str) -> str:
    if state in _SWAPPED:
        return (
            "A pooler swaps the connections to the database. Add statement_cache_size=0 to the DSN (docs/storage.md)."
        )
    if state in _AGAIN:
        return "Too many changes of the same thing at once. Try again in a moment."
    if isinstance(error, TimeoutError):
        return "The database does not answer in time."
    if is_lost(error):
        return "The connection to the database was lost."
    return f"The database cannot be used now ({state or type(error).__name__})."
