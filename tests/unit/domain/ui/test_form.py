"""What does a form keep, and what does it take back, when one of its parts is shown again? (FLOW-17, SET-09)"""

from limen.domain.text.message import error
from limen.domain.ui.form import Form
from limen.domain.ui.nodes import Group, Input, InputType, Node
from limen.kernel.json_doc import JsonDoc


def field(name: str, value: str) -> Node:
    attributes = Input(name=name, type=InputType.TEXT, value=JsonDoc.of(value))
    return Node(Group.DEFAULT, attributes, messages=(error(4000001, "wrong"),))


def test_only_the_fields_of_a_part_are_emptied() -> None:
    form = Form(action="", nodes=(field("traits.email", "a"), field("password", "b")), messages=(error(4000007, "x"),))
    emptied = form.emptied("traits.")
    email, password = emptied.nodes
    assert (email.messages, isinstance(email.attributes, Input) and email.attributes.value) == ((), None)
    assert password == form.nodes[1]
    assert emptied.messages == ()
