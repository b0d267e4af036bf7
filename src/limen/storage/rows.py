"""How do domain values become rows, and rows domain values? Typed both ways; nothing else reads or makes a column."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec

from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.identity.aal import Aal
from limen.domain.identity.addresses import RecoveryAddress, VerifiableAddress
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.identity.vouched import Vouched
from limen.domain.ids import FlowId, IdentityId, MethodName, SessionId
from limen.domain.session.amr import AuthenticationMethod
from limen.domain.session.device import Device
from limen.domain.session.session import Session
from limen.domain.ui.form import Form
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import ErrorPage
from limen.storage.statements import Values

D = TypeVar("D", bound=Detail)

_ENCODER: Final = msgspec.json.Encoder()
_FORM: Final = msgspec.json.Decoder(Form)
_METHODS: Final = msgspec.json.Decoder(tuple[AuthenticationMethod, ...])
_DEVICES: Final = msgspec.json.Decoder(tuple[Device, ...])
_VERIFIABLE: Final = msgspec.json.Decoder(tuple[VerifiableAddress, ...])
_RECOVERY: Final = msgspec.json.Decoder(tuple[RecoveryAddress, ...])
_IDENTIFIERS: Final = msgspec.json.Decoder(tuple[str, ...])


def instant(at: datetime) -> str:
    """The instant as stored: 27 characters, UTC. Raises ValueError for a time without a zone."""
    if at.tzinfo is not UTC:
        if at.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        at = at.astimezone(UTC)
    return f"{at.isoformat(timespec='microseconds')[:26]}Z"


def json_text(value: msgspec.Struct | Sequence[msgspec.Struct] | Sequence[str]) -> str:
    """The JSON of a column."""
    return _ENCODER.encode(value).decode()


def _document(text: str | None) -> JsonDoc | None:
    return None if text is None else JsonDoc.stored(text)


def _text(document: JsonDoc | None) -> str | None:
    return None if document is None else document.text


# -- flows ------------------------------------------------------------------------------------------------------------


class FlowRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `flows`, in the order of the columns."""

    id: FlowId
    kind: FlowKind
    type: FlowType
    state: State
    issued_at: datetime
    expires_at: datetime
    request_url: str
    return_to: str
    csrf_token: str
    active: MethodName | None
    form: str
    detail: str
    transient_payload: str | None
    internal: str
    version: int


def flow_values(flow: Flow[Detail]) -> Values:
    return {
        "id": flow.id,
        "kind": flow.kind.value,
        "type": flow.type.value,
        "state": flow.state.value,
        "issued_at": instant(flow.issued_at),
        "expires_at": instant(flow.expires_at),
        "request_url": flow.request_url,
        "return_to": flow.return_to,
        "csrf_token": flow.csrf_token,
        "active": flow.active,
        "form": json_text(flow.form),
        "detail": json_text(flow.detail),
        "transient_payload": _text(flow.transient_payload),
        "internal": flow.internal.text,
        "version": flow.version,
    }


def flow_of(row: FlowRow, detail: type[D]) -> Flow[D]:
    return Flow(
        id=row.id,
        kind=row.kind,
        type=row.type,
        state=row.state,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        request_url=row.request_url,
        return_to=row.return_to,
        csrf_token=row.csrf_token,
        active=row.active,
        form=_FORM.decode(row.form),
        detail=msgspec.json.decode(row.detail, type=detail),
        transient_payload=_document(row.transient_payload),
        internal=JsonDoc.stored(row.internal),
        version=row.version,
    )


# -- identities -------------------------------------------------------------------------------------------------------


class IdentityRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `identities`, in the order of the columns."""

    id: IdentityId
    schema_id: str
    state: IdentityState
    state_changed_at: datetime
    traits: str
    verifiable_addresses: str
    recovery_addresses: str
    metadata_public: str | None
    metadata_admin: str | None
    external_id: str | None
    organization_id: str | None
    region: str | None
    available_aal: Aal | None
    created_at: datetime
    updated_at: datetime
    vouched_by: Vouched | None


class CredentialRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `credentials`, in the order of the columns."""

    identity_id: IdentityId
    type: CredentialType
    identifiers: str
    config: str
    version: int
    created_at: datetime
    updated_at: datetime


