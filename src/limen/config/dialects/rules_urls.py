"""Where did the `urls` section of v0.1 to v0.3 and the return URL lists of v0.1 to v0.8 go? Rules U1-U13, U19."""

from typing import Final
from urllib.parse import urlsplit

from limen.config.dialects.draft import Draft, Move, apply, words
from limen.kernel.json_doc import JsonValue

ALLOWED: Final = "selfservice.allowed_return_urls"

MOVES: Final = (
    Move("U1", "urls.default_return_to", "selfservice.default_browser_return_url", "the fallback of every redirect"),
    Move("U5", "urls.self.public", "serve.public.base_url", "a listener names its own address since v0.4"),
    Move("U6", "urls.self.admin", "serve.admin.base_url", "a listener names its own address since v0.4"),
    Move("U7", "urls.login_ui", "selfservice.flows.login.ui_url", "a flow names its own page since v0.4"),
    Move("U8", "urls.registration_ui", "selfservice.flows.registration.ui_url", "a flow names its own page since v0.4"),
    Move("U9", "urls.settings_ui", "selfservice.flows.settings.ui_url", "a flow names its own page since v0.4"),
    Move("U9", "urls.profile_ui", "selfservice.flows.settings.ui_url", "the profile flow became the settings flow"),
    Move("U10", "urls.error_ui", "selfservice.flows.error.ui_url", "a flow names its own page since v0.4"),
    Move("U11", "urls.verify_ui", "selfservice.flows.verification.ui_url", "a flow names its own page since v0.4"),
    Move(
        "U13",
        "selfservice.logout.redirect_to",
        "selfservice.flows.logout.after.default_browser_return_url",
        "where logout leads",
    ),
    Move(
        "U19",
        "selfservice.verify.return_to",
        "selfservice.flows.verification.after.default_browser_return_url",
        "where verification leads",
    ),
)

LISTS: Final = (
    Move("U3", "urls.whitelisted_return_to_urls", ALLOWED, "compared by prefix, then as now"),
    Move("U4", "selfservice.whitelisted_return_urls", ALLOWED, "another name since v0.9"),
)


def translate_urls(draft: Draft) -> None:
    """Apply U1 to U13 and U19."""
    apply(draft, MOVES)
    _u2_domains(draft)
    for row in LISTS:
        draft.move(row, words)
    draft.drop("U12", "urls.mfa_ui", "it never had an effect")


def origin_of_url(value: JsonValue) -> str | None:
    """The `scheme://host/` of an address, None when it has none."""
    if not isinstance(value, str):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2].lower()
    return f"{parts.scheme}://{host}/" if parts.scheme and host else None


def allow_origin(draft: Draft, path: str, url: str) -> None:
    """U2, second half: a job that obeyed `return_to` took any path on its own host."""
    origin = origin_of_url(url)
    allowed = draft.get(ALLOWED)
    known = allowed if isinstance(allowed, list) else []
    if origin is None or origin in known or origin.rstrip("/") in known:
        return
    if draft.put(ALLOWED, [*known, origin]):
        reason = "a job that obeys return_to allowed every path on the host of its own target"
        draft.change("U2", path, ALLOWED, "value changed", reason, security=True)


def _u2_domains(draft: Draft) -> None:
    reason = "v0.1 compared scheme and host only, so each entry is widened to its whole origin"
    draft.move(Move("U2", "urls.whitelisted_return_to_domains", ALLOWED, reason), _origins, security=True)


def _origins(value: JsonValue) -> JsonValue:
    origins = (origin_of_url(item) for item in words(value))
    return list(dict.fromkeys(origin for origin in origins if origin is not None))
