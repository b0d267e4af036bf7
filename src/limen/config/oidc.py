"""With which other services can people sign in?"""

from typing import Literal

import msgspec

from limen.config.syntax import SecretText, Url
from limen.kernel.json_doc import JsonDoc

ProviderKind = Literal[
    "github",
    "github-app",
    "gitlab",
    "generic",
    "google",
    "microsoft",
    "discord",
    "salesforce",
    "slack",
    "facebook",
    "auth0",
    "vk",
    "yandex",
    "apple",
    "spotify",
    "netid",
    "dingtalk",
    "patreon",
    "line",
    "linkedin",
    "linkedin_v2",
    "lark",
    "x",
    "fedcm-test",
    "amazon",
    "uaepass",
]


class OidcProvider(msgspec.Struct, frozen=True, kw_only=True):
    """One service to sign in with (OIDC-*)."""

    id: str
    """Name in addresses; people's links remember it."""
    provider: ProviderKind
    """Kind of service; `generic` for any OpenID provider."""
    client_id: str
    """Client that is registered there."""
    mapper_url: Url
    """Jsonnet program that turns claims into traits."""
    client_secret: SecretText = ""
    """Secret of the client. Apple has none."""
    label: str = ""
    """Name on the button; the id when unset."""
    issuer_url: Url | None = None
    """Issuer, where the endpoints are discovered."""
    auth_url: Url | None = None
    """Authorization endpoint, if it is not to be discovered."""
    token_url: Url | None = None
    """Token endpoint, if it is not to be discovered."""
    scope: tuple[str, ...] = ()
    """Scopes that are asked for."""
    microsoft_tenant: str = ""
    """Tenant; needed for Microsoft and for nobody else."""
    subject_source: Literal["userinfo", "me", "oid"] = "userinfo"
    """What identifies a person of a Microsoft tenant."""
    apple_team_id: str = ""
    """Apple: team."""
    apple_private_key_id: str = ""
    """Apple: id of the private key."""
    apple_private_key: SecretText = ""
    """Apple: private key."""
    requested_claims: JsonDoc | None = None
    """Claims that are asked for one by one, as OpenID Connect writes them."""
    organization_id: str = ""
    """Organization whose people use this service."""
    additional_id_token_audiences: tuple[str, ...] = ()
    """Further audiences whose id tokens native apps may send."""
    aal2_acr_values: tuple[str, ...] = ()
    """Values of `acr` that count as a second factor."""
    aal2_amr_values: tuple[str, ...] = ()
    """Values of `amr` that count as a second factor."""
    claims_source: Literal["id_token", "userinfo"] = "id_token"
    """Where claims are taken from."""
    pkce: Literal["auto", "never", "force"] = "auto"
    """Whether codes are bound to the browser that began."""
    fedcm_config_url: Url | None = None
    """Federated credential management (Kratos' enterprise edition)."""
    net_id_token_origin_header: str = ""
    """netID: Origin header of token requests."""
    account_linking_mode: Literal["confirm_with_existing_credential", "automatic"] = "confirm_with_existing_credential"
    """How an account that exists already is linked."""
    update_identity_on_login: Literal["never", "automatic"] = "never"
    """Whether traits are mapped again at each sign-in."""

    def __repr__(self) -> str:
        return f"OidcProvider(id={self.id!r}, …)"


class OidcConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Sign-in with other services."""

    base_redirect_uri: Url | None = None
    """Begin of the callback address; the public address when unset."""
    providers: tuple[OidcProvider, ...] = ()
    """The services, in the order of their buttons."""
