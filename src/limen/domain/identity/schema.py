"""What do traits mean? An identity schema and the rules read once from its extension keywords (SCH-01 … SCH-08)."""

from enum import StrEnum

import msgspec

from limen.domain.identity.addresses import Via
from limen.domain.identity.credentials import CredentialType
from limen.domain.text.message import Message
from limen.domain.ui.nodes import Autocomplete, InputType, Option
from limen.kernel.json_doc import JsonDoc

Path = tuple[str, ...]
"""Where a trait is, as keys below `traits`."""


class IdentifierRule(msgspec.Struct, frozen=True, kw_only=True):
    """The trait at `path` is a login identifier for credentials of `type`; `via` only for one-time codes (SCH-02 … SCH-06)."""

    path: Path
    type: CredentialType
    via: Via | None = None


class AddressPurpose(StrEnum):
    VERIFICATION = "verification"
    RECOVERY = "recovery"


class AddressRule(msgspec.Struct, frozen=True, kw_only=True):
    """The trait at `path` is an address that can be verified or recovered by (SCH-07, SCH-08)."""

    path: Path
    via: Via
    purpose: AddressPurpose


class TraitField(msgspec.Struct, frozen=True, kw_only=True):
    """One leaf of the schema as a form shows it (REG-09). `title` is the schema's own, or empty."""

    path: Path
    title: str
    type: InputType
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

    def identifier_titles(self, *types: CredentialType) -> tuple[TraitField, ...]:
        """The form fields that are identifiers for one of these types, each once (LOGIN-31)."""
        paths = {rule.path for rule in self.identifiers if rule.type in types}
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

    def identifiers_for(self, type: CredentialType) -> tuple[str, ...]:
        """The distinct normalised identifiers of that type, in schema order."""
        return tuple(dict.fromkeys(value for kind, value in self.identifiers if kind is type))


class TraitsProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with the traits: where (`traits.name.first`; `traits` for the whole) and what (REG-10)."""

    name: str
    message: Message
