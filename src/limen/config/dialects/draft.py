"""How do the rules change a document? Through a draft, which moves values and writes down each step."""

import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Final

import msgspec

from limen.config.dialects.detect import Age
from limen.config.dialects.report import Change, Kind, Note, Problem, origin_of
from limen.config.switches import OldPaths
from limen.kernel.json_doc import JsonObject, JsonValue, at

_SEPARATORS: Final = re.compile(r"[\s,]+")


class Move(msgspec.Struct, frozen=True):
    """A row of dialects.md §2.3 that only gives a value another place."""

    rule: str
    old: str
    new: str
    reason: str


class Draft:
    """A document on its way from an old dialect to today's. Paths are dotted keys.

    A modern key that is present already wins over a translated one; the clash is reported.
    """

    def __init__(self, document: JsonObject, age: Age) -> None:
        self.document: JsonObject = deepcopy(document)
        self.age = age
        self.changes: list[Change] = []
        self.notes: list[Note] = []
        self.problems: list[Problem] = []
        self.origins: dict[str, str] = {}
        self.login_without_session: set[str] = set()
        self.ignore_return_to: set[tuple[str, str]] = set()
        self.before_redirect: dict[str, str] = {}
        self.wrap_identity_schemas = False
        self.old_paths: OldPaths = ""

    def get(self, path: str) -> JsonValue:
        """The value at `path`, None when there is none."""
        return at(self.document, path.split("."))

    def mapping(self, path: str) -> JsonObject:
        """The mapping at `path` itself (changes show), an empty one when something else or nothing stands there."""
        found = self.get(path)
        return found if isinstance(found, dict) else {}

    def take(self, path: str) -> JsonValue:
        """Remove and return the value at `path`, and the mappings around it that become empty."""
        found, keys = self.get(path), path.split(".")
        holder = at(self.document, keys[:-1])
        if not isinstance(holder, dict) or keys[-1] not in holder:
            return None
        del holder[keys[-1]]
        while not holder and len(keys) > 1:
            keys.pop()
            outer = at(self.document, keys[:-1])
            if not isinstance(outer, dict):
                break
            del outer[keys[-1]]
            holder = outer
        return found

    def put(self, path: str, value: JsonValue) -> bool:
        """Set a value, making mappings on the way. False when something else than a mapping stands in the way."""
        *way, last = path.split(".")
        target = self.document
        for key in way:
            inner = target.setdefault(key, {})
            if not isinstance(inner, dict):
                return False
            target = inner
        target[last] = value
        return True

    def move(
        self, row: Move, convert: Callable[[JsonValue], JsonValue] | None = None, *, security: bool = False
    ) -> None:
        """Apply one row when its old path is present; `convert` turns the old value into the new one."""
        found = self.take(row.old)
        if found is None:
            return
        value = convert(found) if convert else found
        kind: Kind = "renamed" if row.old.rpartition(".")[0] == row.new.rpartition(".")[0] else "moved"
        self.settle(row, value, kind if value == found else "value changed", security=security)

    def settle(self, row: Move, value: JsonValue, kind: Kind, *, security: bool = False) -> None:
        """Put a value that was taken from `row.old` to `row.new`. Mappings are merged; what is there already stays."""
        present = self.get(row.new)
        if isinstance(present, dict) and isinstance(value, dict):
            for key, inner in value.items():
                part = Move(row.rule, f"{row.old}.{key}", f"{row.new}.{key}", row.reason)
                self.settle(part, inner, kind, security=security)
        elif present is not None:
            self.change(row.rule, row.old, row.new, "dropped", f"{row.new} is set as well and wins")
        elif self.put(row.new, value):
            self.origins[row.new] = self.origin(row.old)
            self.change(row.rule, row.old, row.new, kind, row.reason, security=security)
        else:
            self.problem(
                row.rule, row.old, f"it belongs to {row.new}, but something that is no mapping stands in the way"
            )

    def drop(self, rule: str, path: str, reason: str) -> None:
        """Remove what stands at `path`, if anything does."""
        if self.take(path) is not None:
            self.change(rule, path, "", "dropped", reason)

    def default(self, rule: str, path: str, value: JsonValue, reason: str) -> None:
        """Write out a value that an older release had by default, unless the document has its own."""
        if self.get(path) is None and self.put(path, value):
            self.changes.append(Change(rule=rule, old=path, new=path, kind="default made explicit", reason=reason))

    def change(self, rule: str, old: str, new: str, kind: Kind, reason: str, *, security: bool = False) -> None:
        """Write down what was done."""
        item = Change(rule=rule, old=self.origin(old), new=new, kind=kind, reason=reason, security=security)
        self.changes.append(item)

    def note(self, rule: str, path: str, reason: str, *, security: bool = False) -> None:
        """Write down what to know."""
        self.notes.append(Note(rule=rule, path=path, reason=reason, security=security))

    def problem(self, rule: str, path: str, reason: str) -> None:
        """Write down what cannot be translated, under the path that its author wrote."""
        original = self.origin(path)
        place = original if original == path else f"{original} (now {path})"
        self.problems.append(Problem(rule=rule, path=place, reason=reason))

    def origin(self, path: str) -> str:
        """Where in the original document the value at this path stood."""
        return origin_of(self.origins, path)


def words(value: JsonValue) -> list[JsonValue]:
    """A list as such, or the entries of a text that an environment variable gave (white space or commas between)."""
    if isinstance(value, str):
        return [word for word in _SEPARATORS.split(value) if word]
    return list(value) if isinstance(value, list) else [value]


def apply(draft: Draft, rows: Sequence[Move]) -> None:
    """Apply rows from top to bottom."""
    for row in rows:
        draft.move(row)
