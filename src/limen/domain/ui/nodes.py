"""What is a form made of? Nodes: inputs, images, links, texts, scripts."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from limen.domain.text.message import Message
from limen.kernel.json_doc import JsonDoc


class Group(StrEnum):
    """Which method a node belongs to (D.1). Official clients refuse groups they do not know: add none (dialects.md §4.4)."""

    DEFAULT = "default"
    PASSWORD = "password"
    OIDC = "oidc"
    PROFILE = "profile"
    LINK = "link"
    CODE = "code"
    TOTP = "totp"
    LOOKUP_SECRET = "lookup_secret"
    WEBAUTHN = "webauthn"
    PASSKEY = "passkey"
    IDENTIFIER_FIRST = "identifier_first"
    CAPTCHA = "captcha"
    SAML = "saml"


class InputType(StrEnum):
    TEXT = "text"
    PASSWORD = "password"
    NUMBER = "number"
    CHECKBOX = "checkbox"
    HIDDEN = "hidden"
    EMAIL = "email"
    TEL = "tel"
    SUBMIT = "submit"
    BUTTON = "button"
    DATETIME = "datetime-local"
    DATE = "date"
    URL = "url"


class Autocomplete(StrEnum):
    EMAIL = "email"
    TEL = "tel"
    URL = "url"
    CURRENT_PASSWORD = "current-password"
    NEW_PASSWORD = "new-password"
    ONE_TIME_CODE = "one-time-code"
    USERNAME_WEBAUTHN = "username webauthn"


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """One choice of an input with a fixed set of values (SCH-16)."""

    value: JsonDoc
    label: Message | None = None


class Input(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="node_type", tag="input"):
    """Something to fill in or press."""

    name: str
    type: InputType
    value: JsonDoc | None = None
    required: bool = False
    autocomplete: Autocomplete | None = None
    pattern: str = ""
    disabled: bool = False
    onclick: str = ""
    onclick_trigger: str = ""
    onload: str = ""
    onload_trigger: str = ""
    maxlength: int = 0
    options: tuple[Option, ...] = ()


class Image(msgspec.Struct, frozen=True, kw_only=True, tag_field="node_type", tag="img"):
    id: str
    src: str
    width: int
    height: int


class Anchor(msgspec.Struct, frozen=True, kw_only=True, tag_field="node_type", tag="a"):
    id: str
    href: str
    title: Message


class Text(msgspec.Struct, frozen=True, kw_only=True, tag_field="node_type", tag="text"):
    id: str
    text: Message


class Script(msgspec.Struct, frozen=True, kw_only=True, tag_field="node_type", tag="script"):
    id: str
    src: str
    integrity: str
    nonce: str
    type: str = "text/javascript"
    crossorigin: str = "anonymous"
    referrerpolicy: str = "no-referrer"
    is_async: bool = True


Attributes: TypeAlias = Input | Image | Anchor | Text | Script


class Node(msgspec.Struct, frozen=True, omit_defaults=True):
    """One element of a form."""

    group: Group
    attributes: Attributes
    messages: tuple[Message, ...] = ()
    label: Message | None = None

    @property
    def name(self) -> str:
        """The input's name, or the element's id."""
        return self.attributes.name if isinstance(self.attributes, Input) else self.attributes.id

    def with_messages(self, *more: Message) -> "Node":
        return msgspec.structs.replace(self, messages=(*self.messages, *more))

    def with_value(self, value: JsonDoc | None) -> "Node":
        """The same input holding `value`; elements that are no inputs stay as they are."""
        if not isinstance(self.attributes, Input):
            return self
        return msgspec.structs.replace(self, attributes=msgspec.structs.replace(self.attributes, value=value))


def elements(field: Node, held: Mapping[str, JsonDoc]) -> Iterator[Node]:
    """Of a field for a list: one more field for each element that is held, named by its place (`traits.tags.0`, REG-09)."""
    name, index = field.name, 0
    hides = isinstance(field.attributes, Input) and field.attributes.type is InputType.HIDDEN
    while (value := held.get(f"{name}.{index}")) is not None:
        type = InputType.HIDDEN if hides else _input_for(value)
        yield Node(field.group, Input(name=f"{name}.{index}", type=type, value=value))
        index += 1


def _input_for(value: JsonDoc) -> InputType:
    match value.value():
        case bool():
            return InputType.CHECKBOX
        case int() | float():
            return InputType.NUMBER
        case _:
            return InputType.TEXT


def has_button(nodes: Iterable[Node]) -> bool:
    """Whether there is something to press among the nodes, so that one can go on with them."""
    return any(
        isinstance(node.attributes, Input) and node.attributes.type in {InputType.SUBMIT, InputType.BUTTON}
        for node in nodes
    )


def submit(group: Group, name: str, value: str, label: Message) -> Node:
    """A button that sends the form."""
    return Node(group, Input(name=name, type=InputType.SUBMIT, value=JsonDoc.of(value)), label=label)


def hidden(group: Group, name: str, value: JsonDoc | None, *, required: bool = False) -> Node:
    return Node(group, Input(name=name, type=InputType.HIDDEN, value=value, required=required))
