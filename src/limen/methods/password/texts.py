"""What does the password method say? Ids 1010001, 1010022, 4000006, 4000031 … 4000034, 4000039."""

import msgspec

from limen.domain.text.message import Message, error, info


class LengthContext(msgspec.Struct, frozen=True):
    min_length: int
    actual_length: int


class TooLongContext(msgspec.Struct, frozen=True):
    max_length: int
    actual_length: int


class BreachesContext(msgspec.Struct, frozen=True):
    breaches: int


def sign_in() -> Message:
    return info(1010001, "Sign in")


def sign_in_with_password() -> Message:
    return info(1010022, "Sign in with password")


def credentials_wrong() -> Message:
    """The same words for a wrong password and for nobody (LOGIN-29)."""
    return error(4000006, "That did not match. Check your sign-in name and your password for typing errors.")


def too_similar() -> Message:
    return error(4000031, "This password is too much like your sign-in name. Choose one that is hard to guess from it.")


def too_short(least: int, actual: int) -> Message:
    return error(4000032, f"The password needs at least {least} characters.", LengthContext(least, actual))


def too_long(most: int, actual: int) -> Message:
    return error(4000033, f"The password can have at most {most} characters.", TooLongContext(most, actual))


def breached(times: int) -> Message:
    return error(
        4000034,
        "This password is on a public list of stolen passwords. It is not safe anywhere; please choose another one.",
        BreachesContext(times),
    )


def same_as_before() -> Message:
    """PWD-14."""
    return error(4000039, "This is the password you have already. Choose another one.")
