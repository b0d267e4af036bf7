"""How is a code or a link sent, and a code tried? Once for all kinds of flow: what differs is a row of data."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Never, TypeVar

import msgspec

from limen.app import one_time
from limen.app.courier.allowance import may_send_to_address, may_send_to_person
from limen.app.flows.contract import FormProblems, Problem, Proof, Regained
from limen.app.limits.floods import count_message
from limen.app.limits.guesses import code_guess
from limen.app.scope import Scope
from limen.config.model import Config
from limen.domain.courier.letter import Letter, TemplateType
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.identity.addresses import AddressStatus, VerifiableAddress, Via
from limen.domain.identity.identity import Identity
from limen.domain.ids import FlowId, MethodName
from limen.domain.text import shared
from limen.domain.text.message import Message
from limen.kernel.errors import LimenError, MalformedInput
from limen.kernel.json_doc import JsonDoc
from limen.kernel.urls import joined, with_query
from limen.ports.asked import Asked
from limen.ports.courier import Wording
from limen.ports.one_time_secrets import OneTimeSecret, SecretPurpose
from limen.ports.storage import FlowChanged, UnitOfWork

D = TypeVar("D", bound=Detail)

CODE: Final = MethodName("code")
LINK: Final = MethodName("link")
IN_TIME: Final = timedelta(seconds=10)
"""What was asked for and is not made by then was left over by a process that was killed; usually it takes 0.1 s."""


class StartOver(LimenError):
    """The form cannot go on; a fresh one takes its place and says why (REC-05, REC-15, REC-19, REC-25, VER-03, VER-09)."""

    def __init__(self, message: Message, *, in_browser: bool = False) -> None:
        super().__init__(message.text)
        self.message = message
        self.in_browser = in_browser
        """Whether the fresh form is for a browser, whatever the old one was for: links are opened in browsers (LINK-04)."""


async def start_over(message: Message) -> Never:
    """An attempt that comes to nothing: a fresh form takes the place of this one. Raises StartOver."""
    raise StartOver(message)


class Progress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a flow remembers of its code: where it went, and how often one was tried (CODE-03). Resending keeps the count."""

    address: str = ""
    via: Via = Via.EMAIL
    tries: int = 0
    prefilled: str = ""
    """The code from an opened link, to be shown in its field (VER-06)."""
    about: str = ""
    """The traits that the form shows, as JSON (CODE-14)."""


class _Internal(msgspec.Struct, frozen=True):
    proving: Progress = Progress()


def progress(flow: Flow[Detail]) -> Progress:
    """What the flow remembers; nothing yet in a new one."""
    try:
        return flow.internal.read(_Internal).proving
    except MalformedInput:
        return Progress()


def remembering(flow: Flow[D], made: Progress) -> Flow[D]:
    """The flow with that progress; what others remember on it stays."""
    internal = {**flow.internal.members(), "proving": msgspec.to_builtins(made)}
    return msgspec.structs.replace(flow, internal=JsonDoc.of(internal))


# -- sending ------------------------------------------------------------------------------------------------------------


def _never(_: Config) -> bool:
    return False


def _recovering_strangers(config: Config) -> bool:
    return config.selfservice.flows.recovery.notify_unknown_recipients


def _verifying_strangers(config: Config) -> bool:
    return config.selfservice.flows.verification.notify_unknown_recipients


class _Kind(msgspec.Struct, frozen=True, kw_only=True):
    purpose: SecretPurpose
    valid: TemplateType
    invalid: TemplateType | None = None
    strangers: Callable[[Config], bool] = _never
    """Whether people without an account are written to (REC-04, VER-08)."""
    fills_in: bool = False
    """Whether a link stands beside the code and fills it in (VER-06)."""
    marks: bool = False
    """Whether a verifiable address is marked when something is sent to it."""
    newcomers: bool = False
    """Whether the account is made only with the secret; everywhere else one without an identity opens nothing."""


