"""What is said about traits that do not follow their schema? Complaints of the schema library become messages (REG-10)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import msgspec
from jsonschema_rs import ValidationError
from jsonschema_rs import ValidationErrorKind as Kind

from limen.domain.identity.schema import IdentitySchema, TraitsProblem
from limen.domain.text import validation as say
from limen.domain.text.message import Message
from limen.kernel.json_doc import JsonDoc, JsonValue

Step = str | int
_ORDER: Final = (
    "type", "const", "enum", "format", "not", "allOf", "anyOf", "oneOf", "minProperties", "maxProperties", "required",
    "additionalProperties", "minItems", "maxItems", "uniqueItems", "contains", "minLength", "maxLength", "pattern",
    "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf",
)  # fmt: skip
_RANK: Final = {keyword: place for place, keyword in enumerate(_ORDER)}
_QUOTED: Final = 5
_LONGEST: Final = 60
_MOST_COMPARED: Final = 200


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """A problem at a place of the document `{"traits": …}`."""

    place: tuple[Step, ...]
    keyword: str
    message: Message

    @property
    def name(self) -> str:
        return ".".join(str(step) for step in self.place) or "traits"


class Complaints:
    """Turns what the schema library finds into problems, in the order of the form."""

    def __init__(self, schema: IdentitySchema, patterns: Mapping[str, str]) -> None:
        """`patterns`: what each pattern was before it was translated."""
        self._patterns = patterns
        self._places = {field.name: place for place, field in enumerate(schema.fields)}

    def about(self, errors: Iterable[ValidationError], document: JsonValue) -> tuple[TraitsProblem, ...]:
        """What is wrong with `document`, each thing once; a value of the wrong type is wrong in no other way."""
        return self.sorted(self._complaints(errors, document))

    def sorted(self, complaints: Iterable[Complaint]) -> tuple[TraitsProblem, ...]:
        """The problems by field, and per field by kind."""

        def rank(complaint: Complaint) -> tuple[int, int]:
            return self._places.get(complaint.name, len(self._places)), _RANK.get(complaint.keyword, len(_ORDER))

        ordered = sorted(complaints, key=rank)
        return tuple(dict.fromkeys(TraitsProblem(name=each.name, message=each.message) for each in ordered))

    def _complaints(self, errors: Iterable[ValidationError], document: JsonValue) -> Iterator[Complaint]:
        found = list(errors)
        mistyped = {_where(error) for error in found if isinstance(error.kind, Kind.Type)}
        for error in found:
            if isinstance(error.kind, Kind.Type) or _where(error) not in mistyped:
                yield from self._complaint(error, document)

    def _complaint(self, error: ValidationError, document: JsonValue) -> Iterator[Complaint]:
        place = tuple(error.instance_path)
        match error.kind:
            case Kind.AnyOf(context=branches) | Kind.OneOfNotValid(context=branches):
                for branch in branches:
                    yield from self._complaints(branch, document)
            case Kind.Required(property=name):
                yield Complaint(place=(*place, name), keyword="required", message=say.required(name))
            case kind:
                value = _value_at(document, place)
                yield Complaint(place=place, keyword=kind.name, message=self._message(kind, value))

    def _message(self, kind: Kind, value: JsonValue) -> Message:
        match kind:
            case Kind.Type(types=types):
                return say.wrong_type(types, json_type(value))
            case Kind.Constant() | Kind.Enum():
                return _choice_message(kind)
            case Kind.Format(format=format):
                return _format_message(format, value)
            case Kind.Pattern(pattern=pattern):
                return say.pattern_mismatch(self._patterns.get(pattern, pattern))
            case Kind.AdditionalProperties(unexpected=names) | Kind.UnevaluatedProperties(unexpected=names):
                return say.generic(f"Please leave out what is not asked for: {_listed(names)}.")
            case _:
                return _size_message(kind, value) or _number_message(kind, value) or say.generic(_OTHERWISE)


_OTHERWISE: Final = "Please check this; it does not fit what is asked for here."
_FORMAT_NAMES: Final = {
    "date": "a date that exists, such as 2001-02-28",
    "date-time": "a date and time with its offset, such as 2001-02-28T12:00:00Z",
    "time": "a time with its offset, such as 12:00:00Z",
    "uri": "a web address, such as https://example.org",
}


def _choice_message(kind: Kind.Constant | Kind.Enum) -> Message:
    if isinstance(kind, Kind.Enum):
        return say.generic(f"Please choose one of {_listed([JsonDoc.of(each).text for each in kind.options])}.")
    expected = kind.expected_value
    plain = expected is None or isinstance(expected, str | int | float)
    return say.not_the_constant(JsonDoc.of(expected).text) if plain else say.not_the_constant_value()


def _format_message(format: str, value: JsonValue) -> Message:
    if format in {"email", "email_loose"}:
        return say.invalid_email(value)
    if format == "tel":
        return say.invalid_phone(value)
    return say.generic(f"Please enter {_FORMAT_NAMES.get(format, f'a value of the form {format}')}.")


def _too_few_properties(limit: int, size: int) -> Message:
    return say.generic(f"Please fill in at least {limit} of these; now there are {size}.")


def _too_many_properties(limit: int, size: int) -> Message:
    return say.generic(f"Please fill in no more than {limit} of these; now there are {size}.")


_SIZES: Final[Mapping[str, Callable[[int, int], Message]]] = {
    "minLength": say.too_short,
    "maxLength": say.too_long,
    "minItems": say.too_few_items,
    "maxItems": say.too_many_items,
    "minProperties": _too_few_properties,
    "maxProperties": _too_many_properties,
}


def _size_message(kind: Kind, value: JsonValue) -> Message | None:
    match kind:
        case (
            Kind.MinLength(limit=limit)
            | Kind.MaxLength(limit=limit)
            | Kind.MinItems(limit=limit)
            | Kind.MaxItems(limit=limit)
            | Kind.MinProperties(limit=limit)
            | Kind.MaxProperties(limit=limit)
        ):
            return _SIZES[kind.name](limit, len(value) if isinstance(value, str | list | dict) else 0)
        case Kind.UniqueItems():
            return say.repeated_items(*_repeated(value))
        case _:
            return None


_LIMITS: Final[Mapping[str, Callable[[say.Number, say.Number], Message]]] = {
    "minimum": say.below_minimum,
    "exclusiveMinimum": say.not_above,
    "maximum": say.above_maximum,
    "exclusiveMaximum": say.not_below,
    "multipleOf": say.not_multiple,
}


def _number_message(kind: Kind, value: JsonValue) -> Message | None:
    if not isinstance(value, int | float) or kind.name not in _LIMITS:
        return None
    match kind:
        case (
            Kind.Minimum(limit=limit)
            | Kind.ExclusiveMinimum(limit=limit)
            | Kind.Maximum(limit=limit)
            | Kind.ExclusiveMaximum(limit=limit)
            | Kind.MultipleOf(multiple_of=limit)
        ):
            return _LIMITS[kind.name](limit if isinstance(limit, int | float) else float(str(limit)), value)
        case _:
            return None


def _where(error: ValidationError) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The value, and the node of the schema that complains about it."""
    return tuple(error.instance_path), tuple(error.evaluation_path[:-1])


def _value_at(document: JsonValue, place: Sequence[Step]) -> JsonValue:
    for step in place:
        match document, step:
            case dict(), str() if step in document:
                document = document[step]
            case list(), int() if step < len(document):
                document = document[step]
            case _:
                return None
    return document


def _repeated(value: JsonValue) -> tuple[int, int]:
    """The first two places of a list that hold the same."""
    items = value[:_MOST_COMPARED] if isinstance(value, list) else []
    for (first, one), (second, other) in combinations(enumerate(items), 2):
        if one == other and isinstance(one, bool) == isinstance(other, bool):
            return first, second
    return 0, 0


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:_LONGEST] for name in names[:_QUOTED])
    return f"{shown}, …" if len(names) > _QUOTED else shown


def json_type(value: JsonValue) -> str:
    """The JSON type of a value; numbers are `number` whether whole or not."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
