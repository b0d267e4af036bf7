"""What does the code method show? An address, a field for the code, buttons to go on and to have another one sent."""

from collections.abc import Sequence

import msgspec

from limen.app.flows import csrf
from limen.domain.identity.addresses import Via
from limen.domain.text import proving, shared
from limen.domain.text.message import Message
from limen.domain.ui.nodes import Autocomplete, Group, Input, InputType, Node, hidden, submit
from limen.kernel.json_doc import JsonDoc

_LENGTH = 6


def email_address(value: str = "") -> Node:
    attributes = Input(name="email", type=InputType.EMAIL, required=True, value=JsonDoc.of(value) if value else None)
    return Node(Group.CODE, attributes, label=shared.email_label())


def email_or_phone() -> Node:
    """Where text messages can be sent, too (VER-05)."""
    return Node(
        Group.CODE, Input(name="email", type=InputType.TEXT, required=True), label=proving.email_or_phone_label()
    )


def any_address(name: str) -> Node:
    """Where any address of an account can be typed (REC-09)."""
    return Node(
        Group.CODE, Input(name=name, type=InputType.TEXT, required=True), label=proving.recovery_address_label()
    )


def whole_address(name: str, via: Via) -> Node:
    """Where an address has to be typed in full (REC-11)."""
    email = via is Via.EMAIL
    attributes = Input(name=name, type=InputType.EMAIL if email else InputType.TEL, required=True)
    return Node(Group.CODE, attributes, label=shared.email_label() if email else proving.phone_label())


def exact_code(label: Message) -> Node:
    """The field of recovery forms, which says how codes look."""
    attributes = Input(
        name="code",
        type=InputType.TEXT,
        required=True,
        autocomplete=Autocomplete.ONE_TIME_CODE,
        pattern="[0-9]+",
        maxlength=_LENGTH,
    )
    return Node(Group.CODE, attributes, label=label)


def code(label: Message, value: str = "") -> Node:
    attributes = Input(
        name="code",
        type=InputType.TEXT,
        required=True,
        autocomplete=Autocomplete.ONE_TIME_CODE,
        value=JsonDoc.of(value) if value else None,
    )
    return Node(Group.CODE, attributes, label=label)


def chosen() -> Node:
    """The method, for forms that are sent with the return key."""
    return hidden(Group.CODE, "method", JsonDoc.of("code"))


def go_on() -> Node:
    return submit(Group.CODE, "method", "code", shared.go_on())


def as_given(shown: Sequence[Node]) -> tuple[Node, ...]:
    """The order of a form that asks for a code for the first time: as its nodes were put together (CODE-18)."""
    return tuple(shown)


def token_last(shown: Sequence[Node]) -> tuple[Node, ...]:
    """The same in sign-in, where the anti-CSRF token comes last (CODE-18)."""
    token = tuple(node for node in shown if node.name == csrf.FIELD)
    return (*(node for node in shown if node.name != csrf.FIELD), *token)


def without_token(shown: Sequence[Node]) -> tuple[Node, ...]:
    """The same for native apps, which have no use for the token (CODE-18)."""
    return tuple(node for node in shown if node.name != csrf.FIELD)


def hidden_once_asked(asked: Node, value: str) -> Node:
    """The field somebody entered their address in, kept with its label to be sent along (CODE-04)."""
    if not isinstance(asked.attributes, Input):
        return asked
    attributes = msgspec.structs.replace(asked.attributes, type=InputType.HIDDEN, value=JsonDoc.of(value))
    return msgspec.structs.replace(asked, attributes=attributes, messages=())


def resend_to(address: str) -> Node:
    return submit(Group.CODE, "email", address, proving.resend())


def resend() -> Node:
    return submit(Group.CODE, "resend", "code", proving.resend())
