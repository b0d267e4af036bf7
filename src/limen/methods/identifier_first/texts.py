"""What does the first step say? Id 4000037."""

from limen.domain.text.message import Message, error


def nobody() -> Message:
    """LOGIN-29, IDF-02."""
    return error(4000037, "There is no account with this name, or it has no way to sign in yet.")
