"""How do migrations run? Alembic leads a connection from one version to another, inside the caller's transaction.

Importing Alembic takes longer than a server takes to start, so only who has to migrate imports this.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from limen.storage.migrations import EMPTY, VERSIONS

_FOLDER: Final = str(Path(__file__).with_name("migrations"))


def lead(connection: Connection, current: str, wanted: str) -> None:
    """Run the migrations between two versions, up or down."""
    order = [EMPTY, *(version.number for version in VERSIONS)]
    script = ScriptDirectory(_FOLDER, version_locations=[_FOLDER])
    up = order.index(wanted) > order.index(current)

    def steps(_heads: object, _context: object) -> Iterable[MigrationStep]:
        upper, lower = (wanted, current) if up else (current, wanted)
        found = list(script.iterate_revisions(upper, lower or "base"))
        if up:
            return [MigrationStep.upgrade_from_script(script.revision_map, step) for step in reversed(found)]
        return [MigrationStep.downgrade_from_script(script.revision_map, step) for step in found]

    context = MigrationContext.configure(connection, opts={"fn": steps})
    with Operations.context(context):
        context.run_migrations()
