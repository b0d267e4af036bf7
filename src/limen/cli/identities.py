"""Which identities are there, and how are they made, checked, changed and deleted? (CLI-09 … CLI-13)"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from jsonschema_rs import ValidationError, validator_for

from limen.cli.client.admin import AdminClient, Answered, Refused, entries, members
from limen.cli.client.command import Remote, asks_the_server
from limen.cli.client.documents import identities_in
from limen.cli.client.paging import Wanted, listed, paged
from limen.cli.client.shown import Shown
from limen.kernel.json_doc import JsonObject, JsonValue

_HEADINGS: Final = ("ID", "VERIFIED ADDRESS 1", "RECOVERY ADDRESS 1", "SCHEMA ID", "STATE")
_FILES = click.argument("files", nargs=-1, type=click.Path(path_type=Path))
_IDS = click.argument("ids", nargs=-1, required=True)


@click.command(name="identities")
@paged
@click.option("--identifier", default="", help="Only who signs in with exactly this.")
@click.option("--consistency", default="", help="strong or eventual.")
@click.argument("token", required=False, default="")
@asks_the_server
async def listing(
    remote: Remote, page_size: int | None, page_token: str, identifier: str, consistency: str, token: str
) -> None:
    """List identities: all of them, or a page where one is named."""
    query = [("credentials_identifier", identifier), ("consistency", consistency)]
    found = await listed(remote.client, "/admin/identities", query, Wanted(page_size, page_token or token))
    value: JsonValue = {"identities": [*found.entries], "next_page_token": found.onward}
    remote.printer.show(_table(found.entries, value, note=found.note))


@click.command(name="identity")
@_IDS
@click.option("--external-id", is_flag=True, help="The ids are those of another system.")
@click.option("-i", "--include-credentials", multiple=True, help="Show what is stored of this credential; repeatable.")
@asks_the_server
async def show(remote: Remote, ids: tuple[str, ...], external_id: bool, include_credentials: tuple[str, ...]) -> None:
    """Show identities by their ids."""
    query = [("include_credential", name) for name in include_credentials]
    path = "/admin/identities/by/external/" if external_id else "/admin/identities/"
    found = [members((await remote.client.get(path + id, query)).value) for id in ids]
    remote.printer.show(_table(found, _one_or_all(found)))


@click.command(name="identities")
@_FILES
@asks_the_server
async def bring(remote: Remote, files: tuple[Path, ...]) -> None:
    """Make the identities in FILES (JSON, one or a list in each), or of the standard input."""
    made: list[JsonObject] = []
    given = identities_in(files)
    for at, identity in enumerate(given, 1):
        try:
            answer = await remote.client.ask("POST", "/admin/identities", body=identity)
        except Refused as refused:
            so_far = f" {len(made)} before it were made." if made else ""
            raise Refused(f"Identity {at} of {len(given)}: {refused.message}{so_far}", refused.status) from refused
        made.append(members(answer.value))
    remote.printer.show(_table(made, _one_or_all(made)))


@click.command(name="identity")
@_FILES
@asks_the_server
async def check(remote: Remote, files: tuple[Path, ...]) -> None:
    """Check the identities in FILES against the schemas of the server. Nothing is made."""
    schemas: dict[str, JsonObject] = {}
    wrong: list[str] = []
    given = identities_in(files)
    for at, identity in enumerate(given, 1):
        wrong += [f"Identity {at}: {fault}" for fault in await _faults(remote.client, identity, schemas)]
    if wrong:
        raise click.ClickException("\n".join(wrong))
    ids = [str(at) for at in range(1, len(given) + 1)]
    value: JsonValue = {"valid": len(given)}
    remote.printer.show(Shown(value=value, headings=("IDENTITY", "RESULT"), rows=[(id, "valid") for id in ids]))


@click.command(name="identity")
@_IDS
@asks_the_server
async def remove(remote: Remote, ids: tuple[str, ...]) -> None:
    """Delete identities by their ids, with all that belongs to them."""
    for id in ids:
        await remote.client.ask("DELETE", f"/admin/identities/{id}")
    value: JsonValue = ids[0] if len(ids) == 1 else [*ids]
    remote.printer.show(Shown(value=value, headings=("ID",), rows=[(id,) for id in ids], ids=ids))


@click.command(name="identity")
@click.option("--schema", "schema_id", default="", help="Id of the identity schema; asked for when there are several.")
@click.option("--trait", "traits", multiple=True, metavar="NAME=VALUE", help="A trait; repeatable.")
@click.option("--password", default="", help="A first password; better set by the person, by a recovery link.")
@asks_the_server
async def make(remote: Remote, schema_id: str, traits: tuple[str, ...], password: str) -> None:
    """Make one identity; what is not given is asked for."""
    chosen, schema = await _schema(remote.client, schema_id)
    given = dict(_pair(trait) for trait in traits)
    body: JsonObject = {"schema_id": chosen, "traits": {**_answers(schema, given)}}
    if password:
        body["credentials"] = {"password": {"config": {"password": password}}}
    answer = await remote.client.ask("POST", "/admin/identities", body=body)
    remote.printer.show(_table([members(answer.value)], answer.value))


@click.command(name="identity")
@click.argument("id")
@click.option(
    "--operation",
    "operations",
    multiple=True,
    required=True,
    metavar="'OP PATH [VALUE]'",
    help="A step of a JSON Patch; repeatable.",
)
@asks_the_server
async def change(remote: Remote, id: str, operations: tuple[str, ...]) -> None:
    """Change an identity: limen patch identity ID --operation 'replace /state inactive'."""
    steps: list[JsonValue] = [_step(text) for text in operations]
    answer: Answered = await remote.client.ask("PATCH", f"/admin/identities/{id}", body=steps)
    remote.printer.show(_table([members(answer.value)], answer.value))


@click.group(name="identities")
def identities() -> None:
    """Identities of a running server, over its admin interface."""


for _name, _command in {
    "list": listing,
    "get": show,
    "import": bring,
    "validate": check,
    "delete": remove,
    "create": make,
    "patch": change,
}.items():
    identities.add_command(_command, _name)


def _one_or_all(found: Sequence[JsonObject]) -> JsonValue:
    return found[0] if len(found) == 1 else [*found]


def _table(found: Sequence[JsonObject], value: JsonValue, note: str = "") -> Shown:
    return Shown(
        value=value,
        headings=_HEADINGS,
        rows=[
            (
                str(identity.get("id", "")),
                _first(identity, "verifiable_addresses"),
                _first(identity, "recovery_addresses"),
                str(identity.get("schema_id", "")),
                str(identity.get("state", "")),
            )
            for identity in found
        ],
        ids=[str(identity.get("id", "")) for identity in found],
        note=note,
    )


def _first(identity: JsonObject, name: str) -> str:
    listed = entries(identity.get(name))
    shown = [entry for entry in listed if entry.get("verified", True)]
    return str(shown[0].get("value", "")) if shown else ""


async def _faults(client: AdminClient, identity: JsonObject, schemas: dict[str, JsonObject]) -> list[str]:
    id = identity.get("schema_id", "default")
    if not isinstance(id, str):
        return ["schema_id has to be text."]
    if "traits" not in identity:
        return ["traits are missing."]
    if id not in schemas:
        schemas[id] = members((await client.get(f"/schemas/{id}")).value)
    checked = validator_for(schemas[id], validate_formats=True).iter_errors({"traits": identity["traits"]})
    return [_fault(error) for error in checked]


def _fault(error: ValidationError) -> str:
    place = "/".join(str(part) for part in error.instance_path)
    return f"{place}: {error.message}"


async def _schema(client: AdminClient, wanted: str) -> tuple[str, JsonObject]:
    known = {
        str(entry.get("id")): members(entry.get("schema")) for entry in entries((await client.get("/schemas")).value)
    }
    if not wanted and len(known) > 1:
        wanted = click.prompt("Schema", type=click.Choice(sorted(known)))
    wanted = wanted or next(iter(known), "")
    if wanted not in known:
        raise click.UsageError(f"There is no schema {wanted!r}. There are {', '.join(sorted(known))}.")
    return wanted, known[wanted]


def _answers(schema: JsonObject, given: dict[str, str]) -> JsonObject:
    """The traits: what was given, and what is answered for the rest of the plain ones."""
    traits = members(members(schema.get("properties")).get("traits"))
    required = traits.get("required")
    found: JsonObject = {}
    for name, rule in members(traits.get("properties")).items():
        kind, needed = members(rule).get("type"), isinstance(required, list) and name in required
        text = given.pop(name, None)
        if text is None and kind in {"string", "number", "integer", "boolean"} and (needed or not given):
            title = str(members(rule).get("title", name))
            text = click.prompt(title, default=None if needed else "", show_default=False)
        if text:
            found[name] = _typed(text, kind)
    return {**found, **{name: _typed(text, "") for name, text in given.items()}}


def _typed(text: str, kind: JsonValue) -> JsonValue:
    if kind == "string":
        return text
    import json  # noqa: PLC0415 (here only)

    try:
        found: JsonValue = json.loads(text)
    except ValueError:
        return text
    return found


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f"A trait is written as name=value, and {text!r} is not.")
    return name, value


def _step(text: str) -> JsonObject:
    op, _, rest = text.strip().partition(" ")
    path, has_value, value = rest.strip().partition(" ")
    if not path.startswith("/"):
        raise click.UsageError(f"A step is written as 'replace /path value', and {text!r} is not.")
    return {"op": op, "path": path, **({"value": _typed(value, "")} if has_value else {})}
