"""What do the templates draw? Plain values, already in the reader's language and safe to put into a page."""

from typing import Literal, TypeAlias

import msgspec

from limen.ui.wording import Wording

Look: TypeAlias = Literal["primary", "secondary", "quiet", "danger"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page is and what surrounds it. `root` leads from its address to `/ui/` (empty, or `../`)."""

    wording: Wording
    brand: str
    root: str = ""
    nonce: str = ""
    offered: frozenset[str] = frozenset()
    """Kinds of flow that the page may link to."""
    return_query: str = ""
    """`?return_to=…` for links to other flows, or empty."""


class Hidden(msgspec.Struct, frozen=True, kw_only=True):
    """A value that travels with the form unseen. `onload` is a function of a node script to call when the page is there."""

    name: str
    value: str
    onload: str = ""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One option of a field with a fixed set of values."""

    value: str
    label: str
    chosen: bool = False


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """Something to fill in."""

    what: Literal["field"] = "field"
    control: Literal["input", "checkbox", "select", "radios"] = "input"
    id: str
    name: str
    type: str
    label: str
    value: str = ""
    required: bool = False
    optional: bool = False
    """Whether to say that it may stay empty."""
    disabled: bool = False
    autocomplete: str = ""
    inputmode: str = ""
    pattern: str = ""
    maxlength: int = 0
    choices: tuple[Choice, ...] = ()
    checked: bool = False
    code: bool = False
    """A one-time code: drawn wide, sent by itself when complete."""
    bare: bool = False
    """Neither capitalised nor spell-checked: addresses, names, codes."""
    forgot_href: str = ""
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """Something to press. `trigger` is a function of a node script."""

    what: Literal["button"] = "button"
    type: Literal["submit", "button"]
    look: Look
    name: str
    value: str
    label: str
    id: str
    mark: str = ""
    """A letter that stands for a provider."""
    short: str = ""
    """Shown instead of the label where there are many; the label stays what is read out."""
    disabled: bool = False
    trigger: str = ""
    skip_check: bool = False
    """Sends the form although required fields are empty: the button belongs to another way."""
    wait: int = 0
    """Seconds to wait before pressing makes sense (asking for another code)."""
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    what: Literal["picture"] = "picture"
    id: str
    src: str
    width: int
    height: int
    label: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A text: plain, one secret to copy, or a list of codes (`used` tells which are spent)."""

    what: Literal["note"] = "note"
    id: str
    label: str
    text: str
    secret: bool = False
    codes: tuple[Choice, ...] = ()


class Link(msgspec.Struct, frozen=True, kw_only=True):
    what: Literal["link"] = "link"
    id: str
    href: str
    label: str


Item: TypeAlias = Field | Button | Picture | Note | Link


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes of one group. `divider` sets it apart from the one before with an «or»."""

    id: str
    heading: str = ""
    divider: bool = False
    row: bool = False
    """Draws its buttons side by side: many providers."""
    items: tuple[Item, ...]


class Chip(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed in the step before, and the way to change it: a button of the form, or a link."""

    text: str
    detail: str = ""
    button: Button | None = None
    hiddens: tuple[Hidden, ...] = ()
    href: str = ""


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """One HTML form. `username` is shown to password managers only, where no field says who it is about."""

    hiddens: tuple[Hidden, ...]
    sections: tuple[Section, ...]
    username: str = ""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    src: str
    integrity: str
    crossorigin: str
    type: str


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Something said on top. `href` leads to the field it is about."""

    kind: Literal["info", "error", "success"]
    text: str
    href: str = ""


class FlowView(msgspec.Struct, frozen=True, kw_only=True):
    """A flow as its page shows it."""

    kind: str
    title: str
    lead: str
    action: str
    problems: tuple[Said, ...]
    summary: str
    said: tuple[Said, ...]
    chip: Chip | None
    forms: tuple[FormView, ...]
    scripts: tuple[Script, ...]
    boxed: bool
    """Draws each section as a card of its own (settings)."""
    seconds_left: int
    restart_href: str
    foot: Literal["", "signup", "signin", "signout", "home"] = ""
    """What to offer below the card to who is in the wrong place."""


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the list of sessions."""

    id: str
    icon: str
    device: str
    place: str
    since: str
    since_iso: str
    current: bool


class AddressView(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    verified: bool


class HomeView(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    initial: str
    addresses: tuple[AddressView, ...]
    sessions: tuple[SessionView, ...]
    logout_href: str
    csrf_token: str


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A page that says one thing and offers one way on."""

    title: str
    lead: str
    reason: str = ""
    go: str
    href: str
    stay: str = ""
    stay_href: str = ""
    details: tuple[tuple[str, str], ...] = ()
    symbol: Literal["door", "leave", "problem"] = "door"


class LetterView(msgspec.Struct, frozen=True, kw_only=True):
    """One message in the inbox of a developer."""

    icon: str
    recipient: str
    subject: str
    since: str
    since_iso: str
    code: str
    href: str
    body: str


class InboxView(msgspec.Struct, frozen=True, kw_only=True):
    """The inbox of a developer, newest message first."""

    letters: tuple[LetterView, ...]
