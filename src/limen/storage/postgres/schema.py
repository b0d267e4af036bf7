"""Of which version are the tables on a server, and how do they become those of another? In one transaction, one process at a time."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from limen.kernel.errors import LimenError
from limen.ports.storage import StorageUnavailable
from limen.storage.migrations import EMPTY, require_known
from limen.storage.postgres.address import PostgresTarget
from limen.storage.postgres.connect import dial
from limen.storage.postgres.door import Line
from limen.storage.postgres.engines import (
    VERSION,
    Engine,
    before_migrating,
    columns_in_order_of_a_language,
    engine_of,
    in_order_of_bytes,
    lock,
)
from limen.storage.postgres.failures import DRIVER, never_right, state_of, told

T = TypeVar("T")

_HAS_VERSION = (
    "SELECT count(*) FROM information_schema.tables "
    "WHERE table_name = 'alembic_version' AND table_schema = current_schema()"
)
_VERSION = "SELECT version_num FROM alembic_version"


async def version_of(line: Line) -> str:
    """The version of the tables; empty when there are none. Raises what the driver raises."""
    there = await line.one(_HAS_VERSION, ())
    if there is None or not there[0]:
        return EMPTY
    row = await line.one(_VERSION, ())
    return str(row[0]) if row else EMPTY


async def lead(line: Line, wanted: Callable[[str], str]) -> tuple[str, str]:
    """Migrate from the version that is found to the one that `wanted` answers for it; both of them.

    What another process migrated meanwhile is seen: the version is read under the lock. Raises SchemaOutdated,
    StorageUnavailable; then nothing was changed.
    """
    engine = await engine_at(line)
    try:
        for statement in before_migrating(engine):
            await line.script(statement)
        await line.script("BEGIN")
        try:
            return await _led(line, engine, wanted)
        except BaseException:
            if not line.broken():
                await line.script("ROLLBACK")
            raise
    except DRIVER as error:
        name = state_of(error) or type(error).__name__
        raise StorageUnavailable(f"The migration failed and was undone ({name}: {error}).") from error


async def engine_at(line: Line) -> Engine:
    """Who answers on this connection. Raises what the driver raises."""
    row = await line.one(VERSION, ())
    return engine_of(str(row[0]) if row else "")


async def on_a_line(target: PostgresTarget, work: Callable[[Line], Awaitable[T]]) -> T:
    """Do something on a connection of its own, without limits in time. Raises DsnRefused, StorageUnavailable, and its own."""
    try:
        line = await dial(target, patient=True)
    except DRIVER as error:
        raise refusal(error) from error
    try:
        return await work(line)
    except DRIVER as error:
        raise told(error) from error
    finally:
        await line.close()


def refusal(error: Exception) -> LimenError:
    """Why no connection can be had."""
    return never_right(error) or StorageUnavailable(
        f"The database cannot be reached ({type(error).__name__}: {error})."
    )


async def _led(line: Line, engine: Engine, wanted: Callable[[str], str]) -> tuple[str, str]:
    from limen.storage import alembic_runs  # noqa: PLC0415 (slow, and needed only to migrate)
    from limen.storage.compiling import POSTGRES  # noqa: PLC0415 (as above)

    await line.one(lock(engine), ())
    current = await version_of(line)
    require_known(current)
    goal = wanted(current)
    if goal != current:
        if current == EMPTY:
            await line.script(
                "DROP TABLE IF EXISTS alembic_version"
            )  # one without a row is left by going all the way down
        await line.script(alembic_runs.script(POSTGRES, current, goal))
        question = columns_in_order_of_a_language(engine)
        for statement in _sorted_by_bytes(await line.all(question, ()) if question else ()):
            await line.script(statement)
    await line.script("COMMIT")
    return current, goal


def _sorted_by_bytes(found: Sequence[Sequence[object]]) -> list[str]:
    """The changes that our own tables need; others may live in the same schema."""
    from limen.storage.tables import METADATA  # noqa: PLC0415 (SQLAlchemy is slow to import, and needed only to migrate)

    columns: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for table, column, type in found:
        if table in METADATA.tables:
            columns[str(table)].append((str(column), str(type)))
    return [in_order_of_bytes(table, names) for table, names in columns.items()]
