"""Whom does the server have already? Read once, page by page: outer ids, identifiers, schemas."""

from collections.abc import Iterator, Sequence
from typing import Final

import click
from jsonschema_rs import Validator, validator_for

from limen.cli.client.admin import AdminClient, entries, members
from limen.cli.client.paging import next_token
from limen.domain.identity.extension import read_schema
from limen.domain.identity.schema import EACH, Path
from limen.kernel.json_doc import JsonObject, JsonValue

_PAGE: Final = 500
_LONGEST_FAULT: Final = 200
_AT_ONCE: Final = 100
"""Ids in one address, which must not be too long."""


class Schema:
    """One schema of the server: what it says, who it refuses, which traits people sign in with."""

    def __init__(self, id: str, document: JsonObject) -> None:
        self.id, self.document = id, document
        self._validator: Validator = validator_for(document, validate_formats=True)
        reading = read_schema(document, lone_references="draft/20" not in str(document.get("$schema", "")))
        self._identifiers = tuple(dict.fromkeys(each.path for each in reading.identifiers))

    def faults(self, traits: JsonValue) -> list[str]:
        """What is wrong with these traits, place by place."""
        return [
            f"{'/'.join(str(part) for part in error.instance_path)}: {error.message[:_LONGEST_FAULT]}"
            for error in self._validator.iter_errors({"traits": traits})
        ]

    def identifiers(self, traits: JsonValue) -> set[str]:
        """What somebody with these traits signs in with, in lower case."""
        return {text.strip().lower() for path in self._identifiers for text in _texts(traits, path) if text.strip()}


class Target:
    """The server that people are brought to."""

    def __init__(self, client: AdminClient) -> None:
        self.client = client
        self.schemas: dict[str, Schema] = {}
        self.ids: dict[str, str] = {}
        """The id of everybody who has an outer id."""
        self.owners: dict[str, str] = {}
        """Who signs in with what, as far as traits tell: the id of the identity, or the name of a record."""

    async def read(self) -> None:
        """Raises Refused."""
        for entry in entries((await self.client.get("/schemas")).value):
            id = str(entry.get("id"))
            self.schemas[id] = Schema(id, members(entry.get("schema")))
        token = ""
        while True:
            query = [("page_size", str(_PAGE)), *([("page_token", token)] if token else [])]
            answer = await self.client.get("/admin/identities", query)
            for identity in entries(answer.value):
                self._note(identity)
            token = next_token(answer.links)
            if not token:
                return

    def _note(self, identity: JsonObject) -> None:
        id, external = str(identity.get("id")), identity.get("external_id")
        if isinstance(external, str) and external:
            self.ids[external] = id
        schema = self.schemas.get(str(identity.get("schema_id")))
        if schema is not None:
            self.owners.update(dict.fromkeys(schema.identifiers(identity.get("traits")), id))

    def schema(self, wanted: str) -> Schema:
        """The schema of that id, or the only one. Raises click.UsageError."""
        if not wanted and len(self.schemas) == 1:
            return next(iter(self.schemas.values()))
        if wanted not in self.schemas:
            said = f"There is no schema {wanted!r}." if wanted else "There are several schemas."
            raise click.UsageError(f"{said} Name one with --schema: {', '.join(sorted(self.schemas))}.")
        return self.schemas[wanted]

    async def known(self, names: Sequence[str]) -> dict[str, JsonObject]:
        """The identities with these outer ids, as they are now. Raises Refused."""
        ids = [self.ids[name] for name in names if name in self.ids]
        found: dict[str, JsonObject] = {}
        for start in range(0, len(ids), _AT_ONCE):
            portion = ids[start : start + _AT_ONCE]
            query = [("page_size", str(_PAGE)), *(("ids", id) for id in portion)]
            for identity in entries((await self.client.get("/admin/identities", query)).value):
                found[str(identity.get("external_id"))] = identity
        return found


def _texts(value: JsonValue, path: Path) -> Iterator[str]:
    if not path:
        if isinstance(value, str):
            yield value
    elif path[0] == EACH:
        for inner in value if isinstance(value, list) else ():
            yield from _texts(inner, path[1:])
    elif isinstance(value, dict):
        yield from _texts(value.get(str(path[0])), path[1:])
