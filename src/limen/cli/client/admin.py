"""How does a command ask the admin interface? One request, one answer or one clear refusal."""

import json
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, urlencode, urljoin, urlsplit

import click
import msgspec

from limen.kernel.egress import Egress, EgressFailed, HttpAnswer, HttpCall
from limen.kernel.json_doc import JsonObject, JsonValue

Query = Sequence[tuple[str, str]]

_SECONDS: Final = 60.0
_MOST_BYTES: Final = 512 * 1024 * 1024
_TEMPORARY: Final = 307
_REFUSED: Final = 400


class Refused(click.ClickException):
    """The server, or the way to it, said no. Exit status 1."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What the server said."""

    value: JsonValue
    links: str = ""
    """The `Link` header, which names the next page."""


class AdminClient:
    """Asks the admin interface at `endpoint`; `key` is sent as a bearer token where one is needed."""

    def __init__(self, egress: Egress, endpoint: str, key: str = "") -> None:
        if urlsplit(endpoint).scheme not in {"http", "https"}:
            raise click.UsageError(f"The endpoint has to be an http or https address, and {endpoint!r} is none.")
        self._egress = egress
        self._endpoint = endpoint.rstrip("/")
        self._key = key

    async def get(self, path: str, query: Query = ()) -> Answered:
        """Raises Refused."""
        return await self.ask("GET", path, query)

    async def ask(self, method: str, path: str, query: Query = (), body: JsonValue = None) -> Answered:
        """The answer to one request; `path` begins with a slash. Raises Refused."""
        url = self._endpoint + quote(path, safe="/") + (f"?{urlencode(query)}" if query else "")
        answer = await self._sent(self._call(method, url, body))
        if answer.status == _TEMPORARY:  # what belongs to the public listener is sent on there
            onward = urljoin(url, _header(answer, "location"))
            answer = await self._sent(HttpCall(method=method, url=onward, headers=_told(body), timeout=_SECONDS))
        value = _read(answer)
        if answer.status >= _REFUSED:
            raise Refused(_reason(answer.status, value), answer.status)
        return Answered(value=value, links=_header(answer, "link"))

    def _call(self, method: str, url: str, body: JsonValue) -> HttpCall:
        key = (("authorization", f"Bearer {self._key}"),) if self._key else ()
        text = b"" if body is None else json.dumps(body).encode()
        return HttpCall(
            method=method,
            url=url,
            headers=(*_told(body), *key),
            body=text,
            timeout=_SECONDS,
            max_answer_bytes=_MOST_BYTES,
        )

    async def _sent(self, call: HttpCall) -> HttpAnswer:
        try:
            return await self._egress.send(call)
        except EgressFailed as error:
            host = urlsplit(call.url).netloc.rpartition("@")[2]
            raise Refused(
                f"Nobody answers at {host}: {error.reason} Is the server running, and is this its admin port?"
            ) from error


def _told(body: JsonValue) -> tuple[tuple[str, str], ...]:
    accept = ("accept", "application/json")
    return (accept,) if body is None else (accept, ("content-type", "application/json"))


def _header(answer: HttpAnswer, name: str) -> str:
    return next((value for key, value in answer.headers if key.lower() == name), "")


def _read(answer: HttpAnswer) -> JsonValue:
    if not answer.body:
        return None
    try:
        found: JsonValue = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return answer.body.decode("utf-8", "replace")
    return found


def _reason(status: int, value: JsonValue) -> str:
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        return f"The server answered {status}. Is this the address of its admin port?"
    said = [str(error[name]) for name in ("message", "reason") if isinstance(error.get(name), str)]
    return " ".join(dict.fromkeys(said)) or f"The server answered {status}."


def members(value: JsonValue) -> JsonObject:
    """The value as an object; an empty one when it is something else."""
    return value if isinstance(value, dict) else {}


def entries(value: JsonValue) -> list[JsonObject]:
    """The objects of a list; none when the value is no list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
