"""What does the text of a configuration file say? JSON, TOML and YAML become the same plain values."""

import json
import tomllib
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import yaml

from limen.kernel.json_doc import JsonObject, JsonValue


class Unreadable(ValueError):
    """The text is not a document. The message says where, and never quotes it."""


class _Loader(yaml.CSafeLoader):
    """YAML without dates (they are text here) and without keys that are written twice."""


class _PatientLoader(yaml.SafeLoader):
    """The same in Python: slow, but it reads `{password:}` as the key `password`, as Kratos does."""


def _text(loader: _Loader | _PatientLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


def _mapping(loader: _Loader | _PatientLoader, node: yaml.MappingNode) -> Mapping[str, object]:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise Unreadable(f"line {key.start_mark.line + 1}: a key has to be text")
        if key.value in seen and key.value != "<<":
            raise Unreadable(f"line {key.start_mark.line + 1}: the key {key.value} is written twice")
        seen.add(str(key.value))
    loader.flatten_mapping(node)
    pairs: list[tuple[yaml.ScalarNode, yaml.Node]] = node.value
    found: dict[str, object] = {str(key.value): loader.construct_object(value, deep=True) for key, value in pairs}
    return found


for _one in (_Loader, _PatientLoader):
    _one.add_constructor("tag:yaml.org,2002:map", _mapping)
    _one.add_constructor("tag:yaml.org,2002:timestamp", _text)


def parse(text: str, suffix: str) -> JsonObject:
    """The document in `text`; `suffix` is the file's, and everything but JSON and TOML is YAML (CFG-01).

    Raises Unreadable, also when the document is empty or no object.
    """
    if not text.strip():
        raise Unreadable("the file is empty")
    try:
        found = _plain(_READERS.get(suffix, _read_yaml)(text))
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    if found is None:
        raise Unreadable("the file is empty")
    if not isinstance(found, dict):
        raise Unreadable("the document has to be an object with keys")
    return found


def _read_yaml(text: str) -> object:
    try:
        found: object = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader with two rules more)
    except yaml.YAMLError as error:
        return _read_yaml_patiently(text, error)
    return found


def _read_yaml_patiently(text: str, refusal: yaml.YAMLError) -> object:
    try:
        found: object = yaml.load(text, Loader=_PatientLoader)  # noqa: S506 (as above)
    except yaml.YAMLError:
        raise Unreadable(f"not valid YAML{_place(refusal)}") from None
    return found


def _place(error: yaml.YAMLError) -> str:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return ""
    return f": line {error.problem_mark.line + 1}: {error.problem or error.context or 'broken'}"


def _read_json(text: str) -> object:
    try:
        found: object = json.loads(text, object_pairs_hook=_no_twins)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not valid JSON: line {error.lineno}: {error.msg}") from None
    return found


def _read_toml(text: str) -> object:
    try:
        found: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"not valid TOML: {error}") from None
    return found


_READERS: Final[Mapping[str, Callable[[str], object]]] = {".json": _read_json, ".toml": _read_toml}


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"the key {twin} is written twice")
    return found


def _plain(value: object) -> JsonValue:
    try:
        found: JsonValue = msgspec.json.decode(msgspec.json.encode(value))
    except (TypeError, ValueError, OverflowError):
        raise Unreadable("holds a value that is neither text, number, boolean, list nor object") from None
    return found


def write_yaml(document: JsonObject) -> str:
    """The document as YAML, keys in their order."""
    return yaml.safe_dump(document, sort_keys=False, default_flow_style=False, allow_unicode=True, width=100)


def write_json(document: JsonObject) -> str:
    """The document as indented JSON, keys in their order."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
