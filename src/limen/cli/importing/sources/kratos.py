"""What does Kratos keep of one person? An identity as its admin interface shows it, credentials included, as a record."""

from typing import Final

from limen.cli.client.admin import members
from limen.cli.importing.mapping import rule
from limen.cli.importing.records import Account, Address, Record
from limen.cli.importing.sources.reading import each_of, text, truth
from limen.kernel.json_doc import JsonObject

USUAL: Final = tuple(rule(f"{name}={name}") for name in ("traits", "metadata_public", "metadata_admin"))
CREDENTIALS: Final = ("password", "oidc", "saml", "totp", "lookup_secret", "webauthn", "passkey")
_NOTHING_TO_BRING: Final = frozenset({"code", "link_recovery", "code_recovery"})
"""These follow from traits."""


def record(identity: JsonObject) -> Record:
    """The person; its outer id is kept, and without one Kratos' own id becomes it."""
    configs = {
        name: members(members(each).get("config")) for name, each in members(identity.get("credentials")).items()
    }
    password, hash = configs.get("password", {}), text(configs.get("password", {}), "hashed_password")
    other = sorted(name for name in configs if name not in CREDENTIALS and name not in _NOTHING_TO_BRING)
    return Record(
        source="kratos",
        id=text(identity, "id"),
        external_id=text(identity, "external_id"),
        schema_id=text(identity, "schema_id"),
        organization_id=text(identity, "organization_id"),
        fields={name: identity.get(name) for name in ("traits", "metadata_public", "metadata_admin")},
        active=text(identity, "state") != "inactive",
        verified=tuple(
            Address(value=text(each, "value"), via=text(each, "via") or "email")
            for each in each_of(identity.get("verifiable_addresses"))
            if truth(each.get("verified"), otherwise=False)
        ),
        password_hash=hash,
        asks_old_system=not hash and truth(password.get("use_password_migration_hook"), otherwise=False),
        accounts=_accounts(configs.get("oidc", {})),
        saml_accounts=_accounts(configs.get("saml", {})),
        totp_url=text(configs.get("totp", {}), "totp_url"),
        backup_codes=tuple(each_of(configs.get("lookup_secret", {}).get("recovery_codes"))),
        webauthn=_keys(configs.get("webauthn", {})),
        passkey=_keys(configs.get("passkey", {})),
        left=tuple(f"credential of the type {name}" for name in other),
    )


def _accounts(config: JsonObject) -> tuple[Account, ...]:
    return tuple(
        Account(
            provider=text(each, "provider"),
            subject=text(each, "subject"),
            organization=text(each, "organization"),
            use_auto_link=truth(each.get("use_auto_link"), otherwise=False),
        )
        for each in each_of(config.get("providers"))
    )


def _keys(config: JsonObject) -> JsonObject | None:
    """Security keys as they are; Kratos keeps an empty credential for everybody who could have one."""
    if not config.get("credentials"):
        return None
    return {name: config[name] for name in ("credentials", "user_handle") if name in config}
