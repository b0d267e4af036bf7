"""How few round trips can a unit of work take? Writes that do not depend on one another's effects become one statement.

    WITH w0 AS (UPDATE flows … RETURNING 1), w1 AS (INSERT INTO sessions … RETURNING 1)
    SELECT (CASE WHEN (SELECT count(*) FROM w0) > 0 THEN … ELSE <an error that names the guard> END), (SELECT count(*) FROM w1)

All parts of such a statement see the tables as they were before it, and foreign keys are checked at its end. So inserts may
stand beside inserts and beside updates of other tables; whatever reads or undoes what an earlier part did begins a new one.
A guard that does not hold is an error of the statement, which undoes all of it, without a question in between.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

import msgspec

from limen.storage.postgres.failures import GUARD
from limen.storage.statements import Value, Write
from limen.storage.written import facts

_MOST_WRITES: Final = 48
_MOST_VALUES: Final = 2000
_PLACE: Final = re.compile(r"\$(\d+)")
_VERB: Final = re.compile(r'(INSERT) INTO "?(\w+)|(UPDATE) "?(\w+)|(DELETE) FROM "?(\w+)')
_OWNERS: Final = frozenset(facts().owners)
"""Tables whose rows take others along when they are deleted."""


class Shape(msgspec.Struct, frozen=True):
    """What a write does, as far as its neighbours have to know."""

    verb: Literal["INSERT", "UPDATE", "DELETE"]
    table: str
    alone: bool
    """Whether it looks at other rows or takes them along, so that nothing may happen in the same statement."""


class Fused(msgspec.Struct, frozen=True):
    """One statement for several writes; `first` is the place of the first of them in the unit."""

    text: str
    values: tuple[Value, ...]
    writes: Sequence[Write]
    first: int


@lru_cache(maxsize=1024)
def shape_of(text: str) -> Shape:
    """The shape of a write's text. Raises ValueError for a text that changes nothing."""
    found = _VERB.match(text)
    if found is None:
        raise ValueError("only statements that change rows are run as writes")
    verb, table = (word for word in found.groups() if word)
    alone = "SELECT" in text or (verb == "DELETE" and table in _OWNERS) or " ON CONFLICT" in text or "RETURNING" in text
    match verb:
        case "INSERT":
            return Shape("INSERT", table, alone)
        case "UPDATE":
            return Shape("UPDATE", table, alone)
        case _:
            return Shape("DELETE", table, alone)


def fuse(writes: Sequence[Write]) -> list[Fused]:
    """The statements that do what the writes do, in order."""
    parts: list[Fused] = []
    open_writes: list[Write] = []
    touched: dict[str, str] = {}
    values = first = 0

    def finish() -> None:
        if open_writes:
            parts.append(_statement(tuple(open_writes), first))
            open_writes.clear()
            touched.clear()

    for place, write in enumerate(writes):
        shape = shape_of(write.text)
        fits = _fits(shape, touched) and len(open_writes) < _MOST_WRITES
        if not fits or values + len(write.values) > _MOST_VALUES:
            finish()
        if not open_writes:
            first, values = place, 0
        open_writes.append(write)
        values += len(write.values)
        touched[shape.table] = shape.verb
        if shape.alone:
            finish()
    finish()
    return parts


def _fits(shape: Shape, touched: dict[str, str]) -> bool:
    """Whether a write may join the statement that touched those tables in those ways."""
    if shape.alone:
        return not touched
    before = touched.get(shape.table)
    return before is None or (before == shape.verb and shape.verb != "UPDATE")


def _statement(writes: tuple[Write, ...], first: int) -> Fused:
    if len(writes) == 1:
        return Fused(writes[0].text, writes[0].values, writes, first)
    text = _text(tuple((write.text, write.guard is not None) for write in writes), first)
    return Fused(text, tuple(value for write in writes for value in write.values), writes, first)


@lru_cache(maxsize=2048)
def _text(parts: tuple[tuple[str, bool], ...], first: int) -> str:
    """The text of a fused statement; the same writes give the same text, so that the server has prepared it already."""
    named: list[str] = []
    answers: list[str] = []
    before = 0
    for number, (text, guarded) in enumerate(parts):
        named.append(f"w{number} AS ({_renumbered(text, before)} RETURNING 1)")
        count = f"(SELECT count(*) FROM w{number})"  # noqa: S608 (numbers)
        if guarded:
            # The text depends on a count, so that it is not evaluated before that is known to be 0.
            told = f"CAST('{GUARD}{first + number}-' || CAST({count} AS VARCHAR) AS INTEGER)"
            count = f"CASE WHEN {count} > 0 THEN {count} ELSE {told} END"
        answers.append(count)
        before += max((int(place) for place in _PLACE.findall(text)), default=0)
    return f"WITH {', '.join(named)} SELECT {', '.join(answers)}"


def _renumbered(text: str, by: int) -> str:
    return _PLACE.sub(lambda place: f"${int(place[1]) + by}", text) if by else text
