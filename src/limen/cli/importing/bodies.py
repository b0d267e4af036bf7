"""What is the admin interface sent for a record? The body that makes an identity (IMP-01 … IMP-05)."""

from collections.abc import Sequence

from limen.adapters.hashers.formats import check_importable
from limen.cli.importing.mapping import Rule, mapped
from limen.cli.importing.records import Account, Record
from limen.kernel.json_doc import JsonObject, JsonValue
from limen.ports.passwords import UnknownHash


def body(record: Record, by: Sequence[Rule], schema_id: str, schema: JsonObject) -> JsonObject:
    """The identity to make. A hash that `hash_fault` complains of stays out."""
    verified: list[JsonValue] = [
        {"value": each.value, "via": each.via, "verified": True, "status": "completed"} for each in record.verified
    ]
    credentials = _credentials(record)
    return {
        "schema_id": schema_id,
        "external_id": record.name,
        "state": "active" if record.active else "inactive",
        **mapped(record.fields, by, schema),
        **({"organization_id": record.organization_id} if record.organization_id else {}),
        **({"verifiable_addresses": verified} if verified else {}),
        **({"credentials": credentials} if credentials else {}),
    }


def hash_fault(record: Record) -> str:
    """Why the password cannot come along; empty when it can, or when there is none."""
    if record.unknown_hash or not record.password_hash:
        return record.unknown_hash
    try:
        check_importable(record.password_hash)
    except UnknownHash as error:
        return error.reason or str(error)
    return ""


def _credentials(record: Record) -> JsonObject:
    found: JsonObject = {}
    if record.asks_old_system:
        found["password"] = {"config": {"use_password_migration_hook": True}}
    elif record.plain_password:
        found["password"] = {"config": {"password": record.plain_password}}
    elif record.password_hash and not hash_fault(record):
        found["password"] = {"config": {"hashed_password": record.password_hash}}
    for name, accounts in (("oidc", record.accounts), ("saml", record.saml_accounts)):
        if accounts:
            found[name] = {"config": {"providers": [_account(each) for each in accounts]}}
    if record.totp_url:
        found["totp"] = {"config": {"totp_url": record.totp_url}}
    if record.backup_codes:
        found["lookup_secret"] = {"config": {"codes": [*record.backup_codes]}}
    for name, keys in (("webauthn", record.webauthn), ("passkey", record.passkey)):
        if keys is not None:
            found[name] = {"config": keys}
    return found


def _account(account: Account) -> JsonObject:
    return {
        "provider": account.provider,
        "subject": account.subject,
        **({"organization": account.organization} if account.organization else {}),
        **({"use_auto_link": True} if account.use_auto_link else {}),
    }