def identity_values(identity: Identity) -> Values:
    return {
        "id": identity.id,
        "schema_id": identity.schema_id,
        "state": identity.state.value,
        "state_changed_at": instant(identity.state_changed_at),
        "traits": identity.traits.text,
        "verifiable_addresses": json_text(identity.verifiable_addresses),
        "recovery_addresses": json_text(identity.recovery_addresses),
        "metadata_public": _text(identity.metadata_public),
        "metadata_admin": _text(identity.metadata_admin),
        "external_id": identity.external_id,
        "organization_id": identity.organization_id,
        "region": identity.region,
        "available_aal": None if identity.available_aal is None else identity.available_aal.value,
        "created_at": instant(identity.created_at),
        "updated_at": instant(identity.updated_at),
        "vouched_by": None if identity.vouched_by is None else identity.vouched_by.value,
    }


def credential_values(owner: IdentityId, credential: Credential) -> Values:
    return {
        "identity_id": owner,
        "type": credential.type.value,
        "identifiers": json_text(credential.identifiers),
        "config": credential.config.text,
        "version": credential.version,
        "created_at": instant(credential.created_at),
        "updated_at": instant(credential.updated_at),
    }


def identity_of(row: IdentityRow, credentials: Mapping[CredentialType, Credential]) -> Identity:
    return Identity(
        id=row.id,
        schema_id=row.schema_id,
        state=row.state,
        state_changed_at=row.state_changed_at,
        traits=JsonDoc.stored(row.traits),
        credentials=credentials,
        verifiable_addresses=_VERIFIABLE.decode(row.verifiable_addresses),
        recovery_addresses=_RECOVERY.decode(row.recovery_addresses),
        metadata_public=_document(row.metadata_public),
        metadata_admin=_document(row.metadata_admin),
        external_id=row.external_id,
        organization_id=row.organization_id,
        region=row.region,
        available_aal=row.available_aal,
        created_at=row.created_at,
        updated_at=row.updated_at,
        vouched_by=row.vouched_by,
    )


def credentials_of(rows: Iterable[CredentialRow]) -> dict[IdentityId, dict[CredentialType, Credential]]:
    """The credentials of each identity that has any."""
    found: dict[IdentityId, dict[CredentialType, Credential]] = {}
    for row in rows:
        found.setdefault(row.identity_id, {})[row.type] = Credential(
            type=row.type,
            identifiers=_IDENTIFIERS.decode(row.identifiers),
            config=JsonDoc.stored(row.config),
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
    return found


# -- sessions and error pages -----------------------------------------------------------------------------------------


class SessionColumns(msgspec.Struct, frozen=True, array_like=True):
    """A row of `sessions` without its token, in the order of the columns."""

    id: SessionId
    identity_id: IdentityId
    active: bool
    aal: Aal
    methods: str
    devices: str
    authenticated_at: datetime
    issued_at: datetime
    expires_at: datetime


def session_values(session: Session) -> Values:
    """Every column but the token."""
    return {
        "id": session.id,
        "identity_id": session.identity_id,
        "active": session.active,
        "aal": session.aal.value,
        "methods": json_text(session.methods),
        "devices": json_text(session.devices),
        "authenticated_at": instant(session.authenticated_at),
        "issued_at": instant(session.issued_at),
        "expires_at": instant(session.expires_at),
    }


def session_of(row: SessionColumns) -> Session:
    return Session(
        id=row.id,
        identity_id=row.identity_id,
        active=row.active,
        aal=row.aal,
        methods=_METHODS.decode(row.methods),
        devices=_DEVICES.decode(row.devices),
        authenticated_at=row.authenticated_at,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )


class ErrorPageRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `error_pages` as far as it is read."""

    id: str
    error: str
    csrf_token: str
    created_at: datetime


def error_page_of(row: ErrorPageRow) -> ErrorPage:
    return ErrorPage(id=row.id, error=JsonDoc.stored(row.error), csrf_token=row.csrf_token, created_at=row.created_at)


class Count(msgspec.Struct, frozen=True, array_like=True):
    """A single number."""

    number: int


class Key(msgspec.Struct, frozen=True, array_like=True):
    """The id of an identity."""

    id: IdentityId


class Version(msgspec.Struct, frozen=True, array_like=True):
    """The version of the tables, as migrations keep it."""

    number: str
