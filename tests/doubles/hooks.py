"""Which hooks does a test configure? Ones that note that they ran, refuse, change the newcomer, or send people away.

They go by the name `organization`, the one hook whose settings are open and that may stand anywhere:
`{"hook": "organization", "config": {"as": "first", "deed": "refuse", "hears": ["Registered"], "calls_out": true}}`.
"""

from collections.abc import Callable, Mapping

import msgspec

from limen.app.flows.contract import FormProblems, Problem
from limen.app.hooks.contract import Continue, EndOtherSessions, HookEvent, IssueSession, Registering
from limen.app.hooks.runner import MakeHook
from limen.app.scope import Scope
from limen.config.hooks import HookConfig
from limen.domain.text.shared import reason
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue

Deed = Callable[[HookEvent], Continue]
ELSEWHERE = "http://app.test/elsewhere"


class Ended(LimenError):
    """What the deed `abort` raises."""


def nothing(event: HookEvent) -> Continue:
    return Continue()


def refuse(event: HookEvent) -> Continue:
    """Back to the form."""
    raise FormProblems(Problem(reason("The hook says no.")))


def abort(event: HookEvent) -> Continue:
    """The end of the flow."""
    raise Ended("The hook ends it.")


def elsewhere(event: HookEvent) -> Continue:
    return Continue(go_to=ELSEWHERE)


def rename(event: HookEvent) -> Continue:
    """Gives a newcomer another name, as a parsing web hook will."""
    return _with_traits(event, {"name": {"first": "Renamed"}})


def readdress(event: HookEvent) -> Continue:
    """Gives a newcomer another address."""
    return _with_traits(event, {"email": "changed@house.test"})


def spoil(event: HookEvent) -> Continue:
    """Makes a newcomer one that the schema refuses."""
    return _with_traits(event, {"email": "no address"})


def issue(event: HookEvent) -> Continue:
    return Continue(effects=(IssueSession(),))


def end_others(event: HookEvent) -> Continue:
    return Continue(effects=(EndOtherSessions(),))


DEEDS: Mapping[str, Deed] = {
    deed.__name__: deed for deed in (nothing, refuse, abort, elsewhere, rename, readdress, spoil, issue, end_others)
}


class Settings(msgspec.Struct, rename={"name": "as"}):
    name: str
    deed: str = "nothing"
    hears: tuple[str, ...] = ("FlowStarting", "LoggedIn", "Registering", "Registered")
    calls_out: bool = False


class NotedHook:
    """Writes `name:event` into a list that the test holds, then does its deed."""

    def __init__(self, settings: Settings, notes: list[str]) -> None:
        self.name = "organization"
        self.calls_out = settings.calls_out
        self._settings, self._notes = settings, notes

    def hears(self, event: HookEvent) -> bool:
        return type(event).__name__ in self._settings.hears

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        self._notes.append(f"{self._settings.name}:{type(event).__name__}")
        return DEEDS[self._settings.deed](event)


def noted(name: str, deed: str = "nothing", *hears: str, calls_out: bool = False) -> JsonObject:
    """The entry of a configuration that asks for such a hook."""
    config: JsonObject = {"as": name, "deed": deed, "calls_out": calls_out}
    if hears:
        heard: list[JsonValue] = list(hears)
        config["hears"] = heard
    return {"hook": "organization", "config": config}


def makers(notes: list[str]) -> dict[str, MakeHook]:
    """What the house needs to make such hooks."""

    def make(entry: HookConfig) -> NotedHook:
        assert isinstance(entry.config, JsonDoc)
        return NotedHook(entry.config.read(Settings), notes)

    return {"organization": make}


def _with_traits(event: HookEvent, more: JsonObject) -> Continue:
    if not isinstance(event, Registering):
        return Continue()
    traits = JsonDoc.of({**event.identity.traits.members(), **more})
    return Continue(identity=msgspec.structs.replace(event.identity, traits=traits))
