"""How do the two bodies of an e-mail become octets? Plain where they may, encoded where they must, in C either way."""

import base64
import binascii
from typing import Final

_LONGEST_LINE: Final = 78
_CRLF: Final = b"\r\n"
_ALTERNATIVE: Final = b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="


def bodies(text: str, html: str, mark: str) -> bytes:
    """The rest of an e-mail after its headers: the text, and the page beside it if there is one.

    `mark` separates them and has to be known to nobody who words a message. Raises ValueError for what is no text.
    """
    if not html:
        return b"MIME-Version: 1.0\r\n" + _part("plain", text)
    begin = b"--" + mark.encode("ascii")
    head = _ALTERNATIVE + f'"{mark}"\r\n\r\n'.encode("ascii") + begin + _CRLF
    between = _CRLF + begin + _CRLF
    return head + _part("plain", text) + between + _part("html", html) + _CRLF + begin + b"--" + _CRLF


def _part(subtype: str, text: str) -> bytes:
    encoding, content = _encoded(text.encode())
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode("ascii") + content


def _encoded(text: bytes) -> tuple[str, bytes]:
    """Only ASCII in short lines goes as it is: not every server on the way takes more than that."""
    lines = text.splitlines() or [b""]
    whole = _CRLF.join(lines) + _CRLF
    if whole.isascii() and max(map(len, lines)) <= _LONGEST_LINE:
        return "7bit", whole
    quoted = binascii.b2a_qp(whole, istext=True)
    # What is mostly not Latin is shorter, and no less readable, like this.
    if len(quoted) * 3 > len(whole) * 5:
        return "base64", base64.encodebytes(whole).replace(b"\n", _CRLF)
    return "quoted-printable", quoted
