"""Message ids are unique, say what kind of message they are, and are translated into every language of the pages."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from generators import script
from limen.domain.text.message import MessageType
from limen.ui.wording import LANGUAGES, wording

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "limen"

SAID_BY_SEVERAL = {
    4000001: "every problem without an id of its own",
    1070002: "titles taken from the identity schema",
}
"""The ids that more than one constructor may use, and for what."""


CONSTRUCTED = script("write_docs").constructors()
IDS = sorted({made.message.id for made in CONSTRUCTED})


def test_an_id_belongs_to_one_constructor() -> None:
    owners = defaultdict(set)
    for made in CONSTRUCTED:
        owners[made.message.id].add(f"{made.file}:{made.constructor}")
    shared = {id: sorted(names) for id, names in owners.items() if len(names) > 1 and id not in SAID_BY_SEVERAL}
    assert shared == {}


def test_an_id_has_one_type_and_its_first_digit_says_which() -> None:
    for made in CONSTRUCTED:
        expected = {"1": {MessageType.INFO, MessageType.SUCCESS}}.get(str(made.message.id)[0], {MessageType.ERROR})
        assert made.message.type in expected, made


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language: str) -> None:
    assert [id for id in IDS if not wording(language).knows(id)] == []


def test_english_and_german_are_among_the_languages() -> None:
    assert {"en", "de"} <= set(LANGUAGES)


def test_messages_are_made_by_constructors_only() -> None:
    """Whoever makes a message elsewhere is not in docs/messages.md, and nothing checks its id."""
    listed = {made.file for made in CONSTRUCTED}
    strangers = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sorted(SOURCE.rglob("*.py"))
        if str(file.relative_to(ROOT)) not in listed
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"info", "error", "success", "Message"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, int)
    ]
    assert strangers == []
