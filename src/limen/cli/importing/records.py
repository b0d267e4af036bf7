"""What does a source say of one person? A record: fields to be mapped to traits, and credentials in forms that Limen knows."""

from collections.abc import AsyncIterator, Iterable
from typing import TypeAlias

import msgspec

from limen.cli.importing.mapping import Rule
from limen.kernel.json_doc import JsonObject, JsonValue


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An address that the source has seen proven."""

    value: str
    via: str = "email"


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account at a provider."""

    provider: str
    subject: str
    organization: str = ""
    use_auto_link: bool = False


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One person. `id` is the source's own; `fields` are what rules of mapping pick from."""

    source: str
    id: str
    fields: JsonObject
    external_id: str = ""
    """The id that the source keeps for a third system; without one the person is known as `source:id`."""
    schema_id: str = ""
    organization_id: str = ""
    active: bool = True
    verified: tuple[Address, ...] = ()
    password_hash: str = ""
    unknown_hash: str = ""
    """Why the password of the source can never be verified here; never the hash itself."""
    plain_password: str = ""
    asks_old_system: bool = False
    accounts: tuple[Account, ...] = ()
    saml_accounts: tuple[Account, ...] = ()
    totp_url: str = ""
    backup_codes: tuple[JsonValue, ...] = ()
    webauthn: JsonObject | None = None
    passkey: JsonObject | None = None
    left: tuple[str, ...] = ()
    """What else of this person does not come along."""

    @property
    def name(self) -> str:
        """How the person is found again by a second run."""
        return self.external_id or f"{self.source}:{self.id}"

    def __repr__(self) -> str:
        """Without anything secret."""
        return f"Record({self.name!r})"


Records: TypeAlias = AsyncIterator[Record] | Iterable[Record]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """People to bring, how their fields are mapped unless somebody says otherwise, and how many there are if known."""

    records: Records
    usual: tuple[Rule, ...]
    total: int | None = None
