"""What is a wire type called in the API document? As in Kratos' own, where it has one; else as here (docs/wire.md)."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, get_args

import msgspec

from limen.app.courier.inbox import Kept
from limen.app.flows.operator_recovery import Order
from limen.app.identities import batch, create, given, imports, json_patch, update
from limen.app.identities.credential_forms import Attestation, Authenticator, BackupCode, KeyFlags, StoredKey
from limen.app.sessions import manage
from limen.domain.courier.letter import LetterStatus
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.identity.aal import Aal
from limen.domain.identity.addresses import AddressStatus, RecoveryAddress, VerifiableAddress, Via
from limen.domain.session.amr import AuthenticationMethod
from limen.domain.session.device import Device
from limen.http.admin.recovery import RecoveryCode, RecoveryLink
from limen.http.public.error_pages import WireErrorPage
from limen.http.public.health import NotReady, Status, Version
from limen.http.public.schemas import ListedSchema
from limen.http.public.sessions import EndedCount
from limen.wire import admin, courier, errors, flow, hooks, identity, session, ui


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Which fields of a Struct a component has; all of them unless `only` names some."""

    only: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    always: frozenset[str] = frozenset()
    """Fields that are there although the Struct may leave them out."""
    fixed: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict[str, tuple[str, ...]])
    """The only values that a field has here."""
    other: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    """Fields that are described by another component."""

    def leaves(self, field: str) -> bool:
        return field in self.without or bool(self.only and field not in self.only)


NAMES: Final[Mapping[type[msgspec.Struct], str]] = {
    identity.WireIdentity: "identity",
    identity.WireCredential: "identityCredentials",
    VerifiableAddress: "verifiableIdentityAddress",
    RecoveryAddress: "recoveryIdentityAddress",
    session.WireSession: "session",
    AuthenticationMethod: "sessionAuthenticationMethod",
    Device: "sessionDevice",
    errors.GenericError: "genericError",
    errors.Detail: "errorDetails",
    ui.UiContainer: "uiContainer",
    ui.UiNode: "uiNode",
    ui.UiMeta: "uiNodeMeta",
    ui.UiText: "uiText",
    ui.UiOption: "uiNodeInputAttributesOption",
    ui.InputAttributes: "uiNodeInputAttributes",
    ui.ImageAttributes: "uiNodeImageAttributes",
    ui.AnchorAttributes: "uiNodeAnchorAttributes",
    ui.TextAttributes: "uiNodeTextAttributes",
    ui.ScriptAttributes: "uiNodeScriptAttributes",
    flow.LoginResult: "successfulNativeLogin",
    flow.RegistrationResult: "successfulNativeRegistration",
    flow.LogoutUrl: "logoutFlow",
    flow.SetSessionTokenItem: "continueWithSetOrySessionToken",
    flow.RedirectItem: "continueWithRedirectBrowserTo",
    WireErrorPage: "flowError",
    Status: "healthStatus",
    NotReady: "healthNotReadyStatus",
    Version: "version",
    ListedSchema: "identitySchemaContainer",
    EndedCount: "deleteMySessionsCount",
    RecoveryCode: "recoveryCodeForIdentity",
    RecoveryLink: "recoveryLinkForIdentity",
    admin.AdminSession: "adminSession",
    admin.BatchAnswer: "batchPatchIdentitiesResponse",
    admin.BatchOutcome: "identityPatchResponse",
    courier.WireMessage: "message",
    courier.WireDispatch: "messageDispatch",
    courier.InboxAnswer: "inboxMessages",
    Kept: "inboxMessage",
    hooks.WireRuns: "hookRuns",
    hooks.WireRun: "hookRun",
    hooks.WireDelivery: "hookDelivery",
    hooks.Repeated: "hookDeliveriesRepeated",
    create.NewIdentity: "createIdentityBody",
    update.Replacement: "updateIdentityBody",
    batch.Batch: "patchIdentitiesBody",
    batch.BatchItem: "identityPatch",
    json_patch.PatchStep: "jsonPatch",
    manage.Bulk: "manageSessionsBody",
    manage.Ended: "manageSessionsResponse",
    given.GivenVerifiable: "createVerifiableAddress",
    given.GivenRecovery: "createRecoveryAddress",
    imports.GivenCredentials: "identityWithCredentials",
    imports.PasswordImport: "identityWithCredentialsPassword",
    imports.GivenPassword: "identityWithCredentialsPasswordConfig",
    imports.ProvidersImport: "identityWithCredentialsOidc",
    imports.GivenProviders: "identityWithCredentialsOidcConfig",
    imports.GivenProvider: "identityWithCredentialsOidcConfigProvider",
    imports.TotpImport: "identityWithCredentialsTotp",
    imports.GivenTotp: "identityWithCredentialsTotpConfig",
    imports.CodesImport: "AdminIdentityImportCredentialsLookupSecret",
    imports.GivenCodes: "AdminIdentityImportCredentialsLookupSecretConfig",
    imports.KeysImport: "identityWithCredentialsWebAuthn",
    imports.GivenKeys: "identityWithCredentialsWebAuthnConfig",
    BackupCode: "identityCredentialsLookupSecretCode",
    StoredKey: "identityCredentialsWebAuthn",
    Attestation: "identityCredentialsWebAuthnAttestation",
    Authenticator: "identityCredentialsWebAuthnAuthenticator",
    KeyFlags: "identityCredentialsWebAuthnFlags",
}

