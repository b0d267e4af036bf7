"""What is said when a value does not follow the identity schema? Messages 4000001 … 4000041 (appendix A)."""

from collections.abc import Sequence

from limen.domain.text.message import Message, error, info
from limen.kernel.json_doc import JsonValue

Number = int | float


def generated_label(title: str, name: str) -> Message:
    """The label of a field: its title in the schema."""
    return info(1070002, title, {"title": title, "name": name})


def generic(reason: str) -> Message:
    """A problem without an id of its own; `reason` is a whole sentence."""
    return error(4000001, reason, {"reason": reason})


def required(property: str) -> Message:
    return error(4000002, f"Please fill in {property}; it is required.", {"property": property})


def too_short(min_length: int, actual_length: int) -> Message:
    """Lengths are in characters."""
    text = f"Please use at least {min_length} characters; now there are {actual_length}."
    return error(4000003, text, {"min_length": min_length, "actual_length": actual_length})


def pattern_mismatch(pattern: str) -> Message:
    return error(4000004, f"Please write it the way this pattern asks for: {pattern}", {"pattern": pattern})


def too_long(max_length: int, actual_length: int) -> Message:
    """Lengths are in characters."""
    text = f"Please use no more than {max_length} characters; now there are {actual_length}."
    return error(4000017, text, {"max_length": max_length, "actual_length": actual_length})


def below_minimum(minimum: Number, actual: Number) -> Message:
    return error(4000018, f"Please enter {minimum} or more, not {actual}.", {"minimum": minimum, "actual": actual})


def not_above(minimum: Number, actual: Number) -> Message:
    return error(4000019, f"Please enter more than {minimum}, not {actual}.", {"minimum": minimum, "actual": actual})


def above_maximum(maximum: Number, actual: Number) -> Message:
    return error(4000020, f"Please enter {maximum} or less, not {actual}.", {"maximum": maximum, "actual": actual})


def not_below(maximum: Number, actual: Number) -> Message:
    return error(4000021, f"Please enter less than {maximum}, not {actual}.", {"maximum": maximum, "actual": actual})


def not_multiple(base: Number, actual: Number) -> Message:
    return error(4000022, f"Please enter a multiple of {base}, not {actual}.", {"base": base, "actual": actual})


def too_many_items(max_items: int, actual_items: int) -> Message:
    text = f"Please give no more than {max_items} entries; now there are {actual_items}."
    return error(4000023, text, {"max_items": max_items, "actual_items": actual_items})


def too_few_items(min_items: int, actual_items: int) -> Message:
    text = f"Please give at least {min_items} entries; now there are {actual_items}."
    return error(4000024, text, {"min_items": min_items, "actual_items": actual_items})


def repeated_items(index_a: int, index_b: int) -> Message:
    """Positions count from 0 in the context and from 1 in the sentence."""
    text = f"Please give every entry once; number {index_a + 1} and number {index_b + 1} are the same."
    return error(4000025, text, {"index_a": index_a, "index_b": index_b})


def wrong_type(allowed_types: Sequence[str], actual_type: str) -> Message:
    """Types are JSON's: null, boolean, number, integer, string, array, object."""
    text = f"Please enter a value of type {' or '.join(allowed_types)}, not {actual_type}."
    return error(4000026, text, {"allowed_types": list(allowed_types), "actual_type": actual_type})


def not_the_constant(expected: str) -> Message:
    """`expected` is the constant as JSON text."""
    return error(4000029, f"Only {expected} is accepted here.", {"expected": expected})


def not_the_constant_value() -> Message:
    """The constant is a list or an object, too large to be quoted."""
    return error(4000030, "Only one fixed value is accepted here.")


def invalid_email(value: JsonValue) -> Message:
    return error(4000040, "Please enter an e-mail address, such as name@example.org.", {"value": value})


def invalid_phone(value: JsonValue) -> Message:
    text = "Please enter a phone number with its country code, such as +49 30 123456."
    return error(4000041, text, {"value": value})
