"""Is everything said in every language, with its values, in the right number?"""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

import limen.ui.wording as module
from doubles.ui_flows import NOW
from limen.domain.flow.kinds import FlowKind
from limen.domain.text.message import error, info
from limen.domain.text.validation import generated_label
from limen.domain.ui.nodes import Group, Input, InputType, Node, elements
from limen.kernel.json_doc import JsonDoc, JsonValue
from limen.kernel.language import negotiate
from limen.ui.fields import Reader
from limen.ui.wording import LANGUAGES, wording

# Appendix A without the ids that only begin a block.
RANGES = (
    (1010001, 1010025),
    (1040001, 1040009),
    (1050001, 1050023),
    (1060001, 1060007),
    (1070000, 1070018),
    (1080001, 1080005),
    (4000001, 4000046),
    (4010001, 4010011),
    (4040001, 4040003),
    (4050001, 4050002),
    (4060001, 4060006),
    (4070001, 4070006),
    (5000001, 5000003),
)
PLACEHOLDER = re.compile(r"\{\w+(?::\w+)?\}")
IDS = [id for first, last in RANGES for id in range(first, last + 1)]


def raw(lang: str) -> dict[str, dict[str, object]]:
    return tomllib.loads((Path(module.__file__).parent / "texts" / f"{lang}.toml").read_text())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_message_id_has_a_text(lang: str) -> None:
    assert [id for id in IDS if not wording(lang).knows(id)] == []


@pytest.mark.parametrize("table", ["page", "errors", "messages"])
def test_all_languages_say_the_same_things_with_the_same_values(table: str) -> None:
    english, german = raw("en")[table], raw("de")[table]
    assert english.keys() == german.keys()
    for key, text in english.items():
        assert set(PLACEHOLDER.findall(str(text))) == set(PLACEHOLDER.findall(str(german[key]))), key


def test_values_and_numbers_are_put_in() -> None:
    short = error(4000003, "length must be >= 1", {"min_length": 1, "actual_length": 0})
    longer = error(4000003, "length must be >= 8", {"min_length": 8, "actual_length": 3})
    assert wording("en").message(short, NOW) == "Please enter something."
    assert wording("de").message(longer, NOW) == "Bitte geben Sie mindestens 8 Zeichen ein."


def test_an_instant_is_shown_in_minutes_from_now_and_as_a_date() -> None:
    then = int((NOW - timedelta(minutes=7)).timestamp())
    expired = error(4010001, "expired", {"expired_at": "…", "expired_at_unix": then})
    used = info(1050014, "used", {"used_at": "…", "used_at_unix": then})
    assert "7 minutes ago" in wording("en").message(expired, NOW)
    assert wording("de").message(used, NOW) == "verwendet am 21. November 2026"


def test_unknown_ids_and_missing_values_fall_back_to_the_own_text() -> None:
    assert wording("de").message(info(1999999, "A plugin's own words"), NOW) == "A plugin's own words"
    assert wording("de").message(error(4000003, "too short"), NOW) == "too short"


def test_a_field_is_called_by_its_label_and_known_titles_are_translated() -> None:
    missing = error(4000002, "Property first_name is missing.", {"property": "first_name"})
    assert wording("en").message(missing, NOW, "First name") == "First name is missing."
    titled = info(1070002, "First name", {"title": "First name", "name": "first"})
    assert wording("de").message(titled, NOW) == "Vorname"
    assert wording("de").message(info(1070002, "Schuhgröße", {"title": "Schuhgröße"}), NOW) == "Schuhgröße"


@pytest.mark.parametrize(
    ("span", "english", "german"),
    [
        (timedelta(seconds=3), "just now", "gerade eben"),
        (timedelta(minutes=1), "one minute ago", "vor einer Minute"),
        (timedelta(hours=5), "5 hours ago", "vor 5 Stunden"),
        (timedelta(days=1), "yesterday", "gestern"),
        (timedelta(days=60), "on 22 September 2026", "am 22. September 2026"),
        (timedelta(seconds=-5), "just now", "gerade eben"),
    ],
)
def test_how_long_ago(span: timedelta, english: str, german: str) -> None:
    assert wording("en").ago(NOW - span, NOW) == english
    assert wording("de").ago(NOW - span, NOW) == german


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr, de;q=0.5, en;q=0.4", "de"),
        ("de;q=0, en", "en"),
        ("en;q=0.2, DE;q=0.9", "de"),
        ("fr", "en"),
        ("*", "en"),
        ("de;q=nan", "en"),
        (";;;,,,q=", "en"),
    ],
)
def test_the_language_follows_the_reader(header: str, chosen: str) -> None:
    assert negotiate(header, LANGUAGES) == chosen


@pytest.mark.parametrize("value", [1e300, -1e300, 10**15, "soon", [1], {"a": 1}])
def test_a_context_that_makes_no_sense_leaves_a_message_its_own_text(value: JsonValue) -> None:
    """Targets of web hooks say what they like under ids that the pages know (WH-10)."""
    for id in IDS:
        context = dict.fromkeys(("used_at_unix", "expired_at_unix", "privileged_session_expires_at_unix"), value)
        assert wording("de").message(error(id, "its own", context), NOW)


def test_elements_of_a_list_are_named_by_the_list() -> None:
    held = {name: JsonDoc.of("+49 1") for name in ("traits.phones.0", "traits.phones.1")}
    field = Node(
        Group.PROFILE,
        Input(name="traits.phones", type=InputType.TEXT),
        label=generated_label("Phones", "traits.phones"),
    )
    reader = Reader(
        wording=wording("en"),
        now=NOW,
        kind=FlowKind.SETTINGS,
        labels={field.name: generated_label("Phones", "traits.phones")},
    )
    assert [reader.label(node) for node in (field, *elements(field, held))] == ["Phones", "Phones 1", "Phones 2"]
    assert reader.label(Node(Group.PROFILE, Input(name="traits.years.0", type=InputType.NUMBER))) == "0"
