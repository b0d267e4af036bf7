"""What of the database is seen in a trace? What is asked and of which table; never a value (OBS-03)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from limen.ports.log import Fact
from limen.ports.meter import Family
from limen.ports.tracer import Tracer
from limen.storage.database import Database
from limen.storage.statements import Compiled, Query, R, Statement, Value, Write

_SUMMARY: Final = re.compile(
    r"\s*(?:(INSERT) INTO|(UPDATE)|(DELETE) FROM|(SELECT)\b.*?\bFROM)\s+\(?\"?(\w+)", re.DOTALL
)


class TracedDatabase:
    """Another database, whose calls are seen."""

    def __init__(self, database: Database, tracer: Tracer) -> None:
        self._database = database
        self._tracer = tracer

    def compile(self, statement: Statement) -> Compiled:
        return self._database.compile(statement)

    async def one(self, query: Query[R], values: tuple[Value, ...]) -> R | None:
        """As the other one."""
        with self._tracer.span(summary(query.compiled.text), calls_out=True):
            return await self._database.one(query, values)

    async def all(self, query: Query[R], values: tuple[Value, ...]) -> list[R]:
        """As the other one."""
        with self._tracer.span(summary(query.compiled.text), calls_out=True) as span:
            rows = await self._database.all(query, values)
            span.tell({"db.response.returned_rows": len(rows)})
            return rows

    async def run(self, writes: Sequence[Write]) -> tuple[int, ...]:
        """As the other one: one span for the unit of work."""
        what = ", ".join(dict.fromkeys(summary(write.text) for write in writes))
        facts: dict[str, Fact] = {"db.operation.batch.size": len(writes), "db.query.summary": what}
        with self._tracer.span("COMMIT", facts, calls_out=True):
            return await self._database.run(writes)

    async def figures(self) -> Sequence[Family]:
        return await self._database.figures()

    async def close(self) -> None:
        await self._database.close()


@lru_cache(maxsize=1024)
def summary(text: str) -> str:
    """What a statement does, in two words: `SELECT identities`. None of its text, which could hold a constant."""
    found = _SUMMARY.match(text)
    if found is None:
        return "SQL"
    return " ".join(word for word in found.groups() if word)
