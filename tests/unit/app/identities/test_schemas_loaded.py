import base64
import json
from typing import Any

import pytest

from doubles.documents import WrittenDocuments
from doubles.schemas import EMAIL, configured, person, written
from limen.app.errors import BadParameter
from limen.app.identities.schemas import LoadedSchemas, selectable
from limen.config.identity import SchemaConfig
from limen.config.model import Config
from limen.kernel.json_doc import JsonDoc
from limen.ports.traits import SchemaBroken, SchemaUnknown, TraitsInvalid

HOME = "file:///schemas/default.json"


async def load(document: Any, *, url: str = HOME, **more: Any) -> LoadedSchemas:
    """One schema at `url`; `others` are further documents by address, the rest goes into the configuration."""
    others = more.pop("others", {})
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    source = WrittenDocuments({url: raw, **{each: json.dumps(inner).encode() for each, inner in others.items()}})
    schemas = LoadedSchemas(source)
    await schemas.load(configured(SchemaConfig(id="default", url=url), **more))
    return schemas


async def refusal(document: Any, **more: Any) -> str:
    with pytest.raises(SchemaBroken) as caught:
        await load(document, **more)
    return caught.value.reason


@pytest.mark.covers("SCH-14", "HTTP-36", "HTTP-37", "ID-02")
async def test_schemas_are_in_the_order_of_the_configuration_and_found_by_their_id():
    source, config = written(person=person({"email": EMAIL}), **{"phone/owner": person({"nick": {"type": "string"}})})
    schemas = LoadedSchemas(source)
    await schemas.load(config)
    assert [schema.id for schema in schemas.all()] == ["person", "phone/owner"]
    assert schemas.require("person").document == JsonDoc.of(person({"email": EMAIL}))
    encoded = base64.urlsafe_b64encode(b"phone/owner").decode().rstrip("=")
    assert schemas.require(encoded).id == schemas.require("phone/owner").id == "phone/owner"
    for unknown in ("nobody", "", "\udcff", "ä", "x" * 5000):
        with pytest.raises(SchemaUnknown):
            schemas.require(unknown)


@pytest.mark.covers("SCH-13")
@pytest.mark.parametrize(
    "document",
    [
        b'{"type": "object"',
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 5000,
        {"type": "object", "properties": {}},
        person({}),
        person({"email": {"type": "strng"}}),
        person({"email": {"pattern": "(?!a)"}}),
        person({"email": {"$ref": "#/nowhere"}}),
        person({"email": {"$ref": "#/properties/traits/properties/email"}}),
        person({"email": {"type": "string", "ory.sh/kratos": {"credentials": {"password": {"identifer": True}}}}}),
        b" " * (1 << 20) + b"{}",
    ],
    ids=["broken", "bytes", "list", "empty", "deep", "none", "no traits", "type", "look-ahead", "nowhere", "circle", "key", "large"],
)  # fmt: skip
async def test_a_server_does_not_start_with_a_broken_schema(document: Any):
    assert "'default'" in await refusal(document)


@pytest.mark.covers("SCH-13")
async def test_the_reason_says_where_the_schema_is_wrong():
    reason = await refusal(person({"email": {"type": "strng"}}))
    assert "#/properties/traits/properties/email/type" in reason


@pytest.mark.covers("SCH-14")
async def test_a_server_does_not_start_without_its_schema():
    schemas = LoadedSchemas(WrittenDocuments())
    with pytest.raises(SchemaBroken, match="nowhere"):
        await schemas.load(configured(SchemaConfig(id="default", url="file:///nowhere")))


@pytest.mark.covers("SCH-20", "CFG-04")
async def test_a_reload_takes_all_or_nothing():
    source, config = written(default=person({"email": EMAIL}))
    schemas = LoadedSchemas(source)
    await schemas.load(config)
    before = schemas.require("default")
    source.documents["file:///schemas/broken.json"] = b'{"type": "object"}'
    broken = (*config.identity.schemas, SchemaConfig(id="staff", url="file:///schemas/broken.json"))
    with pytest.raises(SchemaBroken, match="staff"):
        await schemas.reload(configured(*broken))
    assert schemas.all() == (before,)
    source.documents["file:///schemas/broken.json"] = json.dumps(person({"badge": {"type": "string"}})).encode()
    await schemas.reload(configured(*broken))
    assert [schema.id for schema in schemas.all()] == ["default", "staff"]


@pytest.mark.covers("SCH-12")
@pytest.mark.parametrize(
    ("draft", "trait"),
    [
        ("http://json-schema.org/draft-04/schema#", {"type": "integer", "minimum": 1, "exclusiveMinimum": True}),
        ("http://json-schema.org/draft-06/schema#", {"type": "integer", "exclusiveMinimum": 1}),
        ("http://json-schema.org/draft-07/schema#", {"type": "integer", "exclusiveMinimum": 1}),
        ("https://json-schema.org/draft/2019-09/schema", {"type": "integer", "exclusiveMinimum": 1}),
        ("https://json-schema.org/draft/2020-12/schema", {"type": "integer", "exclusiveMinimum": 1}),
        ("https://example.org/my-own", {"type": "integer", "exclusiveMinimum": 1}),
        (None, {"if": {"const": 1}, "then": False}),
    ],
)
async def test_every_version_of_json_schema_is_understood(draft: str | None, trait: dict[str, Any]):
    document = person({"it": trait}, "it") | {"$schema": draft}
    if draft is None:
        del document["$schema"]
    schemas = await load(document)
    assert schemas.read(schemas.require("default"), JsonDoc.of({"it": 2}))
    with pytest.raises(TraitsInvalid):
        schemas.read(schemas.require("default"), JsonDoc.of({"it": 1}))


