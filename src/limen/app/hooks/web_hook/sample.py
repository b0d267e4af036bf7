"""What would a web hook be told? A person, a session and a flow that were made up, after the schema of the configuration."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, TypeVar

from limen.app.hooks.contract import (
    Changed,
    Changing,
    FlowStarting,
    HookEvent,
    LoggedIn,
    Regaining,
    Registered,
    Registering,
    Verified,
)
from limen.app.scope import Scope
from limen.domain.flow.details import (
    Detail,
    LoginDetail,
    RecoveryDetail,
    RegistrationDetail,
    SettingsDetail,
    VerificationDetail,
)
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import INITIAL
from limen.domain.identity.aal import Aal
from limen.domain.identity.apply import applied
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.identity.schema import IdentitySchema, TraitField
from limen.domain.ids import FlowId, IdentityId, MethodName, SessionId
from limen.domain.session.amr import AuthenticationMethod
from limen.domain.session.session import Session
from limen.domain.ui.form import Form
from limen.domain.ui.nodes import InputType
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue, put
from limen.kernel.urls import joined
from limen.ports.traits import TraitsInvalid

D = TypeVar("D", bound=Detail)

_VALUES: Final[Mapping[InputType, JsonValue]] = {
    InputType.EMAIL: "ada@example.org",
    InputType.TEL: "+4915112345678",
    InputType.URL: "https://example.org/",
    InputType.DATE: "1815-12-10",
    InputType.DATETIME: "1815-12-10T12:00:00Z",
    InputType.NUMBER: 1,
    InputType.CHECKBOX: True,
}
_ELSE: Final = "Ada"
_ID: Final = "0f000000-0000-4000-8000-00000000000{}"


class Sample:
    """One made-up person, and what happens to them."""

    def __init__(self, scope: Scope, schema: IdentitySchema, traits: JsonDoc) -> None:
        self._base_url = scope.config.serve.public.base_url
        self._now = now = scope.services.clock.now()
        bare = Identity(
            id=IdentityId(_ID.format(1)),
            schema_id=schema.id,
            state=IdentityState.ACTIVE,
            state_changed_at=now,
            traits=traits,
            credentials={},
            created_at=now,
            updated_at=now,
        )
        self.identity = _with_addresses(scope, schema, bare)
        proof = AuthenticationMethod(method="password", aal=Aal.AAL1, completed_at=now)
        self.session = Session(
            id=SessionId(_ID.format(2)),
            identity_id=self.identity.id,
            active=True,
            aal=Aal.AAL1,
            methods=(proof,),
            authenticated_at=now,
            issued_at=now,
            expires_at=now + timedelta(days=1),
        )

    def starting(self, kind: FlowKind) -> FlowStarting:
        """A flow begins."""
        details: Mapping[FlowKind, Detail] = {
            FlowKind.LOGIN: LoginDetail(),
            FlowKind.REGISTRATION: RegistrationDetail(),
            FlowKind.SETTINGS: SettingsDetail(identity_id=self.identity.id),
            FlowKind.RECOVERY: RecoveryDetail(),
            FlowKind.VERIFICATION: VerificationDetail(),
        }
        return FlowStarting(kind=kind, flow=self._flow(kind, details[kind]))

    def finished(self, kind: FlowKind, method: str, *, before_storing: bool) -> HookEvent:
        """A flow is finished with a method."""
        identity, session, by = self.identity, self.session, MethodName(method)
        match kind:
            case FlowKind.LOGIN:
                flow = self._flow(kind, LoginDetail())
                return LoggedIn(flow=flow, identity=identity, session=session, method=by)
            case FlowKind.REGISTRATION if before_storing:
                return Registering(flow=self._flow(kind, RegistrationDetail()), identity=identity, method=by)
            case FlowKind.REGISTRATION:
                sign_up = self._flow(kind, RegistrationDetail())
                return Registered(flow=sign_up, identity=identity, session=session, method=by)
            case FlowKind.SETTINGS:
                change = self._flow(kind, SettingsDetail(identity_id=identity.id))
                moment = Changing if before_storing else Changed
                return moment(flow=change, identity=identity, before=identity, session=session, method=by)
            case FlowKind.RECOVERY:
                way_back = self._flow(kind, RecoveryDetail())
                return Regaining(flow=way_back, identity=identity, session=session, method=by)
            case FlowKind.VERIFICATION:
                return Verified(flow=self._flow(kind, VerificationDetail()), identity=identity, method=by)

    def _flow(self, kind: FlowKind, detail: D) -> Flow[D]:
        id = FlowId(_ID.format(3))
        return Flow(
            id=id,
            kind=kind,
            type=FlowType.BROWSER,
            state=INITIAL[kind],
            issued_at=self._now,
            expires_at=self._now + timedelta(hours=1),
            request_url=joined(self._base_url, "self-service", kind.value, "browser"),
            form=Form(action=f"{joined(self._base_url, 'self-service', kind.value)}?flow={id}"),
            detail=detail,
            transient_payload=JsonDoc.of({"sample": True}),
        )


def sample_traits(schema: IdentitySchema) -> JsonDoc:
    """Traits that somebody could have: one value for every field that the schema has."""
    traits: JsonObject = {}
    for field in schema.fields:
        put(traits, field.path, _value(field))
    return JsonDoc.of(traits)


def _with_addresses(scope: Scope, schema: IdentitySchema, identity: Identity) -> Identity:
    """The person with the addresses in the traits; without any when the traits do not fit the schema."""
    try:
        reading = scope.services.schemas.read(schema, identity.traits)
    except TraitsInvalid:
        return identity
    return applied(reading, identity, scope.services.clock.now(), scope.services.ids)


def _value(field: TraitField) -> JsonValue:
    if field.default is not None:
        return field.default.value()
    if field.options:
        return field.options[0].value.value()
    single = _VALUES.get(field.items or field.type, _ELSE)
    return [single] if field.items is not None else single
