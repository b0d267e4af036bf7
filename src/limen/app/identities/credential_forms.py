"""What do imported credentials hold? Their configurations as stored and shown, one Struct per type (F.4)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from limen.domain.identity.credentials import CredentialType
from limen.kernel.json_doc import JsonDoc

Instant = Annotated[datetime, Meta(tz=True)]


class StoredPassword(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hash in whatever known format, or the wish to ask an older system."""

    hashed_password: str = ""
    use_password_migration_hook: bool = False


class StoredProvider(msgspec.Struct, frozen=True, kw_only=True):
    """An account at a provider. An imported one has no tokens."""

    subject: str
    provider: str
    initial_id_token: str = ""
    initial_access_token: str = ""
    initial_refresh_token: str = ""
    organization: str | msgspec.UnsetType = msgspec.UNSET
    use_auto_link: bool | msgspec.UnsetType = msgspec.UNSET

    @property
    def identifier(self) -> str:
        """How the account is named among all: `provider:subject`."""
        return f"{self.provider}:{self.subject}"


class StoredProviders(msgspec.Struct, frozen=True, kw_only=True):
    """Social accounts, also those over SAML."""

    providers: tuple[StoredProvider, ...] = ()


class StoredTotp(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticator app, as its `otpauth` address."""

    totp_url: str


class BackupCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code that works once."""

    code: Annotated[str, Meta(min_length=1)]
    used_at: Instant | None = None


class StoredCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Backup codes."""

    recovery_codes: tuple[BackupCode, ...] = ()


class Authenticator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The device behind a key; binary values are base64 in JSON."""

    aaguid: bytes | None = None
    sign_count: Annotated[int, Meta(ge=0, lt=1 << 32)] = 0
    clone_warning: bool = False


class KeyFlags(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    user_present: bool = False
    user_verified: bool = False
    backup_eligible: bool = False
    backup_state: bool = False


class Attestation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    client_data_json: bytes | None = msgspec.field(default=None, name="client_dataJSON")
    client_data_hash: bytes | None = None
    authenticator_data: bytes | None = None
    public_key_algorithm: int = 0
    object: bytes | None = None


class StoredKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One security key or passkey (IMP-04)."""

    id: Annotated[bytes, Meta(min_length=1)]
    public_key: bytes
    attestation_type: str = ""
    authenticator: Authenticator | msgspec.UnsetType | None = msgspec.UNSET
    display_name: str = ""
    added_at: Instant
    is_passwordless: bool = False
    flags: KeyFlags | msgspec.UnsetType | None = msgspec.UNSET
    transport: tuple[str, ...] | msgspec.UnsetType | None = msgspec.UNSET
    attestation: Attestation | msgspec.UnsetType | None = msgspec.UNSET


class StoredKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Security keys or passkeys of one person."""

    credentials: tuple[StoredKey, ...] | None = ()
    user_handle: bytes | None = None

    @property
    def keys(self) -> tuple[StoredKey, ...]:
        return self.credentials or ()


class _Object(msgspec.Struct, frozen=True):
    """Any object: the type of credential keeps nothing that could be brought along."""


_FORMS: Final[Mapping[CredentialType, type[msgspec.Struct]]] = {
    CredentialType.PASSWORD: StoredPassword,
    CredentialType.OIDC: StoredProviders,
    CredentialType.SAML: StoredProviders,
    CredentialType.TOTP: StoredTotp,
    CredentialType.LOOKUP_SECRET: StoredCodes,
    CredentialType.WEBAUTHN: StoredKeys,
    CredentialType.PASSKEY: StoredKeys,
}


def check_form(type: CredentialType, config: JsonDoc) -> None:
    """Whether a configuration has the form of its type. Raises MalformedInput."""
    config.read(_FORMS.get(type, _Object))


def passkey_identifier(user_handle: bytes) -> str:
    """The identifier that a passkey is found by: its user handle, which authenticators hand back."""
    return user_handle.decode("utf-8", "backslashreplace")
