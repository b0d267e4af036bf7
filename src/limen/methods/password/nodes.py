"""What does the password method show? An identifier, a password, a button (PWD-02, PWD-07, PWD-16)."""

from functools import cache
from typing import Final

from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.schema import IdentitySchema
from limen.domain.text import shared
from limen.domain.text.message import Message
from limen.domain.ui.nodes import Autocomplete, Group, Input, InputType, Node, hidden, submit
from limen.kernel.json_doc import JsonDoc
from limen.methods.password import texts

_IDENTIFIERS: Final = (CredentialType.PASSWORD, CredentialType.WEBAUTHN, CredentialType.CODE)


def identifier_label(schema: IdentitySchema) -> Message:
    """The title of the one trait that identifies people; a general word when there are several, or it has none (LOGIN-31)."""
    fields = schema.identifier_titles(*_IDENTIFIERS)
    if len(fields) == 1 and fields[0].title:
        return shared.titled(fields[0].title, fields[0].name)
    return shared.identifier_label()


def identifier(schema: IdentitySchema) -> Node:
    attributes = Input(name="identifier", type=InputType.TEXT, value=JsonDoc.of(""), required=True)
    return Node(Group.DEFAULT, attributes, label=identifier_label(schema))


def known_identifier(value: str) -> Node:
    """The identifier of somebody who is asked again (LOGIN-03)."""
    return hidden(Group.DEFAULT, "identifier", JsonDoc.of(value))


@cache
def password(autocomplete: Autocomplete) -> Node:
    attributes = Input(name="password", type=InputType.PASSWORD, required=True, autocomplete=autocomplete)
    return Node(Group.PASSWORD, attributes, label=shared.password_label())


def button(label: Message) -> Node:
    return submit(Group.PASSWORD, "method", "password", label)


@cache
def sign_in_button(*, again: bool) -> Node:
    return button(texts.sign_in() if again else texts.sign_in_with_password())
