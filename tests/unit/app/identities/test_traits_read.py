import time
from typing import Any

import pytest

from doubles.schemas import EMAIL, loaded, person
from limen.app.identities.schemas import LoadedSchemas
from limen.domain.identity.addresses import Via
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.schema import TraitsReading
from limen.domain.ui.traits import traits_from_json
from limen.kernel.json_doc import JsonDoc
from limen.ports.traits import TraitsInvalid


def told(schemas: LoadedSchemas, traits: object) -> list[tuple[str, int, object]]:
    """What is said about traits: where, which message, its context."""
    with pytest.raises(TraitsInvalid) as caught:
        schemas.read(schemas.require("default"), JsonDoc.of(traits))
    problems = caught.value.problems
    return [(each.name, each.message.id, each.message.context and each.message.context.value()) for each in problems]


def said(trait: dict[str, Any], value: object) -> list[tuple[int, object]]:
    found = told(loaded(default=person({"it": trait})), {"it": value})
    assert {name for name, _, _ in found} == {"traits.it"}
    return [(id, context) for _, id, context in found]


def read(traits: dict[str, Any], schema: dict[str, Any]) -> TraitsReading:
    schemas = loaded(default=person(schema))
    return schemas.read(schemas.require("default"), JsonDoc.of(traits))


@pytest.mark.covers("REG-10")
@pytest.mark.parametrize(
    ("trait", "value", "id", "context"),
    [
        ({"minLength": 3}, "äb", 4000003, {"min_length": 3, "actual_length": 2}),
        ({"maxLength": 3}, "abcd", 4000017, {"max_length": 3, "actual_length": 4}),
        ({"pattern": r"^\pL+$"}, "1", 4000004, {"pattern": r"^\pL+$"}),
        ({"minimum": 13}, 12, 4000018, {"minimum": 13, "actual": 12}),
        ({"exclusiveMinimum": 0}, 0, 4000019, {"minimum": 0, "actual": 0}),
        ({"maximum": 120.5}, 121, 4000020, {"maximum": 120.5, "actual": 121}),
        ({"exclusiveMaximum": 5}, 5, 4000021, {"maximum": 5, "actual": 5}),
        ({"multipleOf": 2}, 3, 4000022, {"base": 2, "actual": 3}),
        ({"maxItems": 1}, [1, 2], 4000023, {"max_items": 1, "actual_items": 2}),
        ({"minItems": 1}, [], 4000024, {"min_items": 1, "actual_items": 0}),
        ({"uniqueItems": True}, ["a", "b", "a"], 4000025, {"index_a": 0, "index_b": 2}),
        ({"type": "integer"}, 20.5, 4000026, {"allowed_types": ["integer"], "actual_type": "number"}),
        ({"type": "integer", "minimum": 3, "enum": [4]}, "x", 4000026, {"allowed_types": ["integer"], "actual_type": "string"}),
        ({"type": "string"}, None, 4000026, {"allowed_types": ["string"], "actual_type": "null"}),
        ({"const": True}, False, 4000029, {"expected": "true"}),
        ({"const": "x"}, "y", 4000029, {"expected": '"x"'}),
        ({"const": {"a": 1}}, {}, 4000030, None),
        ({"format": "email"}, "nope", 4000040, {"value": "nope"}),
        ({"format": "email"}, "", 4000040, {"value": ""}),
        ({"format": "email_loose"}, "nope", 4000040, {"value": "nope"}),
        ({"format": "tel"}, "12", 4000041, {"value": "12"}),
    ],
)  # fmt: skip
def test_every_keyword_has_its_message(trait: dict[str, Any], value: object, id: int, context: object):
    assert said(trait, value) == [(id, context)]


