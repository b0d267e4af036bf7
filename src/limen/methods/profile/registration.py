"""How does sign-up ask who one is? All fields at once, or as the first of two steps (REG-03 … REG-06)."""

from collections.abc import Sequence
from functools import partial

import msgspec

from limen.app.flows.contract import Attempt, Draft, FormProblems, Stay, Submission
from limen.app.identities.accept import SentTraits, read_traits
from limen.app.scope import Scope
from limen.domain.flow.details import RegistrationDetail, SignUpStep
from limen.domain.flow.flow import Flow
from limen.domain.flow.states import State
from limen.domain.text import shared
from limen.domain.ui.nodes import Group, Node, submit
from limen.domain.ui.traits import hidden_trait_nodes, trait_nodes

_BACK = frozenset({"profile:back"})


class ProfileRegistration:
    """The fields of the schema; in two steps also the way forth and back."""

    async def present(self, scope: Scope, flow: Flow[RegistrationDetail]) -> Sequence[Node]:
        schema = scope.services.schemas.require(flow.detail.schema_id)
        match flow.detail.step:
            case SignUpStep.EVERYTHING:
                return trait_nodes(schema, _group(scope))
            case SignUpStep.PROFILE:
                return (
                    *trait_nodes(schema, Group.DEFAULT),
                    submit(Group.PROFILE, "method", "profile", shared.sign_up()),
                )
            case SignUpStep.CREDENTIALS:
                back = submit(Group.PROFILE, "screen", "previous", shared.back())
                return (*hidden_trait_nodes(schema, Group.DEFAULT), back)

    def read(
        self, scope: Scope, flow: Flow[RegistrationDetail], body: Submission
    ) -> Attempt[RegistrationDetail, Draft]:
        traits = read_traits(scope, flow.detail.schema_id, body)
        if traits.reading is None:
            raise FormProblems(*traits.problems, values=traits.values)
        back = body.method in _BACK or body.text("screen") == "previous"
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload, active=None)
        return partial(self._moved, noted, traits, SignUpStep.PROFILE if back else SignUpStep.CREDENTIALS)

    async def _moved(
        self, flow: Flow[RegistrationDetail], traits: SentTraits, step: SignUpStep
    ) -> Stay[RegistrationDetail]:
        detail = msgspec.structs.replace(flow.detail, step=step)
        messages = (shared.choose_a_credential(),) if step is SignUpStep.CREDENTIALS else ()
        return Stay(
            flow=msgspec.structs.replace(flow, detail=detail, state=State.CHOOSE_METHOD),
            values=traits.values,
            messages=messages,
        )


def _group(scope: Scope) -> Group:
    """The group of the fields in a form with everything (REG-22, QK-21)."""
    wanted = scope.config.feature_flags.password_profile_registration_node_group
    return Group.PASSWORD if wanted == "password" else Group.DEFAULT
