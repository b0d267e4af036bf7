"""What can a request be refused for, that no form can say? Each class has its row in wire/errors.py."""

from datetime import datetime

from limen.domain.flow.kinds import FlowKind, FlowType
from limen.kernel.errors import LimenError


class FlowUnknown(LimenError):
    """No flow of this kind has that id (HTTP 404)."""


class FlowIdMissing(LimenError):
    """The submission does not say to which flow it belongs (NEGO-09)."""


class FlowExpired(LimenError):
    """The flow is too old to be read (FLOW-06). `restart` is where a new one begins."""

    def __init__(self, kind: FlowKind, type: FlowType, restart: str, return_to: str) -> None:
        super().__init__(f"The {kind.value} flow has expired, start a new one.")
        self.kind, self.type, self.restart, self.return_to = kind, type, restart, return_to


class CsrfViolation(LimenError):
    """The submission carries no proof that it was made by the browser that got the form (SEC-03)."""

    def __init__(self, hint: str, reject_reason: str = "") -> None:
        super().__init__("The anti-CSRF token or cookie does not fit this flow.")
        self.hint, self.reject_reason = hint, reject_reason


class AlreadySignedIn(LimenError):
    """There is a session already (session_already_available). `return_to` is where a browser goes instead."""

    def __init__(self, return_to: str) -> None:
        super().__init__("A session exists already; end it first, or ask for a refresh.")
        self.return_to = return_to


class SessionRequired(LimenError):
    """The request needs a session, and shows none that is good. Carries no error id (SESS-11)."""


class SessionInactive(SessionRequired):
    """As SessionRequired, where the wire names it `session_inactive` (LOGOUT-01, SET-01)."""


class FirstFactorRequired(LimenError):
    """A second factor was asked for, but there is no session with the first (session_aal1_required)."""


class SecondFactorRequired(LimenError):
    """The session has to be stepped up (session_aal2_required); `redirect_browser_to` is where that happens."""

    def __init__(self, redirect_browser_to: str) -> None:
        super().__init__("The session has to be confirmed with a second factor.")
        self.redirect_browser_to = redirect_browser_to


class ReturnToForbidden(LimenError):
    """`return_to` is not on the allow-list, or browsers would read it otherwise (SEC-10)."""


class FlowDisabled(LimenError):
    """The kind of flow is switched off (REG-01)."""


class BadParameter(LimenError):
    """A query parameter has a value that means nothing here (LOGIN-07, LOGIN-09)."""


class IdentityDisabled(LimenError):
    """The identity is switched off (LOGIN-28)."""


class VerifiedAddressRequired(LimenError):
    """The person has to prove an address before signing in (HOOK-16)."""


class NoAddressToVerify(LimenError):
    """`require_verified_address` is configured, but the identity has no address that could be verified (HOOK-16)."""


class LogoutTokenMissing(LimenError):
    """Signing out needs the token that the logout flow handed out (LOGOUT-02)."""


class LogoutTokenWrong(LimenError):
    """The logout token belongs to another session (LOGOUT-02, LOGOUT-06)."""


class IdentityUnknown(LimenError):
    """No identity has that id."""


class SessionUnknown(LimenError):
    """No session has that id."""


class ErrorPageUnknown(LimenError):
    """No stored error has that id (ERR-02)."""


class OwnSession(LimenError):
    """The current session is ended by signing out, not this way (SESS-22)."""


class TokenizerUnknown(LimenError):
    """No tokenizer template has that name (SESS-28)."""


class TokenizerFailed(LimenError):
    """The session cannot be turned into a token: the mapper, the keys or the subject are missing or broken (SESS-28)."""


class BadPageToken(LimenError):
    """The page token or number means nothing here (PAGE-08)."""


class MethodUnavailable(LimenError):
    """The method is switched off (FLOW-12)."""


class FlowReplaced(LimenError):
    """The flow expired before it was submitted and another took its place (FLOW-07)."""

    def __init__(self, use_flow_id: str, expired_at: datetime, since: float) -> None:
        super().__init__("The flow has expired, go on with the new one.")
        self.use_flow_id, self.expired_at, self.since = use_flow_id, expired_at, since


class BrowserMustMove(LimenError):
    """A single-page app has to send its browser elsewhere (browser_location_change_required)."""

    def __init__(self, redirect_browser_to: str) -> None:
        super().__init__("The browser has to go on at another address.")
        self.redirect_browser_to = redirect_browser_to


class BodyTooLarge(LimenError):
    """The body exceeds the limit (HTTP-103)."""


class IdentityRefused(LimenError):
    """An identity, or a change to one, is not acceptable as the operator sent it (ID-06, ID-09, ID-17, ID-19)."""


class CredentialUnknown(LimenError):
    """The identity has no such credential (ID-19)."""
