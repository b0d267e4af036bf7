"""Who is in Django's `auth_user`? A dump of `manage.py dumpdata auth.user`, or the table as CSV with its column names."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from limen.cli.client.admin import members
from limen.cli.importing.mapping import rule
from limen.cli.importing.records import Address, Record, Source
from limen.cli.importing.sources.reading import bare, objects, padded, rows, text, truth
from limen.kernel.json_doc import JsonObject

USUAL: Final = tuple(
    rule(each)
    for each in (
        "email=traits.email",
        "username=traits.username",
        "first_name=traits.first_name",
        "last_name=traits.last_name",
        "first_name=traits.name.first",
        "last_name=traits.name.last",
    )
)
_PBKDF2: Final = {"pbkdf2_sha256": "pbkdf2-sha256", "pbkdf2_sha1": "pbkdf2-sha1"}
_LONGEST_NAME: Final = 20
_UNUSABLE: Final = "!"


class Password(msgspec.Struct, frozen=True, kw_only=True):
    """A hash in Limen's form, or why there is none."""

    hash: str = ""
    fault: str = ""

    def __repr__(self) -> str:
        """Without the hash."""
        return f"Password(fault={self.fault!r})"


def source(file: Path, *, verified: bool) -> Source:
    """The people of a dump. Django does not know whether an address is proven: `verified` says so for all of them.

    Raises ClickException.
    """
    if file.suffix.lower() == ".csv":
        people: list[JsonObject] = [{**row} for row in rows(file)]
    else:
        people = [
            {**members(entry.get("fields")), "id": entry.get("pk")} if "fields" in entry else entry
            for entry in objects(file)
            if "fields" not in entry or "password" in members(entry["fields"])
        ]
    return Source(records=[_record(each, verified=verified) for each in people], usual=USUAL, total=len(people))


def _record(user: JsonObject, *, verified: bool) -> Record:
    found = password(text(user, "password"))
    email = text(user, "email")
    left = [
        f"{name}: roles stay in Django"
        for name in ("is_staff", "is_superuser")
        if truth(user.get(name), otherwise=False)
    ]
    return Record(
        source="django",
        id=text(user, "id"),
        fields={name: value for name, value in user.items() if name != "password"},
        active=truth(user.get("is_active"), otherwise=True),
        verified=(Address(value=email),) if verified and email else (),
        password_hash=found.hash,
        unknown_hash=found.fault,
        left=tuple(left),
    )


def password(encoded: str) -> Password:
    """Django's `algorithm$…` in the form that Limen keeps. `!…` is no password, by Django's own rule."""
    name, _, rest = encoded.partition("$")
    if not encoded or encoded.startswith(_UNUSABLE):
        return Password()
    if name == "bcrypt_sha256":
        return Password(fault="bcrypt_sha256 hashes a SHA-256 of the password, which is not understood here.")
    if name not in _FORMS:
        known = name if name.replace("_", "").isalnum() and len(name) <= _LONGEST_NAME else "unknown"
        return Password(fault=f"Hashes of Django's kind {known} are not understood here.")
    try:
        return Password(hash=_FORMS[name](name, rest))
    except ValueError:
        return Password(fault=f"The {name} hash is malformed.")


def _pbkdf2(name: str, rest: str) -> str:
    rounds, salt, key64 = rest.split("$")
    key = b64decode(key64, validate=True)
    return f"${_PBKDF2[name]}$i={rounds},l={len(key)}${bare(salt.encode())}${bare(key)}"


def _scrypt(_: str, rest: str) -> str:
    n, salt, r, p, key = rest.split("$")
    return f"$scrypt$ln={n},r={r},p={p}${padded(salt.encode())}${key}"


def _salted(name: str, rest: str) -> str:
    salt, digest = rest.split("$")
    return f"${name}$pf={padded(b'{SALT}{PASSWORD}')}${padded(salt.encode())}${padded(bytes.fromhex(digest))}"


_FORMS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "pbkdf2_sha256": _pbkdf2,
    "pbkdf2_sha1": _pbkdf2,
    "scrypt": _scrypt,
    "md5": _salted,
    "sha1": _salted,
    "argon2": lambda _, rest: f"${rest}",
    "bcrypt": lambda _, rest: rest,
}
