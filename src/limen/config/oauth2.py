"""Which OAuth2 server hands its logins to Limen?"""

from collections.abc import Mapping

import msgspec

from limen.config.syntax import SecretText, Url


class OAuth2Config(msgspec.Struct, frozen=True, kw_only=True):
    """An OAuth2 server (Hydra) that sends people here to sign in (HYDRA-*)."""

    url: Url | None = None
    """Its admin address; no OAuth2 server when unset."""
    headers: Mapping[str, SecretText] = msgspec.field(default_factory=dict[str, str])
    """Headers that are sent along to it."""
    override_return_to: bool = False
    """Keep the OAuth2 request while people move from one flow to another."""
