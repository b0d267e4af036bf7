"""What can a request be refused for, that no form can say? Each class has its row in wire/errors.py."""

from collections.abc import Mapping
from datetime import datetime

from limen.domain.flow.kinds import FlowKind, FlowType
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonDoc


class FlowUnknown(LimenError):
    """No flow of this kind has that id (HTTP 404)."""


class FlowIdMissing(LimenError):
    """The submission does not say to which flow it belongs (NEGO-09)."""


class FlowExpired(LimenError):
    """The flow is too old to be read (FLOW-06). `restart` is where a new one begins."""

    def __init__(self, kind: FlowKind, type: FlowType, restart: str, return_to: str) -> None:
        super().__init__(f"The {kind.value} flow has expired, start a new one.")
        self.kind, self.type, self.restart, self.return_to = kind, type, restart, return_to


class FlowGone(FlowExpired):
    """As FlowExpired, where the wire does not name the error (QK-13)."""


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
    """The request needs a session, and shows none that is good. Carries no error id (SESS-11).

    `sign_in_at` is where browsers are sent to sign in; empty where they are told like everybody else (SET-01, SET-02).
    """

    def __init__(self, reason: str = "", sign_in_at: str = "") -> None:
        super().__init__(reason)
        self.sign_in_at = sign_in_at


class SessionInactive(SessionRequired):
    """As SessionRequired, where the wire names it `session_inactive` (LOGOUT-01, SET-01)."""


class NoActiveSession(SessionInactive):
    """As SessionInactive, where its body says one thing more (SET-01)."""


class FirstFactorRequired(LimenError):
    """A second factor was asked for, but there is no session with the first (session_aal1_required)."""


class SecondFactorRequired(LimenError):
    """The session has to be stepped up (session_aal2_required); `redirect_browser_to` is where that happens."""

    def __init__(self, redirect_browser_to: str) -> None:
        super().__init__("The session has to be confirmed with a second factor.")
        self.redirect_browser_to = redirect_browser_to


class FreshSessionRequired(LimenError):
    """A sensitive change needs a sign-in that is not long ago (session_refresh_required, SET-05, SET-06)."""

    def __init__(self, redirect_browser_to: str) -> None:
        super().__init__("The last sign-in was too long ago for this change; sign in once more.")
        self.redirect_browser_to = redirect_browser_to


class ForeignFlow(LimenError):
    """The flow belongs to somebody else (security_identity_mismatch, SET-04)."""


class ReturnToForbidden(LimenError):
    """`return_to` is not on the allow-list, or browsers would read it otherwise (SEC-10)."""


class FlowDisabled(LimenError):
    """The kind of flow is switched off (REG-01)."""


class ProvingDisabled(LimenError):
    """Recovery or verification, or the method they need, is switched off (REC-01, VER-01)."""


class BadParameter(LimenError):
    """A query parameter has a value that means nothing here (LOGIN-07, LOGIN-09)."""


class IdentityDisabled(LimenError):
    """The identity is switched off (LOGIN-28)."""


class VerifiedAddressRequired(LimenError):
    """The person has to prove an address before signing in; a verification flow was begun for it (HOOK-16)."""

    def __init__(self, reason: str, flow_id: str = "", address: str = "", url: str = "") -> None:
        super().__init__(reason)
        self.flow_id, self.address, self.url = flow_id, address, url


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

    def __init__(self, use_flow_id: str, expired_at: datetime, since: float, kind: FlowKind | None = None) -> None:
        super().__init__("The flow has expired, go on with the new one.")
        self.use_flow_id, self.expired_at, self.since, self.kind = use_flow_id, expired_at, since, kind


class FlowSuperseded(LimenError):
    """A verification flow cannot go on, and another one took its place (self_service_flow_replaced; VER-03, VER-09)."""

    def __init__(self, use_flow_id: str) -> None:
        super().__init__("The flow cannot go on, use the new one.")
        self.use_flow_id = use_flow_id


class RecoveryStartedOver(LimenError):
    """A recovery flow cannot go on; apps that heed `continue_with` are shown the new one (REC-05)."""

    def __init__(self, use_flow_id: str, reason: str) -> None:
        super().__init__(reason)
        self.use_flow_id = use_flow_id


class BrowserMustMove(LimenError):
    """A single-page app has to send its browser elsewhere (browser_location_change_required)."""

    def __init__(self, redirect_browser_to: str) -> None:
        super().__init__("The browser has to go on at another address.")
        self.redirect_browser_to = redirect_browser_to


class TooManyAttempts(LimenError):
    """One too many within a limit (docs/security.md). `retry_after` is when the next may come, in seconds from now; `values`
    is what was entered, for a form that is shown again.
    """

    def __init__(self, retry_after: int, values: Mapping[str, JsonDoc] | None = None) -> None:
        super().__init__(
            "There were too many attempts. Wait for as long as the Retry-After header says, then try again."
        )
        self.retry_after = retry_after
        self.values: Mapping[str, JsonDoc] = values or {}


class BodyTooLarge(LimenError):
    """The body exceeds the limit (HTTP-103)."""


class IdentityRefused(LimenError):
    """An identity, or a change to one, is not acceptable as the operator sent it (ID-06, ID-09, ID-17, ID-19)."""


class VersionMismatch(LimenError):
    """The request names a version of the identity that is not the present one (precondition_failed; HTTP-109, ours)."""


class CredentialUnknown(LimenError):
    """The identity has no such credential (ID-19)."""


class PythonHookFailed(LimenError):
    """A hook of the operator's failed, and the configuration says that this refuses. The log says why."""
