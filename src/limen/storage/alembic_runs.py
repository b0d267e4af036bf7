"""How do migrations run? Alembic leads a connection from one version to another, inside the caller's transaction, or writes
down what would have to be run there.

Importing Alembic takes longer than a server takes to start, so only who has to migrate imports this.
"""

from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from typing import Final

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

from limen.storage.migrations import EMPTY, VERSIONS

_FOLDER: Final = str(Path(__file__).with_name("migrations"))


def lead(connection: Connection, current: str, wanted: str) -> None:
    """Run the migrations between two versions, up or down."""
    context = MigrationContext.configure(connection, opts={"fn": _steps(current, wanted)})
    with Operations.context(context):
        context.run_migrations()


def script(dialect: Dialect, current: str, wanted: str) -> str:
    """The statements between two versions, up or down, for a driver that takes several at once."""
    written = StringIO()
    context = MigrationContext.configure(
        dialect=dialect,
        opts={"fn": _steps(current, wanted), "as_sql": True, "output_buffer": written, "starting_rev": current or None},
    )
    with Operations.context(context):
        context.run_migrations()
    return written.getvalue()


def _steps(current: str, wanted: str) -> Callable[[object, object], Iterable[MigrationStep]]:
    order = [EMPTY, *(version.number for version in VERSIONS)]
    scripts = ScriptDirectory(_FOLDER, version_locations=[_FOLDER])
    up = order.index(wanted) > order.index(current)

    def steps(_heads: object, _context: object) -> Iterable[MigrationStep]:
        upper, lower = (wanted, current) if up else (current, wanted)
        found = list(scripts.iterate_revisions(upper, lower or "base"))
        if up:
            return [MigrationStep.upgrade_from_script(scripts.revision_map, step) for step in reversed(found)]
        return [MigrationStep.downgrade_from_script(scripts.revision_map, step) for step in found]

    return steps
