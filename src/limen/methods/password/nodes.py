"""What does the password method show? An identifier, a password, a button (PWD-02, PWD-07, PWD-16)."""

from functools import cache

from limen.domain.text import shared
from limen.domain.text.message import Message
from limen.domain.ui.nodes import Autocomplete, Group, Input, InputType, Node, submit
from limen.methods.password import texts


@cache
def password(autocomplete: Autocomplete) -> Node:
    attributes = Input(name="password", type=InputType.PASSWORD, required=True, autocomplete=autocomplete)
    return Node(Group.PASSWORD, attributes, label=shared.password_label())


def button(label: Message) -> Node:
    return submit(Group.PASSWORD, "method", "password", label)


@cache
def sign_in_button(*, again: bool) -> Node:
    return button(texts.sign_in() if again else texts.sign_in_with_password())
