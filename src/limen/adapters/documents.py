"""How are documents read? By the scheme of their address: a file, the address itself, or another server (CFG-15)."""

import asyncio
from base64 import b64decode
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from limen.kernel.egress import Egress, EgressFailed, EgressTooLarge, HttpCall
from limen.ports.documents import DocumentUnavailable

MAX_BYTES: Final = 1024 * 1024
_OK: Final = 200
_TO_STANDARD: Final = str.maketrans("-_", "+/")


class UrlDocuments:
    """Reads `file://`, `base64://`, `http://` and `https://` addresses; nothing is kept.

    Relative file addresses such as `file://./person.json` start at `folder`.
    """

    def __init__(self, egress: Egress, folder: Path) -> None:
        self._egress = egress
        self._folder = folder

    async def read(self, url: str) -> bytes:
        """The document, at most 1 MiB. Raises DocumentUnavailable; the message never quotes a document."""
        scheme, separator, rest = url.partition("://")
        match scheme.lower() if separator else "":
            case "file":
                return await asyncio.to_thread(_file, self._folder / rest)
            case "base64":
                return _inline(rest)
            case "http" | "https":
                return await self._remote(url)
            case _:
                raise DocumentUnavailable("A document's address starts with file://, base64://, http:// or https://.")

    async def _remote(self, url: str) -> bytes:
        shown = _without_secrets(url)
        try:
            answer = await self._egress.send(HttpCall(method="GET", url=url, max_answer_bytes=MAX_BYTES))
        except EgressTooLarge as error:
            raise DocumentUnavailable(f"The document {shown} is larger than 1 MiB.") from error
        except EgressFailed as error:
            raise DocumentUnavailable(f"The document {shown} cannot be fetched: {error.reason}") from error
        if answer.status != _OK:
            raise DocumentUnavailable(f"The document {shown} cannot be fetched: the server answered {answer.status}.")
        return answer.body


def _file(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise DocumentUnavailable(f"There is no file {path}.")
        with path.open("rb") as file:
            found = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "its name is not valid"
        raise DocumentUnavailable(f"The file {path} cannot be read: {reason}.") from error
    if len(found) > MAX_BYTES:
        raise DocumentUnavailable(f"The file {path} is larger than 1 MiB.")
    return found


def _inline(text: str) -> bytes:
    if len(text) > MAX_BYTES * 4 // 3 + 4:
        raise DocumentUnavailable("The document in a base64:// address is larger than 1 MiB.")
    standard = "".join(text.split()).rstrip("=").translate(_TO_STANDARD)
    try:
        return b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except ValueError as error:
        raise DocumentUnavailable("A base64:// address does not hold valid base64.") from error


def _without_secrets(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        return "at a malformed address"
