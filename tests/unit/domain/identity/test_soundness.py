from typing import Any

import pytest

from doubles.schemas import EMAIL, person
from limen.domain.identity.soundness import Unsound, check


def reason(document: dict[str, Any]) -> str:
    with pytest.raises(Unsound) as caught:
        check(document)
    return caught.value.reason


@pytest.mark.covers("SCH-13")
@pytest.mark.parametrize(
    "document",
    [
        {"type": "array", "items": {}},
        {"properties": {}},
        {"properties": {"traits": {"type": "object"}}},
        {"properties": {"traits": {"type": "object", "properties": {}}}},
        {"properties": {"traits": {"type": "string", "properties": {"a": {}}}}},
        {"properties": {"traits": {"properties": {"a": True}}}},
    ],
)
def test_a_document_that_describes_no_person_is_refused(document: dict[str, Any]):
    assert "traits" in reason(document) or "trait" in reason(document)


@pytest.mark.covers("SCH-01", "SCH-13")
@pytest.mark.parametrize(
    ("extension", "named"),
    [
        ({"credentials": {"password": {"identifer": True}}}, "identifer"),
        ({"verification": {"via": "pigeon"}}, "pigeon"),
        ({"credentials": {"password": {"identifier": "yes"}}}, "identifier"),
        ("x", "object"),
    ],
)
def test_an_extension_that_nobody_understands_is_named(extension: object, named: str):
    document = person({"a": {"type": "object", "properties": {"b": {"type": "string", "ory.sh/kratos": extension}}}})
    assert named in reason(document)


@pytest.mark.covers("SCH-07")
@pytest.mark.parametrize("format", ["hostname", {"odd": 1}])
def test_an_address_to_verify_has_a_format_that_is_an_address(format: object):
    trait = {"type": "string", "format": format, "ory.sh/kratos": {"verification": {"via": "email"}}}
    assert "format" in reason(person({"a": trait}))


@pytest.mark.covers("SCH-13")
@pytest.mark.parametrize(
    "definitions",
    [
        {"x": {"$ref": "#/definitions/x"}},
        {"x": {"$ref": "#/definitions/y"}, "y": {"$ref": "#/definitions/x"}},
        {"x": {"$ref": "#/definitions/y"}, "y": {"allOf": [{"anyOf": [{"$ref": "#/definitions/x"}]}]}},
        {"x": {"$ref": "#/definitions/y"}, "y": {"if": {"$ref": "#/definitions/x"}}},
    ],
)
def test_references_in_a_circle_are_refused(definitions: dict[str, Any]):
    document = person({"a": {"$ref": "#/definitions/x"}}) | {"definitions": definitions}
    assert "itself" in reason(document)


def test_a_tree_is_no_circle():
    node = {"type": "object", "properties": {"child": {"$ref": "#/definitions/node"}}}
    check(person({"email": EMAIL, "a": {"$ref": "#/definitions/node"}}) | {"definitions": {"node": node}})


def test_references_are_counted():
    document = person({"a": {"allOf": [{"$ref": "#/definitions/x"}] * 1025}}) | {"definitions": {"x": {}}}
    assert "1024" in reason(document)
