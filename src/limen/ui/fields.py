"""How is one node shown? From a node to a field, a button, a picture, a text or a link: by its type, never by method."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from limen.domain.flow.kinds import FlowKind
from limen.domain.text.message import Message, MessageType
from limen.domain.ui.nodes import Anchor, Group, Image, Input, InputType, Node, Text
from limen.kernel.json_doc import JsonDoc, JsonValue
from limen.ui.addresses import safe_link, safe_picture
from limen.ui.views import Button, Choice, Field, Hidden, Item, Link, Look, Note, Picture
from limen.ui.wording import Wording

SOCIAL: Final = frozenset({Group.OIDC, Group.SAML})
"""Groups whose buttons lead to another site."""
BUTTONS: Final = frozenset({InputType.SUBMIT, InputType.BUTTON})

_RADIO_LIMIT: Final = 4
_RESEND_SECONDS: Final = 30
_RESEND_LABEL: Final = 1070008
_REMOVING: Final = frozenset({1050003, 1050004, 1050016, 1050018, 1050020, 1050021})
_LOCAL_TIME: Final = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})")
_DIGITS_ONLY: Final = frozenset({"[0-9]+", "^[0-9]+$", r"\d+"})
_BARE_TYPES: Final = frozenset({InputType.EMAIL, InputType.PASSWORD, InputType.URL, InputType.TEL})
# What browsers can fill in for traits that are named as everyone names them.
_FILLED_BY_NAME: Final = {
    "identifier": "username",
    "username": "username",
    "email": "email",
    "phone": "tel",
    "name": "name",
    "first_name": "given-name",
    "firstname": "given-name",
    "name.first": "given-name",
    "given_name": "given-name",
    "last_name": "family-name",
    "lastname": "family-name",
    "name.last": "family-name",
    "family_name": "family-name",
    "website": "url",
    "birthday": "bday",
    "birthdate": "bday",
    "totp_code": "one-time-code",
}


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a flow is drawn: language, instant, kind of flow, and where to go with a forgotten password."""

    wording: Wording
    now: datetime
    kind: FlowKind
    forgot_href: str = ""
    labels: Mapping[str, Message] = msgspec.field(default_factory=dict[str, Message])
    """Those of the flow's fields, by name."""

    def label(self, node: Node) -> str:
        """The node's label; an element of a list is named by the list and its place, what else has none by its technical name."""
        if node.label is not None:
            return self.wording.message(node.label, self.now)
        of, _, place = node.name.rpartition(".")
        if place.isdecimal() and of in self.labels:
            return f"{self.wording.message(self.labels[of], self.now)} {int(place) + 1}"
        return node.name.rpartition(".")[2].replace("_", " ")

    def said(self, messages: Sequence[Message], label: str = "") -> tuple[str, ...]:
        return tuple(self.wording.message(message, self.now, label) for message in messages)


def element_id(node: Node, number: int = 0) -> str:
    """The id of the node's element in the page; `number` tells buttons of one name apart."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", node.name)
    return f"n-{name}-{number}" if number else f"n-{name}"


def plain(value: JsonDoc | None) -> str:
    """A node's value as form text: strings as they are, everything else as JSON."""
    if value is None:
        return ""
    found = value.value()
    if found is None:
        return ""
    return found if isinstance(found, str) else value.text


def hidden(attributes: Input) -> Hidden:
    return Hidden(name=attributes.name, value=plain(attributes.value), onload=attributes.onload_trigger)


def item(node: Node, reader: Reader, number: int, look: Look) -> Item | None:
    """The node as its template draws it; None for what is not seen (hidden inputs, scripts)."""
    match node.attributes:
        case Input() as attributes if attributes.type in BUTTONS:
            return _button(node, attributes, reader, number, look)
        case Input() as attributes if attributes.type is not InputType.HIDDEN:
            return _field(node, attributes, reader)
        case Image() as image:
            return Picture(
                id=element_id(node),
                src=safe_picture(image.src),
                width=image.width,
                height=image.height,
                label=reader.label(node),
            )
        case Anchor() as anchor:
            title = reader.wording.message(anchor.title, reader.now)
            return Link(id=element_id(node), href=safe_link(anchor.href), label=title)
        case Text() as text:
            return _note(node, text, reader)
        case _:
            return None


