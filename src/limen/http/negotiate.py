"""Does this client read JSON or pages? Decided here, once (NEGO-01, NEGO-05)."""

from functools import lru_cache
from typing import Final

from limen.app.scope import Client
from limen.kernel.http_values import Request

JSON: Final = "application/json"
_OFFERS: Final = ("text/html", "text/*", "*/*", JSON)
_WORST: Final = (-1.0, -1)


def client_of(request: Request) -> Client:
    """A page-reading browser, or a single-page app. Native flows are told from their type, by the engine."""
    return Client.SPA if wants_json(request) else Client.BROWSER


def wants_json(request: Request) -> bool:
    """Whether `Accept` prefers JSON over pages, or the body is JSON itself (QK-14)."""
    return prefers_json(request.header("accept")) or request.header("content-type").partition(";")[0].strip() == JSON


@lru_cache(maxsize=256)
def prefers_json(accept: str) -> bool:
    """Whether JSON is the best match among what Limen can answer with; pages win every tie, and `*/*` is a page."""
    best, chosen = _WORST, _OFFERS[0]
    wanted = [_parsed(part) for part in accept.split(",")[:64]]
    for offer in _OFFERS:
        for range, quality in wanted:
            fit = _fit(range, offer)
            if quality > 0 and fit >= 0 and (quality, fit) > best:
                best, chosen = (quality, fit), offer
    return chosen == JSON


def _parsed(part: str) -> tuple[str, float]:
    range, *parameters = part.split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return range.strip().lower(), min(max(float(value), 0.0), 1.0)
            except ValueError:
                return range.strip().lower(), 0.0
    return range.strip().lower(), 1.0


def _fit(range: str, offer: str) -> int:
    """How closely a media range names an offer: 2 exactly, 1 by type, 0 as anything, -1 not at all."""
    if range == "*/*":
        return 0
    if range.endswith("/*"):
        return 1 if offer.startswith(range[:-1]) else -1
    return 2 if range == offer else -1
