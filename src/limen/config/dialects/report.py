"""What did a translation change, what could it not translate, and how does a person read that?"""

from typing import Final, Literal, TypeAlias

import msgspec

from limen.config.switches import DialectSwitches
from limen.kernel.json_doc import JsonObject

Kind: TypeAlias = Literal["renamed", "moved", "value changed", "default made explicit", "dropped", "behaviour switch"]

ENUMERATION_PAGE: Final = "docs/security.md#account-enumeration-attacks"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that `config upgrade` did. `rule` is the id in dialects.md (U1-U51, B1-B8, SEEDx-NN).

    `old` and `new` are dotted paths, never values that could be secret; `new` is empty for what was dropped.
    """

    rule: str
    old: str
    new: str
    kind: Kind
    reason: str
    security: bool = False


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that cannot be translated (exit 2 of `config upgrade`). `path` is where it stands in the original."""

    rule: str
    path: str
    reason: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Something to know about the document that changed nothing in it."""

    rule: str
    path: str
    reason: str
    security: bool = False


class Upgraded(msgspec.Struct, frozen=True, kw_only=True):
    """A document in today's form, and how it came to be.

    `version` is the release whose defaults the document was written for (`v0.8`), None when nothing tells;
    `generation` counts the layouts of dialects.md §2.1 (5 is today's).
    """

    document: JsonObject
    changes: tuple[Change, ...] = ()
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()
    switches: DialectSwitches
    version: str | None = None
    generation: int
    origins: dict[str, str] = {}

    def origin(self, path: str) -> str:
        """Where the author wrote what stands at this modern path: for messages of the validator (§5.2.5)."""
        return origin_of(self.origins, path)


def origin_of(origins: dict[str, str], path: str) -> str:
    """The original spelling of a modern path: its longest moved prefix is put back."""
    prefix = path
    while prefix:
        if prefix in origins:
            return origins[prefix] + path[len(prefix) :]
        prefix = prefix.rpartition(".")[0]
    return path


def render_report(upgraded: Upgraded) -> str:
    """The report of `config upgrade` on stderr: a line per change, note and problem; empty when there are none."""
    lines = [
        *(_change_line(change) for change in upgraded.changes),
        *(_line(f"{note.rule} note {note.path}", note.reason, security=note.security) for note in upgraded.notes),
        *(
            _line(f"{item.rule} cannot be translated {item.path}", item.reason, security=False)
            for item in upgraded.problems
        ),
    ]
    return "".join(f"{line}\n" for line in lines)


def _change_line(change: Change) -> str:
    target = f" -> {change.new}" if change.new not in ("", change.old) else ""
    return _line(f"{change.rule} {change.kind} {change.old}{target}", change.reason, security=change.security)


def _line(head: str, reason: str, *, security: bool) -> str:
    return f"{head}: {reason}{' [security]' if security else ''}"
