"""Which operations does the public listener have? Those of Kratos' document by its names, and ours (docs/wire.md)."""

from collections.abc import Sequence
from typing import Final

from limen.domain.flow.kinds import FlowKind
from limen.http.openapi import forms
from limen.http.openapi.operations import (
    COOKIES,
    ERROR,
    PAGES,
    TOKEN_HEADER,
    Body,
    Either,
    Named,
    Operation,
    Parameter,
    Port,
    Text,
    held,
    needed,
    text,
    truth,
)
from limen.http.public.error_pages import WireErrorPage
from limen.http.public.health import NotReady, Status
from limen.http.public.schemas import ListedSchema
from limen.http.public.sessions import EndedCount
from limen.wire.courier import InboxAnswer
from limen.wire.flow import LoginResult, LogoutUrl, RegistrationResult
from limen.wire.session import WireSession

_FRONT: Final = "frontend"
_MOVED: Final = Named("errorBrowserLocationChangeRequired")
_GONE: Final = Either(("selfServiceFlowExpiredError", "errorFlowReplaced", "errorGeneric"))
_FORBIDDEN: Final = Either(
    ("needsPrivilegedSessionError", "errorAuthenticatorAssuranceLevelNotSatisfied", "errorGeneric")
)
_BOTH: Final = (Port.PUBLIC, Port.ADMIN)

_BROWSER: Final[dict[FlowKind, tuple[Parameter, ...]]] = {
    FlowKind.LOGIN: (*truth("refresh"), *text("aal", "return_to", "organization", "via", "identity_schema"), COOKIES),
    FlowKind.REGISTRATION: text("return_to", "after_verification_return_to", "organization", "identity_schema"),
    FlowKind.SETTINGS: (*text("return_to", "organization"), COOKIES),
    FlowKind.RECOVERY: text("return_to"),
    FlowKind.VERIFICATION: text("return_to"),
}
_NATIVE: Final[dict[FlowKind, tuple[Parameter, ...]]] = {
    FlowKind.LOGIN: (
        *truth("refresh", "return_session_token_exchange_code"),
        *text("aal", "return_to", "organization", "via", "identity_schema"),
        TOKEN_HEADER,
    ),
    FlowKind.REGISTRATION: (
        *truth("return_session_token_exchange_code"),
        *text("return_to", "organization", "identity_schema"),
    ),
    FlowKind.SETTINGS: (TOKEN_HEADER, *text("organization")),
    FlowKind.RECOVERY: (),
    FlowKind.VERIFICATION: text("return_to"),
}
_READING: Final[dict[FlowKind, tuple[Parameter, ...]]] = {
    kind: ((TOKEN_HEADER,) if kind is FlowKind.SETTINGS else ()) for kind in FlowKind
}
_SENDING: Final[dict[FlowKind, tuple[Parameter, ...]]] = {
    FlowKind.LOGIN: (TOKEN_HEADER,),
    FlowKind.REGISTRATION: (),
    FlowKind.SETTINGS: (TOKEN_HEADER,),
    FlowKind.RECOVERY: text("token"),
    FlowKind.VERIFICATION: text("token"),
}
_ENDS: Final[dict[FlowKind, object]] = {FlowKind.LOGIN: LoginResult, FlowKind.REGISTRATION: RegistrationResult}
"""What a native app gets when the flow is done; of the other kinds, the flow."""


def of_kind(kind: FlowKind) -> tuple[Operation, ...]:
    """Starting, reading and sending the flows of a kind."""
    named, base = kind.value.capitalize(), f"/self-service/{kind.value}"
    shown = Named(f"{kind.value}Flow")
    again = Either((shown.name, "errorGeneric"))
    sent = {200: _ENDS.get(kind, shown), 303: None, 400: again, 401: ERROR, 403: _FORBIDDEN, 410: _GONE, 422: _MOVED}
    query = (*needed("flow"), *_SENDING[kind], COOKIES)
    return (
        Operation(
            id=f"createBrowser{named}Flow",
            method="GET",
            path=f"{base}/browser",
            tag=_FRONT,
            summary=f"Begin a {kind.value} flow in a browser",
            answers={200: shown, 303: None, 400: ERROR, 401: ERROR, 403: _FORBIDDEN, 422: _MOVED},
            parameters=_BROWSER[kind],
        ),
        Operation(
            id=f"createNative{named}Flow",
            method="GET",
            path=f"{base}/api",
            tag=_FRONT,
            summary=f"Begin a {kind.value} flow in an app",
            answers={200: shown, 400: ERROR, 401: ERROR, 403: _FORBIDDEN},
            parameters=_NATIVE[kind],
        ),
        Operation(
            id=f"get{named}Flow",
            method="GET",
            path=f"{base}/flows",
            tag=_FRONT,
            summary=f"Read a {kind.value} flow",
            answers={200: shown, 303: None, 401: ERROR, 403: _FORBIDDEN, 404: ERROR, 410: _GONE},
            parameters=(*needed("id"), *_READING[kind], COOKIES),
        ),
        Operation(
            id=f"update{named}Flow",
            method="POST",
            path=base,
            tag=_FRONT,
            summary=f"Send the form of a {kind.value} flow",
            answers=sent | ({204: None} if kind in {FlowKind.RECOVERY, FlowKind.VERIFICATION} else {}),
            parameters=query,
            body=Body(shape=Named(forms.body_name(kind)), form=True),
        ),
        Operation(
            id=f"open{named}Flow",
            method="GET",
            path=base,
            tag=_FRONT,
            summary=f"Send the form of a {kind.value} flow in the query, as links in messages do",
            answers=sent | {204: None},
            parameters=(Parameter(name="flow"), *_SENDING[kind], COOKIES),
            own=True,
        ),
    )


