"""How does somebody get back in who has several addresses? One is given, one is chosen, and a code goes there (REC-09 … REC-13)."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from limen.app.flows import proving
from limen.app.flows.contract import Attempt, FormProblems, Problem, Regained, Stay, Submission
from limen.app.limits.refusing import keeping
from limen.app.scope import Scope
from limen.domain.flow.details import RecoveryDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.states import State
from limen.domain.identity.addresses import Via
from limen.domain.identity.formats import is_email
from limen.domain.identity.identity import Identity
from limen.domain.identity.masking import masked
from limen.domain.identity.normalise import lookup_form
from limen.domain.ids import IdentityId
from limen.domain.text import proving as texts
from limen.domain.text.validation import generic, required, too_long
from limen.domain.ui.nodes import Group, Node, hidden, submit
from limen.kernel.errors import MalformedInput
from limen.kernel.json_doc import JsonDoc
from limen.methods.code import nodes
from limen.methods.code.recovery_code import entered, waiting
from limen.methods.code.texts import recovery_code_label

_LONGEST: Final = 1024
_SMS: Final = "sms"
_READS: Final = 2
"""So many rows more are looked up for somebody who is found: the person, and the credentials."""
_NOBODY: Final = IdentityId("00000000-0000-0000-0000-000000000000")
_CODE: Final = re.compile(r"\s*[0-9]{6}\s*")


class Choice(msgspec.Struct, frozen=True):
    """One address to choose: its sign on the wire, how it is shown, and what kind it is. Never the address itself."""

    sign: str
    shown: str
    via: Via


class Choosing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the form remembers from one step to the next. What the client sends along is for the client alone."""

    given: str = ""
    """The first address, as it was typed."""
    choices: tuple[Choice, ...] = ()
    """Empty when there was nothing to choose."""
    asked: Via = Via.EMAIL
    """What kind of address has to be typed in full."""
    confirmed: str = ""
    """Where the code went, as it was typed."""


class _Internal(msgspec.Struct, frozen=True):
    choosing: Choosing = Choosing()


def _choosing(flow: Flow[RecoveryDetail]) -> Choosing:
    try:
        return flow.internal.read(_Internal).choosing
    except MalformedInput:
        return Choosing()


def _at(flow: Flow[RecoveryDetail], state: State, made: Choosing) -> Flow[RecoveryDetail]:
    internal = {**flow.internal.members(), "choosing": msgspec.to_builtins(made)}
    return msgspec.structs.replace(flow, state=state, active=proving.CODE, internal=JsonDoc.of(internal))


