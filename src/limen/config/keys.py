"""Which keys exist? The list that documentation and `config explain` are made of."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final, TypeGuard

import msgspec

from limen.config.courier import EmailTemplate, SmsTemplate
from limen.config.hooks import HookConfig
from limen.config.meanings import meaning
from limen.config.model import Config
from limen.config.outgoing import AuthConfig, RequestConfig
from limen.config.shape import Choice, Field, Leaf, Listing, Section, Shape, Table, section
from limen.config.syntax import format_duration, format_size
from limen.kernel.json_doc import JsonDoc

APART: Final[Mapping[type[msgspec.Struct], str]] = {
    HookConfig: "hook",
    RequestConfig: "request",
    AuthConfig: "auth",
    EmailTemplate: "email template",
    SmsTemplate: "sms template",
}
"""Objects that many keys hold; documented once, under this name."""
DERIVED: Final[Mapping[str, str]] = {
    "dsn": "a file in the data folder",
    "serve.public.base_url": "from host and port",
    "serve.admin.base_url": "from host and port",
    "selfservice.default_browser_return_url": "the built-in pages",
    "identity.schemas": "the built-in schema",
    "revision": "a hash",
    "cookies.secure": "true, except in development",
    "hashers.argon2.parallelism": "twice the processors",
    "secrets.default": "generated",
    "secrets.cookie": "as `secrets.default`",
    "secrets.pagination": "as `secrets.default`",
}
"""What stands in for defaults that depend on something."""


_PLAIN: Final[Mapping[type[object], str]] = {bool: "boolean", int: "integer", float: "number"}


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One key: `[]` in its path stands for a position in a list, `<name>` for a key of the operator's choice."""

    path: str
    kind: str
    default: str
    meaning: str
    secret: bool
    required: bool


def all_keys() -> tuple[Key, ...]:
    """Every key that holds a value, in the order of the tree."""
    return tuple(_below(section(Config), ""))


def keys_apart(struct: type[msgspec.Struct]) -> tuple[Key, ...]:
    """The keys of one of the objects in `APART`."""
    return tuple(_below(section(struct), "", skip=struct))


def _below(shape: Section, path: str, skip: type[msgspec.Struct] | None = None) -> Iterator[Key]:
    for field in shape.fields.values():
        yield from _key(shape, field, f"{path}{field.key}", skip)


def _key(owner: Section, field: Field, path: str, skip: type[msgspec.Struct] | None) -> Iterator[Key]:
    inner, inside = _innermost(field.shape, path)
    apart = APART.get(inner.struct, "") if isinstance(inner, Section) and inner.struct is not skip else ""
    if isinstance(inner, Section) and not apart:
        yield from _below(inner, f"{inside}.", skip)
    elif isinstance(inner, Choice):
        for struct in inner.all():
            yield from _below(section(struct), f"{inside}.", skip)
    else:
        yield Key(
            path=path,
            kind=kind(field.shape),
            default=default_of(field, path),
            meaning=meaning(owner.struct, field.attribute, inner.struct if isinstance(inner, Section) else None),
            secret=isinstance(inner, Leaf) and inner.secret,
            required=field.required,
        )


def _innermost(shape: Shape, path: str) -> tuple[Shape, str]:
    match shape:
        case Listing():
            return _innermost(shape.items, f"{path}[]")
        case Table():
            return _innermost(shape.values, f"{path}.<name>")
        case _:
            return shape, path


def kind(shape: Shape) -> str:
    """The type of a value, in a word or two."""
    match shape:
        case Listing():
            return f"list of {kind(shape.items)}"
        case Table():
            return f"object of {kind(shape.values)}"
        case Section():
            return APART.get(shape.struct, "object")
        case Choice():
            return "object"
        case Leaf():
            return _leaf_kind(shape)


def _leaf_kind(leaf: Leaf) -> str:
    if leaf.options:
        return " \\| ".join(option for option in leaf.options if option)
    if leaf.plain is JsonDoc:
        return "any"
    words = {"duration": "duration", "size": "size", "switch": "boolean", "cidr": "network", "secret": "secret text"}
    if leaf.syntax in words:
        return words[leaf.syntax]
    if leaf.syntax:
        return "address"
    plain = _PLAIN.get(leaf.plain, "text")
    if leaf.least is not None:
        plain += f" {leaf.least:g} to {leaf.most:g}" if leaf.most is not None else f" ≥ {leaf.least:g}"
    return plain


def default_of(field: Field, path: str) -> str:
    """The default of a key as a file would write it; empty when there is none."""
    if path in DERIVED:
        return DERIVED[path]
    if path.endswith(".ui_url"):
        return "the built-in page"
    if field.required:
        return "required"
    return written(field.default, field.shape)


def written(value: object, shape: Shape) -> str:
    """A value as a file would write it; empty when nothing is set. The caller hides secrets."""
    if isinstance(shape, Listing) and is_items(value):
        return ", ".join(written(item, shape.items) for item in value)
    if value is None or not isinstance(shape, Leaf) or isinstance(value, msgspec.Struct):
        return ""
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, bool):
        return str(value).lower()
    return format_size(value) if isinstance(value, int) and shape.syntax == "size" else str(value)


def is_items(value: object) -> TypeGuard[tuple[object, ...]]:
    """Whether a configured value is a list."""
    return isinstance(value, tuple)


def is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a configured value is an object with keys of the operator's choice."""
    return isinstance(value, Mapping)
