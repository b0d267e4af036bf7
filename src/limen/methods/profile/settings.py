"""How does somebody change their profile? All fields of the schema at once (PROF-01, PROF-02, SET-07)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import msgspec

from limen.app.flows.contract import Attempt, Change, Done, FormProblems, Submission
from limen.app.flows.settings import FIELDS
from limen.app.identities.accept import SentTraits, read_traits
from limen.app.scope import Scope
from limen.app.sessions.check import require
from limen.domain.flow.details import SettingsDetail
from limen.domain.flow.flow import Flow
from limen.domain.identity.apply import applied
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity
from limen.domain.identity.schema import TraitsReading
from limen.domain.ids import MethodName
from limen.domain.text import shared
from limen.domain.ui.nodes import Group, Node, submit
from limen.domain.ui.traits import trait_nodes
from limen.kernel.json_doc import JsonDoc

_NAME: Final = MethodName("profile")


class ProfileSettings:
    """The fields with what they hold now. What is left out is gone: the whole profile is sent."""

    async def present(self, scope: Scope, flow: Flow[SettingsDetail]) -> Sequence[Node]:
        identity = require(scope).identity
        schema = scope.services.schemas.require(identity.schema_id)
        return (
            *trait_nodes(schema, Group.PROFILE, identity.traits),
            submit(Group.PROFILE, "method", _NAME, shared.save()),
        )

    def read(self, scope: Scope, flow: Flow[SettingsDetail], body: Submission) -> Attempt[SettingsDetail, Change]:
        traits = read_traits(scope, require(scope).identity.schema_id, body)
        if traits.reading is None:
            raise FormProblems(*traits.problems, values=traits.values, below=FIELDS)
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        return partial(self._changed, scope, noted, traits, traits.reading)

    async def _changed(
        self, scope: Scope, flow: Flow[SettingsDetail], traits: SentTraits, reading: TraitsReading
    ) -> Done[SettingsDetail, Change]:
        before = require(scope).identity
        now = scope.services.clock.now()
        identity = applied(reading, before, now, scope.services.ids)
        change = Change(
            identity=identity, method=_NAME, sensitive=touches_protected(before, identity), values=traits.values
        )
        return Done(flow=flow, result=change)


def touches_protected(before: Identity, after: Identity) -> bool:
    """Whether the change is about how the person signs in, or which addresses are theirs (PROF-02)."""
    return (
        _ways_in(before.credentials) != _ways_in(after.credentials)
        or {(each.via, each.value) for each in before.verifiable_addresses}
        != {(each.via, each.value) for each in after.verifiable_addresses}
        or {(each.via, each.value) for each in before.recovery_addresses}
        != {(each.via, each.value) for each in after.recovery_addresses}
    )


def _ways_in(credentials: Mapping[CredentialType, Credential]) -> dict[CredentialType, tuple[frozenset[str], JsonDoc]]:
    return {type: (frozenset(each.identifiers), each.config) for type, each in credentials.items()}
