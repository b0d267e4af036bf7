"""Which status, id and words has this error? One table for all of them (appendix B)."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

import msgspec

from limen.app import errors as app
from limen.app.admin import keyring
from limen.app.courier.outbox import LetterUnknown
from limen.app.flows import proving
from limen.app.flows.contract import FormProblems
from limen.app.hooks.deliveries.outbox import DeliveryUnknown
from limen.app.hooks.web_hook import errors as web_hook
from limen.domain.flow.continue_with import ShowRecovery, ShowVerification
from limen.domain.flow.kinds import FlowKind
from limen.kernel.egress import EgressFailed, EgressForbidden, EgressTimedOut
from limen.kernel.errors import LimenError, MalformedInput
from limen.kernel.json_doc import JsonDoc
from limen.ports import (
    admin_keys,
    courier,
    documents,
    hook_storage,
    jsonnet,
    one_time_secrets,
    passwords,
    storage,
    traits,
)
from limen.wire.flow import Item, item


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """The `details` of an error: only what is set is shown."""

    docs: str | msgspec.UnsetType = msgspec.UNSET
    hint: str | msgspec.UnsetType = msgspec.UNSET
    reject_reason: str | msgspec.UnsetType = msgspec.UNSET
    redirect_to: str | msgspec.UnsetType = msgspec.UNSET
    return_to: str | msgspec.UnsetType = msgspec.UNSET
    api: str | msgspec.UnsetType = msgspec.UNSET
    redirect_browser_to: str | msgspec.UnsetType = msgspec.UNSET
    continue_with: tuple[Item, ...] | msgspec.UnsetType = msgspec.UNSET


class GenericError(msgspec.Struct, frozen=True, kw_only=True):
    """The error object of the API document (HTTP-107)."""

    id: str | msgspec.UnsetType = msgspec.UNSET
    code: int
    status: str
    request: str | msgspec.UnsetType = msgspec.UNSET
    reason: str | msgspec.UnsetType = msgspec.UNSET
    details: Detail | msgspec.UnsetType = msgspec.UNSET
    message: str


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The whole body; some errors say more beside the error object."""

    error: GenericError
    redirect_browser_to: str | msgspec.UnsetType = msgspec.UNSET
    use_flow_id: str | msgspec.UnsetType = msgspec.UNSET
    expired_at: datetime | msgspec.UnsetType = msgspec.UNSET
    since: int | msgspec.UnsetType = msgspec.UNSET
    credentials_missing: bool | msgspec.UnsetType = msgspec.field(name="CredentialsMissing", default=msgspec.UNSET)


class Row(msgspec.Struct, frozen=True):
    """One line of the table: a status, the error's name if it has one, and what it says when the error itself says nothing."""

    status: HTTPStatus
    id: str = ""
    message: str = ""


_BAD, _NOT_FOUND, _FORBIDDEN = HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN
_UNAUTHORIZED, _CONFLICT, _GONE = HTTPStatus.UNAUTHORIZED, HTTPStatus.CONFLICT, HTTPStatus.GONE
_INTERNAL, _BUSY = HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE

_UPSTREAM: Final = "A service that is needed here did not answer as it should; try again later."

