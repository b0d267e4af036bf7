"""What does a form show? Its nodes and messages, and how problems and values reach the right fields (FLOW-17, FLOW-18)."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from limen.domain.text.message import Message
from limen.domain.ui.nodes import Group, Input, InputType, Node, elements
from limen.kernel.json_doc import JsonDoc


class Form(msgspec.Struct, frozen=True, omit_defaults=True):
    """The form of one flow. `action` is the absolute address it is sent to."""

    action: str
    nodes: tuple[Node, ...] = ()
    messages: tuple[Message, ...] = ()
    method: str = "POST"
    """GET once there is nothing left to send, only somewhere to go on to (VER-04)."""

    def node(self, name: str) -> Node | None:
        return next((node for node in self.nodes if node.name == name), None)

    def replace(self, nodes: Iterable[Node]) -> "Form":
        return msgspec.structs.replace(self, nodes=tuple(nodes))

    def without_messages(self) -> "Form":
        """The form with nothing said on it, neither on the form nor on its fields."""
        nodes = tuple(msgspec.structs.replace(node, messages=()) if node.messages else node for node in self.nodes)
        return msgspec.structs.replace(self, nodes=nodes, messages=())

    def emptied(self, below: str) -> "Form":
        """The form with nothing said on it and its fields whose names begin with `below` empty; what other fields say stays."""
        nodes = (
            msgspec.structs.replace(node.with_value(None), messages=()) if node.name.startswith(below) else node
            for node in self.nodes
        )
        return msgspec.structs.replace(self, nodes=tuple(nodes), messages=())

    def saying(self, *messages: Message) -> "Form":
        if not messages:
            return self
        return msgspec.structs.replace(self, messages=(*self.messages, *messages))

    def saying_at(self, name: str, *messages: Message) -> "Form":
        """The messages at the field `name` (FLOW-17). A trait without a field, an unknown one say, gets a text field of its
        own, as clients are used to, and so does a password that was sent before the form asked for it; whatever else has no
        field is said on the form itself.
        """
        if self.node(name) is None:
            if name.split(".", maxsplit=1)[0] != "traits" and name != _PASSWORD:
                return self.saying(*messages)
            type = InputType.PASSWORD if name == _PASSWORD else InputType.TEXT
            return self.replace((*self.nodes, Node(Group.DEFAULT, Input(name=name, type=type), messages)))
        done = False
        nodes: list[Node] = []
        for node in self.nodes:
            fits = not done and node.name == name
            done = done or fits
            nodes.append(node.with_messages(*messages) if fits else node)
        return self.replace(nodes)

    def holding(self, values: Mapping[str, JsonDoc]) -> "Form":
        """The form with what was entered written back; secrets and buttons are left alone (FLOW-18).

        A list that was entered has its elements as fields behind its own, in place of those that were there before.
        """
        nodes: list[Node] = []
        for node in self.nodes:
            if self._replaced(node.name, values):
                continue
            fillable = isinstance(node.attributes, Input) and node.attributes.type not in _NEVER_FILLED
            nodes.append(node.with_value(values[node.name]) if fillable and node.name in values else node)
            nodes.extend(elements(node, values) if fillable else ())
        return self.replace(nodes)

    def _replaced(self, name: str, values: Mapping[str, JsonDoc]) -> bool:
        """Whether it is the field of an element of a list that was entered anew."""
        of, _, place = name.rpartition(".")
        return place.isdecimal() and f"{of}.0" in values and self.node(of) is not None

    def where(self, keep: Callable[[Node], bool]) -> "Form":
        return self.replace(node for node in self.nodes if keep(node))


_PASSWORD = "password"
_NEVER_FILLED = frozenset({InputType.PASSWORD, InputType.SUBMIT, InputType.BUTTON})
