"""Which identity schemas are there in a test? Those that the test describes, really compiled."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import msgspec

from doubles.documents import WrittenDocuments
from limen.app.identities.schemas import LoadedSchemas
from limen.config.identity import IdentityConfig, SchemaConfig
from limen.config.model import Config
from limen.config.security import SecurityConfig
from limen.config.switches import DialectSwitches
from limen.kernel.json_doc import JsonObject, JsonValue

EMAIL: JsonObject = {
    "type": "string",
    "format": "email",
    "title": "E-Mail",
    "ory.sh/kratos": {
        "credentials": {"password": {"identifier": True}},
        "verification": {"via": "email"},
        "recovery": {"via": "email"},
    },
}


def person(traits: Mapping[str, JsonValue], *required: str, **more: JsonValue) -> JsonObject:
    """A schema document with these traits."""
    inner: JsonObject = {"type": "object", "properties": dict(traits), "required": list(required)}
    return {
        "$id": "https://test.example/person.schema.json",
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"traits": {**inner, "additionalProperties": False, **more}},
    }


def configured(*schemas: SchemaConfig, only_base64: bool = False, wrap: bool = False) -> Config:
    return msgspec.structs.replace(
        Config(),
        identity=IdentityConfig(schemas=schemas),
        security=SecurityConfig(disallow_ref_in_identity_schemas=only_base64),
        dialect=DialectSwitches(wrap_identity_schemas=wrap),
    )


def written(**documents: JsonObject) -> tuple[WrittenDocuments, Config]:
    """Documents and the configuration that names them, by schema id."""
    urls = {id: f"file:///schemas/{id}.json" for id in documents}
    config = configured(*(SchemaConfig(id=id, url=url, selfservice_selectable=True) for id, url in urls.items()))
    return WrittenDocuments({urls[id]: json.dumps(each).encode() for id, each in documents.items()}), config


def loaded(**documents: JsonObject) -> LoadedSchemas:
    """Schemas in force, by id; also for tests that are no coroutines, and inside a running loop."""
    source, config = written(**documents)
    schemas = LoadedSchemas(source)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(schemas.load(config))).result()
    return schemas
