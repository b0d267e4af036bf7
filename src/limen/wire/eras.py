"""How did forms look on the wire until v0.5? By method, each with its fields (dialects.md §3.4)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from limen.domain.flow.details import Detail, LoginDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.ids import MethodName
from limen.domain.text.message import Message
from limen.domain.ui.nodes import Group, Input, InputType, Node
from limen.kernel.urls import joined
from limen.wire.ui import UiText, text

_CHOICE = "method"
_PROVIDER = "provider"


class OldError(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, until v0.3."""

    message: str


class OldField(msgspec.Struct, frozen=True, kw_only=True):
    """Something to fill in."""

    name: str
    type: str
    pattern: str | msgspec.UnsetType = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET
    required: bool | msgspec.UnsetType = msgspec.UNSET
    value: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    errors: tuple[OldError, ...] | msgspec.UnsetType = msgspec.UNSET
    messages: tuple[UiText, ...] | msgspec.UnsetType = msgspec.UNSET


class OldConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One method's form."""

    action: str
    method: str
    fields: tuple[OldField, ...]
    providers: tuple[OldField, ...] | msgspec.UnsetType = msgspec.UNSET
    errors: tuple[OldError, ...] | msgspec.UnsetType = msgspec.UNSET
    messages: tuple[UiText, ...] | msgspec.UnsetType = msgspec.UNSET


class OldMethod(msgspec.Struct, frozen=True, kw_only=True):
    """A way to get through the form."""

    method: str
    config: OldConfig


class OldFlow(msgspec.Struct, frozen=True, kw_only=True):
    """What was called a request."""

    id: str
    expires_at: datetime
    issued_at: datetime
    request_url: str
    active: str | msgspec.UnsetType = msgspec.UNSET
    messages: tuple[UiText, ...] | msgspec.UnsetType = msgspec.UNSET
    methods: dict[str, OldMethod]
    forced: bool | msgspec.UnsetType = msgspec.UNSET
    state: str | msgspec.UnsetType = msgspec.UNSET


def request(flow: Flow[Detail], base_url: str, *, with_ids: bool) -> OldFlow:
    """The form as v0.1 to v0.4 told it. `with_ids`: messages have ids and types, as since v0.4."""
    groups = list(dict.fromkeys(node.group for node in flow.form.nodes if node.group is not Group.DEFAULT))
    told = [message for message in flow.form.messages if message.type != "error"]
    return OldFlow(
        id=flow.id,
        expires_at=flow.expires_at,
        issued_at=flow.issued_at,
        request_url=flow.request_url,
        active=flow.active or msgspec.UNSET,
        messages=tuple(map(text, told)) if with_ids and told else msgspec.UNSET,
        methods={group: _method(flow, group, base_url, with_ids=with_ids) for group in groups},
        forced=flow.detail.refresh if isinstance(flow.detail, LoginDetail) else msgspec.UNSET,
        state=msgspec.UNSET if flow.kind in {FlowKind.LOGIN, FlowKind.REGISTRATION} else flow.state.value,
    )


def submitted_to(kind: FlowKind, method: str) -> str:
    """The path that a method's form went to until v0.4."""
    end = "link" if kind is FlowKind.RECOVERY else f"strategies/{method}"
    return f"self-service/browser/flows/{kind.value}/{end}"


def _method(flow: Flow[Detail], group: Group, base_url: str, *, with_ids: bool) -> OldMethod:
    nodes = [node for node in flow.form.nodes if node.group in {group, Group.DEFAULT}]
    inputs = [(node, node.attributes) for node in nodes if isinstance(node.attributes, Input)]
    fields = [
        _field(node, given, with_ids=with_ids) for node, given in inputs if given.name not in {_CHOICE, _PROVIDER}
    ]
    providers = [_field(node, given, with_ids=with_ids) for node, given in inputs if given.name == _PROVIDER]
    wrong = [
        message
        for message in flow.form.messages
        if message.type == "error" and flow.active in {None, MethodName(group)}
    ]
    config = OldConfig(
        action=f"{joined(base_url, submitted_to(flow.kind, group))}?request={flow.id}",
        method=flow.form.method,
        fields=tuple(fields),
        providers=tuple(providers) or msgspec.UNSET,
        errors=_errors(wrong, with_ids=with_ids),
        messages=_messages(wrong, with_ids=with_ids),
    )
    return OldMethod(method=group, config=config)


def _field(node: Node, given: Input, *, with_ids: bool) -> OldField:
    secret = given.type is InputType.PASSWORD
    return OldField(
        name=given.name,
        type=given.type,
        pattern=given.pattern or msgspec.UNSET,
        disabled=given.disabled or msgspec.UNSET,
        required=given.required or msgspec.UNSET,
        value=given.value.raw if given.value is not None and not secret else msgspec.UNSET,
        errors=_errors(node.messages, with_ids=with_ids),
        messages=_messages(node.messages, with_ids=with_ids),
    )


def _errors(found: Sequence[Message], *, with_ids: bool) -> tuple[OldError, ...] | msgspec.UnsetType:
    return msgspec.UNSET if with_ids or not found else tuple(OldError(message=each.text) for each in found)


def _messages(found: Sequence[Message], *, with_ids: bool) -> tuple[UiText, ...] | msgspec.UnsetType:
    return tuple(map(text, found)) if with_ids and found else msgspec.UNSET
