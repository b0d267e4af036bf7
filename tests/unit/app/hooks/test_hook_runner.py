"""Which hooks does the runner pick, in which order, and how does it add up what they say? (HOOK-01 … HOOK-05)"""

from typing import cast

import pytest

from doubles.hooks import makers, noted
from limen.app.flows.registration import split
from limen.app.hooks.contract import Continue, HookEvent, LoggedIn, Registered, Registering
from limen.app.hooks.runner import HookRunner
from limen.app.scope import BrowserMarks, Client, Scope, Visitor
from limen.bootstrap.build import HOOKS
from limen.domain.flow.kinds import FlowKind
from limen.domain.ids import MethodName
from limen.kernel.json_doc import JsonObject
from play import built
from play_config import after, base, entries, flows, merged
from play_shown import part


async def scope_with(over: JsonObject) -> Scope:
    house = await built(over)
    marks = BrowserMarks(token=b"x" * 32)
    return Scope(config=house.config, services=house.services, client=Client.API, visitor=Visitor(), browser=marks)


def runner(notes: list[str] | None = None) -> HookRunner:
    return HookRunner({**HOOKS, **makers(notes if notes is not None else [])})


METHODS = {
    FlowKind.LOGIN: ("password", "oidc", "code", "webauthn", "passkey", "totp", "lookup_secret"),
    FlowKind.REGISTRATION: ("password", "oidc", "code", "webauthn", "passkey"),
}
CASES = [(kind, method) for kind, methods in METHODS.items() for method in methods]


@pytest.mark.covers("HOOK-01", "HOOK-02", "SEED0-06", "LOGIN-20", "REG-14")
@pytest.mark.parametrize(("kind", "method"), CASES)
@pytest.mark.parametrize(("of_all", "own", "count"), [(2, 0, 2), (2, 1, 1), (0, 1, 1), (0, 0, 0)])
async def test_the_list_of_a_method_replaces_the_one_for_all(
    kind: FlowKind, method: str, of_all: int, own: int, count: int
) -> None:
    section: JsonObject = {
        "hooks": entries(*(noted(f"all{at}") for at in range(of_all))),
        method: {"hooks": entries(*(noted(f"own{at}") for at in range(own)))},
    }
    scope = await scope_with(merged(after("registration"), flows(**{kind.value: {"after": section}})))
    event = LoggedIn if kind is FlowKind.LOGIN else Registered
    assert len(runner().after(scope, kind, MethodName(method), event)) == count
    if kind is FlowKind.REGISTRATION:
        early = runner().after(scope, kind, MethodName(method), Registering)
        assert len(early) == own, "before an account is stored only the method's own list counts"


@pytest.mark.covers("HOOK-03", "SEED0-21")
@pytest.mark.parametrize("order", [("session", "x", "y"), ("x", "session", "y"), ("x", "y", "session")])
async def test_session_goes_last_and_the_rest_stays_in_order(order: tuple[str, ...]) -> None:
    hooks = ["session" if name == "session" else noted(name) for name in order]
    scope = await scope_with(after("registration", *hooks))
    found = runner().after(scope, FlowKind.REGISTRATION, MethodName("password"), Registered)
    assert [hook.name for hook in found] == ["organization", "organization", "session"]


@pytest.mark.covers("HOOK-05")
async def test_what_is_not_there_is_passed_over_with_a_warning() -> None:
    house = await built(after("registration", "b2b_sso", "session"))
    marks = BrowserMarks(token=b"x" * 32)
    scope = Scope(config=house.config, services=house.services, client=Client.API, visitor=Visitor(), browser=marks)
    found = runner().after(scope, FlowKind.REGISTRATION, MethodName("password"), Registered)
    assert [hook.name for hook in found] == ["session"]
    assert house.log.lines == [("warning", "hook not available, skipped", {"hook": "b2b_sso"})]


@pytest.mark.covers("HOOK-01")
def test_every_hook_that_the_configuration_can_name_and_limen_has_is_made() -> None:
    assert set(HOOKS) >= {"session", "revoke_active_sessions", "require_verified_address", "show_verification_ui"}


class Says:
    """A hook that says what it was given."""

    name, calls_out = "says", False

    def __init__(self, verdict: Continue, *, calls_out: bool = False, hears: bool = True) -> None:
        self._verdict = verdict
        self._hears = hears
        self.calls_out = calls_out

    def hears(self, event: object) -> bool:
        return self._hears

    async def run(self, scope: Scope, event: object) -> Continue:
        return self._verdict


def test_from_the_first_hook_that_calls_others_on_everything_waits_for_the_account() -> None:
    quiet, loud, deaf = (
        Says(Continue()),
        Says(Continue(), calls_out=True),
        Says(Continue(), calls_out=True, hears=False),
    )
    event = cast("HookEvent", object())
    assert split([quiet, quiet], event) == ([quiet, quiet], [])
    assert split([quiet, loud, quiet], event) == ([quiet], [loud, quiet])
    stored = Says(Continue())
    stored.name = "web_hook"
    assert split([quiet, loud, stored, loud, quiet], event) == ([quiet, stored], [loud, loud, quiet])
    assert split([loud], event) == ([], [loud])
    assert split([], event) == ([], [])
    assert split([quiet, deaf, quiet], event) == ([quiet, quiet], []), "who does not hear of it does not call anybody"


def test_the_base_of_these_tests_signs_newcomers_in() -> None:
    registration = part(part(part(base(), "selfservice"), "flows"), "registration")
    assert part(part(registration, "after"), "password")["hooks"] == [{"hook": "session"}]
