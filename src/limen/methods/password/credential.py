"""What does the password credential hold? A hash, or the wish to ask an older system (F.4)."""

from datetime import datetime
from typing import Final

import msgspec

from limen.domain.identity.credentials import Credential, CredentialType
from limen.kernel.errors import MalformedInput
from limen.kernel.json_doc import JsonDoc

TYPE: Final = CredentialType.PASSWORD


class PasswordSecret(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The stored configuration; names are those of F.4, so that databases and exports can be read."""

    hashed_password: str = ""
    use_password_migration_hook: bool = False


def secret_of(credential: Credential) -> PasswordSecret:
    """The typed configuration; an unreadable one holds no hash, so that nobody can sign in with it."""
    try:
        return credential.config.read(PasswordSecret)
    except MalformedInput:
        return PasswordSecret()


def has_password(credential: Credential) -> bool:
    secret = secret_of(credential)
    return bool(secret.hashed_password) or secret.use_password_migration_hook


def made(identifiers: tuple[str, ...], hash: str, now: datetime) -> Credential:
    """A password credential for these normalised identifiers."""
    config = JsonDoc.of(PasswordSecret(hashed_password=hash))
    return Credential(type=TYPE, identifiers=identifiers, config=config, created_at=now, updated_at=now)


def rehashed(credential: Credential, hash: str, now: datetime) -> Credential:
    """The same credential with its hash made anew (PWD-04)."""
    config = JsonDoc.of(PasswordSecret(hashed_password=hash))
    return msgspec.structs.replace(credential, config=config, updated_at=now)
