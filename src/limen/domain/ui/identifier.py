"""Which field asks who somebody is? One node for every method that signs in by identifier (LOGIN-31, PWD-16)."""

from typing import Final

from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.schema import IdentitySchema
from limen.domain.text import shared
from limen.domain.text.message import Message
from limen.domain.ui.nodes import Autocomplete, Group, Input, InputType, Node, hidden
from limen.kernel.json_doc import JsonDoc

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


def first_identifier(schema: IdentitySchema) -> Node:
    """The one field of the first of two steps (IDF-01)."""
    return _of_two_steps(schema, InputType.TEXT, "")


def named_identifier(schema: IdentitySchema, value: str) -> Node:
    """The same field once it is answered: carried along, for password managers to see who signs in (IDF-01)."""
    return _of_two_steps(schema, InputType.HIDDEN, value)


def _of_two_steps(schema: IdentitySchema, type: InputType, value: str) -> Node:
    attributes = Input(
        name="identifier",
        type=type,
        value=JsonDoc.of(value),
        required=True,
        autocomplete=Autocomplete.USERNAME_WEBAUTHN,
    )
    return Node(Group.IDENTIFIER_FIRST, attributes, label=identifier_label(schema))


def known_identifier(value: str) -> Node:
    """The identifier of somebody who is asked again (LOGIN-03), or was named in the step before."""
    return hidden(Group.DEFAULT, "identifier", JsonDoc.of(value))
