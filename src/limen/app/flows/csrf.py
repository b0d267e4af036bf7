"""Was this form sent by the browser that got it? Masked tokens and their check (SEC-02 … SEC-04, NEGO-07)."""

import base64
import binascii
import hmac
from typing import Final

from limen.app.errors import CsrfViolation
from limen.app.flows.contract import FormProblems, Problem, Submission
from limen.app.scope import BrowserMarks
from limen.domain.flow.kinds import FlowType
from limen.domain.text.shared import sent_by_a_browser
from limen.kernel.entropy import Entropy

TOKEN_BYTES: Final = 32
FIELD: Final = "csrf_token"

_AJAX_HINT: Final = (
    "This was a request made by a script. Look in the browser's network tools whether it carried the cookies of this "
    "server, and whether the server's public address, its cookies and CORS fit the page's own address."
)
_SERVER_HINT: Final = (
    "This was a plain browser or server-side request. A server that calls on behalf of a browser has to pass the "
    "browser's Cookie header on."
)


def masked(token: bytes, entropy: Entropy) -> str:
    """The token under a one-time pad, so that no two forms carry the same text (SEC-02)."""
    pad = entropy.octets(TOKEN_BYTES)
    return base64.b64encode(pad + _xor(pad, token)).decode()


def unmasked(text: str) -> bytes | None:
    """The token in a masked text, or None when it is none."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 2 * TOKEN_BYTES:
        return None
    return _xor(raw[:TOKEN_BYTES], raw[TOKEN_BYTES:])


def stored_form(token: bytes) -> str:
    """How a flow remembers the token of its browser."""
    return base64.b64encode(token).decode()


def belongs_to(browser: BrowserMarks, csrf_token: str) -> bool:
    """Whether the flow with that stored token was started by this browser."""
    return browser.has_csrf_cookie and hmac.compare_digest(stored_form(browser.token).encode(), csrf_token.encode())


def check(type: FlowType, browser: BrowserMarks, flow_token: str, body: Submission) -> None:
    """Raises CsrfViolation for browser flows without proof, FormProblems for native flows that come from a browser."""
    if type is FlowType.API:
        # whoever opened a link of the flow got the anti-CSRF cookie with it, an app as well (VER-06)
        opened = bool(flow_token) and belongs_to(browser, flow_token)
        if browser.origin or browser.cross_site or (browser.other_cookies if opened else browser.foreign_cookies):
            raise FormProblems(Problem(sent_by_a_browser(with_origin=bool(browser.origin))))
        return
    sent = body.text(FIELD)
    token = unmasked(sent)
    genuine = token is not None and hmac.compare_digest(token, browser.token)
    if browser.cross_site or not genuine or not belongs_to(browser, flow_token):
        raise violation(browser, without_token=not sent and not body.typed)


def violation(browser: BrowserMarks, *, without_token: bool = False) -> CsrfViolation:
    """The refusal, worded after what is missing (SEC-03)."""
    hint = _AJAX_HINT if browser.ajax else _SERVER_HINT
    if not browser.has_cookie_header:
        return CsrfViolation(hint, "The request had no Cookie header at all.")
    if not browser.has_csrf_cookie:
        return CsrfViolation(hint, "The request had cookies, but not the anti-CSRF cookie of this server.")
    if without_token:
        return CsrfViolation("The form was sent without its csrf_token field.")
    return CsrfViolation(hint, "The csrf_token of the request does not belong to the anti-CSRF cookie.")


def unproven() -> CsrfViolation:
    """The refusal of a changing request to an address that takes none (HTTP-93)."""
    return CsrfViolation(
        "Requests that change something need an anti-CSRF token; this address takes no such requests at all."
    )


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(len(left), "big")
