"""What have all commands in common that ask a running server? Where it is, and how the answer is printed (CLI-21)."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

import click
import msgspec

from limen.adapters.http_egress import HttpEgress
from limen.cli.client.admin import AdminClient
from limen.cli.client.shown import Printer
from limen.cli.surroundings import Surroundings

P = ParamSpec("P")

ENDPOINTS: Final = ("LIMEN_ADMIN_URL", "KRATOS_ADMIN_URL")
KEY: Final = "LIMEN_ADMIN_KEY"

_ENDPOINT = click.option("-e", "--endpoint", default="", help="Address of the admin interface (or LIMEN_ADMIN_URL).")
_FORMAT = click.option(
    "--format", "format", default="", help="table, json, json-pretty, yaml, jsonpath=…, jsonpointer=…"
)
_QUIET = click.option("-q", "--quiet", is_flag=True, help="Print ids only.")


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """A running server, and where answers go."""

    client: AdminClient
    printer: Printer


Work = Callable[Concatenate[Remote, P], Awaitable[None]]


def asks_the_server(work: Work[P]) -> Callable[..., None]:
    """Make a command of something that asks a running server: it gets the options of all of them."""

    @wraps(work)
    def command(endpoint: str, format: str, quiet: bool, *args: P.args, **kwargs: P.kwargs) -> None:
        surroundings = click.get_current_context().find_object(Surroundings) or Surroundings()
        environment = surroundings.environment
        known = next((environment[name] for name in ENDPOINTS if environment.get(name)), "")
        where = endpoint or known
        if not where:
            raise click.UsageError("Say where the server is: --endpoint http://127.0.0.1:4434, or LIMEN_ADMIN_URL.")
        printer = Printer(format, quiet=quiet)
        asyncio.run(_carried_out(work, where, environment.get(KEY, ""), printer, args, kwargs))

    return _ENDPOINT(_FORMAT(_QUIET(command)))


async def _carried_out(
    work: Work[P], endpoint: str, key: str, printer: Printer, args: tuple[object, ...], kwargs: dict[str, object]
) -> None:
    egress = HttpEgress()
    try:
        remote = Remote(client=AdminClient(egress, endpoint, key), printer=printer)
        await work(remote, *args, **kwargs)  # type: ignore[arg-type]
    finally:
        await egress.close()
