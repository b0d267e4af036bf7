"""Who is in a Keycloak realm? The JSON of `kc.sh export --users realm_file`, or one of its files of users."""

from base64 import b32encode
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from limen.cli.client.admin import members
from limen.cli.importing.mapping import rule
from limen.cli.importing.records import Account, Address, Record, Source
from limen.cli.importing.sources.reading import bare, base64, each_of, objects, text, truth
from limen.kernel.json_doc import JsonObject, JsonValue

USUAL: Final = tuple(
    rule(each)
    for each in (
        "email=traits.email",
        "username=traits.username",
        "firstName=traits.first_name",
        "lastName=traits.last_name",
        "firstName=traits.name.first",
        "lastName=traits.name.last",
    )
)
_PBKDF2: Final = {"pbkdf2": "pbkdf2-sha1", "pbkdf2-sha256": "pbkdf2-sha256", "pbkdf2-sha512": "pbkdf2-sha512"}
_VERSION: Final = "1.3"
_LEFT: Final = {
    "realmRoles": "roles",
    "clientRoles": "roles of clients",
    "groups": "groups",
    "requiredActions": "required actions",
}


def source(file: Path) -> Source:
    """The users of an export; accounts of services are left out. Raises ClickException."""
    people = [each for each in objects(file, inside="users") if not each.get("serviceAccountClientId")]
    return Source(records=[_record(each) for each in people], usual=USUAL, total=len(people))


def _record(user: JsonObject) -> Record:
    email = text(user, "email")
    hash = fault = totp = ""
    left = [f"{what} stay in Keycloak" for name, what in _LEFT.items() if user.get(name)]
    for each in each_of(user.get("credentials")):
        kind = text(each, "type")
        if kind == "password":
            hash, fault = _password(each)
        elif kind in {"otp", "totp"}:
            totp = _totp(each, text(user, "username") or email)
            left += [] if totp else ["otp: only time-based codes of 6 digits, 30 seconds and SHA-1 come along"]
        else:
            left.append(f"credential of the type {kind[:40]}")
    fields: JsonObject = {name: value for name, value in user.items() if name != "credentials"}
    fields["attributes"] = {name: _single(value) for name, value in members(user.get("attributes")).items()}
    return Record(
        source="keycloak",
        id=text(user, "id"),
        fields=fields,
        active=truth(user.get("enabled"), otherwise=True),
        verified=(Address(value=email),) if email and truth(user.get("emailVerified"), otherwise=False) else (),
        password_hash=hash,
        unknown_hash=fault,
        totp_url=totp,
        accounts=tuple(
            Account(provider=text(each, "identityProvider"), subject=text(each, "userId"))
            for each in each_of(user.get("federatedIdentities"))
        ),
        left=tuple(left),
    )


def _password(credential: JsonObject) -> tuple[str, str]:
    """The hash in Limen's form, or why there is none. Releases before 8 wrote other members."""
    data, secret = _data(credential, "credentialData"), _data(credential, "secretData")
    algorithm = text(data, "algorithm") or text(credential, "algorithm") or "pbkdf2-sha256"
    rounds = text(data, "hashIterations") or text(credential, "hashIterations")
    try:
        salt = base64(text(secret, "salt") or text(credential, "salt"))
        key = base64(text(secret, "value") or text(credential, "hashedSaltedValue"))
    except ValueError:
        return "", f"The {algorithm[:40]} hash is malformed."
    if algorithm in _PBKDF2:
        return f"${_PBKDF2[algorithm]}$i={rounds},l={len(key)}${bare(salt)}${bare(key)}", ""
    if algorithm == "argon2":
        more = {name: str(_single(value)) for name, value in members(data.get("additionalParameters")).items()}
        if more.get("version", _VERSION) != _VERSION:
            return "", "argon2 of a version other than 1.3 is not understood here."
        costs = f"m={more.get('memory', '7168')},t={rounds},p={more.get('parallelism', '1')}"
        return f"$argon2{more.get('type', 'id')}$v=19${costs}${bare(salt)}${bare(key)}", ""
    return "", f"Hashes of Keycloak's kind {algorithm[:40]} are not understood here."


def _totp(credential: JsonObject, account: str) -> str:
    """The address that an authenticator app would be set up with; empty for other kinds of codes."""
    data, secret = _data(credential, "credentialData"), text(_data(credential, "secretData"), "value")
    asked = (
        text(data, "subType") or "totp",
        text(data, "digits") or "6",
        text(data, "period") or "30",
        text(data, "algorithm") or "HmacSHA1",
    )
    if not secret or asked != ("totp", "6", "30", "HmacSHA1"):
        return ""
    is_base32 = text(data, "secretEncoding").upper() == "BASE32"
    coded = secret if is_base32 else b32encode(secret.encode()).decode().rstrip("=")
    return f"otpauth://totp/Keycloak:{quote(account)}?secret={coded}&issuer=Keycloak&algorithm=SHA1&digits=6&period=30"


def _data(credential: JsonObject, name: str) -> JsonObject:
    """A member that holds JSON as text, or as an object."""
    value = credential.get(name)
    if not isinstance(value, str):
        return members(value)
    try:
        found: JsonValue = msgspec.json.decode(value)
    except msgspec.DecodeError:
        return {}
    return members(found)


def _single(value: JsonValue) -> JsonValue:
    """Keycloak writes every attribute as a list; a list of one is what it holds."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value
