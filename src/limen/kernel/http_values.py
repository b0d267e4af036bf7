"""What is a request, what is an answer? Plain values, so that http and ui need not know each other."""

from collections.abc import Mapping
from typing import Final, Protocol
from urllib.parse import parse_qsl

import msgspec

from limen.kernel.errors import MalformedInput

_MOST_PARAMETERS: Final = 1000


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it came in. Header names are lower case; `body` is complete and within the size limit."""

    method: str
    path: str
    query_string: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    peer: str = ""
    """The address of the TCP peer, or of the client when the peer is a trusted proxy (security.md §2.35)."""
    proxied: bool = False
    """Whether a trusted proxy passed it on, so that what its headers say of the client can be believed."""
    url: str = ""
    """The absolute address that was asked for, built on the configured base URL (never on the Host header)."""
    secure: bool = False
    operator: str = ""
    """The name of the key that let the request into the admin interface; empty where none was needed."""
    operator_key: str = ""
    """The id of that key."""
    captured: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    """What the route found in the path, by name."""

    def header(self, name: str) -> str:
        """The first header of that (lower case) name, or an empty string."""
        for key, value in self.headers:
            if key == name:
                return value
        return ""

    def all_headers(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.headers if key == name)

    def query(self, name: str) -> str:
        """The first query parameter of that name, or an empty string."""
        return next((value for key, value in self.query_items() if key == name), "")

    def query_all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.query_items() if key == name)

    def query_items(self) -> tuple[tuple[str, str], ...]:
        """Every query parameter, in order. Raises MalformedInput for more than a thousand."""
        if not self.query_string:
            return ()
        try:
            return tuple(parse_qsl(self.query_string, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS))
        except ValueError as error:
            raise MalformedInput("The address has too many query parameters.") from error


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. Header names are lower case."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def with_headers(self, *more: tuple[str, str]) -> "Response":
        return msgspec.structs.replace(self, headers=(*self.headers, *more))


class Handler(Protocol):
    """Answers one request."""

    async def __call__(self, request: Request, /) -> Response: ...
