"""How long do sessions live, what carries them, and what may be asked about them?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

import msgspec

from limen.config.cookies import SameSite
from limen.config.syntax import Duration, Switch, Url

RequiredAal = Literal["aal1", "highest_available"]


class SessionCookieConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The cookie that carries a browser's session; what is not said here is taken from `cookies`."""

    name: str = "ory_kratos_session"
    """Name of the cookie."""
    domain: str | None = None
    """Domain attribute; as `cookies.domain` when unset."""
    path: str | None = None
    """Path attribute; as `cookies.path` when unset."""
    secure: Switch | None = None
    """Secure attribute; as `cookies.secure` when unset."""
    same_site: SameSite | None = None
    """SameSite attribute; as `cookies.same_site` when unset."""
    persistent: bool = True
    """Keep the cookie when the browser is closed, for as long as the session lives."""


class TokenTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of JSON Web Token that a session can be turned into (SESS-28)."""

    jwks_url: Url
    """Where the signing keys are read from."""
    ttl: Duration = timedelta(minutes=1)
    """Life of a token."""
    claims_mapper_url: Url | None = None
    """Jsonnet program that writes the claims."""
    subject_source: Literal["id", "external_id"] = "id"
    """What the `sub` claim holds."""


class Tokenizer(msgspec.Struct, frozen=True, kw_only=True):
    """Templates for `tokenize_as`."""

    templates: Mapping[str, TokenTemplate] = msgspec.field(default_factory=dict[str, TokenTemplate])


class WhoamiConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What the session check demands and can produce."""

    required_aal: RequiredAal = "highest_available"
    """Assurance that a session needs to be shown: one factor, or as many as the person has set up."""
    tokenizer: Tokenizer = Tokenizer()


class SessionConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions (SESS-*)."""

    lifespan: Duration = timedelta(hours=24)
    """Life of a session."""
    cookie: SessionCookieConfig = SessionCookieConfig()
    whoami: WhoamiConfig = WhoamiConfig()
    earliest_possible_extend: Duration | None = None
    """A session can be extended only this long before it ends; at any time when unset."""
