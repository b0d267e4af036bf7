from typing import Any

import pytest

from doubles.schemas import EMAIL, loaded, person
from limen.domain.identity.schema import IdentitySchema
from limen.domain.ui.nodes import Group, Input, InputType, Node
from limen.domain.ui.traits import (
    field_names,
    hidden_trait_nodes,
    label_of,
    trait_nodes,
    trait_values,
    traits_from_form,
    traits_from_json,
)
from limen.kernel.json_doc import JsonDoc

NAME = {
    "type": "object",
    "properties": {
        "first": {"type": "string", "title": "First"},
        "parts": {"type": "object", "properties": {"last": {"type": "string"}}, "required": ["last"]},
    },
    "required": ["first"],
}
TRAITS: dict[str, Any] = {
    "email": EMAIL,
    "name": NAME,
    "age": {"type": "integer"},
    "height": {"type": "number"},
    "terms": {"type": "boolean"},
    "newsletter": {"type": "boolean"},
    "size": {"type": "string", "enum": ["s", "m"]},
    "tags": {"type": "array", "items": {"type": "string"}},
    "counts": {"type": "array", "items": {"type": "integer"}},
    "seen": {"type": "string", "format": "date-time"},
    "a.b": {"type": "string"},
    "secret": {"type": "string", "disableFormField": True},
}


@pytest.fixture(scope="module")
def schema() -> IdentitySchema:
    return loaded(default=person(TRAITS, "email", "terms", "name")).require("default")


def inputs(nodes: tuple[Node, ...]) -> dict[str, Input]:
    return {node.name: node.attributes for node in nodes if isinstance(node.attributes, Input)}


@pytest.mark.covers("REG-09", "SCH-11", "SCH-16")
def test_fields_of_the_schema_become_nodes(schema: IdentitySchema):
    nodes = trait_nodes(schema, Group.PROFILE)
    assert {node.group for node in nodes} == {Group.PROFILE}
    assert [node.name for node in nodes] == [name for name in field_names(schema) if name != "traits.secret"]
    found = inputs(nodes)
    assert found["traits.email"].required
    assert found["traits.name.parts.last"].required
    assert not found["traits.newsletter"].required
    assert [option.value.value() for option in found["traits.size"].options] == ["s", "m"]
    assert all(each.value is None for each in found.values())


@pytest.mark.covers("REG-09")
def test_only_a_title_makes_a_label(schema: IdentitySchema):
    nodes = {node.name: node for node in trait_nodes(schema, Group.DEFAULT)}
    label = nodes["traits.email"].label
    assert label is not None
    assert label.id == 1070002
    assert label.context == JsonDoc.of({"title": "E-Mail", "name": "traits.email"})
    assert nodes["traits.age"].label is None
    assert label_of(schema.fields[0]) == label


@pytest.mark.covers("FLOW-18", "SET-07")
def test_nodes_hold_the_values_of_the_traits(schema: IdentitySchema):
    values = JsonDoc.of(
        {"email": "a@x.test", "terms": False, "age": None, "tags": ["x", "y"], "counts": [1], "name": {}}
    )
    found = inputs(trait_nodes(schema, Group.PROFILE, values))
    held = {name: (each.type.value, each.value.value()) for name, each in found.items() if each.value is not None}
    assert held == {
        "traits.email": ("email", "a@x.test"),
        "traits.terms": ("checkbox", False),
        "traits.tags.0": ("text", "x"),
        "traits.tags.1": ("text", "y"),
        "traits.counts.0": ("number", 1),
    }


@pytest.mark.covers("REG-03", "PROF-03")
def test_the_second_step_hides_the_fields_and_keeps_the_rest(schema: IdentitySchema):
    values = JsonDoc.of({"email": "a@x.test"})
    shown, hidden = trait_nodes(schema, Group.DEFAULT, values), hidden_trait_nodes(schema, Group.DEFAULT, values)
    assert {each.type for each in inputs(hidden).values()} == {InputType.HIDDEN}
    assert [node.label for node in hidden] == [node.label for node in shown]
    assert [each.value for each in inputs(hidden).values()] == [each.value for each in inputs(shown).values()]


@pytest.mark.covers("NEGO-03")
def test_text_of_a_form_becomes_what_the_schema_wants(schema: IdentitySchema):
    sent = {
        "email": "a@x.test",
        "name": {"first": "Ada", "parts": {"last": "L"}},
        "age": "20",
        "height": "1.75",
        "terms": ["false", "true"],
        "newsletter": "on",
        "tags": ["x", "y", ""],
        "counts": {"0": "7", "1": "8"},
        "seen": "2001-02-03T04:05",
        "a": {"b": "dotted"},
        "colour": "red",
    }
    assert traits_from_form(schema, sent).value() == {
        "email": "a@x.test",
        "name": {"first": "Ada", "parts": {"last": "L"}},
        "age": 20,
        "height": 1.75,
        "terms": True,
        "newsletter": True,
        "tags": ["x", "y"],
        "counts": [7, 8],
        "seen": "2001-02-03T04:05:00Z",
        "a.b": "dotted",
    }


@pytest.mark.covers("NEGO-03")
def test_empty_text_means_nothing_was_filled_in(schema: IdentitySchema):
    sent = {"email": "", "age": "", "terms": "", "newsletter": "", "tags": "", "name": {"first": ""}}
    assert traits_from_form(schema, sent).value() == {"terms": False, "name": {"parts": {}}}


@pytest.mark.parametrize("written", ["many", "nan", "inf", "1e999", "0x10", "1_000", "9" * 50, "\u0661"])
def test_text_that_is_no_number_stays_text(schema: IdentitySchema, written: str):
    assert traits_from_form(schema, {"age": written}).members()["age"] == written


@pytest.mark.parametrize(
    ("written", "meant"), [("+5", 5), ("-0.5", -0.5), ("2e2", 200), ("1.0", 1), (str(2**70), 2**70)]
)
def test_numbers_keep_their_value(schema: IdentitySchema, written: str, meant: float):
    assert traits_from_form(schema, {"age": written}).members()["age"] == meant


@pytest.mark.covers("NEGO-03", "REG-10")
@pytest.mark.parametrize("sent", [None, 2, True, [], [1], "text", "[1]", '"x"', "{", "[" * 10_000])
def test_traits_that_are_no_object_count_as_nothing(schema: IdentitySchema, sent: Any):
    nothing = {"name": {"parts": {}}}
    assert traits_from_json(schema, sent).value() == nothing
    assert traits_from_form(schema, sent).value() == nothing


def test_traits_may_be_json_text(schema: IdentitySchema):
    text = '{"email": "a@x.test", "colour": "red"}'
    assert traits_from_json(schema, text).members()["colour"] == "red"
    assert traits_from_form(schema, text).members()["email"] == "a@x.test"


@pytest.mark.covers("NEGO-03")
def test_json_is_taken_as_it_is_but_for_objects_that_the_form_implies(schema: IdentitySchema):
    sent: dict[str, Any] = {"email": "", "age": "20", "colour": "red", "name": {"first": "A"}}
    assert traits_from_json(schema, sent).value() == {**sent, "name": {"first": "A", "parts": {}}}
    assert sent["name"] == {"first": "A"}
    assert traits_from_json(schema, {"name": 3}).value() == {"name": 3}


def test_values_of_odd_traits_are_not_shown(schema: IdentitySchema):
    odd = JsonDoc.of({"email": ["a"], "tags": "text", "counts": [[1], None, {"a": 1}], "name": "x", "a.b": {"c": 1}})
    assert {name: value.value() for name, value in trait_values(schema, odd).items()} == {"traits.tags": "text"}
