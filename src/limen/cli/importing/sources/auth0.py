"""Who is in an Auth0 tenant? Its export of users (a JSON object a line), and the file of password hashes that support hands out."""

from pathlib import Path
from typing import Final

from limen.cli.client.admin import members
from limen.cli.importing.mapping import rule
from limen.cli.importing.records import Account, Address, Record, Source
from limen.cli.importing.sources.reading import each_of, objects, text, truth
from limen.kernel.json_doc import JsonObject

USUAL: Final = tuple(
    rule(each)
    for each in (
        "email=traits.email",
        "username=traits.username",
        "phone_number=traits.phone",
        "given_name=traits.first_name",
        "family_name=traits.last_name",
        "given_name=traits.name.first",
        "family_name=traits.name.last",
        "user_metadata=metadata_public",
        "app_metadata=metadata_admin",
    )
)
_OWN: Final = "auth0"
_PROVIDERS: Final = {"google-oauth2": "google", "windowslive": "microsoft", "waad": "microsoft"}


def source(file: Path, passwords: Path | None) -> Source:
    """The users, with their hashes where the second file has them. Raises ClickException."""
    hashes: dict[str, str] = {}
    for each in objects(passwords) if passwords else ():
        hash = text(each, "passwordHash") or text(each, "password_hash")
        id = text(each, "_id", "$oid") or text(each, "_id")
        hashes.update(dict.fromkeys((f"{_OWN}|{id}", text(each, "email").lower()), hash))
    hashes.pop("", None)
    people = objects(file)
    return Source(records=[_record(each, hashes) for each in people], usual=USUAL, total=len(people))


def _record(user: JsonObject, hashes: dict[str, str]) -> Record:
    id, email = text(user, "user_id") or text(user, "Id"), text(user, "email")
    phone = text(user, "phone_number")
    verified = [Address(value=email)] if email and truth(user.get("email_verified"), otherwise=False) else []
    if phone and truth(user.get("phone_verified"), otherwise=False):
        verified.append(Address(value=phone, via="sms"))
    # The address alone names somebody only where it signs in with a password: one person may have several accounts.
    own = id.startswith(f"{_OWN}|")
    hash = hashes.get(id) or (hashes.get(email.lower(), "") if own else "") or text(user, "passwordHash")
    left = ["multi-factor: enrolments are not in the export"] if user.get("multifactor") else []
    left += ["password: no hash was handed in"] if own and not hash else []
    return Record(
        source="auth0",
        id=id,
        fields={name: value for name, value in user.items() if name != "passwordHash"},
        active=not truth(user.get("blocked"), otherwise=False),
        verified=tuple(verified),
        password_hash=hash,
        accounts=tuple(_account(each) for each in each_of(user.get("identities")) if text(each, "provider") != _OWN),
        left=tuple(left),
    )


def _account(identity: JsonObject) -> Account:
    """Auth0's name of a provider, as Limen's configurations usually name it; the subject is the provider's own."""
    provider = text(identity, "provider")
    return Account(provider=_PROVIDERS.get(provider, provider), subject=text(members(identity), "user_id"))
