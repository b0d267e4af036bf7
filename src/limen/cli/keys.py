"""`limen keys create|list|revoke`: who may use the admin interface? (docs/adr/0021)"""

import re
from datetime import datetime, timedelta
from typing import Final

import click

from limen.adapters.system import SystemClock, SystemEntropy, SystemIds
from limen.app.admin import issue
from limen.app.admin.issue import Mint
from limen.cli.client.shown import Shown
from limen.cli.operating import Opened, works_on_the_database
from limen.config.syntax import parse_duration
from limen.domain.admin.key import AdminKey, KeyScope
from limen.kernel.json_doc import JsonObject
from limen.storage import SqlStorage

_HEADINGS: Final = ("ID", "NAME", "SCOPES", "CREATED", "EXPIRES", "STATE")
_DAYS: Final = re.compile(r"([0-9]{1,5})d")


@click.group()
def keys() -> None:
    """Keys of the admin interface, in the database of DSN or of a configuration.

    As soon as there ever was one, the admin interface asks for a key.
    """


@keys.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([each.value for each in KeyScope]),
    help="What it is good for; repeatable. Reading and writing if not said.",
)
@click.option("--expires-in", default="", help="How long it is good, such as 90d or 12h; for ever if not said.")
@works_on_the_database
async def create(opened: Opened, name: str, scopes: tuple[str, ...], expires_in: str) -> None:
    """Make a key and print it. It is shown this once: only its hash is stored."""
    wanted = tuple(KeyScope(scope) for scope in scopes) or tuple(KeyScope)
    ends = SystemClock().now() + _span(expires_in) if expires_in else None
    made = await issue.create(_mint(opened.storage), name, wanted, ends)
    row = _row(made.key)
    opened.printer.show(
        Shown(
            value={**_value(made.key), "key": made.secret},
            headings=(*_HEADINGS, "KEY"),
            rows=[(*row, made.secret)],
            note="Keep the key now, it cannot be shown again. Send it as `Authorization: Bearer …`, or put it into "
            "LIMEN_ADMIN_KEY. From now on the admin interface asks for a key.",
        )
    )


@keys.command(name="list")
@works_on_the_database
async def listing(opened: Opened) -> None:
    """List all keys, revoked and expired ones too; never the keys themselves."""
    found = await opened.storage.admin_keys.all()
    opened.printer.show(
        Shown(value=[_value(key) for key in found], headings=_HEADINGS, rows=[_row(key) for key in found])
    )


@keys.command()
@click.argument("ids", nargs=-1, required=True)
@works_on_the_database
async def revoke(opened: Opened, ids: tuple[str, ...]) -> None:
    """Revoke keys by their ids; running servers refuse them within five seconds."""
    for id in ids:
        await issue.revoke(_mint(opened.storage), id)
    opened.printer.show(Shown(value={"revoked": [*ids]}, headings=("REVOKED",), rows=[(id,) for id in ids]))


def _mint(storage: SqlStorage) -> Mint:
    return Mint(storage=storage, clock=SystemClock(), ids=SystemIds(), entropy=SystemEntropy())


def _span(text: str) -> timedelta:
    if days := _DAYS.fullmatch(text):
        return timedelta(days=int(days[1]))
    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.UsageError(f"{text!r} is no time span. Write 90d, 12h or 30m.") from error


def _state(key: AdminKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "good" if key.good(SystemClock().now()) else "expired"


def _time(at: datetime | None) -> str | None:
    return None if at is None else f"{at.isoformat(timespec='seconds')[:19]}Z"


def _value(key: AdminKey) -> JsonObject:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": [scope.value for scope in key.scopes],
        "created_at": _time(key.created_at),
        "expires_at": _time(key.expires_at),
        "revoked_at": _time(key.revoked_at),
        "state": _state(key),
    }


def _row(key: AdminKey) -> tuple[str, ...]:
    ends = _time(key.expires_at) or "never"
    return key.id, key.name, " ".join(key.scopes), _time(key.created_at) or "", ends, _state(key)
