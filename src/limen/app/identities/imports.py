"""How do credentials come along with an identity? As operators send them, merged into those it has (IMP-01 … IMP-05, ID-16)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta

from limen.app.errors import IdentityRefused
from limen.app.identities.credential_forms import (
    BackupCode,
    StoredCodes,
    StoredKey,
    StoredKeys,
    StoredPassword,
    StoredProvider,
    StoredProviders,
    StoredTotp,
    passkey_identifier,
)
from limen.app.scope import Scope
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity
from limen.domain.ids import canonical_uuid
from limen.kernel.json_doc import JsonDoc

_OTPAUTH: Final = "otpauth://"
Name = Annotated[str, Meta(min_length=1)]


class GivenPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hash, a password in plain text, or the wish to ask an older system; the plain text is not judged (IMP-01)."""

    hashed_password: str = ""
    password: str = ""
    use_password_migration_hook: bool = False


class GivenProvider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    subject: Name
    provider: Name
    use_auto_link: bool = False
    organization: str | None = None


class GivenProviders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    providers: tuple[GivenProvider, ...] | None = ()


class GivenTotp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    totp_url: str


class GivenCodes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    codes: tuple[BackupCode, ...] | None = ()


class GivenKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    credentials: tuple[StoredKey, ...] | None = ()
    user_handle: bytes | None = None


class PasswordImport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    config: GivenPassword = GivenPassword()


class ProvidersImport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    config: GivenProviders = GivenProviders()


class TotpImport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    config: GivenTotp


class CodesImport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    config: GivenCodes = GivenCodes()


class KeysImport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    config: GivenKeys = GivenKeys()


class GivenCredentials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `credentials` of a request; one-time codes are no credential that could be brought along."""

    password: PasswordImport | None = None
    oidc: ProvidersImport | None = None
    saml: ProvidersImport | None = None
    totp: TotpImport | None = None
    lookup_secret: CodesImport | None = None
    webauthn: KeysImport | None = None
    passkey: KeysImport | None = None

    @property
    def has_plain_password(self) -> bool:
        """Whether a hash has to be made, which costs time (ID-15)."""
        return self.password is not None and bool(self.password.config.password)


async def with_imports(scope: Scope, identity: Identity, given: GivenCredentials | None) -> Identity:
    """The identity with these credentials: passwords and authenticator apps are replaced, the rest is added to.

    Identifiers that follow from traits are still to be applied. Raises IdentityRefused, UnknownHash, Overloaded.
    """
    if given is None:
        return identity
    merge = _Merge(identity, scope.services.clock.now())
    if given.oidc is not None:
        merge.providers(CredentialType.OIDC, given.oidc.config.providers or ())
    if given.saml is not None:
        merge.providers(CredentialType.SAML, given.saml.config.providers or ())
    if given.totp is not None:
        merge.totp(given.totp.config.totp_url)
    if given.lookup_secret is not None:
        merge.codes(given.lookup_secret.config.codes or ())
    if given.webauthn is not None:
        merge.keys(CredentialType.WEBAUTHN, given.webauthn.config)
    if given.passkey is not None:
        merge.passkeys(given.passkey.config)
    if given.password is not None:
        merge.password(await _password(scope, given.password.config))
    return msgspec.structs.replace(identity, credentials=merge.credentials)


async def _password(scope: Scope, given: GivenPassword) -> StoredPassword:
    if given.use_password_migration_hook:
        return StoredPassword(use_password_migration_hook=True)
    if given.password:
        return StoredPassword(hashed_password=await scope.services.passwords.hash(given.password, scope.config))
    scope.services.passwords.check_importable(given.hashed_password)
    return StoredPassword(hashed_password=given.hashed_password)


class _Merge:
    def __init__(self, identity: Identity, now: datetime) -> None:
        self.identity = identity
        self.credentials = dict(identity.credentials)
        self.now = now

    def put(self, type: CredentialType, config: msgspec.Struct, identifiers: Iterable[str] | None = None) -> None:
        old = self.credentials.get(type)
        kept = old.identifiers if old else ()
        self.credentials[type] = Credential(
            type=type,
            identifiers=kept if identifiers is None else tuple(dict.fromkeys(identifiers)),
            config=JsonDoc.of(config),
            version=old.version if old else 0,
            created_at=old.created_at if old else self.now,
            updated_at=self.now,
        )

    def password(self, secret: StoredPassword) -> None:
        self.put(CredentialType.PASSWORD, secret)

    def providers(self, type: CredentialType, given: Iterable[GivenProvider]) -> None:
        old = self.credentials.get(type)
        known = {each.identifier: each for each in old.config.read(StoredProviders).providers} if old else {}
        for each in given:
            came = _provider(each)
            before = known.get(came.identifier)
            known[came.identifier] = (
                came
                if before is None
                else msgspec.structs.replace(before, organization=came.organization, use_auto_link=came.use_auto_link)
            )
        self.put(type, StoredProviders(providers=tuple(known.values())), known)

    def totp(self, url: str) -> None:
        if not url.startswith(_OTPAUTH):
            raise IdentityRefused(f"The totp_url has to begin with {_OTPAUTH}.")
        self.put(CredentialType.TOTP, StoredTotp(totp_url=url), (self.identity.id,))

    def codes(self, given: tuple[BackupCode, ...]) -> None:
        type = CredentialType.LOOKUP_SECRET
        old = self.credentials.get(type)
        known = old.config.read(StoredCodes).recovery_codes if old else ()
        self.put(type, StoredCodes(recovery_codes=(*known, *given)), (self.identity.id,))

    def keys(self, type: CredentialType, given: GivenKeys) -> StoredKeys:
        old = self.credentials.get(type)
        before = old.config.read(StoredKeys) if old else StoredKeys()
        merged = {key.id: key for key in (*before.keys, *(given.credentials or ()))}
        stored = StoredKeys(credentials=tuple(merged.values()), user_handle=given.user_handle or before.user_handle)
        self.put(type, stored)
        return stored

    def passkeys(self, given: GivenKeys) -> None:
        """A passkey is found by its user handle alone, so one without could never be used (IMP-04)."""
        type = CredentialType.PASSKEY
        stored = self.keys(type, given)
        if not stored.user_handle:
            raise IdentityRefused("A passkey needs its user_handle, as the authenticator knows it.")
        if not stored.keys:
            raise IdentityRefused("A passkey needs at least one entry in credentials.passkey.config.credentials.")
        self.put(type, stored, (*self.credentials[type].identifiers, passkey_identifier(stored.user_handle)))


def _provider(given: GivenProvider) -> StoredProvider:
    organization: str | None = None
    if given.organization:
        organization = canonical_uuid(given.organization)
        if organization is None:
            raise IdentityRefused("The organization of a provider has to be a UUID.")
    return StoredProvider(
        subject=given.subject,
        provider=given.provider,
        organization=organization or UNSET,
        use_auto_link=given.use_auto_link or UNSET,
    )
