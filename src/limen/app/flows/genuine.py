"""Is a submission genuine? It carries its browser's anti-CSRF token, unless the form is for anybody (SEC-04)."""

from typing import Final, TypeVar

import msgspec

from limen.app.flows import csrf
from limen.app.flows.contract import Submission
from limen.app.scope import Scope
from limen.domain.flow.details import Detail, RecoveryDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowType

D = TypeVar("D", bound=Detail)

CODE: Final = "code"
"""The field that a link fills in."""


def refuse_forgery(scope: Scope, flow: Flow[Detail], body: Submission) -> None:
    """Raises CsrfViolation."""
    if not for_anybody(flow):
        type = FlowType.BROWSER if opened_here(scope, flow, body) else flow.type
        csrf.check(type, scope.browser, flow.csrf_token, body)


def for_anybody(flow: Flow[Detail]) -> bool:
    """Whether an operator made the flow for a browser that was not there yet (REC-21, security.md §2.38)."""
    return isinstance(flow.detail, RecoveryDetail) and flow.detail.skip_csrf_check


def as_read_by(scope: Scope, flow: Flow[D]) -> Flow[D]:
    """The flow as somebody may read it. Whoever knows the id of a native flow may; the code that an opened link filled in is
    for the browser in which it was opened (security.md §2.9).
    """
    if flow.type is not FlowType.API or not flow.csrf_token or csrf.belongs_to(scope.browser, flow.csrf_token):
        return flow
    nodes = (node.with_value(None) if node.name == CODE else node for node in flow.form.nodes)
    return msgspec.structs.replace(flow, form=flow.form.replace(nodes))


def opened_here(scope: Scope, flow: Flow[Detail], body: Submission) -> bool:
    """Whether a native app's flow goes on in this browser, since a link was opened in it (VER-06). An app that opened the
    link itself got the cookie, too, but sends no token: it goes on as an app.
    """
    return bool(flow.csrf_token) and bool(body.text(csrf.FIELD)) and csrf.belongs_to(scope.browser, flow.csrf_token)
