"""Who is signed in, and how are they signed out? Sessions of a running server."""

from typing import Final

import click

from limen.cli.client.admin import members
from limen.cli.client.command import Remote, asks_the_server
from limen.cli.client.paging import Wanted, listed, paged
from limen.cli.client.shown import Shown
from limen.kernel.json_doc import JsonObject, JsonValue

_HEADINGS: Final = ("ID", "ACTIVE", "IDENTITY", "LEVEL", "SIGNED IN", "EXPIRES")


@click.group()
def sessions() -> None:
    """Sessions of a running server, over its admin interface."""


@sessions.command(name="list")
@click.option("--of", "identity", default="", help="Id of the identity whose sessions are meant.")
@click.option("--active/--ended", default=None, help="Only those that count, or only those that do not.")
@paged
@asks_the_server
async def listing(remote: Remote, identity: str, active: bool | None, page_size: int | None, page_token: str) -> None:
    """List sessions, of everybody or of one person."""
    path = f"/admin/identities/{identity}/sessions" if identity else "/admin/sessions"
    query = [("active", str(active).lower())] if active is not None else []
    query += [] if identity else [("expand", "identity")]
    found = await listed(remote.client, path, query, Wanted(page_size, page_token))
    value: JsonValue = {"sessions": [*found.entries], "next_page_token": found.onward}
    remote.printer.show(
        Shown(
            value=value,
            headings=_HEADINGS,
            rows=[_row(session, identity) for session in found.entries],
            ids=[str(session.get("id", "")) for session in found.entries],
            note=found.note,
        )
    )


@sessions.command(name="revoke")
@click.argument("ids", nargs=-1)
@click.option("--all-for", "identity", default="", help="Id of the identity whose sessions all end.")
@asks_the_server
async def revoke(remote: Remote, ids: tuple[str, ...], identity: str) -> None:
    """End sessions: those named, or all of one person."""
    if bool(ids) == bool(identity):
        raise click.UsageError("Name the sessions, or whose sessions all end: --all-for ID.")
    if identity:
        await remote.client.ask("DELETE", f"/admin/identities/{identity}/sessions")
    for id in ids:
        await remote.client.ask("DELETE", f"/admin/sessions/{id}")
    ended = ids or (f"all of {identity}",)
    value: JsonValue = {"revoked": [*ids]} if ids else {"revoked_all_for": identity}
    remote.printer.show(Shown(value=value, headings=("ENDED",), rows=[(each,) for each in ended], ids=ids))


def _row(session: JsonObject, identity: str) -> tuple[str, ...]:
    return (
        str(session.get("id", "")),
        "yes" if session.get("active") else "no",
        str(members(session.get("identity")).get("id", identity)),
        str(session.get("authenticator_assurance_level", "")),
        str(session.get("authenticated_at", "")),
        str(session.get("expires_at", "")),
    )
