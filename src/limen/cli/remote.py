"""How is a running server? (CLI-18)"""

import click

from limen.cli.client.admin import Refused, members
from limen.cli.client.command import Remote, asks_the_server
from limen.cli.client.shown import Shown


@click.group()
def remote() -> None:
    """A running server, over its admin interface."""


@remote.command(name="status")
@asks_the_server
async def status(server: Remote) -> None:
    """Say whether the server lives and whether it is ready. Exit status 1 unless both."""
    alive, ready = await _well(server, "alive"), await _well(server, "ready")
    rows = (("alive", "yes" if alive else "no"), ("ready", "yes" if ready else "no"))
    server.printer.show(Shown(value={"alive": alive, "ready": ready}, headings=("", "STATUS"), rows=rows))
    if not (alive and ready):
        click.get_current_context().exit(1)


@remote.command(name="version")
@asks_the_server
async def version(server: Remote) -> None:
    """Print the version of the server."""
    answer = await server.client.get("/version")
    number = str(members(answer.value).get("version", ""))
    server.printer.show(Shown(value=answer.value, headings=("VERSION",), rows=((number,),), ids=(number,)))


async def _well(server: Remote, question: str) -> bool:
    try:
        await server.client.get(f"/health/{question}")
    except Refused as refused:
        if not refused.status:
            raise
        return False
    return True