ROWS: Final[Mapping[type[LimenError], Row]] = {
    MalformedInput: Row(_BAD, "", "The request could not be understood."),
    FormProblems: Row(_BAD, "", "The form was not filled in as it needs to be."),
    app.FlowUnknown: Row(_NOT_FOUND),
    app.FlowIdMissing: Row(_BAD),
    app.FlowExpired: Row(_GONE, "self_service_flow_expired"),
    app.FlowGone: Row(_GONE),
    app.FlowReplaced: Row(_GONE, "self_service_flow_expired"),
    app.CsrfViolation: Row(_FORBIDDEN, "security_csrf_violation"),
    app.AlreadySignedIn: Row(_BAD, "session_already_available"),
    app.SessionRequired: Row(_UNAUTHORIZED),
    app.SessionInactive: Row(_UNAUTHORIZED, "session_inactive"),
    app.NoActiveSession: Row(_UNAUTHORIZED, "session_inactive"),
    app.FirstFactorRequired: Row(_UNAUTHORIZED, "session_aal1_required"),
    app.SecondFactorRequired: Row(_FORBIDDEN, "session_aal2_required"),
    app.FreshSessionRequired: Row(_FORBIDDEN, "session_refresh_required"),
    app.ForeignFlow: Row(_FORBIDDEN, "security_identity_mismatch"),
    app.ReturnToForbidden: Row(_BAD, "self_service_flow_return_to_forbidden"),
    app.FlowDisabled: Row(_BAD, "self_service_flow_disabled"),
    app.BadParameter: Row(_BAD),
    app.ProvingDisabled: Row(_BAD),
    app.FlowSuperseded: Row(_GONE, "self_service_flow_replaced"),
    app.RecoveryStartedOver: Row(_BAD),
    proving.StartOver: Row(_BAD),
    app.IdentityDisabled: Row(_BAD, "identity_disabled"),
    app.VerifiedAddressRequired: Row(_FORBIDDEN, "session_verified_address_required"),
    app.NoAddressToVerify: Row(_INTERNAL),
    app.PythonHookFailed: Row(_INTERNAL, "hook_failed", "A hook failed. Try again later."),
    app.LogoutTokenMissing: Row(_BAD),
    app.LogoutTokenWrong: Row(_FORBIDDEN),
    app.IdentityUnknown: Row(_NOT_FOUND),
    app.SessionUnknown: Row(_NOT_FOUND),
    app.ErrorPageUnknown: Row(_NOT_FOUND),
    app.OwnSession: Row(_BAD),
    app.TokenizerUnknown: Row(_BAD),
    app.TokenizerFailed: Row(_BAD),
    app.BadPageToken: Row(_BAD),
    app.MethodUnavailable: Row(_NOT_FOUND),
    app.BrowserMustMove: Row(HTTPStatus.UNPROCESSABLE_ENTITY, "browser_location_change_required"),
    app.TooManyAttempts: Row(HTTPStatus.TOO_MANY_REQUESTS, "rate_limited"),
    app.BodyTooLarge: Row(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    app.IdentityRefused: Row(_BAD),
    app.CredentialUnknown: Row(_NOT_FOUND),
    app.VersionMismatch: Row(HTTPStatus.PRECONDITION_FAILED, "precondition_failed"),
    storage.IdentifierTaken: Row(_CONFLICT, "", "An identity with these data exists already."),
    storage.ExternalIdTaken: Row(_CONFLICT, "", "An identity with this external id exists already."),
    storage.FlowChanged: Row(_CONFLICT, "", "The flow was submitted by somebody else at the same time."),
    storage.IdentityChanged: Row(_CONFLICT, "", "The identity was changed by somebody else at the same time."),
    one_time_secrets.SecretSpent: Row(_CONFLICT, "", "The code or link was used at the same time."),
    storage.StorageUnavailable: Row(_BUSY, "", "The database cannot be used at the moment."),
    traits.SchemaUnknown: Row(_NOT_FOUND),
    traits.SchemaBroken: Row(_INTERNAL, "", "An identity schema is misconfigured."),
    traits.TraitsInvalid: Row(_BAD),
    passwords.Overloaded: Row(_BUSY),
    passwords.UnknownHash: Row(_BAD),
    passwords.BreachCheckFailed: Row(_INTERNAL, "", "The password could not be checked; try again later."),
    documents.DocumentUnavailable: Row(HTTPStatus.BAD_GATEWAY),
    jsonnet.JsonnetFailed: Row(_BAD),
    LetterUnknown: Row(_NOT_FOUND),
    admin_keys.AdminKeyUnknown: Row(_NOT_FOUND),
    keyring.KeyMissing: Row(_UNAUTHORIZED, "admin_key_missing"),
    keyring.KeyRefused: Row(_UNAUTHORIZED, "admin_key_invalid"),
    keyring.KeyExpired: Row(_UNAUTHORIZED, "admin_key_expired"),
    keyring.KeyTooWeak: Row(_FORBIDDEN, "admin_key_scope"),
    courier.TemplateBroken: Row(_INTERNAL, "", "A message could not be worded: its template is broken."),
    courier.DeliveryFailed: Row(HTTPStatus.BAD_GATEWAY),
    courier.NobodyAnswered: Row(HTTPStatus.BAD_GATEWAY),
    storage.LetterTaken: Row(_CONFLICT),
    hook_storage.DeliveryTaken: Row(_CONFLICT, "", "The delivery is being sent at this moment."),
    DeliveryUnknown: Row(_NOT_FOUND),
    web_hook.HookFailed: Row(_INTERNAL, "", _UPSTREAM),
    web_hook.HookRefused: Row(HTTPStatus.BAD_GATEWAY, "", _UPSTREAM),
    web_hook.HookTimedOut: Row(
        HTTPStatus.GATEWAY_TIMEOUT, "", "A service that is needed here takes too long; try again later."
    ),
    web_hook.HookUnreachable: Row(_INTERNAL, "", "A service that is needed here cannot be reached; try again later."),
    web_hook.HookBroken: Row(_INTERNAL, "", "A service that is needed here is misconfigured."),
    web_hook.HookBusy: Row(_BUSY, "", "A service that is needed here is overloaded; try again later."),
    EgressFailed: Row(HTTPStatus.BAD_GATEWAY),
    EgressForbidden: Row(HTTPStatus.BAD_GATEWAY),
    EgressTimedOut: Row(HTTPStatus.GATEWAY_TIMEOUT),
}
"""A class without a row of its own takes that of the nearest class above it; tests/wire/test_errors.py wants one for each."""

_NANOSECONDS: Final = 1_000_000_000
_DOCS: Final = "https://www.rfc-editor.org/rfc/rfc6265#section-8.2"


def row_of(error: LimenError) -> Row:
    for kind in type(error).__mro__:
        if issubclass(kind, LimenError) and kind in ROWS:
            return ROWS[kind]
    return Row(_INTERNAL, "", "Something went wrong here; it has been noted.")


def envelope(error: LimenError, request_id: str = "") -> Envelope:
    """The body of an error (HTTP-107, HTTP-108). What went wrong inside is not told to the outside."""
    row = row_of(error)
    said = error.reason if row.status < _INTERNAL or not row.message else ""
    if isinstance(error, FormProblems):
        said = " ".join(problem.message.text for problem in error.problems)
    generic = GenericError(
        id=row.id or msgspec.UNSET,
        code=row.status.value,
        status=row.status.phrase,
        request=request_id or msgspec.UNSET,
        details=_details(error),
        message=said or row.message or row.status.phrase,
    )
    match error:
        case app.SecondFactorRequired() | app.FreshSessionRequired() | app.BrowserMustMove():
            return Envelope(error=generic, redirect_browser_to=error.redirect_browser_to)
        case app.NoActiveSession():
            return Envelope(error=generic, credentials_missing=False)
        case app.FlowSuperseded():
            return Envelope(error=generic, use_flow_id=error.use_flow_id)
        case app.FlowReplaced():
            since = int(error.since * _NANOSECONDS)
            return Envelope(error=generic, use_flow_id=error.use_flow_id, expired_at=error.expired_at, since=since)
        case _:
            return Envelope(error=generic)


def unexpected(request_id: str = "") -> Envelope:
    """What is told about a failure that nobody foresaw."""
    generic = GenericError(
        code=_INTERNAL.value,
        status=_INTERNAL.phrase,
        request=request_id or msgspec.UNSET,
        message="Something went wrong here; it has been noted.",
    )
    return Envelope(error=generic)


def document(found: Envelope) -> JsonDoc:
    """The error object alone, as the error page keeps it (ERR-02)."""
    return JsonDoc.of(found.error)


def _details(error: LimenError) -> Detail | msgspec.UnsetType:  # noqa: PLR0911 (one line for each kind of error)
    match error:
        case app.CsrfViolation():
            return Detail(docs=_DOCS, hint=error.hint, reject_reason=error.reject_reason or msgspec.UNSET)
        case app.FlowExpired():
            if error.type.value == "api":
                return Detail(api=error.restart)
            return Detail(redirect_to=error.restart, return_to=error.return_to)
        case app.SecondFactorRequired():
            return Detail(redirect_browser_to=error.redirect_browser_to)
        case app.RecoveryStartedOver():
            return Detail(continue_with=(item(ShowRecovery(flow_id=error.use_flow_id)),))
        case app.FlowReplaced() if error.kind is FlowKind.RECOVERY:
            return Detail(continue_with=(item(ShowRecovery(flow_id=error.use_flow_id)),))
        case app.VerifiedAddressRequired() if error.flow_id:
            shown = ShowVerification(flow_id=error.flow_id, address=error.address, url=error.url)
            return Detail(continue_with=(item(shown),))
        case _:
            return msgspec.UNSET
