"""Which nodes belong together on a page? Forms, and sections by group, decided by shape and never by method."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from limen.domain.flow.kinds import FlowKind
from limen.domain.ui.nodes import Group, Input, InputType, Node, Script
from limen.ui.fields import BUTTONS, SOCIAL

BACK: Final = "screen"
"""The name of buttons that lead to another step (REG-04)."""
_COMMON: Final = frozenset({Group.DEFAULT, Group.IDENTIFIER_FIRST})
"""Groups whose hidden inputs belong to every way: the CSRF token, what was typed before."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The seen nodes of one group, in the flow's order."""

    group: Group
    nodes: tuple[Node, ...]

    @property
    def filled_in(self) -> bool:
        """Whether there is something to fill in or look at, not only buttons."""
        return any(not is_button(node) for node in self.nodes)


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One HTML form: what it carries unseen, and its parts. The first button of the first part is what Enter presses."""

    hidden: tuple[Input, ...]
    parts: tuple[Part, ...]


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A flow's nodes in their places."""

    sheets: tuple[Sheet, ...]
    back: Node | None
    back_hidden: tuple[Input, ...]
    entered: tuple[Input, ...]
    """Hidden nodes that hold what was typed in the step before."""
    scripts: tuple[Script, ...]


def is_button(node: Node) -> bool:
    return isinstance(node.attributes, Input) and node.attributes.type in BUTTONS


def is_hidden(node: Node) -> bool:
    return isinstance(node.attributes, Input) and node.attributes.type is InputType.HIDDEN


def arrange(nodes: Iterable[Node], kind: FlowKind) -> Layout:
    """The places of these nodes.

    Every form carries the hidden inputs that belong to all ways (the CSRF token, what was typed before). Fields of the default
    group belong to several ways at once (an identifier for password and code): then the ways share one form. Ways that lead
    to other sites, and ways with fields of their own where nothing is shared, get a form each, so that Enter and required
    fields of one do not get in the way of another.
    """
    every = tuple(nodes)
    seen = [node for node in every if not is_hidden(node) and not isinstance(node.attributes, Script)]
    back = next((node for node in seen if node.name == BACK and is_button(node)), None)
    hidden = tuple(node for node in every if is_hidden(node))
    carried = _inputs(hidden, _COMMON)
    shared = tuple(node for node in seen if node.group is Group.DEFAULT)
    parts = _in_order(_parts(node for node in seen if node.group is not Group.DEFAULT and node is not back), kind)
    unseen = {node.group for node in hidden} - {part.group for part in parts}
    sheets = _shared(shared, parts, hidden) if shared else _separate(parts, hidden, unseen)
    return Layout(
        sheets=sheets or (Sheet(hidden=carried, parts=()),),
        back=back,
        back_hidden=_inputs(hidden, _COMMON | {back.group}) if back is not None else (),
        entered=_inputs(tuple(node for node in hidden if _was_typed(node)), set(Group)),
        scripts=tuple(node.attributes for node in every if isinstance(node.attributes, Script)),
    )


def _parts(nodes: Iterable[Node]) -> list[Part]:
    groups: dict[Group, list[Node]] = {}
    for node in nodes:
        groups.setdefault(node.group, []).append(node)
    return [Part(group=group, nodes=tuple(members)) for group, members in groups.items()]


def _in_order(parts: list[Part], kind: FlowKind) -> list[Part]:
    """What is filled in comes first, other sites last; the account page keeps the flow's order."""
    if kind is FlowKind.SETTINGS:
        return parts
    return sorted(parts, key=lambda part: (part.group in SOCIAL and not part.filled_in, not part.filled_in))


def _shared(shared: tuple[Node, ...], parts: list[Part], hidden: tuple[Node, ...]) -> tuple[Sheet, ...]:
    elsewhere = [part for part in parts if part.group in SOCIAL and not part.filled_in]
    here = [part for part in parts if part not in elsewhere]
    if not here:
        # Missing traits after a social sign-up: the fields belong to the provider's button (OIDC-10).
        here, elsewhere = elsewhere, []
    first = here[0].nodes if here else ()
    main = Part(group=here[0].group if here else Group.DEFAULT, nodes=(*shared, *first))
    apart = {part.group for part in elsewhere}
    return (Sheet(hidden=_inputs(hidden, set(Group) - apart), parts=(main, *here[1:])), *_separate(elsewhere, hidden))


def _separate(
    parts: list[Part], hidden: tuple[Node, ...], unseen: AbstractSet[Group] = frozenset()
) -> tuple[Sheet, ...]:
    """A form for each way. The first also carries ways that nothing is seen of: a passkey that the browser offers by itself."""
    more = (unseen, *(frozenset[Group]() for _ in parts[1:]))
    return tuple(
        Sheet(hidden=_inputs(hidden, _COMMON | {part.group} | extra), parts=(part,))
        for part, extra in zip(parts, more, strict=False)
    )


def _inputs(nodes: tuple[Node, ...], groups: AbstractSet[Group]) -> tuple[Input, ...]:
    return tuple(node.attributes for node in nodes if node.group in groups and isinstance(node.attributes, Input))


def _was_typed(node: Node) -> bool:
    return node.name in {"identifier", "recovery_address"} or node.name.startswith("traits.")