async def works(schemas: LoadedSchemas) -> bool:
    """Whether the trait `email` is one that was read from another document."""
    schema = schemas.require("default")
    assert schema.fields[0].type == "email"
    with pytest.raises(TraitsInvalid):
        schemas.read(schema, JsonDoc.of({"email": "nope"}))
    return schemas.read(schema, JsonDoc.of({"email": "a@x.test"})).addresses[0].value == "a@x.test"


def in_base64(document: dict[str, Any]) -> str:
    return "base64://" + base64.b64encode(json.dumps(document).encode()).decode()


@pytest.mark.covers("SCH-15", "CFG-15")
@pytest.mark.parametrize(
    ("reference", "at"),
    [
        ("https://other.example/email.json", "https://other.example/email.json"),
        ("email.json", "https://test.example/email.json"),
        ("file:///schemas/parts/email.json", "file:///schemas/parts/email.json"),
        (in_base64(EMAIL), in_base64(EMAIL)),
    ],
)
async def test_a_schema_may_refer_to_other_documents(reference: str, at: str):
    schemas = await load(person({"email": {"$ref": reference}}), others={at: EMAIL})
    assert await works(schemas)
    assert schemas.require("default").document.value() == person({"email": {"$ref": reference}})


@pytest.mark.covers("SCH-15")
async def test_references_are_followed_inside_the_documents_they_lead_to():
    parts = {"$id": "https://parts.example/a.json", "x": {"$ref": "#/y"}, "y": {"$ref": "b.json#/z/0"}}
    others = {"https://other.example/a.json": parts, "https://parts.example/b.json": {"z": [EMAIL]}}
    document = person({"email": {"$ref": "#/definitions/e"}}) | {
        "definitions": {"e": {"$ref": "https://test.example/person.schema.json#/definitions/f"}, "f": {"$ref": "https://other.example/a.json#/x"}}
    }  # fmt: skip
    assert await works(await load(document, others=others))


@pytest.mark.covers("SCH-15")
@pytest.mark.parametrize(
    ("reference", "more"),
    [
        ("https://other.example/email.json", {"only_base64": True}),
        ("file:///schemas/email.json", {"only_base64": True}),
        ("file:///etc/passwd", {}),
        ("file:///schemas/../etc/passwd", {}),
        ("file:///schemas/%2e%2e/etc/passwd", {}),
        ("file:///schemas/%252e%252e/etc/passwd", {}),
        ("file://host/schemas/email.json", {}),
        ("ftp://other.example/email.json", {}),
        ("https://other.example/missing.json", {}),
        ("https://other.example/list.json", {}),
        ("https://other.example/email.json#anchor", {}),
        ("file:///schemas/email.json", {"url": "https://test.example/default.json"}),
        ("base64://!", {}),
    ],
)
async def test_a_reference_that_may_not_be_followed_sets_only_its_schema_aside(reference: str, more: dict[str, Any]):
    others = {
        "https://other.example/email.json": EMAIL,
        "https://other.example/list.json": [],
        "file:///schemas/email.json": EMAIL,
        "file:///etc/passwd": EMAIL,
    }
    schemas = await load(person({"email": {"$ref": reference}}), others=others, **more)
    assert len(schemas.unusable()) == 1
    with pytest.raises(SchemaBroken, match="refer"):
        schemas.require("default")
    fresh = LoadedSchemas(WrittenDocuments({HOME: json.dumps(person({"email": {"$ref": reference}})).encode()}))
    with pytest.raises(SchemaBroken, match="refer"):
        await fresh.reload(configured(SchemaConfig(id="default", url=HOME), only_base64=True))


async def test_documents_that_refer_to_ever_more_documents_end():
    others = {f"https://x.test/{n}": {"a": {"$ref": f"https://x.test/{n + 1}"}} for n in range(50)}
    schemas = await load(person({"email": {"$ref": "https://x.test/0"}}), others=others)
    assert "32" in schemas.unusable()[0]


async def test_nothing_is_read_after_loading():
    source, config = written(default=person({"email": {"$ref": in_base64(EMAIL)}}))
    source.documents[in_base64(EMAIL)] = json.dumps(EMAIL).encode()
    schemas = LoadedSchemas(source)
    await schemas.load(config)
    read = list(source.read_urls)
    assert await works(schemas)
    assert source.read_urls == read


@pytest.mark.covers("U32b")
async def test_a_schema_of_before_v0_4_is_wrapped():
    old = {"$id": "https://test.example/old", "title": "Person", **_traits_only()}
    document = (await load(old, wrap=True)).require("default")
    assert [field.name for field in document.fields] == ["traits.email"]
    wrapped = document.document.members()
    assert wrapped["title"] == "Person"
    assert wrapped["properties"] == {"traits": _traits_only()}
    modern = person({"email": EMAIL})
    assert (await load(modern, wrap=True)).require("default").document == JsonDoc.of(modern)
    assert "traits" in await refusal(old)


def _traits_only() -> dict[str, Any]:
    return {"type": "object", "properties": {"email": EMAIL}, "required": ["email"], "additionalProperties": False}


@pytest.mark.covers("REG-07", "LOGIN-09")
def test_people_choose_only_schemas_that_may_be_chosen():
    config: Config = configured(
        SchemaConfig(id="person", url="file:///a", selfservice_selectable=True),
        SchemaConfig(id="staff", url="file:///b"),
    )
    assert selectable(config, "") == ""
    assert selectable(config, "person") == "person"
    assert selectable(config, base64.urlsafe_b64encode(b"person").decode().rstrip("=")) == "person"
    for refused in ("staff", "nobody", "\udcff"):
        with pytest.raises(BadParameter):
            selectable(config, refused)
