"""Where do the documents of the dialect tests come from? From tests/fixtures: seeds as printed, and one file per era."""

from pathlib import Path

import yaml

from limen.config.dialects import Upgraded, upgrade
from limen.kernel.json_doc import JsonObject, JsonValue

FIXTURES = Path(__file__).parents[3] / "fixtures"
SEEDS = sorted(path.name for path in (FIXTURES / "seeds").glob("*.yml"))
ERAS = sorted(path.name for path in (FIXTURES / "eras").glob("*.yml"))


def document(text: str) -> JsonObject:
    loaded = yaml.safe_load(text)
    assert isinstance(loaded, dict)
    return loaded


def seed(name: str, method: str = "password") -> JsonObject:
    text = (FIXTURES / "seeds" / name).read_text()
    return document(text.replace("<method>", method).replace("<strategy>", method))


def era(name: str) -> JsonObject:
    return document((FIXTURES / "eras" / name).read_text())


def upgraded(text: str) -> Upgraded:
    return upgrade(document(text))


def value_at(result: Upgraded, path: str) -> JsonValue:
    """The value at a dotted path whose numbers are list indexes; None when there is none."""
    value: JsonValue = result.document
    for key in path.split("."):
        if isinstance(value, list):
            value = value[int(key)] if int(key) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def rules_of(result: Upgraded) -> set[str]:
    return {item.rule for item in (*result.changes, *result.notes, *result.problems)}


def paths_of(value: JsonValue, prefix: str = "") -> set[str]:
    if not isinstance(value, dict):
        return {prefix}
    return {prefix} | {path for key, inner in value.items() for path in paths_of(inner, f"{prefix}.{key}".lstrip("."))}
