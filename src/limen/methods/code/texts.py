"""What does the code method say? Ids 1010014, 1010015, 1010023, 1010025, 1040005, 1040006, 1070010 … 1070013, 4000035, 4000036, 4010008, 4010010, 4040003."""

from limen.domain.text.message import Message, error, info


def sign_in_code_sent() -> Message:
    return info(1010014, "A code to sign in is on its way to you. Look into your inbox and enter it here.")


def send_sign_in_code() -> Message:
    return info(1010015, "Send me a code to sign in")


def send_code_to(address: str, channel: str) -> Message:
    return info(1010023, f"Send a code to {address}", {"address": address, "channel": channel})


def code_sent_to_known() -> Message:
    return info(1010025, "A code is on its way to your address. Look into your inbox and enter it here.")


def sign_up_code_sent() -> Message:
    return info(1040005, "A code to confirm your sign-up is on its way to you. Look into your inbox and enter it here.")


def send_sign_up_code() -> Message:
    return info(1040006, "Send me a code to sign up")


def recovery_code_label() -> Message:
    return info(1070010, "Recovery code")


def verification_code_label() -> Message:
    return info(1070011, "Verification code")


def registration_code_label() -> Message:
    return info(1070012, "Sign-up code")


def login_code_label() -> Message:
    return info(1070013, "Sign-in code")


def no_code_sign_in() -> Message:
    return error(4000035, "There is no account with this address that signs in by code.")


def traits_changed() -> Message:
    return error(4000036, "What you entered is not what the code was sent for. Begin anew to change it.")


def sign_in_code_wrong() -> Message:
    return error(4010008, "This code is not right or was used already. Look at the latest message that you got.")


def not_your_address() -> Message:
    return error(4010010, "This is none of the addresses of your account that a code can be sent to.")


def sign_up_code_wrong() -> Message:
    return error(4040003, "This code is not right or was used already. Look at the latest message that you got.")
