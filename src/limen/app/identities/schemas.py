"""Which identity schemas are in force? Loaded, checked and compiled once, and replaced as a whole on reload (SCH-14, SCH-20)."""

import base64
import binascii
from collections.abc import Sequence
from typing import Final

import msgspec

from limen.app.errors import BadParameter
from limen.app.identities.references import ReferenceUnusable, bundled
from limen.app.identities.validate import CompiledSchema, NotCompiled, draft_of
from limen.config.identity import SchemaConfig
from limen.config.model import Config
from limen.domain.identity.extension import read_schema
from limen.domain.identity.schema import IdentitySchema, TraitsReading
from limen.domain.identity.soundness import Unsound, check
from limen.domain.ui.traits import empty_nodes
from limen.kernel.errors import MalformedInput
from limen.kernel.json_doc import EMPTY, JsonDoc, JsonObject, at
from limen.ports.documents import Documents, DocumentUnavailable
from limen.ports.traits import SchemaBroken, SchemaUnknown

MAX_BYTES: Final = 1 << 20
_OF_THE_WHOLE: Final = frozenset({"$id", "$schema", "title", "definitions", "$defs"})


class _Broken(msgspec.Struct, frozen=True, kw_only=True):
    """A schema that cannot be used. `at_start`: whether a server may not even start with it (SCH-13, SCH-20)."""

    schema: IdentitySchema
    reason: str
    at_start: bool


class LoadedSchemas:
    """The identity schemas of the configuration in force: ports.traits.Schemas."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._entries: dict[str, CompiledSchema | _Broken] = {}

    async def load(self, config: Config) -> None:
        """Read, check and compile every schema of `config`, for the start of a server.

        A schema that is sound but refers to what may not or cannot be read is kept aside: `require` refuses it, and
        `unusable` says why. Raises SchemaBroken for any other fault.
        """
        loaded = await self._loaded(config)
        for entry in loaded:
            if isinstance(entry, _Broken) and entry.at_start:
                raise SchemaBroken(entry.reason)
        self._entries = {entry.schema.id: entry for entry in loaded}

    async def reload(self, config: Config) -> None:
        """As `load`, but whatever is wrong leaves the schemas that are in force as they are. Raises SchemaBroken."""
        loaded = await self._loaded(config)
        for entry in loaded:
            if isinstance(entry, _Broken):
                raise SchemaBroken(entry.reason)
        self._entries = {entry.schema.id: entry for entry in loaded}

    def unusable(self) -> tuple[str, ...]:
        """Why schemas were kept aside; to be logged."""
        return tuple(entry.reason for entry in self._entries.values() if isinstance(entry, _Broken))

    def require(self, id: str) -> IdentitySchema:
        """The schema with that id, plain or in base64url as in its address (HTTP-37). Raises SchemaUnknown, SchemaBroken."""
        return self._compiled(id).schema

    def all(self) -> tuple[IdentitySchema, ...]:
        """Every configured schema, in the order of the configuration; also those that cannot be used."""
        return tuple(entry.schema for entry in self._entries.values())

    def read(self, schema: IdentitySchema, traits: JsonDoc) -> TraitsReading:
        """The traits checked and normalised, and what the extension keywords find in them. Raises TraitsInvalid."""
        return self._compiled(schema.id).read(traits)

    def _compiled(self, id: str) -> CompiledSchema:
        entry = self._entries.get(id) or self._entries.get(_decoded(id))
        if entry is None:
            raise SchemaUnknown(f"There is no identity schema with the id {id[:100]!r}.")
        if isinstance(entry, _Broken):
            raise SchemaBroken(entry.reason)
        return entry

    async def _loaded(self, config: Config) -> Sequence[CompiledSchema | _Broken]:
        wrap = config.dialect.wrap_identity_schemas
        only_base64 = config.security.disallow_ref_in_identity_schemas
        return [await self._one(entry, wrap=wrap, only_base64=only_base64) for entry in config.identity.schemas]

    async def _one(self, entry: SchemaConfig, *, wrap: bool, only_base64: bool) -> CompiledSchema | _Broken:
        document = EMPTY
        try:
            document = await self._document(entry.url, wrap=wrap)
            whole = await bundled(document.members(), entry.url, self._documents, only_base64=only_base64)
            check(whole)
            return CompiledSchema(_schema(entry, document, whole), whole)
        except (DocumentUnavailable, MalformedInput, ReferenceUnusable, Unsound, NotCompiled) as error:
            reason = f"The identity schema {entry.id!r} cannot be used: {error}"
            return _Broken(
                schema=_schema(entry, document, {}),
                reason=reason,
                at_start=not isinstance(error, ReferenceUnusable),
            )

    async def _document(self, url: str, *, wrap: bool) -> JsonDoc:
        """The document as clients see it. Raises DocumentUnavailable, MalformedInput."""
        raw = await self._documents.read(url)
        if len(raw) > MAX_BYTES:
            raise MalformedInput("It is larger than 1 MiB.")
        document = JsonDoc.parse(raw)
        members = document.members()
        if not members:
            raise MalformedInput("It is no JSON object.")
        return JsonDoc.of(_wrapped(members)) if wrap and at(members, ("properties", "traits")) is None else document


def selectable(config: Config, id: str) -> str:
    """The schema that somebody asks for, if people may choose it or get it anyway (REG-07); empty for none.

    Raises BadParameter.
    """
    if not id:
        return ""
    for schema in config.identity.schemas:
        free = schema.selfservice_selectable or schema.id == config.identity.default_schema_id
        if free and schema.id in {id, _decoded(id)}:
            return schema.id
    raise BadParameter("The identity schema that was asked for does not exist or cannot be chosen.")


def _schema(entry: SchemaConfig, document: JsonDoc, whole: JsonObject) -> IdentitySchema:
    reading = read_schema(whole, lone_references=draft_of(whole).lone_references)
    return IdentitySchema(
        id=entry.id,
        url=entry.url,
        selectable=entry.selfservice_selectable,
        document=document,
        identifiers=reading.identifiers,
        addresses=reading.addresses,
        fields=reading.fields,
        implied=reading.implied,
        nodes=empty_nodes(reading.fields),
    )


def _wrapped(traits: JsonObject) -> JsonObject:
    """A schema of before v0.4, which described the traits themselves, in today's form (U32b)."""
    outer = {key: value for key, value in traits.items() if key in _OF_THE_WHOLE}
    inner = {key: value for key, value in traits.items() if key not in _OF_THE_WHOLE}
    return {**outer, "type": "object", "properties": {"traits": inner}}


def _decoded(id: str) -> str:
    try:
        return base64.urlsafe_b64decode(id + "=" * (-len(id) % 4)).decode()
    except (binascii.Error, UnicodeError, ValueError):
        return ""
