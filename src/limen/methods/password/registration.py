"""How does somebody sign up with a password? (PWD-06 … PWD-08)"""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from limen.app.flows.contract import Attempt, Done, Draft, FormProblems, Problem, Submission
from limen.app.identities.accept import Candidate, candidate, read_traits
from limen.app.scope import Scope
from limen.domain.flow.details import RegistrationDetail, SignUpStep
from limen.domain.flow.flow import Flow
from limen.domain.ids import MethodName
from limen.domain.text import shared
from limen.domain.text.validation import required
from limen.domain.ui.nodes import Autocomplete, Node
from limen.methods.password import nodes, policy
from limen.methods.password.credential import TYPE, made

_NAME: Final = MethodName("password")


class PasswordRegistration:
    """Takes a password that is good enough and makes its hash last, when everything else is in order."""

    async def present(self, scope: Scope, flow: Flow[RegistrationDetail]) -> Sequence[Node]:
        if flow.detail.step is SignUpStep.PROFILE:
            return ()
        return (nodes.password(Autocomplete.NEW_PASSWORD), nodes.button(shared.sign_up()))

    def read(
        self, scope: Scope, flow: Flow[RegistrationDetail], body: Submission
    ) -> Attempt[RegistrationDetail, Draft]:
        traits = read_traits(scope, flow.detail.schema_id, body)
        password = body.text("password")
        problems = [*traits.problems]
        if not password:
            problems.append(Problem(required("password"), policy.FIELD))
        if problems or traits.reading is None:
            raise FormProblems(*problems, values=traits.values)
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        return partial(self._signed_up, scope, noted, candidate(scope, flow.detail.schema_id, traits), password)

    async def _signed_up(
        self, scope: Scope, flow: Flow[RegistrationDetail], newcomer: Candidate, password: str
    ) -> Done[RegistrationDetail, Draft]:
        identifiers = newcomer.reading.identifiers_for(TYPE)
        if not identifiers:
            raise FormProblems(Problem(shared.no_identifier()), values=newcomer.values)
        try:
            await policy.check(scope, password, identifiers)
        except FormProblems as problems:
            raise FormProblems(*problems.problems, values=newcomer.values) from problems
        hash = await scope.services.passwords.hash(password, scope.config)
        identity = newcomer.with_credential(scope, made(identifiers, hash, newcomer.identity.created_at))
        return Done(flow=flow, result=Draft(identity=identity, method=_NAME, values=newcomer.values))
