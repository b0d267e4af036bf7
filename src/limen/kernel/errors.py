"""What can go wrong? The root of every error that Limen raises on purpose."""

from collections.abc import Sequence


class LimenError(Exception):
    """An expected failure. It knows no HTTP status: `wire/errors.py` maps classes to statuses, ids and texts.

    `reason` is for the person or program that caused it; it never holds a secret.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class FieldProblem(Exception):
    """One field of some input that is not acceptable. `pointer` is a dotted path such as `traits.email`."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(f"{pointer}: {reason}")
        self.pointer = pointer
        self.reason = reason


class MalformedInput(LimenError):
    """The request cannot be read: not JSON, wrong types, too deep, unknown encoding."""

    def __init__(self, reason: str, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(reason)
        self.problems = tuple(problems)
