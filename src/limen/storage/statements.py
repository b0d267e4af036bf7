"""What does a driver take of a declared statement? Its text and the order of its parameters (docs/adr/0020)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, TypeVar

import msgspec

from limen.storage.errors import Guard

if TYPE_CHECKING:
    from sqlalchemy.sql import ClauseElement

Value: TypeAlias = str | int | bytes | None
"""What a driver is given. Truth values are integers here; a dialect that wants them otherwise turns them."""
Values: TypeAlias = Mapping[str, Value]
Statement: TypeAlias = "str | ClauseElement"
"""The name of a declared one (`flows.GET`), or one at hand; the latter means that SQLAlchemy is loaded."""
R = TypeVar("R", bound=msgspec.Struct)

_NOTHING: Final[Values] = {}


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as its driver takes it. `names` are its parameters in order, `constants` those the statement brings along."""

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Value]

    def bind(self, values: Values = _NOTHING) -> tuple[Value, ...]:
        """The parameters in the order of the text. Raises KeyError for one that is missing."""
        if self.constants:
            values = {**self.constants, **values}
        return tuple([values[name] for name in self.names])

    def write(self, values: Values, guard: Guard | None = None) -> "Write":
        """The statement with its values, to be part of a unit of work."""
        return Write(self.text, self.bind(values), guard)


class Query(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """A compiled statement that answers rows, and their shape: a Struct with the columns in order."""

    compiled: Compiled
    shape: type[R]


class Write(msgspec.Struct, frozen=True):
    """One change. With a guard it has to touch a row, or everything it belongs to is undone and the guard's error raised."""

    text: str
    values: tuple[Value, ...]
    guard: Guard | None = None
