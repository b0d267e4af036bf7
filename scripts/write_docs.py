"""Which pages of docs/ follow from the code? Writes them anew; `--check` only says whether they are in step."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
import typing
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import limen.app.hooks  # noqa: E402 (found through the line above)
import limen.domain.text  # noqa: E402 (as above)
import limen.methods  # noqa: E402 (as above)
from limen.domain.flow.kinds import FlowKind  # noqa: E402 (as above)
from limen.domain.flow.states import INITIAL, INSTEAD, TRANSITIONS, State  # noqa: E402 (as above)
from limen.domain.text.message import Message  # noqa: E402 (as above)
from limen.kernel.json_doc import JsonValue  # noqa: E402 (as above)

CONFIG_DOCS = ROOT / "scripts" / "config_docs.py"
SOURCE = ROOT / "src"
MAKERS = "limen.domain.text.message"
"""Makes messages of any id; everything else that returns a message is a constructor of certain ones."""


class Constructed(NamedTuple):
    """One message as one constructor makes it; what is filled in stands in braces."""

    message: Message
    constructor: str
    file: str


# -- messages -------------------------------------------------------------------------------------------------------------


def text_modules() -> Iterator[str]:
    """Where constructors live: texts that all share, the texts of each method, the hooks."""
    for package in (limen.domain.text, limen.app.hooks):
        for found in pkgutil.iter_modules(package.__path__):
            yield f"{package.__name__}.{found.name}"
    for found in pkgutil.iter_modules(limen.methods.__path__):
        if (Path(limen.methods.__path__[0]) / found.name / "texts.py").exists():
            yield f"limen.methods.{found.name}.texts"


def constructors() -> list[Constructed]:
    """Every message that Limen can say, by id."""
    found = [made for name in text_modules() if name != MAKERS for made in _of_module(name)]
    return sorted(found, key=lambda made: (made.message.id, made.file, made.constructor, made.message.text))


def _of_module(name: str) -> Iterator[Constructed]:
    module = importlib.import_module(name)
    file = str(Path(module.__file__ or "").relative_to(ROOT))
    for called, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ != name or called.startswith("_"):
            continue
        if typing.get_type_hints(function).get("return") is Message:
            yield from (Constructed(message, called, file) for message in _said(function))


def _said(function: Callable[..., Message]) -> list[Message]:
    """What the constructor says: once for each combination of the kinds of flow and of the yes and no that it takes."""
    hints = typing.get_type_hints(function)
    calls: list[dict[str, object]] = [{}]
    for place, name in enumerate(inspect.signature(function).parameters):
        calls = [{**call, name: sample} for call in calls for sample in _samples(hints[name], name, place)]
    messages: dict[tuple[int, str], Message] = {}
    for call in calls:
        message = function(**call)
        text = _with_names(message.text, call)
        messages.setdefault((message.id, text), Message(message.id, text, message.type))
    return list(messages.values())


def _samples(hint: object, name: str, place: int) -> Sequence[object]:
    """Values that can be told from one another in the text that they become part of."""
    plain: dict[object, Sequence[object]] = {
        bool: (True, False),
        datetime: (datetime(2000, 1, 1, tzinfo=UTC),),
        FlowKind: tuple(FlowKind),
        str: (f"{{{name}}}",),
        JsonValue: (f"{{{name}}}",),
    }
    if hint in plain:
        return plain[hint]
    if int in (hint, *typing.get_args(hint)):
        return (_number(place),)
    return ((f"{{{name}}}",),)


def _number(place: int) -> int:
    return 9_000_000 + 10 * place


def _with_names(text: str, call: dict[str, object]) -> str:
    """Numbers, and numbers counted from one, as the names of what they stand for."""
    for name, value in call.items():
        if isinstance(value, int) and not isinstance(value, bool):
            text = re.sub(rf"{value // 10}\d", f"{{{name}}}", text)
    return text


def messages_page() -> str:
    lines = [
        "# Messages",
        "",
        "Every message that Limen says, by id: what `ui.messages`, `ui.nodes[].messages` and `ui.nodes[].meta.label` can",
        "hold. Front-ends translate by id; the English text may change. What stands in braces is filled in, and is in the",
        "message's `context` too, under the name that the wire has for it. `scripts/write_docs.py` writes this page, a test",
        "keeps it true. How to add one: [recipes/add-a-message.md](recipes/add-a-message.md).",
        "",
        "Ids that begin with 1 are information, with 4 something to correct, with 5 something only the operator can mend.",
        "4000001 stands for every problem without an id of its own, and 1070002 for titles taken from the identity schema.",
        "",
        "| Id | Type | Constructor | Text |",
        "|---|---|---|---|",
    ]
    for made in constructors():
        message = made.message
        text = message.text.replace("|", "\\|")
        lines.append(f"| {message.id} | {message.type.value} | `{made.file}:{made.constructor}` | {text} |")
    return "\n".join([*lines, ""])


# -- states ---------------------------------------------------------------------------------------------------------------


def states_page() -> str:
    lines = [
        "# States of flows",
        "",
        "What a flow's `state` can be, and what can follow. `scripts/write_docs.py` draws these diagrams from",
        "`src/limen/domain/flow/states.py`, a test keeps them true. A recovery begins with `recovery_awaiting_address` where",
        "`feature_flags.choose_recovery_address` is on, and with `choose_method` everywhere else.",
    ]
    for kind in FlowKind:
        lines += ["", f"## {kind.value.capitalize()}", "", *_diagram(kind)]
    return "\n".join([*lines, ""])


def _diagram(kind: FlowKind) -> list[str]:
    follows, reached = TRANSITIONS[kind], _reachable(kind)
    lines = ["```mermaid", "stateDiagram-v2", *(f"    [*] --> {first.value}" for first in _first(kind))]
    for state in (state for state in State if state in follows):
        lines += [f"    {state.value} --> {then.value}" for then in State if then in follows[state]]
        if not follows[state]:
            lines.append(f"    {state.value} --> [*]")
    lines.append("```")
    apart = [f"`{state.value}`" for state in State if state in follows and state not in reached]
    if apart:
        lines += ["", f"Nothing that exists leads to these yet: {', '.join(apart)}."]
    return lines


def _first(kind: FlowKind) -> list[State]:
    return [INITIAL[kind], *([INSTEAD[kind]] if kind in INSTEAD else [])]


def _reachable(kind: FlowKind) -> frozenset[State]:
    reached: set[State] = set()
    waiting = _first(kind)
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting += TRANSITIONS[kind].get(state, frozenset())
    return frozenset(reached)


# -- both -----------------------------------------------------------------------------------------------------------------

PAGES: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "messages.md": messages_page,
    ROOT / "docs" / "flows" / "states.md": states_page,
}
"""Every generated page but docs/config.md, of which scripts/config_docs.py writes parts."""


def main() -> int:
    """0 when the pages are as they should be now; with `--check` 1 when one is not."""
    check = "--check" in sys.argv
    stale = [page for page, wanted in PAGES.items() if not page.exists() or page.read_text("utf-8") != wanted()]
    for page in stale:
        name = page.relative_to(ROOT)
        if check:
            print(f"{name} is out of step: run scripts/write_docs.py", file=sys.stderr)
        else:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(PAGES[page](), "utf-8")
            print(f"wrote {name}")
    config = 0
    if CONFIG_DOCS.exists():
        config = subprocess.run([sys.executable, str(CONFIG_DOCS), *sys.argv[1:]], check=False).returncode
    return 1 if (check and stale) or config else 0


if __name__ == "__main__":
    sys.exit(main())
