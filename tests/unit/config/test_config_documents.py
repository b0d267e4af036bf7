import pytest

from limen.config.documents import Unreadable, parse, write_json, write_yaml
from limen.kernel.json_doc import JsonObject


@pytest.mark.covers("CFG-01")
@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".yml", "log: {level: debug}\nsecrets:\n  cookie: [a, b]\n"),
        ("", "log: {level: debug}\nsecrets: {cookie: [a, b]}\n"),
        (".json", '{"log": {"level": "debug"}, "secrets": {"cookie": ["a", "b"]}}'),
        (".yaml", '{"log": {"level": "debug"}, "secrets": {"cookie": ["a", "b"]}}'),
        (".toml", '[log]\nlevel = "debug"\n[secrets]\ncookie = ["a", "b"]\n'),
    ],
)
def test_three_notations_say_the_same(suffix: str, text: str) -> None:
    assert parse(text, suffix) == {"log": {"level": "debug"}, "secrets": {"cookie": ["a", "b"]}}


@pytest.mark.parametrize(
    ("suffix", "text", "reason"),
    [
        (".yml", "", "empty"),
        (".yml", "  \n", "empty"),
        (".yml", "# nothing but a remark\n", "empty"),
        (".json", "", "empty"),
        (".yml", "- a\n- b\n", "object"),
        (".yml", "just words", "object"),
        (".json", "[1]", "object"),
        (".yml", "a: 1\nb: 2\na: 3\n", "line 3: the key a is written twice"),
        (".json", '{"a": {"b": 1, "b": 2}}', "the key b is written twice"),
        (".yml", "? [a, b]\n: 1\n", "a key has to be text"),
        (".yml", "a: [1, 2", "line"),
        (".json", '{"a": ', "line 1"),
        (".toml", "a = ", "TOML"),
        (".toml", "a = 1\na = 2\n", "TOML"),
        (".yml", "a: !!python/object:os.system {}\n", "not valid YAML"),
        (".yml", "a: &a [*a]\n", "recursive"),
        (".yml", "{nope", "not valid YAML"),
    ],
)
def test_what_is_no_document_is_named_with_its_place(suffix: str, text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        parse(text, suffix)


def test_dates_are_text_and_keys_are_text() -> None:
    assert parse("a: 2020-01-02\nb: 2020-01-02T03:04:05Z\n1: x\ntrue: y\n", ".yml") == {
        "a": "2020-01-02",
        "b": "2020-01-02T03:04:05Z",
        "1": "x",
        "true": "y",
    }


def test_keys_without_values_are_read_in_short_notation_too() -> None:
    assert parse("a: {b:}\nc: {d: 1, e:}\nf: {'g:': }\n", ".yml") == {
        "a": {"b": None},
        "c": {"d": 1, "e": None},
        "f": {"g:": None},
    }


def test_anchors_and_merge_keys_work() -> None:
    assert parse("base: &base {a: 1, b: 2}\nmore: {<<: *base, b: 3}\n", ".yml")["more"] == {"a": 1, "b": 3}


def test_a_document_survives_being_written() -> None:
    document: JsonObject = {"z": {"ä": [1, True, None, "2020-01-02"]}, "a": "yes"}
    assert parse(write_yaml(document), ".yml") == document == parse(write_json(document), ".json")
    assert list(parse(write_yaml(document), ".yml")) == ["z", "a"]
