"""What is wrong with a configuration? Every problem with its place, none with a secret."""

from collections.abc import Sequence

import msgspec

from limen.kernel.errors import LimenError


class ConfigProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. `path` is dotted, with list positions as numbers."""

    path: str
    reason: str
    origin: str = ""
    """The file or environment variable that says so."""
    written_as: str = ""
    """The path as the file has it, when an older form was translated."""
    unknown: bool = False
    """Whether the key itself is the problem."""

    def __str__(self) -> str:
        place = ": ".join(part for part in (self.origin, self.path) if part)
        written = f" (written as {self.written_as})" if self.written_as and self.written_as != self.path else ""
        return f"{place}{written}: {self.reason}"


class ConfigRefused(LimenError):
    """The configuration cannot be used. `problems` names everything that is wrong with it."""

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("The configuration cannot be used:\n" + "\n".join(f"  {problem}" for problem in problems))


class ConfigWarning(msgspec.Struct, frozen=True, kw_only=True):
    """Something the operator should know; Limen starts nevertheless."""

    key: str
    """Dotted path, or the name of an environment variable."""
    text: str

    def __str__(self) -> str:
        return f"{self.key}: {self.text}"