class ChosenRecovery:
    """Where `feature_flags.choose_recovery_address` is on. Whoever has one address, and whoever is unknown, sees the same."""

    def present(self, flow: Flow[RecoveryDetail]) -> Sequence[Node]:
        """The nodes of the step that the form is at (appendix D.5)."""
        made = _choosing(flow)
        given = hidden(Group.CODE, _GIVEN, JsonDoc.of(made.given))
        back = submit(Group.CODE, "screen", "previous", texts.recovery_back())
        match flow.state:
            case State.AWAITING_ADDRESS:
                return (nodes.any_address(_GIVEN), nodes.go_on())
            case State.AWAITING_ADDRESS_CHOICE:
                buttons = (submit(Group.CODE, _CHOSEN, each.sign, texts.as_it_is(each.shown)) for each in made.choices)
                return (*buttons, nodes.chosen(), given)
            case State.CONFIRMING_ADDRESS:
                return (nodes.whole_address(_CONFIRMED, made.asked), given, nodes.go_on(), nodes.chosen(), back)
            case _:
                field = nodes.exact_code(recovery_code_label())
                again = submit(Group.CODE, _CONFIRMED, made.confirmed, texts.resend())
                return (field, nodes.go_on(), nodes.chosen(), again, given, back)

    def read(self, scope: Scope, flow: Flow[RecoveryDetail], body: Submission) -> Attempt[RecoveryDetail, Regained]:
        """Raises FormProblems for what is missing, too long or no choice."""
        if body.text("screen") == "previous":
            return partial(self._back, flow)
        if flow.state is State.AWAITING_ADDRESS:
            return partial(self._given, scope, flow, _filled_in(body, _GIVEN))
        if flow.state is State.AWAITING_ADDRESS_CHOICE:
            return partial(self._chosen, scope, flow, _filled_in(body, _CHOSEN))
        confirmed, code = body.text(_CONFIRMED), body.text("code")
        if flow.state is State.AWAITING_CODE:
            # the button for another code sends what stands half-typed in the field, too
            if code and (not confirmed or _CODE.fullmatch(code)):
                return partial(entered, scope, flow, code)
            if not confirmed:
                raise FormProblems(Problem(required("code"), "code"))
        return partial(self._confirmed, scope, flow, _filled_in(body, _CONFIRMED))

    async def _back(self, flow: Flow[RecoveryDetail]) -> Stay[RecoveryDetail]:
        """To the choice; where there was none, and from there, to the beginning. The count of codes goes along."""
        made = _choosing(flow)
        if not made.choices or flow.state is State.AWAITING_ADDRESS_CHOICE:
            return Stay(flow=_at(flow, State.AWAITING_ADDRESS, Choosing()), again=False)
        return _offering(flow, msgspec.structs.replace(made, confirmed=""))

    async def _given(self, scope: Scope, flow: Flow[RecoveryDetail], sent: str) -> Stay[RecoveryDetail]:
        address = lookup_form(sent)
        owner = await _owner(scope, address)
        reachable = _reachable(scope, owner)
        others = [each for each in reachable if each != (_via(address), address)]
        if not others:
            return await self._sent(scope, flow, Choosing(given=sent, confirmed=sent))
        choices = tuple(Choice(_sign(value), masked(value), via) for via, value in reachable)
        return _offering(flow, Choosing(given=sent, choices=choices))

    async def _chosen(self, scope: Scope, flow: Flow[RecoveryDetail], sign: str) -> Stay[RecoveryDetail]:
        made = _choosing(flow)
        choice = next((each for each in made.choices if hmac.compare_digest(each.sign.encode(), sign.encode())), None)
        if choice is None:
            raise FormProblems(Problem(generic("Please choose one of the addresses below.")))
        if choice.sign == _sign(lookup_form(made.given)):
            return await self._sent(scope, flow, msgspec.structs.replace(made, confirmed=made.given))
        asked = msgspec.structs.replace(made, asked=choice.via)
        return Stay(
            flow=_at(flow, State.CONFIRMING_ADDRESS, asked), messages=(texts.recovery_whole_address(),), again=False
        )

    async def _confirmed(self, scope: Scope, flow: Flow[RecoveryDetail], sent: str) -> Stay[RecoveryDetail]:
        return await self._sent(scope, flow, msgspec.structs.replace(_choosing(flow), confirmed=sent))

    async def _sent(self, scope: Scope, flow: Flow[RecoveryDetail], made: Choosing) -> Stay[RecoveryDetail]:
        """A code to the confirmed address, if it is one of that person; it looks the same if not (REC-13)."""
        address = lookup_form(made.confirmed)
        begun = waiting(_at(flow, State.AWAITING_CODE, made), address, _via(address))
        with keeping({_GIVEN: JsonDoc.of(made.given), _CONFIRMED: JsonDoc.of(made.confirmed)}):
            post = await proving.posting(scope, begun, proving.CODE, _via(address), address)
        said = (texts.recovery_code_sent_to(masked(made.confirmed)),)
        return Stay(flow=begun, messages=said, again=False, along=post.along, later=post.asked)

    def began(self, flow: Flow[RecoveryDetail]) -> bool:
        """Whether the code of the form is one for an address that was given first."""
        return bool(_choosing(flow).given)

    async def owed(self, scope: Scope, flow: Flow[RecoveryDetail], to: proving.Addressee) -> proving.Outgoing:
        """The code for the person of the first address, if the chosen one is theirs as well. Raises TemplateBroken."""
        owner = await _owner(scope, lookup_form(_choosing(flow).given))
        known = owner if (to.via, to.address) in _reachable(scope, owner) else None
        found = await proving.outgoing(scope, flow, proving.CODE, msgspec.structs.replace(to, identity=known))
        writes = known is not None or is_email(to.address)
        return found if writes else msgspec.structs.replace(found, letter=None)


_GIVEN: Final = "recovery_address"
_CHOSEN: Final = "recovery_select_address"
_CONFIRMED: Final = "recovery_confirm_address"


def _filled_in(body: Submission, name: str) -> str:
    sent = body.text(name)
    if not sent:
        raise FormProblems(Problem(required(name), name))
    if len(sent) > _LONGEST:
        raise FormProblems(Problem(too_long(_LONGEST, len(sent)), name))
    return sent


def _offering(flow: Flow[RecoveryDetail], made: Choosing) -> Stay[RecoveryDetail]:
    shown = _at(flow, State.AWAITING_ADDRESS_CHOICE, made)
    return Stay(flow=shown, messages=(texts.recovery_choose_address(),), again=False)


def _via(address: str) -> Via:
    return Via.EMAIL if "@" in address else Via.SMS


def _sign(address: str) -> str:
    """What stands for an address on the wire (REC-10). No secret: whoever can guess the address can compute it."""
    return base64.b64encode(hashlib.sha256(address.encode()).digest()).decode()


async def _owner(scope: Scope, address: str) -> Identity | None:
    """Whose recovery address it is. Finding nobody takes about as long as finding somebody: this is done before the answer."""
    identities = scope.services.storage.identities
    found = await identities.by_recovery_address(_via(address), address)
    if found is None:
        for _ in range(_READS):
            await identities.get(_NOBODY)
    return found


def _reachable(scope: Scope, owner: Identity | None) -> list[tuple[Via, str]]:
    """The person's addresses that something can be sent to: a phone only where there is a channel for text messages."""
    if owner is None:
        return []
    texting = any(channel.id == _SMS for channel in scope.config.courier.channels)
    found = {(each.via, each.value) for each in owner.recovery_addresses if texting or each.via is Via.EMAIL}
    return sorted(found, key=lambda each: each[1])
