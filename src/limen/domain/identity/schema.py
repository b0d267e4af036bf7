"""What do traits mean? An identity schema and the rules read once from its extension keywords (SCH-01 … SCH-08)."""

from enum import StrEnum
from typing import Final

import msgspec

from limen.domain.identity.addresses import Via
from limen.domain.identity.credentials import CredentialType
from limen.domain.text.message import Message
from limen.domain.ui.nodes import Autocomplete, InputType, Node, Option
from limen.kernel.json_doc import JsonDoc

Path = tuple[str, ...]
"""Where a trait is, as keys below `traits`; `EACH` stands for every element of a list."""
EACH: Final = "[]"


class IdentifierRule(msgspec.Struct, frozen=True, kw_only=True):
    """The trait at `path` is a login identifier for credentials of `type`; `via` only for one-time codes (SCH-02 … SCH-06).

    For passkeys and authenticator apps it is only the name that is shown there.
    """

    path: Path
    type: CredentialType
    via: Via | None = None
    format: str = ""
    conditional: bool = False
    """Said in a branch (`anyOf`, `oneOf`, `then` …): values that do not fit belong to another branch and are passed over."""


class AddressPurpose(StrEnum):
    VERIFICATION = "verification"
    RECOVERY = "recovery"


class AddressRule(msgspec.Struct, frozen=True, kw_only=True):
    """The trait at `path` is an address that can be verified or recovered by (SCH-07, SCH-08)."""

    path: Path
    via: Via
    purpose: AddressPurpose
    format: str = ""
    conditional: bool = False


class TraitField(msgspec.Struct, frozen=True, kw_only=True):
    """One leaf of the schema as a form shows it (REG-09). `title` is the schema's own, or empty."""

    path: Path
    title: str
    type: InputType
    items: InputType | None = None
    """What the elements are when the trait is a list."""
    required: bool = False
    autocomplete: Autocomplete | None = None
    pattern: str = ""
    maxlength: int = 0
    options: tuple[Option, ...] = ()
    disabled: bool = False
    default: JsonDoc | None = None

    @property
    def name(self) -> str:
        """The node's name: `traits.` and the path with dots."""
        return ".".join(("traits", *self.path))


class IdentitySchema(msgspec.Struct, frozen=True, kw_only=True):
    """A schema as configured, and everything that was read from it."""

    id: str
    url: str
    selectable: bool
    """Whether clients may ask for it (REG-07)."""
    document: JsonDoc
    identifiers: tuple[IdentifierRule, ...]
    addresses: tuple[AddressRule, ...]
    fields: tuple[TraitField, ...]
    """In the order of the schema, which is the order of the form (REG-21)."""
    implied: tuple[Path, ...] = ()
    """Objects with something required in them: a form that sends none of it has them empty (NEGO-03)."""
    nodes: tuple[Node, ...] = ()
    """The fields that are shown, as empty nodes of the group `default`."""

    def identifier_titles(self, *types: CredentialType) -> tuple[TraitField, ...]:
        """The form fields that are identifiers for one of these types, or for any when none is named, each once (LOGIN-31)."""
        paths = {rule.path for rule in self.identifiers if not types or rule.type in types}
        return tuple(field for field in self.fields if field.path in paths)


class FoundAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address that the traits hold, normalised."""

    value: str
    via: Via
    purpose: AddressPurpose


class TraitsReading(msgspec.Struct, frozen=True, kw_only=True):
    """What valid traits say: the traits themselves (phone numbers rewritten to E.164), identifiers per type, addresses."""

    traits: JsonDoc
    identifiers: tuple[tuple[CredentialType, str], ...]
    code_addresses: tuple[tuple[Via, str], ...] = ()
    addresses: tuple[FoundAddress, ...] = ()
    types: frozenset[CredentialType] = frozenset()
    """Types of credential that the schema names identifiers for, whether the traits hold any or not."""
    names: tuple[tuple[CredentialType, str], ...] = ()
    """What a passkey or an authenticator app calls the account (SCH-04, SCH-05)."""

    def identifiers_for(self, type: CredentialType) -> tuple[str, ...]:
        """The distinct normalised identifiers of that type, in schema order."""
        return tuple(dict.fromkeys(value for kind, value in self.identifiers if kind is type))


class TraitsProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with the traits: where (`traits.name.first`; `traits` for the whole) and what (REG-10)."""

    name: str
    message: Message
