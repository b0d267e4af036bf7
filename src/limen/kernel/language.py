"""Which language does the reader want? (RFC 9110 §12.5.4)"""

from collections.abc import Sequence


def negotiate(accepted: str, available: Sequence[str]) -> str:
    """The best of `available` for an Accept-Language header; the first of them when none fits.

    A wanted `de-AT` is served by `de`; entries with `q=0` are not wanted at all.
    """
    for tag in _by_preference(accepted):
        if tag == "*":
            return available[0]
        parts = tag.split("-")
        for length in range(len(parts), 0, -1):
            if (shorter := "-".join(parts[:length])) in available:
                return shorter
    return available[0]


def _by_preference(accepted: str) -> list[str]:
    wanted: list[tuple[float, str]] = []
    for entry in accepted[:1000].split(","):
        tag, *parameters = (part.strip().lower() for part in entry.split(";"))
        weight = next((_weight(text[2:]) for text in parameters if text.startswith("q=")), 1.0)
        if tag and weight > 0:
            wanted.append((weight, tag))
    return [tag for _, tag in sorted(wanted, key=lambda entry: -entry[0])]


def _weight(text: str) -> float:
    head, _, tail = text.partition(".")
    digits = head + tail
    return float(text) if digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS else 0.0


_MAX_DIGITS = 4
