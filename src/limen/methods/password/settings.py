"""How does somebody get another password? Soon after signing in, and not the one they have (PWD-14, PWD-19)."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from limen.app.flows.contract import Attempt, Change, Done, FormProblems, Problem, Submission
from limen.app.flows.settings import require_fresh
from limen.app.scope import Scope
from limen.app.sessions.check import require
from limen.domain.flow.details import SettingsDetail
from limen.domain.flow.flow import Flow
from limen.domain.identity.credentials import Credential
from limen.domain.identity.identity import Identity
from limen.domain.ids import MethodName
from limen.domain.text import shared
from limen.domain.text.validation import required
from limen.domain.ui.nodes import Autocomplete, Node
from limen.methods.password import nodes, policy, texts
from limen.methods.password.credential import TYPE, made, rehashed, secret_of
from limen.ports.passwords import UnknownHash
from limen.ports.traits import TraitsInvalid

_NAME: Final = MethodName("password")
END_OTHERS: Final = "revoke_other_sessions"
"""The box of the built-in page: sign out everywhere else."""
_TICKED: Final = frozenset({"true", "on", "1"})


class PasswordSettings:
    """Takes a password that is good enough and another than before; asks nobody for the old one, but for a fresh session."""

    async def present(self, scope: Scope, flow: Flow[SettingsDetail]) -> Sequence[Node]:
        return (nodes.password(Autocomplete.NEW_PASSWORD), nodes.button(shared.save()))

    def read(self, scope: Scope, flow: Flow[SettingsDetail], body: Submission) -> Attempt[SettingsDetail, Change]:
        password = body.text("password")
        if not password:
            raise FormProblems(Problem(required("password"), policy.FIELD))
        ends_others = body.fields.get(END_OTHERS) is True or body.text(END_OTHERS) in _TICKED
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        return partial(self._changed, scope, noted, password, ends_others)

    async def _changed(
        self, scope: Scope, flow: Flow[SettingsDetail], password: str, ends_others: bool
    ) -> Done[SettingsDetail, Change]:
        require_fresh(scope, flow)
        identity = require(scope).identity
        credential = identity.credentials.get(TYPE)
        identifiers = _identifiers(scope, identity, credential)
        if not identifiers:
            raise FormProblems(Problem(shared.no_identifier()))
        await policy.check(scope, password, identifiers)
        if credential is not None and await _same(scope, credential, password):
            raise FormProblems(Problem(texts.same_as_before(), policy.FIELD))
        now = scope.services.clock.now()
        hash = await scope.services.passwords.hash(password, scope.config)
        fresh = rehashed(credential, hash, now) if credential is not None else made(identifiers, hash, now)
        fresh = msgspec.structs.replace(fresh, identifiers=identifiers)
        changed = msgspec.structs.replace(identity, credentials={**identity.credentials, TYPE: fresh})
        change = Change(identity=changed, method=_NAME, sensitive=True, ends_other_sessions=ends_others)
        return Done(flow=flow, result=change)


def _identifiers(scope: Scope, identity: Identity, credential: Credential | None) -> tuple[str, ...]:
    """What the person signs in with: those of the credential, or for a first password those that the traits name."""
    if credential is not None and credential.identifiers:
        return credential.identifiers
    schema = scope.services.schemas.require(identity.schema_id)
    try:
        return scope.services.schemas.read(schema, identity.traits).identifiers_for(TYPE)
    except TraitsInvalid:
        return ()


async def _same(scope: Scope, credential: Credential, password: str) -> bool:
    hash = secret_of(credential).hashed_password
    if not hash:
        return False
    try:
        return await scope.services.passwords.verify(password, hash)
    except UnknownHash:
        return False
