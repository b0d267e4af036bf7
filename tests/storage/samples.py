"""What do the storage tests store? Small people, sessions and flows, each with what the test cares about."""

import os
import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

from limen.domain.flow.details import LoginDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.identity.aal import Aal
from limen.domain.identity.addresses import AddressStatus, RecoveryAddress, VerifiableAddress, Via
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.identity.vouched import Vouched
from limen.domain.ids import FlowId, IdentityId, SessionId
from limen.domain.session.amr import AuthenticationMethod
from limen.domain.session.device import Device
from limen.domain.session.session import Session
from limen.domain.text.message import info
from limen.domain.ui.form import Form
from limen.domain.ui.nodes import Group, Input, InputType, Node, submit
from limen.kernel.json_doc import JsonDoc
from limen.storage import SqlStorage

NOW = datetime(2030, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def uuid(number: int) -> str:
    return str(UUID(int=number, version=4))


def credential(type: CredentialType, *identifiers: str, secret: str = "hash") -> Credential:
    return Credential(
        type=type, identifiers=identifiers, config=JsonDoc.of({"secret": secret}), created_at=NOW, updated_at=NOW
    )


def verifiable(number: int, value: str) -> VerifiableAddress:
    return VerifiableAddress(
        id=uuid(number),
        value=value,
        verified=False,
        via=Via.EMAIL,
        status=AddressStatus.PENDING,
        created_at=NOW,
        updated_at=NOW,
    )


def recovery(number: int, value: str) -> RecoveryAddress:
    return RecoveryAddress(id=uuid(number), value=value, via=Via.EMAIL, created_at=NOW, updated_at=NOW)


def person(
    number: int,
    *emails: str,
    external_id: str | None = None,
    organization_id: str | None = None,
    credentials: tuple[Credential, ...] | None = None,
) -> Identity:
    """Somebody with a password; every e-mail address is an identifier and can be verified and recovered by."""
    found = credentials if credentials is not None else (credential(CredentialType.PASSWORD, *emails),)
    return Identity(
        id=IdentityId(uuid(number)),
        schema_id="default",
        state=IdentityState.ACTIVE,
        state_changed_at=NOW,
        traits=JsonDoc.parse('{"name": "Ada",  "emails": [] }'),
        credentials={one.type: one for one in found},
        verifiable_addresses=tuple(verifiable(number * 10_000 + at, email) for at, email in enumerate(emails)),
        recovery_addresses=tuple(recovery(number * 10_000 + at, email) for at, email in enumerate(emails)),
        external_id=external_id,
        organization_id=organization_id,
        available_aal=Aal.AAL1,
        created_at=NOW,
        updated_at=NOW,
        vouched_by=Vouched.OPERATOR,
    )


def session(number: int, owner: Identity, *, issued_at: datetime = NOW, active: bool = True) -> Session:
    return Session(
        id=SessionId(uuid(number)),
        identity_id=owner.id,
        active=active,
        aal=Aal.AAL1,
        methods=(AuthenticationMethod(method="password", aal=Aal.AAL1, completed_at=issued_at),),
        devices=(Device(id=uuid(number), ip_address="127.0.0.1", user_agent="Firefox"),),
        authenticated_at=issued_at,
        issued_at=issued_at,
        expires_at=issued_at + timedelta(days=1),
    )


def flow(number: int, *, expires_at: datetime = LATER) -> Flow[LoginDetail]:
    label = info(1070004, "ID")
    nodes = (
        Node(
            Group.DEFAULT,
            Input(name="identifier", type=InputType.TEXT, value=JsonDoc.of("ada"), required=True),
            (label,),
        ),
        submit(Group.PASSWORD, "method", "password", label),
    )
    return Flow(
        id=FlowId(uuid(number)),
        kind=FlowKind.LOGIN,
        type=FlowType.BROWSER,
        state=State.CHOOSE_METHOD,
        issued_at=NOW,
        expires_at=expires_at,
        request_url="http://127.0.0.1:4433/self-service/login/browser",
        csrf_token="token",
        form=Form(action="http://127.0.0.1:4433/self-service/login", nodes=nodes),
        detail=LoginDetail(refresh=True, requested_aal=Aal.AAL2),
        transient_payload=JsonDoc.parse('{"campaign": 7}'),
        internal=JsonDoc.parse('{"state": "x"}'),
    )


def where_to_import_from() -> dict[str, str]:
    """The environment of a child process that imports what this one imports."""
    return {"PYTHONPATH": os.pathsep.join(sys.path)}


def token(number: int) -> bytes:
    return number.to_bytes(32, "big")


async def store(storage: SqlStorage, *people: Identity) -> None:
    unit = storage.unit()
    for one in people:
        unit.identities.add(one)
    await unit.commit()


async def sign_in(storage: SqlStorage, number: int, owner: Identity, *, issued_at: datetime = NOW) -> Session:
    """A stored session of that person, whose token is `token(number)`."""
    made = session(number, owner, issued_at=issued_at)
    unit = storage.unit()
    unit.sessions.add(made, token(number))
    await unit.commit()
    return made