_KINDS: Final[Mapping[tuple[FlowKind, MethodName], _Kind]] = {
    (FlowKind.RECOVERY, CODE): _Kind(
        purpose=SecretPurpose.RECOVERY_CODE,
        valid=TemplateType.RECOVERY_CODE_VALID,
        invalid=TemplateType.RECOVERY_CODE_INVALID,
        strangers=_recovering_strangers,
    ),
    (FlowKind.RECOVERY, LINK): _Kind(
        purpose=SecretPurpose.RECOVERY_LINK,
        valid=TemplateType.RECOVERY_VALID,
        invalid=TemplateType.RECOVERY_INVALID,
        strangers=_recovering_strangers,
    ),
    (FlowKind.VERIFICATION, CODE): _Kind(
        purpose=SecretPurpose.VERIFICATION_CODE,
        valid=TemplateType.VERIFICATION_CODE_VALID,
        invalid=TemplateType.VERIFICATION_CODE_INVALID,
        strangers=_verifying_strangers,
        fills_in=True,
        marks=True,
    ),
    (FlowKind.VERIFICATION, LINK): _Kind(
        purpose=SecretPurpose.VERIFICATION_LINK,
        valid=TemplateType.VERIFICATION_VALID,
        invalid=TemplateType.VERIFICATION_INVALID,
        strangers=_verifying_strangers,
        marks=True,
    ),
    (FlowKind.LOGIN, CODE): _Kind(purpose=SecretPurpose.LOGIN_CODE, valid=TemplateType.LOGIN_CODE_VALID),
    (FlowKind.REGISTRATION, CODE): _Kind(
        purpose=SecretPurpose.REGISTRATION_CODE, valid=TemplateType.REGISTRATION_CODE_VALID, newcomers=True
    ),
}
"""What is sent in which flow by which method; what differs between them is a column."""


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """Where a code or link goes, and whose address that is. In sign-up the identity is not stored yet."""

    address: str
    via: Via
    identity: Identity | None = None
    stored: bool = True
    asked_at: datetime | None = None
    """When the message was asked for, and counted against the limits of the address; None when both is now."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A secret and the message with it; no message for strangers who are not to be written to (REC-04, VER-08)."""

    purpose: SecretPurpose
    secret: OneTimeSecret
    letter: Letter | None
    flow_id: FlowId
    withheld: bool = False
    """One too many: nothing is sent, and what was sent before stays good. Nobody can tell (security.md 5.2)."""
    marks: tuple[Identity, VerifiableAddress] | None = None
    """A verifiable address that something was sent to just now, and whose it is."""

    def put_into(self, unit: UnitOfWork) -> None:
        """Earlier ones of the flow are worth nothing from now on (REC-23, VER-16, CODE-06)."""
        if self.withheld:
            return
        unit.secrets.remove_of_flow(self.purpose, self.flow_id)
        unit.secrets.add(self.secret)
        if self.letter is not None:
            unit.letters.add(self.letter)
        if self.marks is not None:
            unit.identities.mark_address(*self.marks)


class Promised(msgspec.Struct, frozen=True):
    """A message is owed from the answer on, and what the flow had sent before is worth nothing any more."""

    purpose: SecretPurpose
    asked: Asked

    def put_into(self, unit: UnitOfWork) -> None:
        unit.secrets.remove_of_flow(self.purpose, self.asked.flow_id)
        unit.asked.add(self.asked)


class Posting(msgspec.Struct, frozen=True):
    """What is written with the answer, and what is made after it; nothing for an address that got too many."""

    along: Promised | None = None
    asked: Asked | None = None


async def posting(scope: Scope, flow: Flow[Detail], method: MethodName, via: Via, address: str) -> Posting:
    """A message for an address whose owner is found after the answer. One too many is not made, and what was sent before
    stays good; nobody can tell (security.md 5.2). Raises TooManyAttempts when too many were asked for from one place.
    """
    await count_message(scope)
    if not await may_send_to_address(scope, via, address):
        return Posting()
    now = scope.services.clock.now()
    asked = Asked(
        id=str(scope.services.ids.uuid()),
        flow_id=flow.id,
        kind=flow.kind,
        method=method,
        address=address,
        via=via,
        language=scope.visitor.language,
        headers=scope.visitor.headers,
        asked_at=now,
        due_at=now + IN_TIME,
    )
    return Posting(along=Promised(purpose_of(flow.kind, method), asked), asked=asked)


class Mailing(msgspec.Struct, frozen=True):
    """Several at once: every address gets a code of its own (CODE-13)."""

    parts: tuple[Outgoing, ...]

    def put_into(self, unit: UnitOfWork) -> None:
        sent = [part for part in self.parts if not part.withheld]
        for part in sent[:1]:
            part.put_into(unit)
        for part in sent[1:]:
            unit.secrets.add(part.secret)
            if part.letter is not None:
                unit.letters.add(part.letter)


def purpose_of(kind: FlowKind, method: MethodName) -> SecretPurpose:
    return _KINDS[kind, method].purpose