ENUMERATIONS: Final[Mapping[type[Enum], str]] = {
    Aal: "authenticatorAssuranceLevel",
    FlowType: "selfServiceFlowType",
    LetterStatus: "courierMessageStatus",
    Via: "courierMessageType",
    AddressStatus: "identityVerifiableAddressStatus",
}

TYPES: Final[Mapping[tuple[str, str], object]] = {
    ("WireFlow", "type"): FlowType,
    ("WireFlow", "requested_aal"): Aal | msgspec.UnsetType,
    ("WireSession", "authenticator_assurance_level"): Aal,
    ("AdminSession", "authenticator_assurance_level"): Aal,
    ("WireMessage", "status"): LetterStatus,
    ("WireMessage", "type"): Via,
}
"""Fields that are told as text, and what the text is one of."""

UNIONS: Final[Mapping[frozenset[object], str]] = {
    frozenset(get_args(ui.UiAttributes)): "uiNodeAttributes",
    frozenset(get_args(flow.Item)): "continueWith",
}

# -- components that are a part of a Struct -----------------------------------------------------------------------------

_TWO_SIDES: Final = frozenset({"organization_id"})
_OWN: Final[Mapping[FlowKind, frozenset[str]]] = {
    FlowKind.LOGIN: _TWO_SIDES
    | {"session_token_exchange_code", "created_at", "updated_at", "refresh", "requested_aal", "identity_schema"},
    FlowKind.REGISTRATION: _TWO_SIDES | {"session_token_exchange_code", "identity_schema"},
    FlowKind.SETTINGS: _TWO_SIDES | {"identity", "continue_with"},
    FlowKind.RECOVERY: frozenset({"continue_with"}),
    FlowKind.VERIFICATION: frozenset(),
}
"""What the flows of a kind have beside what all of them have (`wire.flow.flow`)."""
_SOMEBODYS: Final = frozenset(field for own in _OWN.values() for field in own)

FLOWS: Final[Mapping[str, Part]] = {
    f"{kind.value}Flow": Part(without=_SOMEBODYS - own, other={"state": f"{kind.value}FlowState"})
    for kind, own in _OWN.items()
}
STATES: Final[Mapping[str, tuple[State, ...]]] = {
    "loginFlowState": (State.CHOOSE_METHOD, State.SENT_EMAIL, State.PASSED_CHALLENGE),
    "registrationFlowState": (State.CHOOSE_METHOD, State.SENT_EMAIL, State.PASSED_CHALLENGE),
    "settingsFlowState": (State.SHOW_FORM, State.SUCCESS),
    "recoveryFlowState": (
        State.CHOOSE_METHOD,
        State.SENT_EMAIL,
        State.PASSED_CHALLENGE,
        State.AWAITING_ADDRESS,
        State.AWAITING_ADDRESS_CHOICE,
        State.CONFIRMING_ADDRESS,
        State.AWAITING_CODE,
    ),
    "verificationFlowState": (State.CHOOSE_METHOD, State.SENT_EMAIL, State.PASSED_CHALLENGE),
}

_MOVE: Final = frozenset({"error", "redirect_browser_to"})
ENVELOPES: Final[Mapping[str, Part]] = {
    "errorGeneric": Part(only=frozenset({"error"})),
    "errorBrowserLocationChangeRequired": Part(only=_MOVE, always=_MOVE),
    "needsPrivilegedSessionError": Part(only=_MOVE, always=_MOVE),
    "errorAuthenticatorAssuranceLevelNotSatisfied": Part(only=_MOVE, always=_MOVE),
    "errorFlowReplaced": Part(only=frozenset({"error", "use_flow_id"})),
    "selfServiceFlowExpiredError": Part(only=frozenset({"error", "expired_at", "since", "use_flow_id"})),
}
NEXT_FLOWS: Final[Mapping[str, Part]] = {
    f"continueWith{kind}Ui": Part(
        fixed={"action": (f"show_{kind.lower()}_ui",)}, other={"flow": f"continueWith{kind}UiFlow"}
    )
    for kind in ("Verification", "Settings", "Recovery")
}
NEXT_REFERENCES: Final[Mapping[str, Part]] = {
    "continueWithVerificationUiFlow": Part(always=frozenset({"verifiable_address"})),
    "continueWithSettingsUiFlow": Part(without=frozenset({"verifiable_address"})),
    "continueWithRecoveryUiFlow": Part(without=frozenset({"verifiable_address"})),
}
ORDERS: Final[Mapping[str, tuple[type[msgspec.Struct], Part]]] = {
    "createRecoveryCodeForIdentityBody": (Order, Part(always=frozenset({"identity_id"}))),
    "createRecoveryLinkForIdentityBody": (
        Order,
        Part(without=frozenset({"flow_type"}), always=frozenset({"identity_id"})),
    ),
}


def of(type: type[msgspec.Struct]) -> str:
    """The name of a Struct's component; its own when nobody gave it another one."""
    return NAMES.get(type, type.__name__)
