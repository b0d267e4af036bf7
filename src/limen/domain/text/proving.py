"""What is said on the way of a code or a link? (appendix A: 106…, 108…, 406…, 407…, and the labels of code fields)"""

from datetime import datetime

import msgspec

from limen.domain.text.message import Message, error, info, success


class PrivilegedContext(msgspec.Struct, frozen=True):
    """The moment twice, as clients of old and of new read it (QK-11)."""

    privilegedSessionExpiresAt: datetime  # noqa: N815 (the wire says so)
    privileged_session_expires_at: datetime
    privileged_session_expires_at_unix: int


def recovered(until: datetime) -> Message:
    """Said on the settings after a recovery (SET-18)."""
    context = PrivilegedContext(until, until, int(until.timestamp()))
    return success(
        1060001, "You are back in. Set a new password, or another way to sign in, while this page is open.", context
    )


def recovery_link_sent() -> Message:
    return info(1060002, "If this address belongs to an account, a link is on its way to it. Look into your inbox.")


def recovery_code_sent() -> Message:
    return info(1060003, "If this address belongs to an account, a code is on its way to it. Look into your inbox.")


def recovery_code_sent_to(masked_address: str) -> Message:
    text = f"If everything fits, a code is on its way to {masked_address}. Look into your inbox."
    return info(1060004, text, {"masked_address": masked_address})


def recovery_whole_address() -> Message:
    return info(1060005, "Please type the whole address that you chose, to show that you know it.")


def recovery_choose_address() -> Message:
    return info(1060006, "Choose the address that the code shall go to.")


def recovery_back() -> Message:
    return info(1060007, "Back")


def as_it_is(label: str) -> Message:
    """A label that is the same in every language."""
    return info(1070000, label)


def recovery_address_label() -> Message:
    return info(1070016, "E-mail address or phone number of your account")


def phone_label() -> Message:
    return info(1070017, "Phone number")


def recovery_done_already() -> Message:
    return error(4060001, "You have used this form already. Begin anew if you need to get back in once more.")


def recovery_link_wrong() -> Message:
    return error(4060004, "This link is not valid or was used already. Ask for a new one.")


def recovery_code_wrong() -> Message:
    return error(4060006, "This code is not right or was used already. Look at the latest message that you got.")


def verification_link_sent() -> Message:
    return info(1080001, "A link to confirm your address is on its way. Look into your inbox.")


def email_verified() -> Message:
    return success(1080002, "Thank you, your e-mail address is confirmed.")


def verification_code_sent() -> Message:
    return info(1080003, "A code to confirm your e-mail address is on its way. Look into your inbox.")


def verification_code_texted() -> Message:
    return info(1080004, "A code to confirm your phone number is on its way as a text message.")


def phone_verified() -> Message:
    return success(1080005, "Thank you, your phone number is confirmed.")


def verification_link_wrong() -> Message:
    return error(4070001, "This link is not valid or was used already. Ask for a new one.")


def verification_done_already() -> Message:
    return error(4070002, "You have used this form already. Begin anew to confirm another address.")


def verification_code_wrong() -> Message:
    return error(4070006, "This code is not right or was used already. Look at the latest message that you got.")


def resend() -> Message:
    return info(1070008, "Send another one")


def email_or_phone_label() -> Message:
    return info(1070018, "E-mail address or phone number")
