"""What do templates know about a message? The fields of appendix E, named as operators' templates and services expect them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

from limen.config.model import Config
from limen.domain.courier.letter import TemplateType
from limen.domain.identity.addresses import Via
from limen.domain.identity.identity import Identity
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue
from limen.ports.courier import Wording

_NAMES: Final = {
    "to": "To",
    "recovery_code": "RecoveryCode",
    "recovery_url": "RecoveryURL",
    "verification_code": "VerificationCode",
    "verification_url": "VerificationURL",
    "login_code": "LoginCode",
    "registration_code": "RegistrationCode",
    "identity": "Identity",
    "traits": "Traits",
    "request_url": "RequestURL",
    "request_url_domain": "RequestURLDomain",
    "transient_payload": "TransientPayload",
    "expires_in_minutes": "ExpiresInMinutes",
    "changed_at": "ChangedAt",
}
_CODES: Final[Mapping[TemplateType, str]] = {
    TemplateType.RECOVERY_CODE_VALID: "recovery_code",
    TemplateType.VERIFICATION_CODE_VALID: "verification_code",
    TemplateType.LOGIN_CODE_VALID: "login_code",
    TemplateType.REGISTRATION_CODE_VALID: "registration_code",
}
_LINKS: Final[Mapping[TemplateType, str]] = {
    TemplateType.RECOVERY_VALID: "recovery_url",
    TemplateType.VERIFICATION_VALID: "verification_url",
    TemplateType.VERIFICATION_CODE_VALID: "verification_url",
}
_TO_STRANGERS: Final = frozenset(
    {
        TemplateType.RECOVERY_INVALID,
        TemplateType.RECOVERY_CODE_INVALID,
        TemplateType.VERIFICATION_INVALID,
        TemplateType.VERIFICATION_CODE_INVALID,
    }
)
_FOR_OAUTH2: Final = frozenset(
    {
        TemplateType.VERIFICATION_VALID,
        TemplateType.VERIFICATION_CODE_VALID,
        TemplateType.LOGIN_CODE_VALID,
        TemplateType.REGISTRATION_CODE_VALID,
    }
)
_CODE_NAMES: Final = ("recovery_code", "verification_code", "login_code", "registration_code")
_LINK_NAMES: Final = ("recovery_url", "verification_url")


class Facts(msgspec.Struct, frozen=True):
    """The same facts twice: as they are stored and told to services, and as templates name them."""

    told: JsonObject
    named: JsonObject


def facts(config: Config, wording: Wording, language: str, now: datetime) -> Facts:
    """Everything that this message may say."""
    template = wording.template
    domain = urlsplit(config.serve.public.base_url).hostname or ""
    told: JsonObject = {"to": wording.recipient}
    if template in _CODES:
        told[_CODES[template]] = wording.code
    if template in _LINKS:
        told[_LINKS[template]] = wording.url
    if template not in _TO_STRANGERS:
        told |= _about(wording, now)
    if template in _CODES and wording.via is Via.SMS:
        # From the configuration, never from the request: phones offer the code to pages of this domain (security.md §2.23).
        told["request_url_domain"] = domain
    told["request_url"] = wording.request_url
    told["transient_payload"] = None if wording.transient_payload is None else wording.transient_payload.value()
    named: JsonObject = {_NAMES[name]: value for name, value in told.items()}
    named |= {"Language": language, "Domain": domain}
    if template in _FOR_OAUTH2:
        named["OAuth2LoginRequest"] = None
    if template is TemplateType.RECOVERY_CODE_VALID and wording.via is Via.SMS:
        # Services know the code of this one message by another name than its template does (appendix E).
        told["verification_code"] = told.pop("recovery_code")
    return Facts(told, named)


def code_and_link(data: JsonDoc) -> tuple[str, str]:
    """The code and the link that a message carries; empty where it has none."""
    told = data.members()

    def first(names: tuple[str, ...]) -> str:
        return next((value for name in names if isinstance(value := told.get(name), str) and value), "")

    return first(_CODE_NAMES), first(_LINK_NAMES)


def _about(wording: Wording, now: datetime) -> JsonObject:
    about: JsonObject = {"identity": None if wording.identity is None else _described(wording.identity)}
    if wording.template is TemplateType.REGISTRATION_CODE_VALID and wording.via is Via.EMAIL:
        about["traits"] = None if wording.identity is None else wording.identity.traits.value()
    if wording.template is TemplateType.VERIFIABLE_ADDRESS_CHANGED:
        about["changed_at"] = now.strftime("%Y-%m-%d %H:%M UTC")
    if wording.lifespan is not None:
        about["expires_in_minutes"] = int(wording.lifespan.total_seconds() // 60)
    elif wording.template in _CODES or wording.template in _LINKS:
        about["expires_in_minutes"] = 0
    return about


def _described(identity: Identity) -> JsonObject:
    """A person without credentials and without what only operators may see (ID-21)."""
    public = identity.metadata_public
    addresses: JsonValue = msgspec.to_builtins(identity.verifiable_addresses)
    recovery: JsonValue = msgspec.to_builtins(identity.recovery_addresses)
    return {
        "id": identity.id,
        "external_id": identity.external_id,
        "schema_id": identity.schema_id,
        "state": identity.state.value,
        "traits": identity.traits.value(),
        "verifiable_addresses": addresses,
        "recovery_addresses": recovery,
        "metadata_public": None if public is None else public.value(),
        "organization_id": identity.organization_id,
        "created_at": identity.created_at.isoformat(),
        "updated_at": identity.updated_at.isoformat(),
    }