def _field(node: Node, attributes: Input, reader: Reader) -> Field:
    label = reader.label(node)
    value = plain(attributes.value)
    autocomplete = _autocomplete(attributes, reader.kind)
    code = autocomplete == "one-time-code"
    bare = code or attributes.type in _BARE_TYPES or "username" in autocomplete
    notes = tuple(message for message in node.messages if message.type is not MessageType.ERROR)
    field = Field(
        id=element_id(node),
        name=attributes.name,
        type=attributes.type.value,
        label=label,
        value=value,
        required=attributes.required,
        optional=not attributes.required and reader.kind is FlowKind.REGISTRATION,
        disabled=attributes.disabled,
        autocomplete=autocomplete,
        inputmode=_inputmode(attributes, code=code),
        pattern=attributes.pattern,
        maxlength=attributes.maxlength,
        code=code,
        bare=bare,
        errors=reader.said([message for message in node.messages if message.type is MessageType.ERROR], label),
        notes=reader.said(notes, label),
    )
    return _special(field, attributes, reader)


def _special(field: Field, attributes: Input, reader: Reader) -> Field:
    if attributes.options:
        control = "radios" if len(attributes.options) <= _RADIO_LIMIT else "select"
        return msgspec.structs.replace(field, control=control, choices=_choices(attributes, field.value, reader))
    match attributes.type:
        case InputType.CHECKBOX:
            return msgspec.structs.replace(field, control="checkbox", checked=field.value == "true", optional=False)
        case InputType.PASSWORD:
            # A password is never written into a page, whatever the node says.
            return msgspec.structs.replace(field, value="", forgot_href=reader.forgot_href)
        case InputType.DATETIME:
            # The control takes no zone and no seconds, and shows nothing when they are there.
            moment = _LOCAL_TIME.match(field.value)
            return msgspec.structs.replace(field, value=moment[1] if moment else field.value)
        case _:
            return field


def _choices(attributes: Input, value: str, reader: Reader) -> tuple[Choice, ...]:
    found: list[Choice] = []
    for option in attributes.options:
        text = plain(option.value)
        label = text if option.label is None else reader.wording.message(option.label, reader.now)
        found.append(Choice(value=text, label=label, chosen=text == value and attributes.value is not None))
    return tuple(found)


def _autocomplete(attributes: Input, kind: FlowKind) -> str:
    if attributes.autocomplete is not None:
        return attributes.autocomplete.value
    match attributes.type:
        case InputType.PASSWORD:
            return "current-password" if kind is FlowKind.LOGIN else "new-password"
        case InputType.EMAIL | InputType.TEL | InputType.URL:
            return attributes.type.value
        case _:
            return _FILLED_BY_NAME.get(attributes.name.removeprefix("traits.").lower(), "")


def _inputmode(attributes: Input, *, code: bool) -> str:
    if code and (attributes.pattern in _DIGITS_ONLY or not attributes.pattern):
        return "numeric"
    return "decimal" if attributes.type is InputType.NUMBER else ""


def _button(node: Node, attributes: Input, reader: Reader, number: int, look: Look) -> Button:
    label = reader.label(node)
    label_id = 0 if node.label is None else node.label.id
    if label_id in _REMOVING:
        look = "danger"
    errors = [message for message in node.messages if message.type is MessageType.ERROR]
    notes = [message for message in node.messages if message.type is not MessageType.ERROR]
    return Button(
        id=element_id(node, number),
        type="submit" if attributes.type is InputType.SUBMIT else "button",
        look=look,
        name=attributes.name,
        value=plain(attributes.value),
        label=label,
        mark=_mark(node) if node.group in SOCIAL else "",
        disabled=attributes.disabled,
        trigger=attributes.onclick_trigger,
        skip_check=look != "primary",
        wait=_RESEND_SECONDS if label_id == _RESEND_LABEL else 0,
        errors=reader.said(errors, label),
        notes=reader.said(notes, label),
    )


def _mark(node: Node) -> str:
    context = {} if node.label is None or node.label.context is None else node.label.context.members()
    return str(context.get("provider") or node.name)[:1].upper()


def _note(node: Node, text: Text, reader: Reader) -> Note:
    label = "" if node.label is None else reader.label(node)
    context = {} if text.text.context is None else text.text.context.members()
    listed = context.get("secrets")
    if isinstance(listed, list):
        return Note(id=element_id(node), label=label, text="", codes=tuple(_code(entry, reader) for entry in listed))
    secret = isinstance(context.get("secret"), str)
    return Note(id=element_id(node), label=label, text=reader.wording.message(text.text, reader.now), secret=secret)


def _code(entry: JsonValue, reader: Reader) -> Choice:
    """One backup code of a list: a message whose context holds the secret, or tells when it was used."""
    written = entry if isinstance(entry, dict) else {}
    id, context = written.get("id"), written.get("context")
    message = Message(
        id if isinstance(id, int) else 0, str(written.get("text", "")), MessageType.INFO, JsonDoc.of(context or {})
    )
    secret = message.context.members().get("secret") if message.context else None
    return Choice(
        value=secret if isinstance(secret, str) else "",
        label=reader.wording.message(message, reader.now),
        chosen=not isinstance(secret, str),
    )
