"""How does JSON leave the house? Encoded once, with what could end a script in a page escaped (security.md §2.34)."""

from typing import Final

import msgspec

_ENCODER: Final = msgspec.json.Encoder()


def json_bytes(value: object) -> bytes:
    """The JSON of a wire Struct, with `<`, `>`, `&` and the two line separators of JavaScript as escapes, as Go writes it."""
    return escaped(_ENCODER.encode(value))


def escaped(text: bytes) -> bytes:
    for plain, escape in _ESCAPES:
        if plain in text:
            text = text.replace(plain, escape)
    return text


_ESCAPES: Final = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)
