"""How do identities and sessions look to operators, and what do batches answer? (ID-03, ID-13, ID-15, SESS-25)"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from limen.app.identities.batch import Outcome
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.identity import Identity
from limen.domain.session.amr import AuthenticationMethod
from limen.domain.session.device import Device
from limen.domain.session.session import CheckedSession
from limen.wire import identity as wire_identity
from limen.wire.errors import GenericError, envelope
from limen.wire.identity import WireIdentity

_UPGRADED: Final = {CredentialType.PASSWORD: 1, CredentialType.WEBAUTHN: 1, CredentialType.CODE: 1}
"""The version that these credentials are read as, whatever they were written as (F.4)."""


class AdminSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session as operators see it: what was not asked for is null or empty (SESS-25)."""

    id: str
    active: bool
    expires_at: datetime
    authenticated_at: datetime
    authenticator_assurance_level: str
    authentication_methods: tuple[AuthenticationMethod, ...]
    issued_at: datetime
    identity: WireIdentity | None
    devices: tuple[Device, ...] | None


class BatchOutcome(msgspec.Struct, frozen=True, kw_only=True):
    action: str
    identity: str | msgspec.UnsetType
    patch_id: str | msgspec.UnsetType
    error: GenericError | msgspec.UnsetType


class BatchAnswer(msgspec.Struct, frozen=True):
    identities: tuple[BatchOutcome, ...]


def read(
    identity: Identity, base_url: str, *, credentials: bool = True, configs: frozenset[CredentialType] = frozenset()
) -> WireIdentity:
    """An identity that was read: with its credentials unless it is one of a plain list (ID-13)."""
    return wire_identity.admin(_upgraded(identity), base_url, credentials=credentials, configs=configs)


def created(identity: Identity, base_url: str) -> WireIdentity:
    """An identity that was just made: its credentials are still as they were written."""
    return _without_null(wire_identity.admin(identity, base_url))


def replaced(identity: Identity, base_url: str) -> WireIdentity:
    """An identity that was just replaced."""
    return _without_null(read(identity, base_url))


def listed(found: CheckedSession, base_url: str, now: datetime, expand: frozenset[str]) -> AdminSession:
    """One of all sessions (HTTP-71): the person without addresses, and only on request."""
    identity = _person(found.identity, base_url, addresses=False) if "identity" in expand else None
    return _session(found, now, identity, found.session.devices if "devices" in expand else None)


def single(found: CheckedSession, base_url: str, now: datetime, expand: frozenset[str]) -> AdminSession:
    """The session that was asked for (HTTP-73)."""
    identity = _person(found.identity, base_url, addresses=True) if "identity" in expand else None
    return _session(found, now, identity, found.session.devices if "devices" in expand else ())


def of_person(found: CheckedSession, now: datetime) -> AdminSession:
    """One of somebody's sessions (HTTP-69), where the address of the schema is left empty."""
    person = msgspec.structs.replace(_person(found.identity, "", addresses=False), schema_url="")
    return _session(found, now, person, found.session.devices)


def extended(found: CheckedSession, base_url: str, now: datetime) -> AdminSession:
    """The session that was extended (HTTP-75): the person as they see themselves."""
    return _session(found, now, wire_identity.public(found.identity, base_url), ())


def batch(outcomes: Iterable[Outcome]) -> BatchAnswer:
    """What became of each item, in order (ID-15)."""
    return BatchAnswer(
        tuple(
            BatchOutcome(
                action="create" if outcome.error is None else "error",
                identity=outcome.identity_id or msgspec.UNSET,
                patch_id=outcome.patch_id or msgspec.UNSET,
                error=msgspec.UNSET if outcome.error is None else envelope(outcome.error).error,
            )
            for outcome in outcomes
        )
    )


def _upgraded(identity: Identity) -> Identity:
    if not identity.credentials:
        return identity
    credentials = {
        type: msgspec.structs.replace(each, version=max(each.version, _UPGRADED.get(type, 0)))
        for type, each in identity.credentials.items()
    }
    return msgspec.structs.replace(identity, credentials=credentials)


def _without_null(shown: WireIdentity) -> WireIdentity:
    return msgspec.structs.replace(shown, metadata_admin=shown.metadata_admin or msgspec.UNSET)


def _person(identity: Identity, base_url: str, *, addresses: bool) -> WireIdentity:
    shown = wire_identity.admin(identity, base_url, credentials=False)
    if addresses:
        return shown
    return msgspec.structs.replace(shown, verifiable_addresses=msgspec.UNSET, recovery_addresses=msgspec.UNSET)


def _session(
    found: CheckedSession, now: datetime, identity: WireIdentity | None, devices: tuple[Device, ...] | None
) -> AdminSession:
    session = found.session
    return AdminSession(
        id=session.id,
        active=session.good(now) and found.identity.active,
        expires_at=session.expires_at,
        authenticated_at=session.authenticated_at,
        authenticator_assurance_level=session.aal.value,
        authentication_methods=session.methods,
        issued_at=session.issued_at,
        identity=identity,
        devices=devices,
    )
