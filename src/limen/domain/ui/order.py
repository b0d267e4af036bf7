"""In which order does a form show its nodes? (FLOW-19, LOGIN-30, REG-21, SET-11)"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final, TypeAlias

from limen.domain.identity.schema import IdentitySchema
from limen.domain.ui.nodes import Anchor, Group, Image, Input, Node, Script
from limen.domain.ui.traits import field_names

Arrange: TypeAlias = Callable[[Sequence[Node]], tuple[Node, ...]]
"""The order of the nodes of one form."""

LOGIN_GROUPS: Final = (
    Group.OIDC,
    Group.DEFAULT,
    Group.WEBAUTHN,
    Group.PASSKEY,
    Group.CODE,
    Group.PASSWORD,
    Group.TOTP,
    Group.LOOKUP_SECRET,
)
REGISTRATION_GROUPS: Final = (
    Group.OIDC,
    Group.SAML,
    Group.DEFAULT,
    Group.WEBAUTHN,
    Group.PASSKEY,
    Group.CODE,
    Group.PASSWORD,
    Group.CAPTCHA,
    Group.PROFILE,
)
SETTINGS_GROUPS: Final = (
    Group.DEFAULT,
    Group.PROFILE,
    Group.PASSWORD,
    Group.OIDC,
    Group.LOOKUP_SECRET,
    Group.WEBAUTHN,
    Group.PASSKEY,
    Group.TOTP,
)
_LOGIN_NAMES: Final = ("csrf_token", "identifier", "password")
_BEHIND_THE_TRAITS: Final = (
    "lookup_secret_reveal",
    "lookup_secret_regenerate",
    "lookup_secret_codes",
    "lookup_secret_confirm",
    "webauthn_remove",
    "webauthn_register_displayname",
    "webauthn_register",
    "passkey_remove",
    "passkey_register",
    "totp_qr",
    "totp_secret_key",
    "totp_unlink",
    "totp_code",
)


def by_group(nodes: Iterable[Node], groups: tuple[Group, ...] = LOGIN_GROUPS) -> tuple[Node, ...]:
    """The order of a login form: groups, then `csrf_token`, `identifier`, `password`, the rest (see `ordered`)."""
    return ordered(nodes, groups, _LOGIN_NAMES)


def with_new_behind(nodes: Iterable[Node], shown: Iterable[Node]) -> tuple[Node, ...]:
    """The order of the second step of a sign-in: what the form showed before as in any login form, and behind it what is
    new, as its methods gave it (IDF-01).
    """
    known = {(node.group, node.name) for node in shown}
    kept: list[Node] = []
    new: list[Node] = []
    for node in nodes:
        (kept if (node.group, node.name) in known else new).append(node)
    return (*by_group(kept), *new)


def by_schema(nodes: Iterable[Node], schema: IdentitySchema, groups: tuple[Group, ...]) -> tuple[Node, ...]:
    """The order of registration and settings forms: groups, then traits as the schema has them (see `ordered`).

    The password stands behind the first trait, which in most schemas is the identifier, where both groups touch.
    """
    return ordered(nodes, groups, _schema_names(field_names(schema)))


def ordered(nodes: Iterable[Node], groups: tuple[Group, ...], names: tuple[str, ...]) -> tuple[Node, ...]:
    """The nodes as a form shows them.

    First by group; groups that are not among `groups` come before all others. Then, within a run of nodes of one group
    (`default` and `password` count as one where they touch), by the place of the name among `names`: the name itself, else
    the first of them that it begins with, else behind all of them; `method` is always last. Where that leaves two nodes
    equal, the smaller value goes first (no value sorts behind digits and before letters); trait fields stay as they were.
    """
    group_rank, exact = _ranks(groups), _ranks(names)

    def place(node: Node) -> int:
        name = node.name
        if name == "method":
            return len(names) + 1
        known = exact.get(name)
        if known is None:
            return next((place for place, begin in enumerate(names) if name.startswith(begin)), len(names))
        return known

    by_rank_of_group = sorted(nodes, key=lambda node: group_rank.get(node.group, -1))
    runs = groupby(by_rank_of_group, key=lambda node: Group.DEFAULT if node.group is Group.PASSWORD else node.group)
    return tuple(node for _, run in runs for node in _arranged(run, place))


@lru_cache(maxsize=256)
def _ranks(names: tuple[str, ...]) -> Mapping[str, int]:
    """The place of each name; of one that is there twice, the first."""
    return {name: place for place, name in reversed(tuple(enumerate(names)))}


@lru_cache(maxsize=256)
def _schema_names(traits: tuple[str, ...]) -> tuple[str, ...]:
    return ("csrf_token", *traits[:1], "password", *traits[1:], *_BEHIND_THE_TRAITS)


def _arranged(run: Iterable[Node], place: Callable[[Node], int]) -> Iterator[Node]:
    """The nodes by their places; only where several have one place are their values read."""
    placed: dict[int, list[Node]] = {}
    for node in run:
        placed.setdefault(place(node), []).append(node)
    for at in sorted(placed):
        equal = placed[at]
        yield from equal if len(equal) == 1 else sorted(equal, key=_value_or_nothing)


def _value_or_nothing(node: Node) -> str:
    return "" if node.name.startswith("traits.") else _shown_value(node)


def _shown_value(node: Node) -> str:
    match node.attributes:
        case Input(value=None):
            return "<nil>"
        case Input(value=value) if value is not None:
            plain = value.value()
            return plain if isinstance(plain, str) else value.text
        case Image(src=text) | Script(src=text) | Anchor(href=text):
            return text
        case _:
            return "&"
