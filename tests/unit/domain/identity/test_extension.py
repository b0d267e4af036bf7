from typing import Any

import pytest

from doubles.schemas import EMAIL, person
from limen.domain.identity.addresses import Via
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.extension import SchemaReading, read_schema
from limen.domain.identity.schema import EACH
from limen.domain.ui.nodes import Autocomplete, InputType


def reading(traits: dict[str, Any], *required: str, **more: Any) -> SchemaReading:
    definitions = more.pop("definitions", {})
    return read_schema(person(traits, *required, **more) | {"definitions": definitions}, lone_references=True)


def leaves(found: SchemaReading) -> dict[str, str]:
    return {field.name.removeprefix("traits."): field.type.value for field in found.fields}


@pytest.mark.covers("REG-09")
def test_leaves_become_fields_by_their_type_and_format():
    found = reading(
        {
            "text": {"type": "string"},
            "number": {"type": "number"},
            "whole": {"type": "integer"},
            "box": {"type": "boolean"},
            "email": {"type": "string", "format": "email"},
            "phone": {"type": "string", "format": "tel"},
            "born": {"type": "string", "format": "date"},
            "seen": {"type": "string", "format": "date-time"},
            "site": {"type": "string", "format": "uri"},
            "terms": {"const": True},
            "tags": {"type": "array", "items": {"type": "string"}},
            "any": {"type": "array"},
            "things": {"type": "array", "items": {"type": "object"}},
            "maybe": {"type": ["string", "null"]},
            "other": {"type": ["string", "null"], "default": "x"},
            "untyped": {"title": "?"},
            "fixed": {"const": {"a": 1}},
            "empty": {"type": "object"},
        }
    )
    assert leaves(found) == {
        "text": "text",
        "number": "number",
        "whole": "number",
        "box": "checkbox",
        "email": "email",
        "phone": "tel",
        "born": "date",
        "seen": "datetime-local",
        "site": "url",
        "terms": "checkbox",
        "tags": "text",
        "any": "text",
        "other": "text",
    }
    by_name = {field.path[0]: field for field in found.fields}
    assert by_name["email"].autocomplete is Autocomplete.EMAIL
    assert by_name["tags"].items is InputType.TEXT
    assert by_name["text"].items is None


@pytest.mark.covers("REG-09", "REG-21")
def test_objects_are_flattened_in_the_order_of_the_schema():
    name = {
        "type": "object",
        "properties": {
            "first": {"type": "string"},
            "parts": {"type": "object", "properties": {"last": {"type": "string"}}, "required": ["last"]},
        },
    }
    found = reading({"zed": {"type": "string"}, "name": name, "age": {"type": "integer"}}, "age")
    assert list(leaves(found)) == ["zed", "name.first", "name.parts.last", "age"]
    assert [field.required for field in found.fields] == [False, False, True, True]
    assert found.implied == (("name",), ("name", "parts"))


@pytest.mark.covers("SCH-16")
def test_choices_are_options_up_to_500():
    found = reading({"size": {"type": "integer", "enum": list(range(600))}})
    assert len(found.fields[0].options) == 500
    assert found.fields[0].options[2].value.value() == 2


def test_a_reference_is_followed_and_nothing_counts_beside_it():
    found = reading(
        {"a": {"$ref": "#/definitions/x", "type": "boolean"}}, definitions={"x": {"type": "string", "title": "X"}}
    )
    assert [(field.type, field.title) for field in found.fields] == [(InputType.TEXT, "X")]


def test_what_branches_say_gives_way_to_the_properties():
    found = reading(
        {"a": {"type": "string", "oneOf": [{"const": "x", "title": "X"}]}, "b": {"type": "string"}},
        allOf=[{"properties": {"b": {"type": "boolean"}, "c": {"type": "string"}}}],
    )
    assert [(field.path[0], field.type.value, field.title) for field in found.fields] == [
        ("a", "text", ""),
        ("b", "text", ""),
        ("c", "text", ""),
    ]


def test_a_tree_of_objects_ends():
    node = {"type": "object", "properties": {"n": {"type": "string"}, "child": {"$ref": "#/definitions/node"}}}
    assert list(leaves(reading({"a": {"$ref": "#/definitions/node"}}, definitions={"node": node}))) == ["a.n"]


@pytest.mark.covers("SCH-02", "SCH-03", "SCH-04", "SCH-05", "SCH-06", "SCH-07", "SCH-08", "SCH-09")
def test_every_extension_keyword_is_read():
    credentials = {
        "password": {"identifier": True},
        "webauthn": {"identifier": True},
        "passkey": {"display_name": True},
        "totp": {"account_name": True},
        "code": {"identifier": True, "via": "sms"},
    }
    extension = {
        "credentials": credentials,
        "verification": {"via": "sms"},
        "recovery": {"via": "sms"},
        "organizations": {"matcher": "email_domain"},
    }
    found = reading({"phone": {"type": "string", "format": "tel", "ory.sh/kratos": extension}})
    assert [(rule.type, rule.via) for rule in found.identifiers] == [
        (CredentialType.PASSWORD, None),
        (CredentialType.WEBAUTHN, None),
        (CredentialType.PASSKEY, None),
        (CredentialType.TOTP, None),
        (CredentialType.CODE, Via.SMS),
    ]
    assert [(rule.purpose, rule.via, rule.format) for rule in found.addresses] == [
        ("verification", "sms", "tel"),
        ("recovery", "sms", "tel"),
    ]


def test_rules_in_lists_and_branches_are_found():
    found = reading({"mails": {"type": "array", "items": EMAIL}, "login": {"anyOf": [EMAIL, {"type": "string"}]}})
    assert [(rule.path, rule.conditional) for rule in found.identifiers] == [
        (("mails", EACH), False),
        (("login",), True),
    ]


@pytest.mark.covers("SCH-11")
def test_a_trait_may_be_kept_out_of_forms():
    found = reading({"a": {"type": "string", "disableFormField": True}, "b": {"type": "string"}})
    assert [field.disabled for field in found.fields] == [True, False]
