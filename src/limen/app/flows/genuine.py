"""Is a submission genuine? It carries its browser's anti-CSRF token, unless the form is for anybody (SEC-04)."""

from limen.app.flows import csrf
from limen.app.flows.contract import Submission
from limen.app.scope import Scope
from limen.domain.flow.details import Detail, RecoveryDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowType


def refuse_forgery(scope: Scope, flow: Flow[Detail], body: Submission) -> None:
    """Raises CsrfViolation."""
    if not for_anybody(flow):
        type = FlowType.BROWSER if opened_here(scope, flow, body) else flow.type
        csrf.check(type, scope.browser, flow.csrf_token, body)


def for_anybody(flow: Flow[Detail]) -> bool:
    """Whether an operator made the flow for a browser that was not there yet (REC-21, security.md §2.38)."""
    return isinstance(flow.detail, RecoveryDetail) and flow.detail.skip_csrf_check


def opened_here(scope: Scope, flow: Flow[Detail], body: Submission) -> bool:
    """Whether a native app's flow goes on in this browser, since a link was opened in it (VER-06). An app that opened the
    link itself got the cookie, too, but sends no token: it goes on as an app.
    """
    return bool(flow.csrf_token) and bool(body.text(csrf.FIELD)) and csrf.belongs_to(scope.browser, flow.csrf_token)
