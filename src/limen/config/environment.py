"""Which settings do environment variables make? Key paths in capitals, `_` for dots and dashes (CFG-02)."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from limen.config.dialects import translate_environment
from limen.config.model import Config
from limen.config.problems import ConfigProblem, ConfigWarning
from limen.config.provenance import KeyPath
from limen.config.shape import Choice, Leaf, Listing, Section, Shape, Table, section
from limen.config.syntax import parse_switch
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue

_INDEX: Final = re.compile(r"([0-9]{1,3})(?:_(.+))?")
_NOT_OURS: Final = frozenset({"HELP", "CONFIG", "VERSION"})
"""Names that other programs use and that mean nothing here."""

FICTIONAL: Final[Mapping[str, str]] = {
    "SECURE_COOKIES": "no release reads this variable; COOKIES_SECURE and SESSION_COOKIE_SECURE set what it hopes to",
    "KRATOS_PUBLIC_URL": "only user interfaces read this variable; SERVE_PUBLIC_BASE_URL sets the public address",
    "KRATOS_ADMIN_URL": "only client commands read this variable; SERVE_ADMIN_BASE_URL sets the admin address",
    "VORY_KRATOS_CONFIG_PATH": "no release reads this variable; the option -c names the file",
}
"""Variables that circulate in examples and set nothing (SEED4-05, SEED4-06, SEED4-07, SEED4-10)."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What one variable sets. `older` marks a name of an older release, whose path may be one too."""

    variable: str
    path: KeyPath
    value: JsonValue
    older: bool = False


def settings(environment: Mapping[str, str]) -> tuple[Setting, ...]:
    """What the environment sets, in the order of the names. Text that fits no type is kept for the decoder to refuse."""
    return tuple(found for name in sorted(environment) if (found := _setting(name, environment[name])) is not None)


def _setting(name: str, text: str) -> Setting | None:
    if name in _NOT_OURS or not name.isupper():
        return None
    for path, shape in _places(name, section(Config), ()):
        if isinstance(shape, (Leaf, Listing)):
            if text == "" and not (isinstance(shape, Leaf) and shape.plain is str):
                return None
        elif len(path) == 1 and not text.lstrip().startswith("{"):
            return None
        return Setting(variable=name, path=path, value=_value(text, shape))
    older = translate_environment(name)
    if older is None:
        return None
    path = tuple(older.split("."))
    modern = shape_at(path)
    value = _guess(text, path) if modern is None else _value(text, modern)
    return Setting(variable=name, path=path, value=value, older=True)


def _places(rest: str, shape: Shape, path: KeyPath) -> Iterator[tuple[KeyPath, Shape]]:
    match shape:
        case Section():
            for field in shape.fields.values():
                word = field.key.upper().replace("-", "_")
                if rest == word:
                    yield (*path, field.key), field.shape
                elif rest.startswith(f"{word}_"):
                    yield from _places(rest[len(word) + 1 :], field.shape, (*path, field.key))
        case Listing():
            found = _INDEX.fullmatch(rest)
            if found and found[2]:
                yield from _places(found[2], shape.items, (*path, found[1]))
            elif found:
                yield (*path, found[1]), shape.items
        case Choice():
            for struct in shape.all():
                yield from _places(rest, section(struct), path)
        case _:
            return


def shape_at(path: KeyPath) -> Shape | None:
    """What may stand at a path of today's tree; None when nothing may."""
    shape: Shape | None = section(Config)
    for key in path:
        match shape:
            case Section():
                field = shape.fields.get(key)
                shape = field.shape if field else None
            case Listing():
                shape = shape.items if key.isdigit() else None
            case Table():
                shape = shape.values
            case Choice():
                inside = (section(struct).fields.get(key) for struct in shape.all())
                shape = next((field.shape for field in inside if field), None)
            case _:
                return None
    return shape


def _value(text: str, shape: Shape) -> JsonValue:
    match shape:
        case Listing():
            if text.lstrip().startswith("["):
                return _json(text)
            if isinstance(shape.items, Leaf):
                return [_scalar(part.strip(), shape.items) for part in text.split(",") if part.strip()]
            return text
        case Leaf():
            return _scalar(text, shape)
        case _:
            return _json(text)


def _scalar(text: str, leaf: Leaf) -> JsonValue:
    try:
        if leaf.plain is JsonDoc:
            return _json(text)
        if leaf.plain is bool:
            return parse_switch(text)
        if leaf.plain is int and not leaf.syntax:
            return int(text)
        if leaf.plain is float:
            return float(text)
    except ValueError:
        return text
    return text


def _json(text: str) -> JsonValue:
    try:
        found: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found


def _guess(text: str, path: KeyPath) -> JsonValue:
    if text.lstrip().startswith(("[", "{")):
        return _json(text)
    if path[-1] in {"whitelisted_return_to_domains", "domain_aliases"}:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text == "true" if path[-1] == "enabled" else text


def apply(document: JsonObject, found: tuple[Setting, ...]) -> tuple[JsonObject, list[ConfigProblem]]:
    """The document with the settings put over it. One variable for a list's element replaces the whole list."""
    problems: list[ConfigProblem] = []
    root: JsonObject = dict(document)
    fresh: set[KeyPath] = set()
    for setting in sorted(found, key=lambda setting: [key.zfill(3) if key.isdigit() else key for key in setting.path]):
        if not _put(root, setting, fresh):
            reason = "the elements of a list have to be numbered from 0, without a gap"
            problems.append(
                ConfigProblem(
                    path=".".join(setting.path), reason=reason, origin=f"environment variable {setting.variable}"
                )
            )
    return root, problems


def _put(root: JsonObject, setting: Setting, fresh: set[KeyPath]) -> bool:
    place: JsonObject | list[JsonValue] = root
    for depth, key in enumerate(setting.path):
        last = depth == len(setting.path) - 1
        inner: JsonValue
        if isinstance(place, dict):
            inner = setting.value if last else _container(place.get(key), setting.path, depth, fresh)
            place[key] = inner
        else:
            at = int(key)
            if at > len(place):
                return False
            if at == len(place):
                place.append(None)
            inner = setting.value if last else _container(place[at], setting.path, depth, fresh)
            place[at] = inner
        if isinstance(inner, (dict, list)):
            place = inner
    return True


def _container(here: JsonValue, path: KeyPath, depth: int, fresh: set[KeyPath]) -> JsonObject | list[JsonValue]:
    """What the next key is put into: a copy of what is there, or a new list the first time one is numbered."""
    if not path[depth + 1].isdigit():
        return dict(here) if isinstance(here, dict) else {}
    if path[: depth + 1] in fresh and isinstance(here, list):
        return here
    fresh.add(path[: depth + 1])
    return []


def remarks(environment: Mapping[str, str], found: tuple[Setting, ...]) -> list[ConfigWarning]:
    """What is to be said about the names: those that set nothing, and those of older releases."""
    fictions = [ConfigWarning(key=name, text=text) for name, text in FICTIONAL.items() if name in environment]
    older = [
        ConfigWarning(
            key=setting.variable,
            text=f"a name of an older release; today it is {'_'.join(setting.path).upper().replace('-', '_')}",
        )
        for setting in found
        if setting.older
    ]
    return fictions + older
