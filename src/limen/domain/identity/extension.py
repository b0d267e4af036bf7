"""What does an identity schema say beyond JSON Schema? Identifiers, addresses and the leaves that a form shows."""

from collections.abc import Iterator
from typing import Final

import msgspec

from limen.domain.identity.addresses import Via
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.fields import fields_of
from limen.domain.identity.pointers import resolve
from limen.domain.identity.schema import EACH, AddressPurpose, AddressRule, IdentifierRule, Path, TraitField
from limen.domain.identity.soundness import Extension, extension_of
from limen.kernel.json_doc import JsonObject, JsonValue, at

_BRANCHES: Final = ("if", "then", "else")
_MAX_DEPTH: Final = 64


class SchemaReading(msgspec.Struct, frozen=True, kw_only=True):
    """What a schema says beyond JSON Schema, read once."""

    identifiers: tuple[IdentifierRule, ...]
    addresses: tuple[AddressRule, ...]
    fields: tuple[TraitField, ...]
    implied: tuple[Path, ...]


def read_schema(document: JsonObject, *, lone_references: bool) -> SchemaReading:
    """The rules and fields of a schema that passed `soundness.check`; references must lead into the document itself.

    With `lone_references` nothing counts beside a `$ref`, as in drafts 04, 06 and 07.
    """
    walk = _Walk(document, lone_references)
    walk.visit(at(document, ("properties", "traits")), (), conditional=False)
    fields, implied = fields_of(document, lone_references=lone_references)
    return SchemaReading(
        identifiers=tuple(dict.fromkeys(walk.identifiers)),
        addresses=tuple(dict.fromkeys(walk.addresses)),
        fields=fields,
        implied=implied,
    )


class _Walk:
    def __init__(self, document: JsonObject, lone_references: bool) -> None:
        self.document = document
        self.lone_references = lone_references
        self.identifiers: list[IdentifierRule] = []
        self.addresses: list[AddressRule] = []
        self.open: list[int] = []

    def visit(self, node: JsonValue, path: Path, *, conditional: bool) -> None:
        if not isinstance(node, dict) or id(node) in self.open or len(self.open) > _MAX_DEPTH:
            return
        self.open.append(id(node))
        reference = node.get("$ref")
        if isinstance(reference, str):
            self.visit(resolve(self.document, reference), path, conditional=conditional)
        if not (isinstance(reference, str) and self.lone_references):
            self.note(node, path, conditional)
            for inner, place, branch in _inner(node, path):
                self.visit(inner, place, conditional=conditional or branch)
        self.open.pop()

    def note(self, node: JsonObject, path: Path, conditional: bool) -> None:
        extension = extension_of(node)
        if extension is None or not path:
            return
        found = node.get("format")
        format = found if isinstance(found, str) else ""
        for type, via in _identifiers(extension, format):
            rule = IdentifierRule(path=path, type=type, via=via, format=format, conditional=conditional)
            self.identifiers.append(rule)
        for purpose, channel in (
            (AddressPurpose.VERIFICATION, extension.verification.via),
            (AddressPurpose.RECOVERY, extension.recovery.via),
        ):
            if channel is not None:
                self.addresses.append(
                    AddressRule(path=path, via=channel, purpose=purpose, format=format, conditional=conditional)
                )


def _identifiers(extension: Extension, format: str) -> Iterator[tuple[CredentialType, Via | None]]:
    credentials = extension.credentials
    if credentials.password.identifier:
        yield CredentialType.PASSWORD, None
    if credentials.webauthn.identifier:
        yield CredentialType.WEBAUTHN, None
    if credentials.passkey.display_name:
        yield CredentialType.PASSKEY, None
    if credentials.totp.account_name:
        yield CredentialType.TOTP, None
    if credentials.code.identifier:
        yield CredentialType.CODE, credentials.code.via or (Via.SMS if format == "tel" else Via.EMAIL)


def _inner(node: JsonObject, path: Path) -> Iterator[tuple[JsonValue, Path, bool]]:
    """The nodes below: each with the place it speaks of, and whether it is only one of several branches."""
    properties = node.get("properties")
    if isinstance(properties, dict):
        for name, inner in properties.items():
            yield inner, (*path, name), False
    items = node.get("items")
    for inner in items if isinstance(items, list) else (items,):
        yield inner, (*path, EACH), False
    for key, branch in (("allOf", False), ("anyOf", True), ("oneOf", True)):
        several = node.get(key)
        for inner in several if isinstance(several, list) else ():
            yield inner, path, branch
    for key in _BRANCHES:
        yield node.get(key), path, True
