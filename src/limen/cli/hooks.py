"""`limen hooks try|list|replay`: which request would a hook make, which are still to arrive, and send them once more."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, urlencode

import click

from limen.adapters.http_egress import HttpEgress
from limen.bootstrap.try_hooks import Trial, tried
from limen.cli.surroundings import Surroundings
from limen.config.generated_secrets import NoSecrets
from limen.config.load import LoadRequest, load
from limen.domain.flow.kinds import FlowKind
from limen.domain.hooks.delivery import DeliveryStatus
from limen.domain.ids import canonical_uuid
from limen.kernel.egress import HttpCall
from limen.kernel.errors import LimenError, MalformedInput
from limen.kernel.json_doc import JsonDoc, JsonValue, at
from limen.kernel.urls import joined

_SECONDS: Final = 30.0
_OK: Final = 200

_CONFIG = click.option(
    "-c", "--config", "files", multiple=True, type=click.Path(path_type=Path), help="A file; repeatable."
)
_ENDPOINT = click.option(
    "--endpoint", default="", help="The admin address of the server; else that of the configuration."
)
_HOOK = click.option("--hook", default="", help="Only those of the hook with this id.")


@click.group(name="hooks")
def hooks() -> None:
    """Web hooks: try one, see what is still to arrive, send it once more."""


@hooks.command(name="try")
@click.option("--flow", required=True, type=click.Choice([kind.value for kind in FlowKind]), help="The flow.")
@click.option("--position", default="", type=click.Choice(["", "before", "after"]), help="Only before or after it.")
@click.option("--method", default="", help="Only what follows this method.")
@click.option("--hook", default="", help="Only the hook with this id.")
@click.option("--traits", default="", help="The traits of the person, as JSON; else made up after the schema.")
@_CONFIG
@click.option("--dev", is_flag=True, help="Judge by the rules for development.")
@click.pass_obj
def try_hooks(
    surroundings: Surroundings,
    *,
    flow: str,
    position: Literal["before", "after", ""],
    method: str,
    hook: str,
    traits: str,
    files: tuple[Path, ...],
    dev: bool,
) -> None:
    """Show the request that each web hook of a flow would make for a person who was made up. Nothing is sent.

    Secrets are hidden. Exit status 1 when a program fails.
    """
    trial = Trial(
        flow=FlowKind(flow),
        position=position,
        method=method,
        hook=hook,
        traits=JsonDoc.parse(traits) if traits else None,
    )
    sys.exit(asyncio.run(_tried(_request(surroundings, files, dev=dev), trial)))


async def _tried(request: LoadRequest, trial: Trial) -> int:
    failed, shown = False, False
    async for found in tried(request, trial):
        failed, shown = failed or bool(found.problem), True
        click.echo(f"# {found.place}: {found.title}")
        click.echo(found.request or (f"# it fails: {found.problem}" if found.problem else "# makes no request"))
        click.echo()
    if not shown:
        click.echo("There is no such hook.", err=True)
    return 1 if failed or not shown else 0


@hooks.command(name="list")
@click.option(
    "--status",
    default="",
    type=click.Choice(["", *(status.value for status in DeliveryStatus)]),
    help="Only those that are so far.",
)
@_HOOK
@click.option("--limit", default=50, type=click.IntRange(1, 500), help="How many, newest first.")
@_ENDPOINT
@_CONFIG
@click.pass_obj
def list_deliveries(
    surroundings: Surroundings, *, status: str, hook: str, limit: int, endpoint: str, files: tuple[Path, ...]
) -> None:
    """List the calls of web hooks that nobody waits for: from a running server, over its admin address."""
    query = {"status": status, "hook": hook, "page_size": str(limit)}
    found = _asked(surroundings, files, endpoint, ("GET", "admin/hooks/deliveries"), query)
    for each in found if isinstance(found, list) else []:
        click.echo("  ".join(_column(each, name) for name in ("id", "status", "attempts", "hook", "event", "target")))
        click.echo(f"    created {_column(each, 'created_at')}, last answer: {_column(each, 'last_answer') or '-'}")


@hooks.command()
@click.argument("ids", nargs=-1)
@click.option("--dead", is_flag=True, help="Everything that was given up.")
@_HOOK
@_ENDPOINT
@_CONFIG
@click.pass_obj
def replay(
    surroundings: Surroundings, *, ids: tuple[str, ...], dead: bool, hook: str, endpoint: str, files: tuple[Path, ...]
) -> None:
    """Have the calls IDS sent once more, with the same keys, or with --dead all that were given up."""
    if bool(ids) == dead:
        raise click.UsageError("Name ids, or say --dead.")
    if dead:
        call = ("POST", "admin/hooks/deliveries/replay")
        click.echo(
            f"{_column(_asked(surroundings, files, endpoint, call, {'hook': hook}), 'repeated')} to be sent again"
        )
    for id in ids:
        if canonical_uuid(id) is None:
            raise click.UsageError(f"{id} is no id.")
        call = ("POST", f"admin/hooks/deliveries/{quote(id)}/replay")
        click.echo(f"{id}  {_column(_asked(surroundings, files, endpoint, call, {}), 'status')}")


def _request(surroundings: Surroundings, files: tuple[Path, ...], *, dev: bool) -> LoadRequest:
    return LoadRequest(
        files=(*surroundings.files, *files),
        environment=surroundings.environment,
        data_folder=surroundings.data_folder,
        dev=dev,
    )


def _asked(
    surroundings: Surroundings,
    files: tuple[Path, ...],
    endpoint: str,
    call: tuple[str, str],
    query: Mapping[str, str],
) -> JsonValue:
    """What the server answers. Raises LimenError when it is not there or refuses."""
    if not endpoint:
        endpoint = load(_request(surroundings, files, dev=True), NoSecrets()).config.serve.admin.base_url
    method, path = call
    asked = urlencode({name: value for name, value in query.items() if value})
    url = joined(endpoint, path) + (f"?{asked}" if asked else "")
    return asyncio.run(_answer(HttpCall(method=method, url=url, timeout=_SECONDS)))


async def _answer(call: HttpCall) -> JsonValue:
    egress = HttpEgress()
    try:
        answer = await egress.send(call)
    finally:
        await egress.close()
    try:
        found = JsonDoc.parse(answer.body).value()
    except MalformedInput as error:
        raise LimenError(f"{call.url} answers {answer.status} and not as Limen does.") from error
    if answer.status != _OK:
        raise LimenError(str(at(found, ("error", "reason")) or at(found, ("error", "message")) or answer.status))
    return found


def _column(found: JsonValue, name: str) -> str:
    value = at(found, (name,))
    return "" if value is None else str(value)
