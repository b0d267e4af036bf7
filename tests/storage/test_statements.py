"""Does every statement that runs on the loop go along an index?"""

import re

import pytest
from sqlalchemy import Select

from limen.storage import SqlStorage
from limen.storage.compiling import POSTGRES, compiled_for, declared_statements
from limen.storage.tables import FLOWS
from server.cluster import Cluster

WHOLE = {"identities.COUNT", "sql_storage.VERSION", "admin_keys.ALL"}
"""Meant to read all of a table."""
FOUND = {
    name: statement
    for name, statement in declared_statements().items()
    if not statement.is_insert and name not in WHOLE and not name.startswith("sessions.COUNTS")
}


@pytest.mark.parametrize("name", FOUND)
async def test_no_statement_reads_a_whole_table(name: str, filed: SqlStorage) -> None:
    compiled = filed._database.compile(FOUND[name])
    plan = filed._database._connection.execute(f"EXPLAIN QUERY PLAN {compiled.text}", [None] * len(compiled.names))
    assert [step for *_, step in plan.fetchall() if "SCAN" in step and step != "SCAN CONSTANT ROW"] == []


async def test_a_statement_brings_its_constants_along(filed: SqlStorage) -> None:
    unnamed = filed._database.compile(Select(FLOWS.c.id).where(FLOWS.c.version == 7))
    assert unnamed.bind() == (7,)
    with pytest.raises(TypeError):
        filed._database.compile(FLOWS.c.id.type)


EXAMPLES = {
    "BIGINT": "1",
    "VARCHAR": "'x'::varchar",
    "INTEGER": "1",
    "BOOLEAN": "true",
    "BYTEA": "'x'::bytea",
    "": "'1'",
}


@pytest.mark.postgres
@pytest.mark.parametrize("name", FOUND)
def test_no_statement_needs_to_read_a_whole_table_on_a_server(name: str, cluster: Cluster, migrated: str) -> None:
    """Small tables are read whole all the same, unless that is made to look dear."""
    text = compiled_for(POSTGRES, FOUND[name]).text
    text = re.sub(r"\$\d+(?:::(\w+))?", lambda place: EXAMPLES[place[1] or ""], text)
    plan = cluster.sql(f"SET enable_seqscan = off; EXPLAIN {text}", migrated)
    assert "Seq Scan" not in plan, plan