@pytest.mark.covers("REG-10", "SCH-16")
@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ({"enum": ["s", "m"]}, "x"),
        ({"not": {"const": 1}}, 1),
        ({"format": "date"}, "2001-02-30"),
        ({"format": "ipv4"}, "x"),
        ({"contains": {"const": 1}}, [2]),
        ({"oneOf": [{"minimum": 1}, {"minimum": 0}]}, 5),
        ({"minProperties": 1}, {}),
        ({"maxProperties": 0}, {"a": 1}),
        ({"propertyNames": {"maxLength": 1}}, {"long": 1}),
        ({"additionalProperties": False}, {"a": 1}),
        (False, 1),
    ],
)
def test_what_has_no_message_of_its_own_says_why(trait: Any, value: object):
    schemas = loaded(
        default=person({"email": EMAIL}, properties={"email": EMAIL, "box": {"properties": {"it": trait}}})
    )
    [(name, id, context)] = told(schemas, {"box": {"it": value}})
    assert (name, id) == ("traits.box.it", 4000001)
    assert isinstance(context, dict)
    assert context["reason"]


@pytest.mark.covers("REG-10", "FLOW-17")
def test_problems_come_in_the_order_of_the_form_and_none_is_lost():
    name = {"type": "object", "properties": {"first": {"type": "string", "minLength": 2}}, "required": ["first"]}
    short = {"type": "string", "minLength": 5, "pattern": "^x"}
    schemas = loaded(default=person({"z": short, "name": name, "email": EMAIL}, "email"))
    found = told(schemas, {"name": {}, "z": "a", "colour": "red"})
    assert [(where, id) for where, id, _ in found] == [
        ("traits.z", 4000003),
        ("traits.z", 4000004),
        ("traits.name.first", 4000002),
        ("traits.email", 4000002),
        ("traits", 4000001),
    ]
    assert found[2][2] == {"property": "first"}


@pytest.mark.covers("REG-10")
def test_every_branch_says_what_it_wanted():
    assert [id for id, _ in said({"anyOf": [{"minLength": 5}, {"pattern": "^x"}, {"minLength": 5}]}, "abc")] == [
        4000003,
        4000004,
    ]
    conditions = {"if": {"properties": {"a": {"const": True}}, "required": ["a"]}, "then": {"required": ["b"]}}
    schemas = loaded(default=person({"a": {"type": "boolean"}, "b": {"type": "string"}}, **conditions))
    assert told(schemas, {"a": True}) == [("traits.b", 4000002, {"property": "b"})]


@pytest.mark.parametrize("traits", [None, 2, "x", [1], True])
def test_traits_that_are_no_object_are_named(traits: object):
    [(name, id, _)] = told(loaded(default=person({"email": EMAIL})), traits)
    assert (name, id) == ("traits", 4000026)


@pytest.mark.covers("SCH-12")
def test_odd_traits_are_answered():
    schemas = loaded(default=person({"n": {"type": "number", "maximum": 5}, "deep": {}}, additionalProperties=True))
    assert told(schemas, {"n": 2**200})[0][1] == 4000020
    assert told(schemas, {"n": 1e308})[0][1] == 4000020
    deep: dict[str, Any] = {}
    for _ in range(60):
        deep = {"a": deep}
    assert schemas.read(schemas.require("default"), JsonDoc.of({"deep": deep, "k" * 10_000: "x" * 100_000}))


@pytest.mark.covers("SCH-02", "SCH-07", "SCH-08", "SCH-17")
def test_identifiers_and_addresses_are_found_in_one_form():
    reading = read({"email": "Ada@X.test"}, {"email": EMAIL})
    assert reading.traits.value() == {"email": "Ada@X.test"}
    assert reading.identifiers_for(CredentialType.PASSWORD) == ("ada@x.test",)
    assert [(a.value, a.purpose) for a in reading.addresses] == [
        ("ada@x.test", "verification"),
        ("ada@x.test", "recovery"),
    ]
    assert reading.types == {CredentialType.PASSWORD}


@pytest.mark.covers("SCH-17", "CODE-21")
def test_phone_numbers_are_rewritten_in_the_traits():
    phone = {"type": "string", "format": "tel", "ory.sh/kratos": {"recovery": {"via": "sms"}}}
    reading = read({"phones": ["+49 (176) 671-11222"]}, {"phones": {"type": "array", "items": phone}})
    assert reading.traits.value() == {"phones": ["+4917667111222"]}
    assert [(a.value, a.via) for a in reading.addresses] == [("+4917667111222", Via.SMS)]


