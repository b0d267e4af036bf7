"""How do the effects that hooks ask for come true? As writes in the unit of work of the change itself."""

from collections.abc import Iterable
from typing import assert_never

import msgspec

from limen.app.flows import csrf
from limen.app.hooks.contract import (
    BeginFlow,
    Deliver,
    Effect,
    EndOtherSessions,
    HoldBack,
    IssueSession,
    MarkAddress,
    SendLetter,
)
from limen.domain.identity.addresses import VerifiableAddress
from limen.domain.identity.identity import Identity
from limen.domain.ids import SessionId
from limen.kernel.entropy import Entropy
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import UnitOfWork


def add_effects(
    unit: UnitOfWork, effects: Iterable[Effect], identity: Identity, keep: SessionId | None = None
) -> Identity:
    """Write what the effects mean for `identity`, and how it looks with them.

    Its other sessions end but `keep`. A session is issued by whoever made it.
    """
    for effect in effects:
        match effect:
            case EndOtherSessions():
                unit.sessions.end_all(identity.id, keep=keep)
            case SendLetter():
                unit.letters.add(effect.letter)
            case BeginFlow():
                unit.flows.add(effect.flow)
                for secret in effect.secrets:
                    unit.secrets.add(secret)
            case MarkAddress():
                unit.identities.mark_address(identity, effect.address)
                identity = marked(identity, effect.address)
            case HoldBack():
                unit.parked.remove(effect.parked.id)
                unit.parked.add(effect.parked)
            case Deliver():
                unit.deliveries.add(effect.delivery)
            case IssueSession():
                pass
            case _:
                assert_never(effect)
    return identity


def bound_to(effects: Iterable[Effect], token: bytes, entropy: Entropy) -> tuple[Effect, ...]:
    """The effects with the browser flows that begin bound to the anti-CSRF token that the browser will have (SEC-04)."""
    return tuple(_bound(effect, token, entropy) for effect in effects)


def _bound(effect: Effect, token: bytes, entropy: Entropy) -> Effect:
    if not isinstance(effect, BeginFlow) or not effect.flow.csrf_token:
        return effect
    value = JsonDoc.of(csrf.masked(token, entropy))
    nodes = (node.with_value(value) if node.name == csrf.FIELD else node for node in effect.flow.form.nodes)
    flow = msgspec.structs.replace(
        effect.flow, csrf_token=csrf.stored_form(token), form=effect.flow.form.replace(nodes)
    )
    return msgspec.structs.replace(effect, flow=flow)


def marked(identity: Identity, address: VerifiableAddress) -> Identity:
    """The identity with that address as it is now."""
    addresses = tuple(address if known.id == address.id else known for known in identity.verifiable_addresses)
    return msgspec.structs.replace(identity, verifiable_addresses=addresses)
