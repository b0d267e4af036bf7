"""What do flows say, whatever the method? (appendix A: 401…, 404…, 405…, 406…, 407…, 101…, 104…)"""

from datetime import datetime
from typing import Final

import msgspec

from limen.domain.flow.kinds import FlowKind
from limen.domain.text.message import Message, error, info, success


class ExpiredContext(msgspec.Struct, frozen=True):
    expired_at: datetime
    expired_at_unix: int


class RetryContext(msgspec.Struct, frozen=True):
    retry_at: datetime
    retry_at_unix: int


class ReasonContext(msgspec.Struct, frozen=True):
    reason: str


class TitleContext(msgspec.Struct, frozen=True):
    title: str
    name: str


class HintsContext(msgspec.Struct, frozen=True):
    available_credential_types: tuple[str, ...]
    available_oidc_providers: tuple[str, ...]
    credential_identifier_hint: str


_EXPIRED: Final = {
    FlowKind.LOGIN: 4010001,
    FlowKind.REGISTRATION: 4040001,
    FlowKind.SETTINGS: 4050001,
    FlowKind.RECOVERY: 4060005,
    FlowKind.VERIFICATION: 4070005,
}
_UNMATCHED: Final = {
    FlowKind.LOGIN: (4010002, "Choose how you would like to sign in."),
    FlowKind.REGISTRATION: (4010003, "Choose how you would like to sign up."),
    FlowKind.SETTINGS: (4010004, "Choose what you would like to change."),
    FlowKind.RECOVERY: (4010005, "Choose how you would like to get back in."),
    FlowKind.VERIFICATION: (4010006, "Choose how you would like to confirm your address."),
}


def flow_expired(kind: FlowKind, expired_at: datetime) -> Message:
    """The form was left too long (FLOW-07, FLOW-08)."""
    context = ExpiredContext(expired_at, int(expired_at.timestamp()))
    return error(_EXPIRED[kind], "This form was open for too long. Here is a new one.", context)


def too_many_attempts(retry_at: datetime) -> Message:
    """A limit was reached (security.rate_limits)."""
    context = RetryContext(retry_at, int(retry_at.timestamp()))
    return error(4900001, "There were too many attempts. Please wait a while before you try again.", context)


def no_method(kind: FlowKind) -> Message:
    """The submission names no method that is responsible (FLOW-11)."""
    id, text = _UNMATCHED[kind]
    return error(id, text)


def reason(text: str) -> Message:
    """A problem without an id of its own."""
    return error(4000001, text, ReasonContext(text))


def sent_by_a_browser(*, with_origin: bool) -> Message:
    """A native flow was sent by something that looks like a browser (NEGO-07)."""
    what = "an Origin header" if with_origin else "cookies"
    return reason(f"This flow was started for a native app, but the request carries {what} as browsers send them.")


def already_signed_in() -> Message:
    """LOGIN-16."""
    return reason("You are signed in already.")


def changed_meanwhile() -> Message:
    """The account or the session was changed elsewhere at the same moment."""
    return reason("Your account was changed elsewhere at this very moment. Please try once more.")


def unreadable(why: str) -> Message:
    """The body makes no sense (NEGO-03)."""
    return reason(why)


def sign_in_again() -> Message:
    return info(1010003, "Please confirm that it is you.")


def second_factor() -> Message:
    return info(1010004, "One more step: please confirm with your second factor.")


def account_disabled() -> Message:
    return error(4010011, "This account is switched off.")


def login_done_already() -> Message:
    return error(4010007, "You have signed in with this form already.")


def registration_done_already() -> Message:
    return error(4040002, "You have signed up with this form already.")


def identifier_taken() -> Message:
    return error(4000007, "An account with the same e-mail address, phone number or user name exists already.")


def identifier_taken_hints(types: tuple[str, ...], providers: tuple[str, ...], hint: str) -> Message:
    """REG-12: with `login_hints`, how the existing account signs in."""
    return error(
        4000028,
        f"An account with {hint} exists already. Sign in to it instead."
        if hint
        else "An account with these data exists already. Sign in to it instead.",
        HintsContext(types, providers, hint),
    )


def no_identifier() -> Message:
    """Nothing in the traits identifies people for the method that was chosen."""
    return error(4000009, "Nothing was entered that could serve as your sign-in name.")


def choose_a_credential() -> Message:
    return info(1040009, "Now choose how you want to sign in from now on.")


def back() -> Message:
    return info(1040008, "Back")


def sign_up() -> Message:
    return info(1040001, "Sign up")


def titled(title: str, name: str) -> Message:
    """The label of a field that takes its title from the identity schema (LOGIN-31, REG-09)."""
    return info(1070002, title, TitleContext(title, name))


def identifier_label() -> Message:
    """The label when several traits can identify a person (LOGIN-31)."""
    return info(1070004, "ID")


def password_label() -> Message:
    return info(1070001, "Password")


def save() -> Message:
    return info(1070003, "Save")


def settings_saved() -> Message:
    """SET-08."""
    return success(1050001, "Your changes are saved.")


def go_on() -> Message:
    return info(1070009, "Continue")


def email_label() -> Message:
    return info(1070007, "E-mail")
