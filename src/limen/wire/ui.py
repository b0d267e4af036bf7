"""How do forms look on the wire? UiContainer, UiNode and its attributes (appendix D)."""

from typing import TypeAlias

import msgspec

from limen.domain.text.message import Message
from limen.domain.ui.form import Form
from limen.domain.ui.nodes import Anchor, Attributes, Image, Input, Node, Script, Text


class UiText(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    text: str
    type: str
    context: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class UiOption(msgspec.Struct, frozen=True, kw_only=True):
    value: msgspec.Raw
    label: UiText | msgspec.UnsetType = msgspec.UNSET


class InputAttributes(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    type: str
    value: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    required: bool | msgspec.UnsetType = msgspec.UNSET
    autocomplete: str | msgspec.UnsetType = msgspec.UNSET
    pattern: str | msgspec.UnsetType = msgspec.UNSET
    disabled: bool = False
    onclick: str | msgspec.UnsetType = msgspec.UNSET
    onclickTrigger: str | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 (the API document's name)
    onload: str | msgspec.UnsetType = msgspec.UNSET
    onloadTrigger: str | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 (the API document's name)
    maxlength: int | msgspec.UnsetType = msgspec.UNSET
    options: tuple[UiOption, ...] | msgspec.UnsetType = msgspec.UNSET
    node_type: str = "input"


class ImageAttributes(msgspec.Struct, frozen=True, kw_only=True):
    src: str
    id: str
    width: int
    height: int
    node_type: str = "img"


class AnchorAttributes(msgspec.Struct, frozen=True, kw_only=True):
    href: str
    title: UiText
    id: str
    node_type: str = "a"


class TextAttributes(msgspec.Struct, frozen=True, kw_only=True):
    text: UiText
    id: str
    node_type: str = "text"


class ScriptAttributes(msgspec.Struct, frozen=True, kw_only=True):
    src: str
    is_async: bool = msgspec.field(name="async")
    referrerpolicy: str
    crossorigin: str
    integrity: str
    type: str
    id: str
    nonce: str
    node_type: str = "script"


UiAttributes: TypeAlias = InputAttributes | ImageAttributes | AnchorAttributes | TextAttributes | ScriptAttributes


class UiMeta(msgspec.Struct, frozen=True, kw_only=True):
    label: UiText | msgspec.UnsetType = msgspec.UNSET


class UiNode(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    group: str
    attributes: UiAttributes
    messages: tuple[UiText, ...]
    meta: UiMeta


class UiContainer(msgspec.Struct, frozen=True, kw_only=True):
    action: str
    method: str
    nodes: tuple[UiNode, ...]
    messages: tuple[UiText, ...] | msgspec.UnsetType = msgspec.UNSET


def text(message: Message) -> UiText:
    context = message.context.raw if message.context is not None else msgspec.UNSET
    return UiText(id=message.id, text=message.text, type=message.type, context=context)


def container(form: Form) -> UiContainer:
    messages = tuple(text(message) for message in form.messages) if form.messages else msgspec.UNSET
    return UiContainer(
        action=form.action, method=form.method, nodes=tuple(node(n) for n in form.nodes), messages=messages
    )


def node(found: Node) -> UiNode:
    type, attributes = _attributes(found.attributes)
    return UiNode(
        type=type,
        group=found.group,
        attributes=attributes,
        messages=tuple(text(message) for message in found.messages),
        meta=UiMeta(label=text(found.label)) if found.label is not None else _BARE,
    )


def _attributes(found: Attributes) -> tuple[str, UiAttributes]:
    match found:
        case Input():
            return "input", _input(found)
        case Image():
            return "img", ImageAttributes(src=found.src, id=found.id, width=found.width, height=found.height)
        case Anchor():
            return "a", AnchorAttributes(href=found.href, title=text(found.title), id=found.id)
        case Text():
            return "text", TextAttributes(text=text(found.text), id=found.id)
        case Script():
            return "script", (
                ScriptAttributes(
                    src=found.src,
                    is_async=found.is_async,
                    referrerpolicy=found.referrerpolicy,
                    crossorigin=found.crossorigin,
                    integrity=found.integrity,
                    type=found.type,
                    id=found.id,
                    nonce=found.nonce,
                )
            )


def _input(found: Input) -> InputAttributes:
    options = tuple(
        UiOption(value=option.value.raw, label=text(option.label) if option.label else msgspec.UNSET)
        for option in found.options
    )
    return InputAttributes(
        name=found.name,
        type=found.type,
        value=found.value.raw if found.value is not None else msgspec.UNSET,
        required=found.required or msgspec.UNSET,
        autocomplete=found.autocomplete or msgspec.UNSET,
        pattern=found.pattern or msgspec.UNSET,
        disabled=found.disabled,
        onclick=found.onclick or msgspec.UNSET,
        onclickTrigger=found.onclick_trigger or msgspec.UNSET,
        onload=found.onload or msgspec.UNSET,
        onloadTrigger=found.onload_trigger or msgspec.UNSET,
        maxlength=found.maxlength or msgspec.UNSET,
        options=options or msgspec.UNSET,
    )


_BARE = UiMeta()
