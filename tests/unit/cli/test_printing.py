"""Is an answer printed as it was asked for? (CLI-21)"""

import json

import click
import pytest
import yaml

from limen.cli.client.paging import next_token
from limen.cli.client.shown import Printer, Shown
from limen.kernel.json_doc import JsonValue

VALUE: JsonValue = {"identities": [{"id": "one", "traits": {"name": "Ada"}}, {"id": "two"}]}
SHOWN = Shown(value=VALUE, headings=("ID", "NAME"), rows=[("one", "[bold]Ada"), ("two", "")], ids=("one", "two"))


def printed(format: str, *, quiet: bool = False) -> str:
    lines: list[str] = []
    Printer(format, quiet=quiet, tell=lines.append).show(SHOWN)
    return "\n".join(lines)


def test_json_and_yaml_hold_the_whole_value() -> None:
    assert json.loads(printed("json")) == VALUE
    assert json.loads(printed("json-pretty")) == VALUE
    assert yaml.safe_load(printed("yaml")) == VALUE


def test_into_a_pipe_goes_json() -> None:
    assert json.loads(printed("")) == VALUE


def test_quiet_prints_ids_only() -> None:
    assert printed("json", quiet=True) == "one\ntwo"


@pytest.mark.parametrize(
    "expression", ["$.identities[*].id", "identities[*].id", "{.identities[*].id}", ".identities[*].id"]
)
def test_a_path_finds_values(expression: str) -> None:
    assert printed(f"jsonpath={expression}") == "one\ntwo"


def test_a_pointer_finds_one_value() -> None:
    assert printed("jsonpointer=/identities/0/traits/name") == "Ada"


@pytest.mark.parametrize("format", ["xml", "jsonpath", "jsonpath=$[", "jsonpointer=/nowhere", "json=$.a"])
def test_a_format_that_cannot_be_is_refused(format: str) -> None:
    with pytest.raises(click.UsageError):
        printed(format)


def test_a_table_shows_values_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    Printer("table").show(SHOWN)
    heading, first, second = capsys.readouterr().out.splitlines()
    assert (heading.split(), first.split(), second.split()) == (["ID", "NAME"], ["one", "[bold]Ada"], ["two"])


@pytest.mark.parametrize(
    ("links", "token"),
    [
        ("", ""),
        ('</admin/identities?page_size=1&page_token=abc%3D>; rel="next"', "abc="),
        ('</a?page_token=x>; rel="first",</a?page_token=y>; rel="next"', "y"),
        ('</a?page_token=x>; rel="first"', ""),
    ],
)
def test_the_next_page_is_read_from_the_links(links: str, token: str) -> None:
    assert next_token(links) == token
