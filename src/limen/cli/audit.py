"""`limen audit verify|list`: what did operators change, and is that what was written? (docs/adr/0022)"""

import sys
from typing import Final

import click

from limen.app.admin.verify import verify as verified
from limen.cli.client.shown import Shown
from limen.cli.operating import Opened, works_on_the_database
from limen.domain.admin.audit import AuditEntry
from limen.kernel.json_doc import JsonObject

_HEADINGS: Final = ("NUMBER", "AT", "WHO", "OPERATION", "TARGET")


@click.group()
def audit() -> None:
    """What operators changed, from the database of DSN or of a configuration."""


@audit.command()
@click.option("--expect", default="", help="A hash that an earlier run printed; it has to be in the chain.")
@works_on_the_database
async def verify(opened: Opened, expect: str) -> None:
    """Check the whole chain. Exit status 1 when an entry is not as it was written; the first one is named.

    Note the hash that this prints somewhere else: with --expect, a later run sees that nothing was cut off at the end.
    """
    found = await verified(opened.storage.audit, expect.strip())
    value: JsonObject = {"entries": found.entries, "hash": found.hash, "ok": not found.broken}
    if found.broken:
        value = {**value, "broken": found.broken, "reason": found.reason}
    rows = [(str(found.entries), found.hash, found.reason or "as it was written")]
    opened.printer.show(Shown(value=value, headings=("GOOD ENTRIES", "HASH OF THE LAST", "VERDICT"), rows=rows))
    if found.broken:
        click.echo(f"limen: {found.reason}", err=True)
        sys.exit(1)


@audit.command(name="list")
@click.option("--page-size", type=click.IntRange(1, 1000), default=100, show_default=True, help="How many at most.")
@click.option("--before", type=click.IntRange(min=1), help="Only entries with smaller numbers.")
@works_on_the_database
async def listing(opened: Opened, page_size: int, before: int | None) -> None:
    """List what was changed, newest first."""
    found = await opened.storage.audit.newest(page_size, before)
    onward = f"Older ones: --before {found[-1].number}" if found and found[-1].number > 1 else ""
    opened.printer.show(
        Shown(
            value=[_value(each) for each in found], headings=_HEADINGS, rows=[_row(each) for each in found], note=onward
        )
    )


def _value(each: AuditEntry) -> JsonObject:
    draft = each.draft
    return {
        "number": each.number,
        "at": _time(each),
        "actor": draft.actor,
        "key_id": draft.key_id,
        "peer": draft.peer,
        "operation": draft.operation,
        "target": draft.target,
        "change": draft.change.value(),
        "previous": each.previous,
        "hash": each.hash,
    }


def _row(each: AuditEntry) -> tuple[str, ...]:
    return str(each.number), _time(each), each.draft.actor, each.draft.operation, each.draft.target


def _time(each: AuditEntry) -> str:
    return f"{each.draft.at.isoformat(timespec='seconds')[:19]}Z"
