"""Does every statement that runs on the loop go along an index?"""

import pytest
from sqlalchemy import Delete, Select, Update

from limen.storage import (
    SqlStorage,
    error_pages,
    expiry,
    flows,
    hot,
    identities,
    identity_changes,
    identity_pages,
    letters,
    secrets,
    session_changes,
)
from limen.storage import sessions as session_reads

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
    )
    for name, statement in vars(module).items()
    if isinstance(statement, (Select, Update, Delete)) and not name.startswith("_") and name != "COUNT"
}
FOUND |= {f"page of sessions {shape}": statement for shape, statement in session_reads.PAGES.items()}
FOUND |= {f"page of letters {shape}": statement for shape, statement in letters.PAGES.items()}
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
