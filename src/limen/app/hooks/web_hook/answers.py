"""What may the answer of a web hook do? Refuse with messages at fields, or change the identity (WH-08, WH-10 … WH-12)."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, TypeVar
from urllib.parse import unquote

import msgspec
from msgspec import Meta

from limen.app.flows.contract import FormProblems, Problem
from limen.app.hooks.web_hook.errors import HookRefused
from limen.app.identities import given
from limen.app.scope import Scope
from limen.config.hooks import WebHookConfig
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.text.message import Message, MessageType
from limen.kernel.egress import HttpAnswer
from limen.kernel.errors import MalformedInput
from limen.kernel.json_doc import JsonDoc

T = TypeVar("T")

_OK: Final = 200
_BAD: Final = 400
_MOST_MESSAGES: Final = 100
_ABSENT: Final = msgspec.Raw(b"")


class SaidMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a target wants said to the person."""

    id: Annotated[int, Meta(ge=-(2**53), le=2**53)] = 0
    text: Annotated[str, Meta(max_length=4096)] = ""
    type: str = ""
    context: msgspec.Raw = _ABSENT


class SaidAt(msgspec.Struct, frozen=True, kw_only=True):
    """What is said at one field, which a JSON pointer such as `#/traits/email` names."""

    instance_ptr: str = ""
    messages: tuple[SaidMessage, ...] | None = ()


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an answer that refuses (WH-10)."""

    messages: tuple[SaidAt, ...] | None = ()


class VerifiableAnswer(given.GivenVerifiable, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A verifiable address; what else a target says of it is read over."""


class RecoveryAnswer(given.GivenRecovery, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A recovery address, likewise."""


class ChangedIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """What a target wants changed. Other keys of an identity are read over (WH-11)."""

    traits: msgspec.Raw = _ABSENT
    schema_id: str | None = None
    state: Literal["", "active", "inactive"] | None = None
    verifiable_addresses: tuple[VerifiableAnswer, ...] | None = None
    recovery_addresses: tuple[RecoveryAnswer, ...] | None = None
    metadata_public: msgspec.Raw = _ABSENT
    metadata_admin: msgspec.Raw = _ABSENT
    external_id: str | msgspec.UnsetType | None = msgspec.UNSET


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an answer that lets the flow go on."""

    identity: ChangedIdentity | None = None


def judged(scope: Scope, config: WebHookConfig, answer: HttpAnswer, identity: Identity | None) -> Identity | None:
    """The identity as the answer changes it; None when it does not. Raises FormProblems, HookRefused."""
    if answer.status >= _BAD:
        if config.decides:
            raise FormProblems(*_problems(answer.body))
        raise HookRefused(f"The target answered {answer.status}.")
    if not config.response.parse or answer.status != _OK:
        return None
    consent = _read(answer.body, Consent)
    if identity is None or consent.identity is None:
        return None
    changed = _changed(scope, identity, consent.identity)
    return None if changed == identity else changed


def _read(body: bytes, shape: type[T]) -> T:
    """Raises HookRefused for what is no JSON, nested too deeply, or of another form (WH-12)."""
    try:
        return JsonDoc.parse(body).read(shape)
    except MalformedInput as error:
        # What the target wrote is not quoted: it may hold anything.
        raise HookRefused("The target's answer cannot be read.") from error


def _problems(body: bytes) -> Sequence[Problem]:
    entries = _read(body, Refusal).messages or ()
    problems = [
        Problem(_message(said), _field(entry.instance_ptr)) for entry in entries for said in entry.messages or ()
    ]
    if not problems or len(problems) > _MOST_MESSAGES:
        raise HookRefused("The target refuses without a message to show, or with too many.")
    return problems


def _message(said: SaidMessage) -> Message:
    type = MessageType.ERROR if said.type == MessageType.ERROR else MessageType.INFO
    return Message(said.id, said.text, type, None if said.context == _ABSENT else JsonDoc(said.context))


def _field(pointer: str) -> str:
    """The name of the field that a JSON pointer means; empty for the form itself."""
    steps = unquote(pointer).removeprefix("#").strip("/")
    return ".".join(step.replace("~1", "/").replace("~0", "~") for step in steps.split("/"))


def _changed(scope: Scope, identity: Identity, wanted: ChangedIdentity) -> Identity:
    """Each key that is there replaces that part; whether the whole is acceptable is checked by who stores it."""
    now, ids = scope.services.clock.now(), scope.services.ids
    state = IdentityState(wanted.state) if wanted.state else identity.state
    verifiable, recovery = wanted.verifiable_addresses, wanted.recovery_addresses
    external = identity.external_id if wanted.external_id is msgspec.UNSET else (wanted.external_id or None)
    no_traits = wanted.traits in (_ABSENT, given.NULL)
    return msgspec.structs.replace(
        identity,
        traits=identity.traits if no_traits else JsonDoc(wanted.traits),
        schema_id=wanted.schema_id or identity.schema_id,
        state=state,
        state_changed_at=identity.state_changed_at if state is identity.state else now,
        verifiable_addresses=given.verifiable(verifiable, identity.verifiable_addresses, now, ids)
        if verifiable
        else identity.verifiable_addresses,
        recovery_addresses=given.recovery(recovery, identity.recovery_addresses, now, ids)
        if recovery
        else identity.recovery_addresses,
        metadata_public=_document(wanted.metadata_public, identity.metadata_public),
        metadata_admin=_document(wanted.metadata_admin, identity.metadata_admin),
        external_id=external,
    )


def _document(raw: msgspec.Raw, before: JsonDoc | None) -> JsonDoc | None:
    return before if raw == _ABSENT else given.document(raw)
