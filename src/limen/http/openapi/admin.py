"""Which operations does the admin listener have? Those of Kratos' document by its names, and ours (docs/wire.md)."""

from collections.abc import Sequence
from typing import Final

from limen.app.identities.batch import Batch
from limen.app.identities.create import NewIdentity
from limen.app.identities.update import Replacement
from limen.app.sessions.manage import Bulk, Ended
from limen.domain.courier.letter import LetterStatus
from limen.domain.hooks.delivery import DeliveryStatus
from limen.domain.identity.credentials import CredentialType
from limen.http.admin.recovery import RecoveryCode, RecoveryLink
from limen.http.openapi.operations import (
    ERROR,
    PAGES,
    TOKEN_PAGES,
    VERSION,
    Body,
    Named,
    Operation,
    Port,
    Text,
    held,
    one_of,
    text,
    truth,
    words,
)
from limen.http.public.health import Version
from limen.wire.admin import AdminSession, BatchAnswer
from limen.wire.audit import WireAuditEntry
from limen.wire.courier import WireMessage
from limen.wire.hooks import Repeated, WireDelivery, WireRuns
from limen.wire.identity import WireIdentity

_HERE: Final = (Port.ADMIN,)
_PEOPLE: Final = "identity"
_INCLUDE: Final = words("include_credential", *CredentialType)
_EXPAND: Final = words("expand", "identity", "devices")

_IDENTITIES: Final = (
    Operation(
        id="listIdentities",
        method="GET",
        path="/admin/identities",
        tag=_PEOPLE,
        summary="Identities, page by page",
        answers={200: tuple[WireIdentity, ...], 400: ERROR},
        parameters=(
            *PAGES,
            *text("consistency"),
            *words("ids"),
            *text("credentials_identifier", "preview_credentials_identifier_similar"),
            *_INCLUDE,
            *text("organization_id"),
        ),
        ports=_HERE,
    ),
    Operation(
        id="createIdentity",
        method="POST",
        path="/admin/identities",
        tag=_PEOPLE,
        summary="Make an identity",
        answers={201: WireIdentity, 400: ERROR, 409: ERROR},
        body=Body(shape=NewIdentity),
        ports=_HERE,
    ),
    Operation(
        id="batchPatchIdentities",
        method="PATCH",
        path="/admin/identities",
        tag=_PEOPLE,
        summary="Make many identities",
        answers={200: BatchAnswer, 400: ERROR, 409: ERROR},
        body=Body(shape=Batch),
        ports=_HERE,
    ),
    Operation(
        id="getIdentityByExternalID",
        method="GET",
        path="/admin/identities/by/external/{externalID}",
        tag=_PEOPLE,
        summary="The identity with the id that another system gave it",
        answers={200: WireIdentity, 404: ERROR},
        parameters=(*held("externalID"), *_INCLUDE, VERSION),
        ports=_HERE,
    ),
    Operation(
        id="getIdentity",
        method="GET",
        path="/admin/identities/{id}",
        tag=_PEOPLE,
        summary="An identity",
        answers={200: WireIdentity, 404: ERROR, 412: ERROR},
        parameters=(*held("id"), *_INCLUDE, VERSION),
        ports=_HERE,
    ),
    Operation(
        id="updateIdentity",
        method="PUT",
        path="/admin/identities/{id}",
        tag=_PEOPLE,
        summary="Replace what can be replaced of an identity",
        answers={200: WireIdentity, 400: ERROR, 404: ERROR, 409: ERROR, 412: ERROR},
        parameters=(*held("id"), VERSION),
        body=Body(shape=Replacement),
        ports=_HERE,
    ),
    Operation(
        id="patchIdentity",
        method="PATCH",
        path="/admin/identities/{id}",
        tag=_PEOPLE,
        summary="Change an identity by JSON Patch",
        answers={200: WireIdentity, 400: ERROR, 404: ERROR, 409: ERROR, 412: ERROR},
        parameters=(*held("id"), VERSION),
        body=Body(shape=Named("jsonPatchDocument")),
        ports=_HERE,
    ),
    Operation(
        id="deleteIdentity",
        method="DELETE",
        path="/admin/identities/{id}",
        tag=_PEOPLE,
        summary="Delete an identity with all it has",
        answers={204: None, 404: ERROR, 412: ERROR},
        parameters=(*held("id"), VERSION),
        ports=_HERE,
    ),
    Operation(
        id="deleteIdentityCredentials",
        method="DELETE",
        path="/admin/identities/{id}/credentials/{type}",
        tag=_PEOPLE,
        summary="Take a credential away",
        answers={204: None, 400: ERROR, 404: ERROR, 412: ERROR},
        parameters=(*held("id", "type"), *text("identifier"), VERSION),
        ports=_HERE,
    ),
    Operation(
        id="createRecoveryCodeForIdentity",
        method="POST",
        path="/admin/recovery/code",
        tag=_PEOPLE,
        summary="Let somebody back in with a code",
        answers={201: RecoveryCode, 400: ERROR, 404: ERROR},
        body=Body(shape=Named("createRecoveryCodeForIdentityBody")),
        ports=_HERE,
    ),
    Operation(
        id="createRecoveryLinkForIdentity",
        method="POST",
        path="/admin/recovery/link",
        tag=_PEOPLE,
        summary="Let somebody back in with a link",
        answers={200: RecoveryLink, 400: ERROR, 404: ERROR},
        parameters=text("return_to"),
        body=Body(shape=Named("createRecoveryLinkForIdentityBody")),
        ports=_HERE,
    ),
)

