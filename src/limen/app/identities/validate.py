"""Do these traits follow the schema, and what do they say? Compiled schemas, and problems that people understand (REG-10)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
from jsonschema_rs import (
    Draft4Validator,
    Draft6Validator,
    Draft7Validator,
    Draft201909Validator,
    Draft202012Validator,
    ReferencingError,
    RegexOptions,
    ValidationError,
    Validator,
)

from limen.app.identities.complaints import Complaint, Complaints, json_type
from limen.domain.identity.addresses import Via
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.formats import FORMATS
from limen.domain.identity.normalise import NotAnAddress, address, lookup_form, phone
from limen.domain.identity.patterns import ecmascript
from limen.domain.identity.pointers import escape
from limen.domain.identity.schema import (
    EACH,
    AddressPurpose,
    AddressRule,
    FoundAddress,
    IdentifierRule,
    IdentitySchema,
    Path,
    TraitsProblem,
    TraitsReading,
)
from limen.domain.text.message import Message
from limen.domain.text.validation import invalid_email, invalid_phone, wrong_type
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue
from limen.ports.traits import TraitsInvalid

Step = str | int
_STRICT_FORMATS: Final = frozenset({"", "email", "tel"})
_SIGNS_IN: Final = frozenset({CredentialType.PASSWORD, CredentialType.WEBAUTHN})
_NAMES: Final = frozenset({CredentialType.PASSKEY, CredentialType.TOTP})


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A version of JSON Schema. `lone_references`: nothing counts beside a `$ref`."""

    uri: str
    validator: type[Validator]
    lone_references: bool = True


_DRAFTS: Final[Mapping[str, Draft]] = {
    "draft-04": Draft(uri="http://json-schema.org/draft-04/schema#", validator=Draft4Validator),
    "draft-06": Draft(uri="http://json-schema.org/draft-06/schema#", validator=Draft6Validator),
    "draft-07": Draft(uri="http://json-schema.org/draft-07/schema#", validator=Draft7Validator),
    "2019-09": Draft(
        uri="https://json-schema.org/draft/2019-09/schema", validator=Draft201909Validator, lone_references=False
    ),
    "2020-12": Draft(
        uri="https://json-schema.org/draft/2020-12/schema", validator=Draft202012Validator, lone_references=False
    ),
}


class NotCompiled(LimenError):
    """The document is no valid JSON Schema."""


def draft_of(document: JsonObject) -> Draft:
    """The version that `$schema` names; draft 07 when it names none that is known (SCH-12)."""
    named = str(document.get("$schema", ""))
    return next((draft for key, draft in _DRAFTS.items() if key in named), _DRAFTS["draft-07"])


