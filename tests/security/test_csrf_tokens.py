"""Does only the browser that got a form send it? Masked tokens, the cookie, and the order of refusals (SEC-02 … SEC-04, NEGO-07)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.entropy import SeededEntropy
from limen.app.errors import CsrfViolation
from limen.app.flows.contract import FormProblems, Submission
from limen.app.flows.csrf import FIELD, TOKEN_BYTES, belongs_to, check, masked, stored_form, unmasked
from limen.app.scope import BrowserMarks
from limen.domain.flow.kinds import FlowType
from limen.http.doorway import csrf_token

TOKEN, OTHER = bytes(range(32)), bytes(range(32, 64))
ENTROPY = SeededEntropy()
MINE = BrowserMarks(token=TOKEN, has_cookie_header=True, has_csrf_cookie=True, foreign_cookies=True)


def form(token: str | None = None, *, typed: bool = False) -> Submission:
    return Submission(fields={} if token is None else {FIELD: token}, typed=typed)


@pytest.mark.covers("SEC-02")
@given(st.binary(min_size=TOKEN_BYTES, max_size=TOKEN_BYTES))
def test_a_masked_token_never_looks_the_same_and_always_opens(token: bytes) -> None:
    first, second = masked(token, ENTROPY), masked(token, ENTROPY)
    assert first != second
    assert unmasked(first) == unmasked(second) == token
    assert base64.b64encode(token).decode()[:40] not in first
    assert len(base64.b64decode(first)) == 2 * TOKEN_BYTES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "=",
        "ü" * 88,
        base64.b64encode(TOKEN).decode(),
        base64.b64encode(TOKEN * 3).decode(),
        masked(TOKEN, ENTROPY)[:-1],
        masked(TOKEN, ENTROPY) + " ",
    ],
)
def test_what_is_no_masked_token_opens_to_nothing(text: str) -> None:
    assert unmasked(text) is None


@given(st.text(max_size=100))
def test_no_text_is_an_accident(text: str) -> None:
    assert unmasked(text) is None or len(unmasked(text) or b"") == TOKEN_BYTES
    assert csrf_token(text) is None or len(csrf_token(text) or b"") == TOKEN_BYTES


@pytest.mark.covers("SEC-03", "SEC-04")
def test_a_form_with_its_token_and_its_cookie_is_genuine() -> None:
    for typed in (False, True):
        check(FlowType.BROWSER, MINE, stored_form(TOKEN), form(masked(TOKEN, ENTROPY), typed=typed))


@pytest.mark.covers("SEC-03", "SEC-04", "SEC-15")
@pytest.mark.parametrize(
    ("browser", "flow", "sent"),
    [
        (MINE, TOKEN, None),
        (MINE, TOKEN, ""),
        (MINE, TOKEN, stored_form(TOKEN)),
        (MINE, TOKEN, masked(OTHER, ENTROPY)),
        (MINE, OTHER, masked(TOKEN, ENTROPY)),
        (MINE, OTHER, masked(OTHER, ENTROPY)),
        (BrowserMarks(token=OTHER, has_cookie_header=True, has_csrf_cookie=True), TOKEN, masked(TOKEN, ENTROPY)),
        (BrowserMarks(token=TOKEN, has_cookie_header=True, has_csrf_cookie=False), TOKEN, masked(TOKEN, ENTROPY)),
        (BrowserMarks(token=TOKEN), TOKEN, masked(TOKEN, ENTROPY)),
        (
            BrowserMarks(token=TOKEN, has_cookie_header=True, has_csrf_cookie=True, cross_site=True),
            TOKEN,
            masked(TOKEN, ENTROPY),
        ),
    ],
)
def test_every_other_form_is_refused(browser: BrowserMarks, flow: bytes, sent: str | None) -> None:
    for typed in (False, True):
        with pytest.raises(CsrfViolation) as refusal:
            check(FlowType.BROWSER, browser, stored_form(flow), form(sent, typed=typed))
        assert refusal.value.hint
        for secret in (stored_form(TOKEN), stored_form(OTHER)):
            assert secret not in f"{refusal.value.reason}{refusal.value.hint}{refusal.value.reject_reason}"


@pytest.mark.covers("SEC-15")
def test_a_flow_belongs_to_the_browser_that_began_it() -> None:
    assert belongs_to(MINE, stored_form(TOKEN))
    assert not belongs_to(MINE, stored_form(OTHER))
    assert not belongs_to(MINE, "")
    assert not belongs_to(BrowserMarks(token=TOKEN), stored_form(TOKEN))


@pytest.mark.covers("NEGO-07", "SEC-05")
@pytest.mark.parametrize(
    ("browser", "refused"),
    [
        (BrowserMarks(token=TOKEN), False),
        (BrowserMarks(token=TOKEN, has_cookie_header=True), False),
        (BrowserMarks(token=TOKEN, origin="https://evil.test"), True),
        (BrowserMarks(token=TOKEN, origin="null"), True),
        (BrowserMarks(token=TOKEN, has_cookie_header=True, foreign_cookies=True), True),
    ],
)
def test_a_native_flow_is_not_sent_by_a_browser(browser: BrowserMarks, refused: bool) -> None:
    if not refused:
        check(FlowType.API, browser, "", form())
        return
    with pytest.raises(FormProblems):
        check(FlowType.API, browser, "", form(masked(TOKEN, ENTROPY)))


@pytest.mark.parametrize(
    ("value", "known"),
    [(stored_form(TOKEN), True), ("", False), ("x", False), (stored_form(TOKEN + b"x"), False), ("é" * 44, False)],
)
def test_which_cookies_hold_a_token(value: str, known: bool) -> None:
    assert (csrf_token(value) == TOKEN) is known
