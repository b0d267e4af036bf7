"""What does the page of a flow say and show? The flow's form, read for one person, as a FlowView."""

from typing import Final, Literal

import msgspec

from limen.domain.flow.details import Detail, LoginDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.flow.states import State
from limen.domain.identity.aal import Aal
from limen.domain.text.message import MessageType
from limen.domain.ui.nodes import Group, Input, InputType, Node
from limen.ui.addresses import origin_of, safe_link
from limen.ui.fields import SOCIAL, Reader, element_id, hidden, item, plain
from limen.ui.layout import Layout, Part, Sheet, arrange, is_button, is_hidden
from limen.ui.views import Button, Chip, Field, FlowView, FormView, Item, Look, Said, Script, Section

_MANY_PROVIDERS: Final = 3
_STEPS: Final = {
    State.SENT_EMAIL: "sent_email",
    State.AWAITING_CODE: "sent_email",
    State.AWAITING_ADDRESS_CHOICE: "choose",
    State.CONFIRMING_ADDRESS: "confirm",
}
"""Steps that have a title of their own (CODE-18, REC-10, REC-11)."""


def flow_view(flow: Flow[Detail], reader: Reader, restart_href: str) -> FlowView:
    """The flow as its page shows it. `restart_href` begins it anew."""
    layout = arrange(flow.form.nodes, flow.kind)
    chip = _chip(flow, layout, reader, restart_href)
    forms = _forms(flow, layout, reader, chip)
    problems = _problems(flow, reader, forms)
    by_field = sum(1 for problem in problems if problem.href)
    wording = reader.wording
    return FlowView(
        kind=flow.kind.value,
        title=wording.text(_title(flow, layout)),
        lead=wording.text(lead) if (lead := _lead(flow)) else "",
        action=safe_link(flow.form.action),
        problems=problems,
        summary=wording.text("summary.title", n=by_field) if by_field else wording.text("summary.plain"),
        said=_said(flow, reader),
        chip=chip,
        forms=forms,
        scripts=_scripts(layout),
        boxed=flow.kind is FlowKind.SETTINGS,
        seconds_left=max(0, int((flow.expires_at - reader.now).total_seconds())),
        restart_href=restart_href,
        foot=_foot(flow),
    )


def form_targets(flow: Flow[Detail]) -> tuple[str, ...]:
    """Where this flow's forms may lead: its action, the way back, and any site when a provider is asked (form-action)."""
    elsewhere = ("https:",) if any(node.group in SOCIAL and is_button(node) for node in flow.form.nodes) else ()
    return tuple(target for target in (origin_of(flow.form.action), origin_of(flow.return_to)) if target) + elsewhere


def _title(flow: Flow[Detail], layout: Layout) -> str:
    title = f"{flow.kind.value}.title"
    if isinstance(flow.detail, LoginDetail) and flow.detail.requested_aal is Aal.AAL2:
        return f"{title}.aal2"
    if flow.state in _STEPS and flow.kind is not FlowKind.SETTINGS:
        return f"{title}.{_STEPS[flow.state]}"
    if flow.state is State.PASSED_CHALLENGE and flow.kind is FlowKind.VERIFICATION:
        return f"{title}.passed_challenge"
    if isinstance(flow.detail, LoginDetail) and flow.detail.refresh:
        return f"{title}.refresh"
    if flow.kind is FlowKind.REGISTRATION and layout.back is not None:
        return f"{title}.chosen"
    return title


def _lead(flow: Flow[Detail]) -> str:
    if flow.kind is FlowKind.SETTINGS:
        return "lead.settings"
    if flow.form.messages or not isinstance(flow.detail, LoginDetail):
        return ""
    if flow.detail.requested_aal is Aal.AAL2:
        return "lead.login.aal2"
    return "lead.login.refresh" if flow.detail.refresh else ""


def _foot(flow: Flow[Detail]) -> Literal["", "signup", "signin", "signout", "home"]:
    match flow.kind:
        case FlowKind.LOGIN if isinstance(flow.detail, LoginDetail) and flow.detail.requested_aal is Aal.AAL2:
            return "signout"
        case FlowKind.LOGIN:
            return "" if _proving(flow) else "signup"
        case FlowKind.SETTINGS:
            return "home"
        case FlowKind.VERIFICATION:
            return ""
        case _:
            return "signin"


def _proving(flow: Flow[Detail]) -> bool:
    """Whether it is known who has to sign in: a refresh or a second proof."""
    return isinstance(flow.detail, LoginDetail) and (flow.detail.refresh or flow.detail.requested_aal is Aal.AAL2)


def _said(flow: Flow[Detail], reader: Reader) -> tuple[Said, ...]:
    """What the form says that is no error, and what hidden nodes say, which have no place of their own."""
    silent = [message for node in flow.form.nodes if is_hidden(node) for message in node.messages]
    messages = [*flow.form.messages, *silent]
    return tuple(
        Said(
            kind="success" if message.type is MessageType.SUCCESS else "info",
            text=reader.wording.message(message, reader.now),
        )
        for message in messages
        if message.type is not MessageType.ERROR
    )


def _problems(flow: Flow[Detail], reader: Reader, forms: tuple[FormView, ...]) -> tuple[Said, ...]:
    """Every error, those of the form first; each that belongs to a field with a link to it."""
    silent = [message for node in flow.form.nodes if is_hidden(node) for message in node.messages]
    general = [message for message in (*flow.form.messages, *silent) if message.type is MessageType.ERROR]
    found = [Said(kind="error", text=text) for text in reader.said(general)]
    for form in forms:
        for section in form.sections:
            for shown in section.items:
                found.extend(_problems_of(shown))
    return tuple(found)


