"""How does an operator change parts of an identity? By a JSON Patch on what the admin interface shows (HTTP-66, ID-17)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from limen.app.errors import IdentityRefused
from limen.app.identities import given
from limen.app.identities.change import PATCH_TRIES, changed, settled
from limen.app.identities.credential_forms import Instant, StoredPassword, check_form
from limen.app.identities.json_patch import PatchStep, patched
from limen.app.identities.versions import WHICHEVER, Expected
from limen.app.scope import Scope
from limen.domain.identity.addresses import RecoveryAddress, VerifiableAddress
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity, IdentityState
from limen.kernel.errors import MalformedInput
from limen.kernel.json_doc import JsonDoc

_CLOSED: Final = frozenset({"id", "statechangedat", "state_changed_at", "schema_url", "created_at", "updated_at"})
"""Members that follow from others or never change; Kratos lets `created_at` be set, which helps nobody."""
_CLOSED_CREDENTIALS: Final = frozenset({"oidc", "saml"})


class CredentialForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    type: CredentialType
    identifiers: tuple[str, ...] | None = ()
    config: msgspec.Raw = given.NOTHING
    version: Annotated[int, Meta(ge=0, lt=1 << 31)] = 0
    created_at: Instant | None = None
    updated_at: Instant | None = None


class AdminForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An identity as a patch sees it."""

    id: str
    schema_id: str
    state: Literal["active", "inactive"]
    traits: msgspec.Raw
    metadata_public: msgspec.Raw = given.NULL
    metadata_admin: msgspec.Raw = given.NULL
    external_id: str | None = None
    organization_id: str | None = None
    region: given.Region | None = None
    verifiable_addresses: tuple[given.GivenVerifiable, ...] | None = None
    recovery_addresses: tuple[given.GivenRecovery, ...] | None = None
    credentials: Mapping[CredentialType, CredentialForm] | None = None
    state_changed_at: Instant
    created_at: Instant
    updated_at: Instant


class _Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The same, written from an identity; what is unset is not there to be removed."""

    id: str
    schema_id: str
    state: IdentityState
    traits: msgspec.Raw
    metadata_public: msgspec.Raw
    metadata_admin: msgspec.Raw
    external_id: str | msgspec.UnsetType
    organization_id: str | None
    region: str | msgspec.UnsetType
    verifiable_addresses: tuple[VerifiableAddress, ...]
    recovery_addresses: tuple[RecoveryAddress, ...]
    credentials: Mapping[CredentialType, CredentialForm]
    state_changed_at: datetime
    created_at: datetime
    updated_at: datetime


async def patch(scope: Scope, id: str, steps: Sequence[PatchStep], expected: Expected = WHICHEVER) -> Identity:
    """The identity as it is stored after all steps; when one fails nothing is changed.

    Raises IdentityUnknown, VersionMismatch, IdentityRefused, IdentifierTaken, IdentityChanged, UnknownHash, SchemaBroken.
    """
    return await changed(scope, id, partial(_edited, scope, steps), tries=PATCH_TRIES, expected=expected)


async def _edited(scope: Scope, steps: Sequence[PatchStep], identity: Identity) -> Identity:
    for step in steps:
        _check_open(step)
    if not steps:
        return identity
    shown = JsonDoc.of(_shown(identity))
    after = JsonDoc.of(patched(shown.members(), steps))
    if after == shown:
        return identity
    try:
        form = after.read(AdminForm)
    except MalformedInput as error:
        raise IdentityRefused(f"The patched identity would not be one. {error.reason}") from error
    return settled(scope, _read(scope, identity, form))


def _check_open(step: PatchStep) -> None:
    """ID-17: some paths are closed, in whatever case they are written."""
    first, *rest = (key.lower() for key in step.target)
    closed = first in _CLOSED
    if first == "credentials":
        closed = not rest or rest[0] in _CLOSED_CREDENTIALS
    if first == "region":
        closed = step.op == "remove"
    if closed and step.op != "test":
        raise IdentityRefused(f"{step.path[:100]!r} cannot be changed by a patch.")


def _shown(identity: Identity) -> _Shown:
    return _Shown(
        id=identity.id,
        schema_id=identity.schema_id,
        state=identity.state,
        traits=identity.traits.raw,
        metadata_public=_raw(identity.metadata_public),
        metadata_admin=_raw(identity.metadata_admin),
        external_id=identity.external_id or msgspec.UNSET,
        organization_id=identity.organization_id,
        region=identity.region or msgspec.UNSET,
        verifiable_addresses=identity.verifiable_addresses,
        recovery_addresses=identity.recovery_addresses,
        credentials={type: _credential_form(credential) for type, credential in identity.credentials.items()},
        state_changed_at=identity.state_changed_at,
        created_at=identity.created_at,
        updated_at=identity.updated_at,
    )


def _credential_form(credential: Credential) -> CredentialForm:
    return CredentialForm(
        type=credential.type,
        identifiers=credential.identifiers,
        config=credential.config.raw,
        version=credential.version,
        created_at=credential.created_at,
        updated_at=credential.updated_at,
    )


def _raw(document: JsonDoc | None) -> msgspec.Raw:
    return given.NULL if document is None else document.raw


def _read(scope: Scope, before: Identity, form: AdminForm) -> Identity:
    """The identity that a patched form describes; whatever the patch left alone stays byte for byte."""
    now, ids = scope.services.clock.now(), scope.services.ids
    traits = JsonDoc(form.traits)
    return msgspec.structs.replace(
        before,
        schema_id=form.schema_id,
        state=IdentityState(form.state),
        traits=before.traits if traits == before.traits else traits,
        metadata_public=_kept(before.metadata_public, form.metadata_public),
        metadata_admin=_kept(before.metadata_admin, form.metadata_admin),
        external_id=form.external_id or None,
        organization_id=given.uuid_or_none(form.organization_id, "organization_id"),
        region=form.region or None,
        verifiable_addresses=given.verifiable(form.verifiable_addresses, before.verifiable_addresses, now, ids),
        recovery_addresses=given.recovery(form.recovery_addresses, before.recovery_addresses, now, ids),
        credentials={
            type: _credential(scope, before.credentials.get(type), type, each)
            for type, each in (form.credentials or {}).items()
        },
    )


def _kept(before: JsonDoc | None, raw: msgspec.Raw) -> JsonDoc | None:
    after = given.document(raw)
    return before if after == before else after


def _credential(scope: Scope, before: Credential | None, type: CredentialType, form: CredentialForm) -> Credential:
    """A credential that a patch touched is checked like one that is imported. Raises IdentityRefused, UnknownHash."""
    if form.type is not type:
        raise IdentityRefused(f"The credential {type.value!r} has to be of that type, not {form.type.value!r}.")
    config, identifiers = JsonDoc(form.config), form.identifiers or ()
    if before is not None and (before.config, before.identifiers) == (config, identifiers):
        return before
    if before is None or before.config != config:
        try:
            check_form(type, config)
        except MalformedInput as error:
            raise IdentityRefused(f"The credential {type.value!r} is not as it should be. {error.reason}") from error
        if type is CredentialType.PASSWORD:
            _check_hash(scope, config)
    now = scope.services.clock.now()
    return Credential(
        type=type,
        identifiers=identifiers,
        config=config,
        version=before.version if before else form.version,
        created_at=before.created_at if before else now,
        updated_at=now,
    )


def _check_hash(scope: Scope, config: JsonDoc) -> None:
    secret = config.read(StoredPassword)
    if secret.hashed_password:
        scope.services.passwords.check_importable(secret.hashed_password)