class CompiledSchema:
    """A schema that traits can be checked against, in linear time whatever its patterns are."""

    def __init__(self, schema: IdentitySchema, document: JsonObject) -> None:
        """`document` refers only to itself. Raises NotCompiled."""
        self.schema = schema
        self._patterns: dict[str, str] = {}
        draft = draft_of(document)
        try:
            self._validator = draft.validator(
                self._translated(document) | {"$schema": draft.uri},
                formats={**FORMATS},
                validate_formats=True,
                pattern_options=RegexOptions(),
                offline=True,
            )
        except (ValidationError, ReferencingError, ValueError) as error:
            raise NotCompiled(_reason(error)) from error
        self._complaints = Complaints(schema, self._patterns)
        self._phones = tuple(dict.fromkeys(rule.path for rule in _rules(schema) if rule.via is Via.SMS))
        self._types = frozenset(rule.type for rule in schema.identifiers) - _NAMES

    def read(self, traits: JsonDoc) -> TraitsReading:
        """The traits checked, and what the extension keywords find in them. Raises TraitsInvalid."""
        document = traits.value()
        if not isinstance(document, dict):
            problem = TraitsProblem(name="traits", message=wrong_type(["object"], json_type(document)))
            raise TraitsInvalid((problem,))
        rewritten = [self._rewrite_phones(document, path) for path in self._phones]
        if not self._validator.is_valid({"traits": document}):
            found = self._validator.iter_errors({"traits": document})
            raise TraitsInvalid(self._complaints.about(found, {"traits": document}))
        return self._found(JsonDoc.of(document) if any(rewritten) else traits, document)

    def _found(self, traits: JsonDoc, document: JsonObject) -> TraitsReading:
        problems: list[Complaint] = []
        identifiers: list[tuple[CredentialType, str]] = []
        codes: list[tuple[Via, str]] = []
        names: list[tuple[CredentialType, str]] = []
        for rule in self.schema.identifiers:
            for place, value in _texts(document, rule.path):
                if rule.type in _NAMES:
                    names.append((rule.type, value))
                elif rule.type in _SIGNS_IN:
                    identifiers.append((rule.type, lookup_form(value)))
                elif (code := self._address(rule, value, place, problems)) and rule.via is not None:
                    identifiers.append((rule.type, code))
                    codes.append((rule.via, code))
        addresses = [
            FoundAddress(value=found, via=rule.via, purpose=rule.purpose)
            for rule in self.schema.addresses
            for place, value in _texts(document, rule.path)
            if (found := self._address(rule, value, place, problems))
        ]
        if problems:
            raise TraitsInvalid(self._complaints.sorted(problems))
        return TraitsReading(
            traits=traits,
            identifiers=tuple((type, value) for type, value in identifiers if value),
            code_addresses=tuple(codes),
            addresses=tuple(addresses),
            types=self._types,
            names=tuple(names),
        )

    def _address(
        self, rule: IdentifierRule | AddressRule, value: str, place: Sequence[Step], problems: list[Complaint]
    ) -> str:
        """The address in its one form; empty, and perhaps a problem, when it is none."""
        via = rule.via or Via.EMAIL
        recovers = isinstance(rule, AddressRule) and rule.purpose is AddressPurpose.RECOVERY
        if rule.format not in _STRICT_FORMATS and not (
            via is Via.SMS and (recovers or isinstance(rule, IdentifierRule))
        ):
            return lookup_form(value)
        try:
            return address(value, via)
        except NotAnAddress:
            if not rule.conditional:
                message: Message = invalid_email(value) if via is Via.EMAIL else invalid_phone(value)
                problems.append(Complaint(place=("traits", *place), keyword="format", message=message))
            return ""

    def _rewrite_phones(self, document: JsonObject, path: Path) -> bool:
        changed = False
        for place, value in tuple(_texts(document, path)):
            try:
                number = phone(value)
            except NotAnAddress:
                continue
            changed |= number != value and _replace(document, place, number)
        return changed

    def _translated(self, node: JsonObject) -> JsonObject:
        return {key: self._translated_value(key, value) for key, value in node.items()}

    def _translated_value(self, key: str, value: JsonValue) -> JsonValue:
        if key == "pattern" and isinstance(value, str):
            return self._pattern(value)
        if key == "patternProperties" and isinstance(value, dict):
            return {self._pattern(name): self._translated_value("", each) for name, each in value.items()}
        if isinstance(value, dict):
            return self._translated(value)
        return [self._translated_value("", each) for each in value] if isinstance(value, list) else value

    def _pattern(self, pattern: str) -> str:
        translated = ecmascript(pattern)
        self._patterns[translated] = pattern
        return translated


def _rules(schema: IdentitySchema) -> Iterator[IdentifierRule | AddressRule]:
    yield from schema.identifiers
    yield from schema.addresses


def _texts(value: JsonValue, path: Path) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Text and numbers at a path, as text, each with its place."""
    reached: list[tuple[tuple[Step, ...], JsonValue]] = [((), value)]
    for step in path:
        following: list[tuple[tuple[Step, ...], JsonValue]] = []
        for place, each in reached:
            if step == EACH and isinstance(each, list):
                following.extend(((*place, index), inner) for index, inner in enumerate(each))
            elif isinstance(each, dict) and step in each:
                following.append(((*place, step), each[step]))
        reached = following
    for place, each in reached:
        if isinstance(each, str):
            yield place, each
        elif isinstance(each, int | float) and not isinstance(each, bool):
            yield place, JsonDoc.of(each).text


def _replace(document: JsonObject, place: Sequence[Step], value: str) -> bool:
    holder: JsonValue = document
    for step in place[:-1]:
        match holder, step:
            case dict(), str():
                holder = holder[step]
            case list(), int():
                holder = holder[step]
            case _:
                return False
    match holder, place[-1]:
        case dict(), str() as key:
            holder[key] = value
        case list(), int() as index:
            holder[index] = value
        case _:
            return False
    return True


def _reason(error: Exception) -> str:
    said = str(error).partition("\n")[0][:300]
    place = "/".join(escape(str(step)) for step in error.instance_path) if isinstance(error, ValidationError) else ""
    return f"{said} (at #/{place})" if place else said
