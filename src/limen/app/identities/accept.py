"""How does what somebody entered become an identity? Traits read, identifiers and addresses found, problems named."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import msgspec

from limen.app.flows.contract import FormProblems, Problem, Submission
from limen.app.scope import Scope
from limen.domain.flow.details import RegistrationDetail
from limen.domain.flow.flow import Flow
from limen.domain.identity.apply import applied
from limen.domain.identity.credentials import Credential
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.identity.schema import TraitsReading
from limen.domain.ids import IdentityId
from limen.domain.text.shared import reason
from limen.domain.ui.traits import trait_values, traits_from_form, traits_from_json
from limen.kernel.json_doc import EMPTY, JsonDoc, JsonValue
from limen.ports.traits import TraitsInvalid

_LEAST: Final = timedelta(microseconds=1)
_NUL: Final = "\\u0000"
_NO_NUL: Final = "The fields hold a character that no text can hold (U+0000)."


class SentTraits(msgspec.Struct, frozen=True, kw_only=True):
    """The traits of a submission: read, or with what is wrong; `values` are what the form shows again."""

    values: Mapping[str, JsonDoc]
    reading: TraitsReading | None = None
    problems: tuple[Problem, ...] = ()


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An identity in the making."""

    identity: Identity
    reading: TraitsReading
    values: Mapping[str, JsonDoc]

    def with_credential(self, scope: Scope, credential: Credential) -> Identity:
        """The identity with its credential and everything that follows from it."""
        identity = msgspec.structs.replace(
            self.identity, credentials={**self.identity.credentials, credential.type: credential}
        )
        return msgspec.structs.replace(identity, available_aal=scope.services.factors.available_aal(identity))


def read_traits(scope: Scope, schema_id: str, body: Submission) -> SentTraits:
    """The traits of a submission against a schema; problems are values here, so that others can be added."""
    schema = scope.services.schemas.require(schema_id)
    sent: JsonValue = body.fields.get("traits", {})
    document = traits_from_json(schema, sent) if body.typed else traits_from_form(schema, sent)
    values = trait_values(schema, document)
    if _NUL in document.text:
        # PostgreSQL cannot keep it, and no person types it (security.md §2.25)
        return SentTraits(values={}, problems=(Problem(reason(_NO_NUL), "traits"),))
    try:
        return SentTraits(values=values, reading=scope.services.schemas.read(schema, document))
    except TraitsInvalid as invalid:
        found = tuple(Problem(problem.message, problem.name) for problem in invalid.problems)
        return SentTraits(values=values, problems=found)


def trait_problems(scope: Scope, flow: Flow[RegistrationDetail], body: Submission) -> FormProblems | None:
    """What is wrong with the traits of a submission, if anything."""
    traits = read_traits(scope, flow.detail.schema_id, body)
    return FormProblems(*traits.problems, values=traits.values) if traits.problems else None


def candidate(scope: Scope, schema_id: str, traits: SentTraits) -> Candidate:
    """A new identity with these traits and the addresses they hold, without any credential yet."""
    reading = traits.reading or TraitsReading(traits=EMPTY, identifiers=())
    now = scope.services.clock.now()
    blank = Identity(
        id=IdentityId(str(scope.services.ids.uuid())),
        schema_id=schema_id,
        state=IdentityState.ACTIVE,
        state_changed_at=now,
        traits=reading.traits,
        credentials={},
        created_at=now,
        updated_at=now,
    )
    return Candidate(identity=applied(reading, blank, now, scope.services.ids), reading=reading, values=traits.values)


def accepted(scope: Scope, identity: Identity) -> Identity:
    """An identity that a hook changed, checked like any other (WH-11). Raises FormProblems."""
    schema = scope.services.schemas.require(identity.schema_id)
    if _NUL in identity.traits.text:
        raise FormProblems(Problem(reason(_NO_NUL), "traits"))
    try:
        reading = scope.services.schemas.read(schema, identity.traits)
    except TraitsInvalid as invalid:
        raise FormProblems(*(Problem(problem.message, problem.name) for problem in invalid.problems)) from invalid
    changed = applied(reading, identity, scope.services.clock.now(), scope.services.ids)
    return msgspec.structs.replace(changed, available_aal=scope.services.factors.available_aal(changed))


def moved_on(scope: Scope, identity: Identity, before: Identity) -> Identity:
    """The identity with a later time of change than the one that was read: of two changes at once one is refused."""
    at = max(scope.services.clock.now(), before.updated_at + _LEAST)
    return msgspec.structs.replace(
        identity, updated_at=at, available_aal=scope.services.factors.available_aal(identity)
    )