@pytest.mark.covers("SCH-04", "SCH-05", "SCH-06")
def test_names_and_code_addresses_are_kept_apart_from_identifiers():
    extension = {
        "credentials": {
            "passkey": {"display_name": True},
            "totp": {"account_name": True},
            "code": {"identifier": True, "via": "email"},
        }
    }
    reading = read({"email": "Ada@x.test"}, {"email": {"type": "string", "ory.sh/kratos": extension}})
    assert reading.names == ((CredentialType.PASSKEY, "Ada@x.test"), (CredentialType.TOTP, "Ada@x.test"))
    assert reading.identifiers == ((CredentialType.CODE, "ada@x.test"),)
    assert reading.code_addresses == ((Via.EMAIL, "ada@x.test"),)
    assert reading.types == {CredentialType.CODE}


@pytest.mark.covers("SCH-02")
def test_numbers_can_be_identifiers_and_nothing_visible_cannot():
    identifier = {"ory.sh/kratos": {"credentials": {"password": {"identifier": True}}}}
    reading = read(
        {"number": 12345, "name": " \u200b", "flag": True},
        {"number": identifier, "name": identifier, "flag": identifier},
    )
    assert reading.identifiers == ((CredentialType.PASSWORD, "12345"),)


@pytest.mark.covers("SCH-07", "SCH-10")
@pytest.mark.parametrize(
    ("trait", "value", "found"),
    [
        ({"format": "no-validate", "ory.sh/kratos": {"verification": {"via": "email"}}}, " Foo@BAR ", ["foo@bar"]),
        ({"format": "date", "ory.sh/kratos": {"verification": {"via": "email"}}}, "2001-02-03", ["2001-02-03"]),
        ({"ory.sh/kratos": {"verification": {"via": "sms"}}}, "+49 176 67111222", ["+4917667111222"]),
        (
            {"anyOf": [{"format": "email", "ory.sh/kratos": {"recovery": {"via": "email"}}}, {"minLength": 1}]},
            "ada",
            [],
        ),
    ],
)
def test_the_format_says_how_strict_an_address_is(trait: dict[str, Any], value: str, found: list[str]):
    assert [address.value for address in read({"it": value}, {"it": trait}).addresses] == found


@pytest.mark.covers("SCH-07")
@pytest.mark.parametrize(
    ("extension", "id"),
    [
        ({"verification": {"via": "email"}}, 4000040),
        ({"recovery": {"via": "sms"}}, 4000041),
        ({"credentials": {"code": {"identifier": True, "via": "email"}}}, 4000040),
        ({"credentials": {"code": {"identifier": True, "via": "sms"}}}, 4000041),
    ],
)
def test_an_address_that_is_none_is_a_problem_even_without_a_format(extension: dict[str, Any], id: int):
    assert said({"type": "string", "ory.sh/kratos": extension}, "nope") == [(id, {"value": "nope"})]


@pytest.mark.covers("REG-10", "NEGO-03")
def test_a_form_without_a_nested_object_names_the_fields_in_it():
    parts = {"type": "object", "properties": {"last": {"type": "string"}}, "required": ["last"]}
    name = {"type": "object", "properties": {"first": {"type": "string"}, "parts": parts}, "required": ["first"]}
    schemas = loaded(default=person({"email": EMAIL, "name": name}, "email", "name"))
    found = told(schemas, traits_from_json(schemas.require("default"), {"email": "a@x.test"}).value())
    assert [(where, id) for where, id, _ in found] == [
        ("traits.name.first", 4000002),
        ("traits.name.parts.last", 4000002),
    ]


def test_reading_is_quick():
    traits = {
        "email": EMAIL,
        "a": {"type": "string"},
        "b": {"type": "string"},
        "c": {"type": "boolean"},
        "d": {"type": "integer"},
    }
    schemas = loaded(default=person(traits, "email"))
    schema, document = (
        schemas.require("default"),
        JsonDoc.of({"email": "ada@x.test", "a": "x", "b": "y", "c": True, "d": 5}),
    )
    best = 1.0
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(50):
            schemas.read(schema, document)
        best = min(best, (time.perf_counter() - started) / 50)
    assert best < 60e-6
