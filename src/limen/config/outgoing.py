"""How is an HTTP call written down: for mail, text messages, web hooks and the password migration hook?"""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

import msgspec

from limen.config.syntax import Location, SecretText, WebUrl

DEFAULT_BODY: Final = ""
"""Empty: the built-in payload of the courier."""


class ApiKeyAuth(msgspec.Struct, frozen=True, kw_only=True):
    """A fixed key in a header or a cookie."""

    chosen_by: ClassVar[frozenset[str]] = frozenset({"api_key"})

    name: str
    """Name of the header or cookie."""
    value: SecretText
    """The key."""
    in_: Literal["header", "cookie"] = msgspec.field(name="in")
    """Where it is sent."""

    def __repr__(self) -> str:
        return f"ApiKeyAuth(name={self.name!r}, …)"


class BasicAuth(msgspec.Struct, frozen=True, kw_only=True):
    """User and password."""

    chosen_by: ClassVar[frozenset[str]] = frozenset({"basic_auth"})

    user: str
    """User name."""
    password: SecretText
    """Password."""

    def __repr__(self) -> str:
        return f"BasicAuth(user={self.user!r}, …)"


class AuthConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How a call proves who makes it (WH-06)."""

    chooses: ClassVar[Mapping[str, str]] = {"config": "type"}

    type: Literal["api_key", "basic_auth"]
    """Kind of proof."""
    config: ApiKeyAuth | BasicAuth
    """Its values."""


class RequestConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A call that delivers a message."""

    url: WebUrl
    """Address that is called."""
    method: str = "POST"
    """HTTP method."""
    headers: Mapping[str, SecretText] = msgspec.field(default_factory=dict[str, str])
    """Headers that are sent along."""
    body: Location = DEFAULT_BODY
    """Jsonnet program that writes the payload; a built-in one when unset."""
    auth: AuthConfig | None = None
    """How the call proves who makes it."""