_LOGOUT: Final = (
    Operation(
        id="createBrowserLogoutFlow",
        method="GET",
        path="/self-service/logout/browser",
        tag=_FRONT,
        summary="Where a browser signs out",
        answers={200: LogoutUrl, 303: None, 400: ERROR, 401: ERROR},
        parameters=(COOKIES, *text("return_to")),
    ),
    Operation(
        id="updateLogoutFlow",
        method="GET",
        path="/self-service/logout",
        tag=_FRONT,
        summary="Sign out a browser",
        answers={204: None, 303: None, 422: _MOVED},
        parameters=(*text("token", "return_to"), COOKIES),
    ),
    Operation(
        id="performNativeLogout",
        method="DELETE",
        path="/self-service/logout/api",
        tag=_FRONT,
        summary="Sign out an app",
        answers={204: None, 400: ERROR},
        body=Body(shape=Named("performNativeLogoutBody")),
    ),
)

_SESSIONS: Final = (
    Operation(
        id="toSession",
        method="GET",
        path="/sessions/whoami",
        tag=_FRONT,
        summary="Whose session this is",
        answers={200: WireSession, 401: ERROR, 403: _FORBIDDEN},
        parameters=(TOKEN_HEADER, COOKIES, *text("tokenize_as")),
        signed_in=True,
    ),
    Operation(
        id="listMySessions",
        method="GET",
        path="/sessions",
        tag=_FRONT,
        summary="The other sessions of the same person",
        answers={200: tuple[WireSession, ...], 400: ERROR, 401: ERROR},
        parameters=(*PAGES, TOKEN_HEADER, COOKIES),
        signed_in=True,
    ),
    Operation(
        id="disableMyOtherSessions",
        method="DELETE",
        path="/sessions",
        tag=_FRONT,
        summary="End the other sessions of the same person",
        answers={200: EndedCount, 204: None, 400: ERROR, 401: ERROR},
        parameters=(TOKEN_HEADER, COOKIES),
        signed_in=True,
    ),
    Operation(
        id="disableMySession",
        method="DELETE",
        path="/sessions/{id}",
        tag=_FRONT,
        summary="End another session of the same person",
        answers={204: None, 400: ERROR, 401: ERROR},
        parameters=(*held("id"), TOKEN_HEADER, COOKIES),
        signed_in=True,
    ),
)

_REST: Final = (
    Operation(
        id="getFlowError",
        method="GET",
        path="/self-service/errors",
        tag=_FRONT,
        summary="What a browser was sent to the error page for",
        answers={200: WireErrorPage, 403: ERROR, 404: ERROR},
        parameters=needed("id"),
    ),
    Operation(
        id="getWellKnownChangePassword",
        method="GET",
        path="/.well-known/change-password",
        tag=_FRONT,
        summary="Where a password is changed",
        answers={303: None},
    ),
    Operation(
        id="listIdentitySchemas",
        method="GET",
        path="/schemas",
        also=("/admin/schemas",),
        tag="identity",
        summary="The identity schemas",
        answers={200: tuple[ListedSchema, ...], 400: ERROR},
        parameters=PAGES,
    ),
    Operation(
        id="getIdentitySchema",
        method="GET",
        path="/schemas/{id}",
        also=("/admin/schemas/{id}",),
        tag="identity",
        summary="An identity schema",
        answers={200: Named("identitySchema"), 404: ERROR},
        parameters=held("id"),
    ),
    Operation(
        id="isAlive",
        method="GET",
        path="/health/alive",
        tag="metadata",
        summary="Whether the process answers",
        answers={200: Status},
        ports=_BOTH,
    ),
    Operation(
        id="isReady",
        method="GET",
        path="/health/ready",
        tag="metadata",
        summary="Whether it can serve",
        answers={200: Status, 503: NotReady},
        ports=_BOTH,
    ),
    Operation(
        id="readInbox",
        method="GET",
        path="/dev/inbox/messages",
        tag="development",
        summary="Messages that were kept instead of sent; in development only",
        answers={200: InboxAnswer, 400: ERROR, 404: Text()},
        parameters=text("recipient", "after", "wait"),
        own=True,
    ),
)

OPERATIONS: Final[Sequence[Operation]] = (
    *(operation for kind in FlowKind for operation in of_kind(kind)),
    *_LOGOUT,
    *_SESSIONS,
    *_REST,
)
