"""What is an operation of the API document made of? Values; the tables are beside this file, one for each listener."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

import msgspec

from limen.kernel.json_doc import JsonObject


class Port(StrEnum):
    """The listeners."""

    PUBLIC = "public"
    ADMIN = "admin"


class Named(msgspec.Struct, frozen=True):
    """A component that is a part of a Struct, or no Struct at all."""

    name: str


class Text(msgspec.Struct, frozen=True):
    """An answer that is no JSON."""

    media: str = "text/plain"


class Either(msgspec.Struct, frozen=True):
    """One of several components."""

    names: tuple[str, ...]


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    place: Literal["query", "path", "header"] = "query"
    schema: JsonObject = msgspec.field(default_factory=lambda: {"type": "string"})
    required: bool = False


class Body(msgspec.Struct, frozen=True, kw_only=True):
    shape: object
    form: bool = False
    """Whether a form of a browser is understood as well."""
    required: bool = True


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one path. Every operation answers its errors as `errorGeneric` where `answers` says nothing else."""

    id: str
    method: str
    path: str
    """As in Kratos' document, with its names of what the path holds."""
    tag: str
    summary: str
    answers: Mapping[int, object]
    """By status: a type, `Named`, `Either`, `Text`, or None for an answer without a body."""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    ports: tuple[Port, ...] = (Port.PUBLIC,)
    also: tuple[str, ...] = ()
    """Other paths of the same listener that answer alike."""
    signed_in: bool = False
    """Whether a session is asked for."""
    own: bool = False
    """Whether Kratos' document does not have it."""


_NUMBER: Final[JsonObject] = {"type": "integer", "minimum": 0}
_SIZE: Final[JsonObject] = {"type": "integer", "minimum": 1, "maximum": 1000}
_TRUTH: Final[JsonObject] = {"type": "boolean"}

ERROR: Final = Named("errorGeneric")


def text(*names: str) -> tuple[Parameter, ...]:
    """Query parameters that are text."""
    return tuple(Parameter(name=name) for name in names)


def needed(name: str) -> tuple[Parameter, ...]:
    """A query parameter without which there is no answer."""
    return (Parameter(name=name, required=True),)


def truth(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name=name, schema=_TRUTH) for name in names)


def words(name: str, *among: str) -> tuple[Parameter, ...]:
    """A query parameter that may be given several times."""
    items: JsonObject = {"type": "string", "enum": list(among)} if among else {"type": "string"}
    return (Parameter(name=name, schema={"type": "array", "items": items}),)


def one_of(name: str, *among: str) -> tuple[Parameter, ...]:
    return (Parameter(name=name, schema={"type": "string", "enum": list(among)}),)


def held(*names: str) -> tuple[Parameter, ...]:
    """What the path holds."""
    return tuple(Parameter(name=name, place="path", required=True) for name in names)


TOKEN_PAGES: Final = (Parameter(name="page_size", schema=_SIZE), Parameter(name="page_token"))
PAGES: Final = (
    Parameter(name="per_page", schema=_SIZE),
    Parameter(name="page", schema=_NUMBER),
    *TOKEN_PAGES,
)
TOKEN_HEADER: Final = Parameter(name="X-Session-Token", place="header")
COOKIES: Final = Parameter(name="Cookie", place="header")
VERSION: Final = Parameter(name="If-Match", place="header")
