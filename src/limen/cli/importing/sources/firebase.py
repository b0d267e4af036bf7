"""Who is in a Firebase project? The JSON of `firebase auth:export`, and the parameters of its scrypt from the console."""

import re
from pathlib import Path
from typing import Final

import click
import msgspec

from limen.cli.importing.mapping import rule
from limen.cli.importing.records import Account, Address, Record, Source
from limen.cli.importing.sources.reading import base64, each_of, objects, octets, padded, text, truth
from limen.kernel.json_doc import JsonObject

USUAL: Final = tuple(
    rule(each)
    for each in ("email=traits.email", "phoneNumber=traits.phone", "displayName=traits.name", "claims=metadata_admin")
)
_LINE: Final = re.compile(
    r"(algorithm|base64_signer_key|base64_salt_separator|rounds|mem_cost)\"?\s*[:=]\s*\"?([^\s,\"]+)"
)
_PROVIDERS: Final = {"google.com": "google", "apple.com": "apple", "facebook.com": "facebook", "github.com": "github",
                     "microsoft.com": "microsoft", "twitter.com": "x"}  # fmt: skip
_OWN: Final = frozenset({"password", "phone", "emailLink"})


class HashConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A project's parameters. The signer key is a secret of the project."""

    signer: str
    separator: str
    rounds: str
    memory: str

    def __repr__(self) -> str:
        """Without the key."""
        return "HashConfig()"


def source(file: Path, config: Path | None) -> Source:
    """The users of an export. Raises ClickException."""
    params = hash_config(config) if config else None
    people = objects(file, inside="users")
    return Source(records=[_record(each, params) for each in people], usual=USUAL, total=len(people))


def hash_config(file: Path) -> HashConfig:
    """The parameters as the console shows them (`hash_config { … }`), or as JSON. Raises ClickException."""
    found = dict(_LINE.findall(octets(file).decode("utf-8", "replace")))
    try:
        if found.get("algorithm", "SCRYPT").upper() != "SCRYPT":
            raise click.ClickException(f"{file}: only Firebase's own SCRYPT is understood.")
        return HashConfig(
            signer=padded(base64(found["base64_signer_key"])),
            separator=padded(base64(found["base64_salt_separator"])),
            rounds=found["rounds"],
            memory=found["mem_cost"],
        )
    except (KeyError, ValueError) as error:
        raise click.ClickException(
            f"{file}: this should hold algorithm, base64_signer_key, base64_salt_separator, rounds and mem_cost."
        ) from error


def _record(user: JsonObject, params: HashConfig | None) -> Record:
    email, phone = text(user, "email"), text(user, "phoneNumber")
    hash, fault = _password(user, params)
    verified = [Address(value=email)] if email and truth(user.get("emailVerified"), otherwise=False) else []
    verified += [Address(value=phone, via="sms")] if phone else []  # Firebase takes a number only when it is proven
    fields: JsonObject = {name: value for name, value in user.items() if name not in {"passwordHash", "salt"}}
    claims = text(user, "customAttributes")
    left = ["multi-factor: enrolments of Firebase"] if user.get("mfaInfo") else []
    if claims:
        try:
            fields["claims"] = msgspec.json.decode(claims)
        except msgspec.DecodeError:
            left.append("customAttributes: no JSON")
    return Record(
        source="firebase",
        id=text(user, "localId"),
        fields=fields,
        active=not truth(user.get("disabled"), otherwise=False),
        verified=tuple(verified),
        password_hash=hash,
        unknown_hash=fault,
        accounts=tuple(
            Account(provider=_PROVIDERS.get(name, name), subject=text(each, "rawId"))
            for each in each_of(user.get("providerUserInfo"))
            if (name := text(each, "providerId")) not in _OWN
        ),
        left=tuple(left),
    )


def _password(user: JsonObject, params: HashConfig | None) -> tuple[str, str]:
    hash = text(user, "passwordHash")
    if not hash:
        return "", ""
    if params is None:
        return "", "Firebase's hashes need the parameters of the project: --hash-config FILE."
    try:
        salt, key = padded(base64(text(user, "salt"))), padded(base64(hash))
    except ValueError:
        return "", "The hash is malformed."
    costs = f"ln={params.memory},r={params.rounds},p=1"
    return f"$firescrypt${costs}${salt}${key}${params.separator}${params.signer}", ""
