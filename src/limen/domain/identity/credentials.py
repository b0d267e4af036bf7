"""How does a person prove who they are? Credentials: one per type, each with its own typed configuration."""

from datetime import datetime
from enum import StrEnum

import msgspec

from limen.kernel.json_doc import JsonDoc


class CredentialType(StrEnum):
    """The kinds of credential (F.3)."""

    PASSWORD = "password"
    OIDC = "oidc"
    SAML = "saml"
    TOTP = "totp"
    LOOKUP_SECRET = "lookup_secret"
    WEBAUTHN = "webauthn"
    PASSKEY = "passkey"
    CODE = "code"
    LINK_RECOVERY = "link_recovery"
    CODE_RECOVERY = "code_recovery"
    DEVICEAUTHN = "deviceauthn"


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """One way to sign in. `identifiers` are normalised and unique among all identities per type; `config` is the method's."""

    type: CredentialType
    identifiers: tuple[str, ...]
    config: JsonDoc
    version: int = 0
    created_at: datetime
    updated_at: datetime
