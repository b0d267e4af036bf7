"""How does an operator take away a credential? Never the last way in (HTTP-68, ID-19)."""

from functools import partial
from typing import Final

import msgspec

from limen.app.errors import CredentialUnknown, IdentityRefused
from limen.app.identities.change import PATCH_TRIES, changed
from limen.app.identities.credential_forms import StoredKeys, StoredProviders
from limen.app.identities.versions import WHICHEVER, Expected
from limen.app.scope import Scope
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity
from limen.kernel.json_doc import EMPTY, JsonDoc

_SECOND: Final = frozenset({CredentialType.TOTP, CredentialType.LOOKUP_SECRET})
_SOCIAL: Final = frozenset({CredentialType.OIDC, CredentialType.SAML})
_PRESENT: Final = frozenset({CredentialType.PASSWORD, CredentialType.WEBAUTHN, CredentialType.PASSKEY})


async def remove(scope: Scope, id: str, type: str, identifier: str, expected: Expected = WHICHEVER) -> None:
    """`identifier` names one of several accounts at providers, as `provider:subject`.

    Raises IdentityUnknown, VersionMismatch, CredentialUnknown, and IdentityRefused for what cannot be taken away.
    """
    await changed(scope, id, partial(_without, scope, type, identifier), tries=PATCH_TRIES, expected=expected)


async def _without(scope: Scope, name: str, identifier: str, identity: Identity) -> Identity:
    type = next((each for each in CredentialType if each.value == name), None)
    if type is None:
        raise CredentialUnknown("There is no credential of this type.")
    if type is CredentialType.CODE or (type is CredentialType.DEVICEAUTHN and not identifier):
        raise IdentityRefused(f"A credential of the type {type.value!r} cannot be removed like this.")
    if type not in _SECOND | _SOCIAL | _PRESENT:
        raise CredentialUnknown(f"The identity has no credential of the type {type.value!r}.")
    old = identity.credentials.get(type)
    if old is None:
        raise CredentialUnknown(f"The identity has no credential of the type {type.value!r}.")
    if type is CredentialType.PASSKEY:
        raise IdentityRefused("Passkeys cannot be removed here.")
    kept = {key: each for key, each in identity.credentials.items() if key is not type}
    left = _left(scope, old, identifier)
    if left is not None:
        kept[type] = left
    after = msgspec.structs.replace(identity, credentials=kept)
    if type not in _SECOND and not _can_sign_in(scope, after) and not _only_second(old):
        raise IdentityRefused("This is the last way to sign in and cannot be removed.")
    return after


def _can_sign_in(scope: Scope, identity: Identity) -> bool:
    """Whether a way in is left: codes are one only where people may sign in with them, accounts at providers always."""
    codes = scope.config.selfservice.methods.code.passwordless_enabled
    rest = {key: each for key, each in identity.credentials.items() if codes or key is not CredentialType.CODE}
    if scope.services.factors.first_factors(msgspec.structs.replace(identity, credentials=rest)):
        return True
    return any(rest[type].config.read(StoredProviders).providers for type in _SOCIAL & rest.keys())


def _left(scope: Scope, old: Credential, identifier: str) -> Credential | None:
    """What is left of the credential, if anything."""
    now = scope.services.clock.now()
    match old.type:
        case CredentialType.PASSWORD:
            # the identifiers stay, so that nobody else can take them
            return msgspec.structs.replace(old, config=EMPTY, updated_at=now)
        case CredentialType.OIDC | CredentialType.SAML:
            return _without_provider(old, identifier, scope)
        case CredentialType.WEBAUTHN:
            stored = old.config.read(StoredKeys)
            keys = tuple(key for key in stored.keys if key.is_passwordless)
            config = JsonDoc.of(msgspec.structs.replace(stored, credentials=keys))
            return msgspec.structs.replace(old, config=config, updated_at=now) if keys else None
        case _:
            return None


def _without_provider(old: Credential, identifier: str, scope: Scope) -> Credential:
    if not identifier:
        raise IdentityRefused("Say which account to remove: ?identifier=provider:subject.")
    providers = old.config.read(StoredProviders).providers
    kept = tuple(each for each in providers if each.identifier != identifier)
    if len(kept) == len(providers):
        raise CredentialUnknown("The identity has no account with this identifier.")
    return msgspec.structs.replace(
        old,
        identifiers=tuple(each.identifier for each in kept),
        config=JsonDoc.of(StoredProviders(providers=kept)),
        updated_at=scope.services.clock.now(),
    )


def _only_second(old: Credential) -> bool:
    """Whether it holds nothing but second factors, which may go whatever else there is."""
    return old.type is CredentialType.WEBAUTHN