_SESSIONS: Final = (
    Operation(
        id="listIdentitySessions",
        method="GET",
        path="/admin/identities/{id}/sessions",
        tag=_PEOPLE,
        summary="Somebody's sessions",
        answers={200: tuple[AdminSession, ...], 400: ERROR, 404: ERROR},
        parameters=(*PAGES, *held("id"), *truth("active")),
        ports=_HERE,
    ),
    Operation(
        id="deleteIdentitySessions",
        method="DELETE",
        path="/admin/identities/{id}/sessions",
        tag=_PEOPLE,
        summary="Delete all of somebody's sessions",
        answers={204: None, 400: ERROR, 404: ERROR},
        parameters=held("id"),
        ports=_HERE,
    ),
    Operation(
        id="listSessions",
        method="GET",
        path="/admin/sessions",
        tag=_PEOPLE,
        summary="All sessions, page by page",
        answers={200: tuple[AdminSession, ...], 400: ERROR},
        parameters=(*TOKEN_PAGES, *truth("active"), *_EXPAND),
        ports=_HERE,
    ),
    Operation(
        id="manageSessions",
        method="POST",
        path="/admin/sessions",
        tag=_PEOPLE,
        summary="End or delete many sessions",
        answers={200: Ended, 400: ERROR},
        body=Body(shape=Bulk),
        ports=_HERE,
    ),
    Operation(
        id="getSession",
        method="GET",
        path="/admin/sessions/{id}",
        tag=_PEOPLE,
        summary="A session",
        answers={200: AdminSession, 400: ERROR, 404: ERROR},
        parameters=(*_EXPAND, *held("id")),
        ports=_HERE,
    ),
    Operation(
        id="disableSession",
        method="DELETE",
        path="/admin/sessions/{id}",
        tag=_PEOPLE,
        summary="End a session",
        answers={204: None, 400: ERROR, 404: ERROR},
        parameters=held("id"),
        ports=_HERE,
    ),
    Operation(
        id="extendSession",
        method="PATCH",
        path="/admin/sessions/{id}/extend",
        tag=_PEOPLE,
        summary="Prolong a session",
        answers={200: AdminSession, 204: None, 400: ERROR, 404: ERROR},
        parameters=held("id"),
        ports=_HERE,
    ),
)

_COURIER: Final = (
    Operation(
        id="listCourierMessages",
        method="GET",
        path="/admin/courier/messages",
        tag="courier",
        summary="Messages, newest first",
        answers={200: tuple[WireMessage, ...], 400: ERROR},
        parameters=(*TOKEN_PAGES, *one_of("status", *LetterStatus), *text("recipient")),
        ports=_HERE,
    ),
    Operation(
        id="getCourierMessage",
        method="GET",
        path="/admin/courier/messages/{id}",
        tag="courier",
        summary="A message, and every attempt to deliver it",
        answers={200: WireMessage, 400: ERROR, 404: ERROR},
        parameters=held("id"),
        ports=_HERE,
    ),
)

_OPERATIONS: Final = (
    Operation(
        id="getVersion",
        method="GET",
        path="/version",
        tag="metadata",
        summary="The version of Limen",
        answers={200: Version},
        ports=_HERE,
    ),
    Operation(
        id="getConfigRevision",
        method="GET",
        path="/admin/health/config",
        tag="metadata",
        summary="Which configuration is in force",
        answers={200: Text()},
        ports=_HERE,
        own=True,
    ),
    Operation(
        id="getMetrics",
        method="GET",
        path="/admin/metrics/prometheus",
        tag="metadata",
        summary="Figures for Prometheus",
        answers={200: Text()},
        ports=_HERE,
        own=True,
    ),
)

_AUDIT: Final = (
    Operation(
        id="listAuditEntries",
        method="GET",
        path="/admin/audit",
        tag="audit",
        summary="What operators changed, newest first",
        answers={200: tuple[WireAuditEntry, ...], 400: ERROR},
        parameters=TOKEN_PAGES,
        ports=_HERE,
        own=True,
    ),
)

_HOOKS: Final = (
    Operation(
        id="listHookRuns",
        method="GET",
        path="/admin/flows/{id}/hooks",
        tag="hooks",
        summary="Which hooks ran in a flow",
        answers={200: WireRuns},
        parameters=held("id"),
        ports=_HERE,
        own=True,
    ),
    Operation(
        id="listHookDeliveries",
        method="GET",
        path="/admin/hooks/deliveries",
        tag="hooks",
        summary="Calls of ignored web hooks, newest first",
        answers={200: tuple[WireDelivery, ...], 400: ERROR},
        parameters=(*TOKEN_PAGES, *one_of("status", *DeliveryStatus), *text("hook")),
        ports=_HERE,
        own=True,
    ),
    Operation(
        id="replayDeadHookDeliveries",
        method="POST",
        path="/admin/hooks/deliveries/replay",
        tag="hooks",
        summary="Have all calls that were given up made once more",
        answers={200: Repeated},
        parameters=text("hook"),
        ports=_HERE,
        own=True,
    ),
    Operation(
        id="getHookDelivery",
        method="GET",
        path="/admin/hooks/deliveries/{id}",
        tag="hooks",
        summary="A call of an ignored web hook",
        answers={200: WireDelivery, 404: ERROR},
        parameters=held("id"),
        ports=_HERE,
        own=True,
    ),
    Operation(
        id="replayHookDelivery",
        method="POST",
        path="/admin/hooks/deliveries/{id}/replay",
        tag="hooks",
        summary="Have a call made once more",
        answers={200: WireDelivery, 404: ERROR, 409: ERROR},
        parameters=held("id"),
        ports=_HERE,
        own=True,
    ),
)

OPERATIONS: Final[Sequence[Operation]] = (*_IDENTITIES, *_SESSIONS, *_COURIER, *_OPERATIONS, *_AUDIT, *_HOOKS)
