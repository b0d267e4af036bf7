"""How is a JSON Patch applied? The steps add, replace, remove and test of RFC 6902 on plain values."""

from collections.abc import Sequence
from typing import Final

import msgspec

from limen.app.errors import IdentityRefused
from limen.kernel.json_doc import MAX_DEPTH, JsonObject, JsonValue, depth

END: Final = "-"
_LONGEST_INDEX: Final = 6
MOST_STEPS: Final = 1000


class PatchStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step (RFC 6902 section 4); members that are not defined there are read over."""

    op: str
    path: str
    value: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET

    @property
    def target(self) -> tuple[str, ...]:
        """The keys of the path (RFC 6901). Raises IdentityRefused when it is no pointer or names the whole document."""
        if not self.path.startswith("/"):
            raise IdentityRefused(f"The path {self.path[:100]!r} has to begin with a slash.")
        return tuple(token.replace("~1", "/").replace("~0", "~") for token in self.path[1:].split("/"))


def patched(document: JsonObject, steps: Sequence[PatchStep]) -> JsonObject:
    """The document after all steps; the one handed in may be changed. Raises IdentityRefused when one step fails."""
    if len(steps) > MOST_STEPS:
        raise IdentityRefused(f"A patch has at most {MOST_STEPS} steps.")
    for step in steps:
        if len(step.target) > MAX_DEPTH:
            raise IdentityRefused("The path of a step is too long.")
        _apply(document, step)
    if depth(document) > MAX_DEPTH:
        raise IdentityRefused("The patched document is nested too deeply.")
    return document


def _apply(document: JsonObject, step: PatchStep) -> None:
    holder: JsonValue = document
    *way, last = step.target
    for key in way:
        holder = _inner(holder, key, step)
    match step.op, holder:
        case (("add" | "replace"), dict()):
            holder[last] = _value(step)  # ID-17: to replace what is not there adds it
        case "add", list():
            holder.insert(len(holder) if last == END else _index(holder, last, step, behind=1), _value(step))
        case "replace", list():
            holder[_index(holder, last, step)] = _value(step)
        case "remove", dict() if last in holder:
            del holder[last]
        case "remove", list():
            del holder[_index(holder, last, step)]
        case "test", _:
            if not _same(_inner(holder, last, step), _value(step)):
                raise IdentityRefused(f"The test at {step.path[:100]!r} did not hold.")
        case (("add" | "replace" | "remove"), _):
            raise _nowhere(step)
        case _:
            raise IdentityRefused(f"The operation {step.op[:20]!r} is not supported: use add, replace, remove or test.")


def _inner(holder: JsonValue, key: str, step: PatchStep) -> JsonValue:
    if isinstance(holder, dict) and key in holder:
        return holder[key]
    if isinstance(holder, list):
        return holder[_index(holder, key, step)]
    raise _nowhere(step)


def _index(holder: Sequence[JsonValue], key: str, step: PatchStep, behind: int = 0) -> int:
    """A place in a list; `behind` allows for one after the last."""
    plain = key.isascii() and key.isdigit() and len(key) <= _LONGEST_INDEX and (key == "0" or not key.startswith("0"))
    if not plain or int(key) >= len(holder) + behind:
        raise _nowhere(step)
    return int(key)


def _value(step: PatchStep) -> JsonValue:
    if isinstance(step.value, msgspec.UnsetType):
        raise IdentityRefused(f"The step {step.op!r} at {step.path[:100]!r} has no value.")
    found: JsonValue = msgspec.json.decode(step.value)
    return found


def _same(left: JsonValue, right: JsonValue) -> bool:
    """Equal as JSON is: `true` is not `1`."""
    match left, right:
        case dict(), dict():
            return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
        case list(), list():
            return len(left) == len(right) and all(_same(one, other) for one, other in zip(left, right, strict=True))
        case _:
            return isinstance(left, bool) is isinstance(right, bool) and left == right


def _nowhere(step: PatchStep) -> IdentityRefused:
    return IdentityRefused(f"The step {step.op[:20]!r} finds nothing at {step.path[:100]!r}.")
