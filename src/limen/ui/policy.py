"""What may a page do in the browser? Its Content-Security-Policy and the headers beside it (security.md §2.28)."""

from collections.abc import Iterable

Headers = tuple[tuple[str, str], ...]

_ALWAYS: Headers = (
    ("cache-control", "private, no-cache, no-store, must-revalidate"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("vary", "accept-language, cookie"),
)


def page_headers(form_targets: Iterable[str] = (), script_nonce: str = "") -> Headers:
    """The headers of an HTML page whose forms may lead to these origins; a nonce only where script nodes are shown."""
    scripts = f"'self' 'nonce-{script_nonce}'" if script_nonce else "'self'"
    targets = " ".join(dict.fromkeys(("'self'", *(target for target in form_targets if target))))
    policy = "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            f"script-src {scripts}",
            "img-src 'self' data:",
            f"form-action {targets}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
    return (("content-type", "text/html; charset=utf-8"), ("content-security-policy", policy), *_ALWAYS)


def redirect_headers(location: str) -> Headers:
    """The headers of a redirect: never cached, never leaking where it came from."""
    return (("location", location), *_ALWAYS)
