"""Which hooks in Python does a test configure? `{"hook": "python", "config": {"call": "doubles.plugins:note"}}` and its like."""

import asyncio
import threading
from datetime import timedelta

from limen.kernel.json_doc import JsonObject
from limen.plugin import (
    Change,
    Changing,
    Event,
    FlowStarting,
    GoOn,
    LoggedIn,
    Redirect,
    Refuse,
    Registered,
    Registering,
    Verdict,
)

HEARD: list[Event] = []
"""What `note` and its like were told, since a test emptied it."""
RELEASED = threading.Event()
"""Lets those go on that hang, when a test is done with them."""
ELSEWHERE = "http://app.test/elsewhere"


def note(event: Event) -> None:
    HEARD.append(event)


async def note_later(event: Event) -> GoOn:
    await asyncio.sleep(0)
    HEARD.append(event)
    return GoOn()


def everything(event) -> None:  # noqa: ANN001 (a plugin without annotations)
    HEARD.append(event)


def some(event: Registering | Registered) -> None:
    HEARD.append(event)


def rename(event: Registering | Changing) -> Change:
    traits = {**event.person.traits, "name": {"first": "Renamed"}}
    return Change(traits=traits, metadata_public={"plan": "free"}, metadata_admin=["seen"])


def readdress(event: Registering) -> Change:
    return Change(traits={**event.person.traits, "email": "changed@house.test"})


def spoil(event: Registering | Changing) -> Change:
    return Change(traits={"email": "no address"})


def refuse(event: Event) -> Refuse:
    return Refuse("The plugin says no.", field=str(event.options.get("field", "")))


def elsewhere(event: Event) -> Redirect:
    return Redirect(ELSEWHERE)


def outside(event: Event) -> Redirect:
    return Redirect(str(event.options["url"]))


def broken(event: Event) -> None:
    raise ValueError("a secret of the operator")


async def broken_later(event: Event) -> None:
    raise SystemExit("a secret of the operator")


def gone(event: Event) -> None:
    raise SystemExit(3)


def nonsense(event: Event) -> int:
    return 42


def unwritable(event: Registering) -> Change:
    return Change(traits={"email": object()})  # type: ignore[dict-item]


def hang(event: Event) -> None:
    RELEASED.wait(30)


async def hang_the_loop(event: Event) -> None:
    RELEASED.wait(30)  # what no async function should do


async def wait_for_ever(event: Event) -> None:
    await asyncio.Event().wait()


class Greeter:
    """A plugin that is an object."""

    async def __call__(self, event: FlowStarting | LoggedIn) -> Verdict:
        HEARD.append(event)
        return None


greeter = Greeter()
NOT_A_FUNCTION = 7


def takes_two(event: Event, more: str) -> None:
    raise AssertionError


def wrongly_annotated(event: timedelta) -> None:
    raise AssertionError


def lost_annotation(event: "Nowhere") -> None:  # type: ignore[name-defined]  # noqa: F821
    raise AssertionError


def python(call: str, **config: object) -> JsonObject:
    """The entry of a configuration that asks for one of these."""
    return {"hook": "python", "config": {"call": f"doubles.plugins:{call}", **config}}  # type: ignore[dict-item]


def heard(*, flow: str) -> list[str]:
    """The names of the events that a flow brought."""
    return [type(event).__name__ for event in HEARD if event.flow.id == flow]


def registered_elsewhere(event: Registered) -> Redirect:
    return Redirect(ELSEWHERE)


def rename_anything(event: Registered) -> Change:
    """Too late: the account is stored."""
    return Change(traits={})


def somewhere_else(event: Registered) -> Redirect:
    return Redirect("javascript:alert(1)\r\nSet-Cookie: a=b")