async def outgoing(scope: Scope, flow: Flow[Detail], method: MethodName, to: Addressee) -> Outgoing:
    """A new secret for the flow, and its message.

    For an address that nobody has, the same work is done and the same row written, so that neither answer nor time tells
    (SEC-08); the row belongs to nobody and opens nothing. Raises TemplateBroken.
    """
    kind, config = _KINDS[flow.kind, method], scope.config.selfservice.methods
    lifespan = config.code.config.lifespan if method == CODE else config.link.config.lifespan
    wanted = one_time.Wanted(
        purpose=kind.purpose,
        flow_id=flow.id,
        address=to.address,
        via=to.via,
        identity_id=to.identity.id if to.identity is not None and to.stored else None,
        lifespan=lifespan,
    )
    fresh = one_time.fresh_code(scope, wanted) if method == CODE else one_time.fresh_token(scope, wanted)
    known = to.identity is not None
    wording = Wording(
        template=kind.valid if known or kind.invalid is None else kind.invalid,
        recipient=to.address,
        via=to.via,
        code=fresh.text if known and method == CODE else "",
        url=_opened_at(scope.config, flow, method, fresh.text) if known else "",
        lifespan=lifespan,
        identity=to.identity,
        request_url=flow.request_url,
        transient_payload=flow.transient_payload,
        language=scope.visitor.language,
        request_headers=scope.visitor.headers,
        asked_at=to.asked_at,
    )
    letter = await scope.services.letters.compose(scope.config, wording)
    allowed = await may_send_to_person(scope, wanted.identity_id, to.via, to.address)
    if to.asked_at is None:
        allowed = await may_send_to_address(scope, to.via, to.address) and allowed
    wanted_by_operator = kind.strangers(scope.config) and to.via is Via.EMAIL
    return Outgoing(
        purpose=kind.purpose,
        secret=fresh.kept,
        letter=letter if allowed and (known or wanted_by_operator) else None,
        withheld=not allowed,
        flow_id=flow.id,
        marks=_marked_sent(to) if kind.marks else None,
    )


def _marked_sent(to: Addressee) -> tuple[Identity, VerifiableAddress] | None:
    if to.identity is None:
        return None
    pending = (each for each in to.identity.verifiable_addresses if (each.via, each.value) == (to.via, to.address))
    address = next((each for each in pending if each.status is AddressStatus.PENDING), None)
    return (to.identity, sent(address)) if address is not None else None


def sent(address: VerifiableAddress) -> VerifiableAddress:
    """The address once something was sent to it."""
    return msgspec.structs.replace(address, status=AddressStatus.SENT)


def proven(address: VerifiableAddress, at: datetime) -> VerifiableAddress:
    """The address once it was proven (VER-18)."""
    return msgspec.structs.replace(
        address, verified=True, status=AddressStatus.COMPLETED, verified_at=at, updated_at=at
    )


def _opened_at(config: Config, flow: Flow[Detail], method: MethodName, text: str) -> str:
    """The address in the message: with the link's token, or in verification with the code to be filled in (VER-06)."""
    page = joined(config.serve.public.base_url, "self-service", flow.kind.value)
    if method == LINK:
        return with_query(page, flow=flow.id, token=text)
    return with_query(page, flow=flow.id, code=text) if _KINDS[flow.kind, method].fills_in else ""


# -- trying -------------------------------------------------------------------------------------------------------------


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a code: the secret it is, or that it is wrong (`secret` is None), or that it was one too many."""

    secret: OneTimeSecret | None = None
    too_often: bool = False


async def tried(scope: Scope, flow: Flow[D], code: str) -> tuple[Flow[D], Tried]:
    """Count the submission, and only then look at the code: guesses sent side by side are counted one by one (SEC-09).

    The flow comes back as it is stored now. Raises FormProblems when another submission of the form was quicker,
    TooManyAttempts when too many codes were guessed from one place.
    """
    async with code_guess(scope) as guess:
        counted, came = await _tried(scope, flow, code)
        if came.secret is None:
            await guess.wrong()
        return counted, came


async def _tried(scope: Scope, flow: Flow[D], code: str) -> tuple[Flow[D], Tried]:
    made = progress(flow)
    counted = remembering(flow, msgspec.structs.replace(made, tries=made.tries + 1))
    unit = scope.services.storage.unit()
    unit.flows.save(counted)
    try:
        await unit.commit()
    except FlowChanged as error:
        raise FormProblems(Problem(shared.changed_meanwhile())) from error
    counted = msgspec.structs.replace(counted, version=flow.version + 1)
    most = scope.config.selfservice.methods.code.config.max_submissions
    if made.tries >= most or (made.address and await one_time.guessed_out(scope, made.address)):
        return counted, Tried(too_often=True)
    kind = _KINDS[flow.kind, CODE]
    found = await one_time.code_of_flow(scope, kind.purpose, flow.id, code)
    if found is None or (found.identity_id is None and not kind.newcomers):
        if made.address:
            await one_time.note_wrong(scope, made.address)
        return counted, Tried()
    return counted, Tried(secret=found)


def regained(identity: Identity, method: MethodName, secret: OneTimeSecret) -> Regained:
    """Whoever had the secret is back in; one that an operator passed on proves no address (REC-21, REC-22)."""
    address = "" if secret.admin else secret.address
    return Regained(identity=identity, method=method, address=address, via=secret.via, used=(secret.id,))


def proof(identity: Identity, method: MethodName, secret: OneTimeSecret) -> Proof:
    """The address that the secret went to belongs to its person."""
    return Proof(identity=identity, method=method, address=secret.address, via=secret.via, used=(secret.id,))


def too_often() -> Message:
    """Said when a form had too many codes (CODE-03)."""
    return shared.reason("Too many codes were tried with this form. Please begin anew.")