def _problems_of(shown: Item) -> list[Said]:
    if not isinstance(shown, Field | Button):
        return []
    texts = [text if shown.label in text else f"{shown.label}: {text}" for text in shown.errors]
    return [Said(kind="error", text=text, href=f"#{shown.id}") for text in texts]


def _scripts(layout: Layout) -> tuple[Script, ...]:
    return tuple(
        Script(src=src, integrity=script.integrity, crossorigin=script.crossorigin, type=script.type)
        for script in layout.scripts
        if (src := safe_link(script.src)) != "#"
    )


def _chip(flow: Flow[Detail], layout: Layout, reader: Reader, restart_href: str) -> Chip | None:
    typed = list(dict.fromkeys(value for entered in layout.entered if (value := _typed(entered))))
    if not typed:
        return None
    typed.sort(key=lambda value: "@" not in value)
    back = None if layout.back is None else item(layout.back, reader, 0, "quiet")
    return Chip(
        text=typed[0],
        detail=" · ".join(typed[1:4]),
        button=_change(back, reader) if isinstance(back, Button) else None,
        hiddens=tuple(hidden(carried) for carried in layout.back_hidden),
        href="" if _proving(flow) or back is not None else restart_href,
    )


def _typed(entered: Input) -> str:
    value = plain(entered.value)
    return "" if value in {"true", "false"} or value.startswith(("{", "[")) else value


def _change(back: Button, reader: Reader) -> Button:
    if back.value != "previous":
        return back
    return msgspec.structs.replace(back, label=reader.wording.text("chip.change"))


def _forms(flow: Flow[Detail], layout: Layout, reader: Reader, chip: Chip | None) -> tuple[FormView, ...]:
    forms: list[FormView] = []
    numbers: dict[str, int] = {}
    before: Part | None = None
    for sheet in layout.sheets:
        sections: list[Section] = []
        for part in sheet.parts:
            main = flow.kind is FlowKind.SETTINGS or before is None
            divider = before is not None and (before.filled_in or part.filled_in)
            sections.append(_section(part, reader, numbers, main=main, divider=divider))
            before = part
        forms.append(
            FormView(
                hiddens=tuple(hidden(carried) for carried in sheet.hidden),
                sections=tuple(sections),
                username=chip.text if chip and _has_password(sheet) else "",
            )
        )
    if layout.back is not None and chip is None:
        forms.append(_way_back(layout, layout.back, reader, numbers))
    return tuple(forms)


def _way_back(layout: Layout, back: Node, reader: Reader, numbers: dict[str, int]) -> FormView:
    shown = item(back, reader, _number(numbers, back), "quiet")
    section = Section(id="s-back", items=() if shown is None else (shown,))
    return FormView(hiddens=tuple(hidden(carried) for carried in layout.back_hidden), sections=(section,))


def _section(part: Part, reader: Reader, numbers: dict[str, int], *, main: bool, divider: bool) -> Section:
    items: list[Item] = []
    pressed = False
    settings = reader.kind is FlowKind.SETTINGS
    for node in part.nodes:
        look = _look(main=main, pressed=pressed, part=part, settings=settings)
        shown = item(node, reader, _number(numbers, node), look)
        pressed = pressed or isinstance(shown, Button)
        if shown is not None:
            items.append(shown)
    if settings and part.group is Group.PASSWORD and pressed:
        items.insert(-1, _sign_out_others(reader))
    heading = reader.wording.text(f"group.{part.group.value}") if settings else ""
    social = part.group in SOCIAL and not part.filled_in
    row = social and len(part.nodes) > _MANY_PROVIDERS
    if row:
        items = [_short(shown, node) for shown, node in zip(items, part.nodes, strict=True)]
    return Section(
        id=f"s-{part.group.value}", heading=heading, divider=divider and not settings, row=row, items=tuple(items)
    )


def _sign_out_others(reader: Reader) -> Field:
    """A box of the page's own, ticked: whoever changes a password mostly wants everybody else out (HOOK-11)."""
    return Field(
        control="checkbox",
        id="s-sign-out-others",
        name="revoke_other_sessions",
        type="checkbox",
        label=reader.wording.text("settings.others"),
        checked=True,
    )


def _look(*, main: bool, pressed: bool, part: Part, settings: bool) -> Look:
    """The first button of the first part leads unless the buttons are a choice; a second one in a part with fields is an aside (resend)."""
    if main and not pressed and (part.filled_in or not (settings or part.group in SOCIAL or _alike(part))):
        return "primary"
    return "quiet" if pressed and part.filled_in else "secondary"


def _alike(part: Part) -> bool:
    """Whether the part is a choice among equals, such as the addresses for a code (REC-10)."""
    return len(part.nodes) > 1 and len({node.name for node in part.nodes}) == 1


def _short(shown: Item, node: Node) -> Item:
    """A provider's button with nothing but the provider's name, where there are many."""
    context = {} if node.label is None or node.label.context is None else node.label.context.members()
    provider = context.get("provider")
    if not isinstance(shown, Button) or not isinstance(provider, str):
        return shown
    return msgspec.structs.replace(shown, short=provider)


def _number(numbers: dict[str, int], node: Node) -> int:
    """0 for the first element of a name, then 1, 2, …: ids in a page are unique."""
    key = element_id(node)
    numbers[key] = numbers.get(key, -1) + 1
    return numbers[key]


def _has_password(sheet: Sheet) -> bool:
    attributes = [node.attributes for part in sheet.parts for node in part.nodes]
    return any(isinstance(found, Input) and found.type is InputType.PASSWORD for found in attributes)
