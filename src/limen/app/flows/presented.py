"""What does a form show of a flow? The nodes of every method that takes part, and what all forms carry."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from limen.app.flows import csrf
from limen.app.flows.contract import Participant
from limen.app.scope import Scope
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.ids import FlowId, MethodName
from limen.domain.ui.nodes import Group, Node, hidden
from limen.kernel.json_doc import JsonDoc
from limen.kernel.urls import joined

D = TypeVar("D", bound=Detail)
R = TypeVar("R")
_WHO: Final = "identifier"
"""The field that methods share: of several the last one asks."""


async def nodes_of(scope: Scope, flow: Flow[D], participants: Mapping[MethodName, Participant[D, R]]) -> Sequence[Node]:
    """What every method that is switched on shows of the flow, in no particular order; while a code is on its way, only
    the method that sent it has something to show.
    """
    nodes: list[Node] = []
    waiting = flow.active if flow.state is State.SENT_EMAIL and flow.active in participants else None
    for name, participant in participants.items():
        if scope.config.method_enabled(name) and waiting in {None, name}:
            shown = await participant.present(scope, flow)
            if any(node.name == _WHO for node in shown):
                nodes = [node for node in nodes if node.name != _WHO]
            nodes += [node for node in shown if node not in nodes]
    if nodes or flow.csrf_token or flow.type is FlowType.BROWSER:
        nodes.insert(0, csrf_node(scope, FlowType.BROWSER if flow.csrf_token else flow.type))
    return nodes


def csrf_node(scope: Scope, type: FlowType) -> Node:
    """The hidden token that every form carries; empty for native flows (SEC-02)."""
    value = csrf.masked(scope.browser.token, scope.services.entropy) if type is FlowType.BROWSER else ""
    return hidden(Group.DEFAULT, csrf.FIELD, JsonDoc.of(value), required=True)


def submit_url(base: str, kind: FlowKind, id: FlowId) -> str:
    """Where a form is sent to (FLOW-02)."""
    return f"{joined(base, 'self-service', kind.value)}?flow={id}"
