"""A second factor for tests of the rules around it: one number, the same for everybody who has it."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from limen.app.flows.contract import Attempt, Authenticated, Done, FormProblems, Problem, Submission
from limen.app.flows.method import CredentialSpec, Method
from limen.app.scope import Scope
from limen.app.sessions.check import require
from limen.domain.flow.details import LoginDetail
from limen.domain.flow.flow import Flow
from limen.domain.identity.aal import Aal
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.ids import MethodName
from limen.domain.text.validation import generic
from limen.domain.ui.nodes import Group, Input, InputType, Node

NUMBER: Final = "424242"
NAME: Final = MethodName("totp")


class NumberLogin:
    """Asks whoever is signed in already for the number."""

    async def present(self, scope: Scope, flow: Flow[LoginDetail]) -> Sequence[Node]:
        if flow.detail.requested_aal is not Aal.AAL2:
            return ()
        return (Node(Group.TOTP, Input(name="totp_code", type=InputType.TEXT, required=True)),)

    def read(self, scope: Scope, flow: Flow[LoginDetail], body: Submission) -> Attempt[LoginDetail, Authenticated]:
        if flow.detail.requested_aal is not Aal.AAL2 or body.text("totp_code") != NUMBER:
            raise FormProblems(Problem(generic("This is not the number."), "totp_code"))
        return partial(self._entered, scope, flow)

    async def _entered(self, scope: Scope, flow: Flow[LoginDetail]) -> Done[LoginDetail, Authenticated]:
        return Done(flow=flow, result=Authenticated(identity=require(scope).identity, method=NAME))


def _always(_: Credential) -> bool:
    return True


METHOD: Final = Method(
    name=NAME,
    rank=50,
    credential=CredentialSpec(type=CredentialType.TOTP, second_factor=_always),
    login=NumberLogin(),
)
