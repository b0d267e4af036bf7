"""What stays of an account when an address of it is proven for the first time? Nothing that a stranger may have left in it
(security.md §2.9, docs/adr/0024).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from limen.app.flows import csrf, pending_change, proving
from limen.app.flows.contract import Regained
from limen.app.identities.accept import moved_on
from limen.app.scope import Scope
from limen.domain.flow.details import VerificationDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowType
from limen.domain.identity.addresses import VerifiableAddress, Via
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.formats import phone_number
from limen.domain.identity.identity import Identity
from limen.domain.identity.vouched import Vouched
from limen.domain.ids import SessionId
from limen.kernel.json_doc import EMPTY, JsonDoc
from limen.ports.storage import UnitOfWork

_STAYS: Final = frozenset(
    {
        CredentialType.CODE_RECOVERY,  # these two hold nothing
        CredentialType.LINK_RECOVERY,
        CredentialType.TOTP,
        CredentialType.LOOKUP_SECRET,
    }
)
"""None of them lets anybody in by itself."""


class Way(msgspec.Struct, frozen=True):
    """Where the proof went."""

    via: Via
    address: str


def is_first(scope: Scope, identity: Identity) -> bool:
    """Whether nobody has proven yet that the account is that of whoever has the address. False where the rule is off."""
    return scope.config.security.pre_hijacking.mitigate and not identity.proven


def stays(scope: Scope, flow: Flow[VerificationDetail], identity: Identity) -> SessionId | None:
    """The session that outlives a verification: that of whoever completes it. Apps send no session with a code; theirs is the
    one that the flow began with, as long as no link of the flow was opened, which anybody can do who gets the message.
    """
    opened = bool(flow.csrf_token)
    if flow.type is FlowType.API and opened and not csrf.belongs_to(scope.browser, flow.csrf_token):
        return None
    if scope.session is not None and scope.session.identity.id == identity.id:
        return scope.session.session.id
    began_with = flow.detail.session_id
    apps = flow.type is FlowType.API and not opened and flow.detail.identity_id == identity.id
    return SessionId(began_with) if apps and began_with is not None else None


def left(scope: Scope, result: Regained) -> Identity:
    """The account of a first proof by recovery, with what is left of it then. What an operator vouches for stays as it is."""
    before, now = result.identity, scope.services.clock.now()
    way = Way(result.via, result.address)
    if before.vouched_by is Vouched.OPERATOR:
        marked = tuple(_marked(each, way, now) for each in before.verifiable_addresses)
        after = msgspec.structs.replace(before, verifiable_addresses=marked)
    else:
        after = _emptied(scope, before, way, now)
    if not after.proven:
        after = msgspec.structs.replace(after, vouched_by=Vouched.PROOF)  # a schema may let nobody verify the address
    return moved_on(scope, after, before)


def write(unit: UnitOfWork, after: Identity, before: Identity, keep: SessionId) -> None:
    """Store it, and with it: every other session, every code and link under way, and a change that waited are gone."""
    unit.identities.save(after, before)
    unit.secrets.remove_unused(after.id)
    unit.parked.remove(pending_change.place_of(after))
    unit.sessions.end_all(after.id, keep=keep)


def _emptied(scope: Scope, before: Identity, way: Way, now: datetime) -> Identity:
    """Only the proven address lets somebody in any more. Traits stay: they are the person's to change, and a schema may
    ask for them. Second factors stay and are asked for: a recovery never stands in for both factors (REC-18).
    """
    second = scope.services.factors.only_second
    kept = (each if second(each) else _left_of(each, way, now) for each in before.credentials.values())
    credentials: Mapping[CredentialType, Credential] = {each.type: each for each in kept if each is not None}
    return msgspec.structs.replace(
        before,
        credentials=credentials,
        verifiable_addresses=tuple(
            proving.proven(each, now)
            for each in before.verifiable_addresses
            if (each.via, each.value) == (way.via, way.address)
        ),
        recovery_addresses=tuple(
            each for each in before.recovery_addresses if (each.via, each.value) == (way.via, way.address)
        ),
    )


def _marked(address: VerifiableAddress, way: Way, now: datetime) -> VerifiableAddress:
    return proving.proven(address, now) if (address.via, address.value) == (way.via, way.address) else address


def _left_of(credential: Credential, way: Way, now: datetime) -> Credential | None:
    if credential.type in _STAYS:
        return credential
    if credential.type is CredentialType.PASSWORD:
        # its identifiers stay, so that the new password has them and nobody else can take them
        return msgspec.structs.replace(credential, config=EMPTY, updated_at=now)
    if credential.type is CredentialType.CODE and way.address in credential.identifiers:
        channel = Via.SMS if phone_number(way.address) else Via.EMAIL
        config = JsonDoc.of({"addresses": [{"channel": channel, "address": way.address}]})
        return msgspec.structs.replace(credential, identifiers=(way.address,), config=config, updated_at=now)
    return None
