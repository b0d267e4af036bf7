"""Where did the lists of jobs and hooks go? Rules U20-U23; their entries are translated in hook_entries.py."""

from typing import Final

from limen.config.dialects.draft import Draft, Move
from limen.config.dialects.hook_entries import HookList, has_session, translate_entries
from limen.config.dialects.rules_flows import FLOWS

_OLD_FLOWS: Final = {"login": "login", "registration": "registration", "settings": "settings", "profile": "settings"}
_RETURN_URL: Final = "default_browser_return_url"
_LIST: Final = "a list of jobs became `hooks` of the method, and `job` became `hook`"
_SECTION: Final = "flows have a section of their own since v0.4"
_SHORT: Final = "older pages put the list straight here; it stands under `hooks`"


def translate_hooks(draft: Draft) -> None:
    """Apply U20 to U23 and U51, the table of jobs, and switches B1 to B3. Methods must be translated before."""
    _b1_login_without_session(draft)
    for old, new in _OLD_FLOWS.items():
        _u21_after(draft, f"selfservice.{old}.after", f"selfservice.flows.{new}.after")
        _u23_before(draft, old, new)
    for flow in FLOWS:
        _u22_lists(draft, flow)
        _passwordless(draft, flow)
        for place in _hook_lists(draft, flow):
            translate_entries(draft, place)


def _b1_login_without_session(draft: Draft) -> None:
    if not draft.age.first:
        return
    path = "selfservice.login.after"
    after = draft.mapping(path)
    strategies = {"password": "password", "oidc": "oidc"} | (
        {"code": "passwordless"} if "passwordless" in after else {}
    )
    silent = [
        method for method, name in strategies.items() if _enabled(draft, method) and not has_session(after.get(name))
    ]
    if not silent:
        return
    draft.login_without_session.update(silent)
    reason = (
        "v0.1 began a session after login only where a job `session` said so. There is none for "
        f"{' and '.join(sorted(silent))}, so NOBODY IS SIGNED IN that way; add the job, or remove the switch"
    )
    draft.change("B1", path, "x-dialect.login_without_session", "behaviour switch", reason)


def _u21_after(draft: Draft, old: str, new: str) -> None:
    after = draft.get(old)
    if isinstance(after, list):
        draft.move(Move("U21", old, f"{new}.hooks", _LIST))
    for key, value in list(after.items()) if isinstance(after, dict) else []:
        source, target = f"{old}.{key}", f"{new}.{key}"
        if key == "default_return_to":
            _u20_return_url(draft, source, new)
        elif isinstance(value, list):
            draft.move(Move("U21", source, target if key == "hooks" else f"{target}.hooks", _LIST))
        elif isinstance(value, dict):
            _u20_return_url(draft, f"{source}.default_return_to", target)
            draft.move(Move("U21", source, target, _SECTION))
        else:
            draft.move(Move("U21", source, target, _SECTION))
    if draft.get(old) in ({}, []):
        draft.take(old)


def _u20_return_url(draft: Draft, old: str, section: str) -> None:
    draft.move(Move("U20", old, f"{section}.{_RETURN_URL}", "another name since v0.4"))


def _u22_lists(draft: Draft, flow: str) -> None:
    section = f"selfservice.flows.{flow}"
    for position in ("after", "before"):
        path = f"{section}.{position}"
        _u22_list(draft, path)
        for key in list(draft.mapping(path)):
            if key != "hooks":
                _u22_list(draft, f"{path}.{key}")
    after = f"{section}.after"
    for place in (after, *(f"{after}.{key}" for key in draft.mapping(after))):
        _u20_return_url(draft, f"{place}.default_return_to", place)


def _u22_list(draft: Draft, path: str) -> None:
    hooks = draft.get(path)
    if isinstance(hooks, list):
        draft.put(path, {"hooks": hooks})
        draft.origins[f"{path}.hooks"] = draft.origin(path)
        draft.change("U22", path, f"{path}.hooks", "moved", _SHORT)


def _u23_before(draft: Draft, old: str, new: str) -> None:
    path, target = f"selfservice.{old}.before", f"selfservice.flows.{new}.before"
    if draft.age.generation == 1:
        draft.drop("U23", path, "v0.1 checked these jobs but never ran them")
    elif isinstance(draft.get(path), list):
        draft.move(Move("U23", path, f"{target}.hooks", _SECTION))
    else:
        draft.move(Move("U23", path, target, _SECTION))


def _passwordless(draft: Draft, flow: str) -> None:
    old, new = (f"selfservice.flows.{flow}.after.{method}" for method in ("passwordless", "code"))
    if draft.get(old) is None:
        return
    if _enabled(draft, "code"):
        draft.move(Move("U21", old, new, "signing in without a password is the method `code` today"))
    else:
        draft.drop("U21", old, "nothing ever read this strategy; today's is `code`, which is not enabled")


def _enabled(draft: Draft, method: str) -> bool:
    enabled = draft.get(f"selfservice.methods.{method}.enabled")
    return enabled is True or (enabled is None and method == "password")


def _hook_lists(draft: Draft, flow: str) -> list[HookList]:
    section = f"selfservice.flows.{flow}"
    after = draft.mapping(f"{section}.after")
    methods = [key for key, value in after.items() if key != "hooks" and isinstance(value, dict)]
    places = [HookList(flow=flow, position="before", section=f"{section}.before", method=None)]
    places.append(HookList(flow=flow, position="after", section=f"{section}.after", method=None))
    places.extend(
        HookList(flow=flow, position="after", section=f"{section}.after.{method}", method=method) for method in methods
    )
    return [place for place in places if isinstance(draft.get(place.path), list)]
