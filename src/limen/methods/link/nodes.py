"""What does the link method show? An address, and a button to go on."""

from collections.abc import Sequence

from limen.domain.text import shared
from limen.domain.ui.nodes import Group, Input, InputType, Node, submit


def address() -> Node:
    return Node(Group.LINK, Input(name="email", type=InputType.EMAIL, required=True), label=shared.email_label())


def address_form() -> Sequence[Node]:
    """The same before and after sending: another link can be asked for at any time."""
    return (address(), submit(Group.LINK, "method", "link", shared.go_on()))
