"""Does every statement that runs on the loop go along an index?"""

import re

import pytest
from sqlalchemy import Delete, Select, Update

from limen.storage import (
    SqlStorage,
    deliveries,
    error_pages,
    expiry,
    flows,
    hook_runs,
    hot,
    identities,
    identity_changes,
    identity_pages,
    letters,
    secrets,
    session_changes,
)
from limen.storage import sessions as session_reads
from limen.storage.postgres.database import DIALECT
from limen.storage.statements import compiled_for
from server.cluster import Cluster

FOUND = {
    f"{module.__name__}.{name}": statement
    for module in (
        hot,
        flows,
        identities,
        session_reads,
        error_pages,
        session_changes,
        identity_changes,
        identity_pages,
        letters,
        secrets,
        hook_runs,
        deliveries,
    )
    for name, statement in vars(module).items()
    if isinstance(statement, (Select, Update, Delete)) and not name.startswith("_") and name != "COUNT"
}
FOUND |= {f"page of sessions {shape}": statement for shape, statement in session_reads.PAGES.items()}
FOUND |= {f"page of letters {shape}": statement for shape, statement in letters.PAGES.items()}
FOUND |= {f"page of deliveries {shape}": statement for shape, statement in deliveries.PAGES.items()}
FOUND |= {f"removal {place}": statement for place, statement in enumerate(expiry.REMOVALS)}


@pytest.mark.parametrize("name", FOUND)
async def test_no_statement_reads_a_whole_table(name: str, filed: SqlStorage) -> None:
    compiled = filed._database.compile(FOUND[name])
    plan = filed._database._connection.execute(f"EXPLAIN QUERY PLAN {compiled.text}", [None] * len(compiled.names))
    assert [step for *_, step in plan.fetchall() if "SCAN" in step] == []


async def test_a_statement_brings_its_constants_along(filed: SqlStorage) -> None:
    unnamed = filed._database.compile(Select(flows.FLOWS.c.id).where(flows.FLOWS.c.version == 7))
    assert unnamed.bind() == (7,)
    with pytest.raises(TypeError):
        filed._database.compile(flows.FLOWS.c.id.type)


EXAMPLES = {"VARCHAR": "'x'::varchar", "INTEGER": "1", "BOOLEAN": "true", "BYTEA": "'x'::bytea", "": "'1'"}


@pytest.mark.postgres
@pytest.mark.parametrize("name", FOUND)
def test_no_statement_needs_to_read_a_whole_table_on_a_server(name: str, cluster: Cluster, migrated: str) -> None:
    """Small tables are read whole all the same, unless that is made to look dear."""
    text = compiled_for(DIALECT, FOUND[name]).text
    text = re.sub(r"\$\d+(?:::(\w+))?", lambda place: EXAMPLES[place[1] or ""], text)
    plan = cluster.sql(f"SET enable_seqscan = off; EXPLAIN {text}", migrated)
    assert "Seq Scan" not in plan, plan
