"""How are traits checked? By compiled identity schemas, which also say which trait is an identifier or an address."""

from typing import Protocol

from limen.domain.identity.schema import IdentitySchema, TraitsProblem, TraitsReading
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonDoc


class SchemaUnknown(LimenError):
    """No identity schema has that id."""


class SchemaBroken(LimenError):
    """The schema is configured but is no usable identity schema."""


class TraitsInvalid(LimenError):
    """The traits do not follow the schema; every problem is named, none is lost."""

    def __init__(self, problems: tuple[TraitsProblem, ...]) -> None:
        super().__init__("The traits do not follow the identity schema.")
        self.problems = problems


class Schemas(Protocol):
    """The identity schemas of the configuration in force, loaded and compiled."""

    def require(self, id: str) -> IdentitySchema:
        """The schema with that id. Raises SchemaUnknown, SchemaBroken."""
        ...

    def all(self) -> tuple[IdentitySchema, ...]:
        """Every configured schema, in the order of the configuration."""
        ...

    def read(self, schema: IdentitySchema, traits: JsonDoc) -> TraitsReading:
        """The traits checked against the schema and normalised, and what the extension keywords find in them.

        Raises TraitsInvalid.
        """
        ...
