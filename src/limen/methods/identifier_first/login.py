"""How does signing in begin with a name alone? (LOGIN-14, IDF-01, IDF-02)

What the second step offers is not known here: each method says what it has for whom was named (`present`), and the engine
shows that, or the first step again where nobody has anything.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from limen.app.flows.contract import Attempt, Authenticated, FormProblems, Narrow, Problem, Submission
from limen.app.flows.two_steps import schema_of
from limen.app.scope import Scope
from limen.domain.flow.details import LoginDetail, SignInStep
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.flow.states import State
from limen.domain.ids import MethodName
from limen.domain.text import shared
from limen.domain.text.validation import required
from limen.domain.ui.identifier import first_identifier, named_identifier
from limen.domain.ui.nodes import Group, Node, submit
from limen.kernel.json_doc import JsonDoc
from limen.methods.identifier_first import texts

NAME: Final = MethodName("identifier_first")


class IdentifierFirst:
    """Asks for a name, and carries it along into the second step. A name sent again replaces the one before."""

    async def present(self, scope: Scope, flow: Flow[LoginDetail]) -> Sequence[Node]:
        match flow.detail.step:
            case SignInStep.EVERYTHING:
                return ()
            case SignInStep.IDENTIFIER:
                go_on = submit(Group.IDENTIFIER_FIRST, "method", NAME, shared.go_on())
                return (first_identifier(schema_of(scope, flow)), go_on)
            case SignInStep.PROOF:
                return (named_identifier(schema_of(scope, flow), flow.detail.named),)

    def read(self, scope: Scope, flow: Flow[LoginDetail], body: Submission) -> Attempt[LoginDetail, Authenticated]:
        if flow.detail.step is SignInStep.EVERYTHING:
            raise FormProblems(Problem(shared.no_method(FlowKind.LOGIN)))
        name = body.text("identifier")
        if not name:
            raise FormProblems(Problem(required("identifier"), "identifier"))
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        return partial(self._named, noted, name)

    async def _named(self, flow: Flow[LoginDetail], name: str) -> Narrow[LoginDetail]:
        problems = FormProblems(Problem(texts.nobody(), "identifier"), values={"identifier": JsonDoc.of(name)})
        return Narrow(
            flow=_at(flow, SignInStep.PROOF, active=NAME, named=name),
            back=_at(flow, SignInStep.IDENTIFIER),
            problems=problems,
        )


def _at(
    flow: Flow[LoginDetail], step: SignInStep, *, active: MethodName | None = None, named: str = ""
) -> Flow[LoginDetail]:
    detail = msgspec.structs.replace(flow.detail, step=step, named=named)
    return msgspec.structs.replace(flow, detail=detail, active=active, state=State.CHOOSE_METHOD)
