"""What does each job or hook of a list become? The table of jobs of dialects.md §2.3, U51 and switches B2, B3, B5."""

from typing import Final, Literal

import msgspec

from limen.config.dialects.detect import MODERN
from limen.config.dialects.draft import Draft
from limen.config.dialects.rules_urls import allow_origin
from limen.kernel.json_doc import JsonObject, JsonValue

CONFIGURABLE: Final = frozenset({"web_hook", "python", "b2b_sso", "organization", "notify_previous_addresses"})
"""Hooks that take a `config` (HOOK-13, HOOK-17, HOOK-18)."""
UNCONFIGURABLE: Final = frozenset(
    {
        "session",
        "revoke_active_sessions",
        "require_verified_address",
        "verification",
        "show_verification_ui",
        "verify_new_address",
    }
)
"""Hooks that take none (SEED0-07)."""
KNOWN: Final = CONFIGURABLE | UNCONFIGURABLE

_TARGETS: Final = ("redirect_to", "to", "default_redirect_url")
_SWITCHES: Final = ("allow_user_defined", "allow_user_defined_redirect")
_POINTLESS: Final = {
    ("session", "login"): "a login always begins a session since v0.2",
    (
        "revoke_active_sessions",
        "registration",
    ): "nobody has sessions before the account exists; it never had an effect here",
}
_RANK: Final = {"revoke_active_sessions": 0, "session": 1, "redirect": 2}


class HookList(msgspec.Struct, frozen=True, kw_only=True):
    """A list of hooks: `hooks` below `section`, which belongs to a flow and, after it, perhaps to one method."""

    flow: str
    position: Literal["before", "after"]
    section: str
    method: str | None

    @property
    def path(self) -> str:
        """Where the list stands."""
        return f"{self.section}.hooks"


def has_session(hooks: JsonValue) -> bool:
    """Whether a v0.1 list of jobs has the job `session`."""
    entries = hooks if isinstance(hooks, list) else []
    return any("session" in (entry.get("job"), entry.get("hook")) for entry in entries if isinstance(entry, dict))


def translate_entries(draft: Draft, place: HookList) -> None:
    """Translate one list: every entry by its name, then `session` to the end."""
    found = draft.get(place.path)
    entries = found if isinstance(found, list) else []
    kept: list[JsonValue] = []
    names: list[str] = []
    for index, entry in enumerate(entries):
        path = f"{place.path}.{index}"
        if not isinstance(entry, dict):
            draft.problem("U51", path, "a hook is a mapping with the key `hook`")
            kept.append(entry)
            continue
        old = "job" in entry or draft.age.generation < MODERN or draft.origin(place.path) != place.path
        _u51_job(draft, entry, path)
        name = entry.get("hook")
        names.append(name if isinstance(name, str) else "")
        if _stays(draft, place, entry, path, old=old):
            kept.append(entry)
    _b5_order(draft, place, names)
    if place.flow == "registration":
        kept.sort(key=lambda entry: isinstance(entry, dict) and entry.get("hook") == "session")
    if kept or not entries:
        draft.put(place.path, kept)
    else:
        draft.mapping(place.section).pop("hooks", None)


def _u51_job(draft: Draft, entry: JsonObject, path: str) -> None:
    if "job" not in entry:
        return
    job = entry.pop("job")
    if "hook" in entry:
        draft.change("U51", f"{path}.job", f"{path}.hook", "dropped", "hook is set as well and wins")
        return
    entry["hook"] = job
    if draft.origin(path) == path:
        draft.change("U51", f"{path}.job", f"{path}.hook", "renamed", "jobs are called hooks since v0.2")


def _stays(draft: Draft, place: HookList, entry: JsonObject, path: str, *, old: bool) -> bool:
    """`old`: what older releases tolerated, and today's do not, is dropped."""
    name, flow = entry.get("hook"), place.flow
    if name == "redirect" and (place.position == "before" or flow in ("login", "registration", "settings")):
        return not _redirect(draft, place, entry, path)
    if name == "verify" and flow in ("registration", "settings"):
        draft.change(
            "U21", path, "selfservice.flows.verification.enabled", "moved", "mail is sent where verification is on"
        )
        draft.default("U11", "selfservice.flows.verification.enabled", value=True, reason="a hook `verify` existed")
        return not _unconfigured(draft, entry, path)
    if not isinstance(name, str) or name not in KNOWN:
        known = ", ".join(sorted(KNOWN))
        called = f"no hook {name!r}" if name is not None else "no key `hook` here"
        draft.problem("U51", path, f"there is {called}; known hooks are {known}")
        return True
    if name in UNCONFIGURABLE and not _unconfigured(draft, entry, path):
        return True
    if old and (name, flow) in _POINTLESS:
        draft.change("U21", path, "", "dropped", _POINTLESS[name, flow])
        return False
    return True


def _unconfigured(draft: Draft, entry: JsonObject, path: str) -> bool:
    config = entry.get("config")
    if config:
        reason = f"the hook {entry.get('hook')} takes no configuration: remove `config`"
        draft.problem("SEED0-07", f"{path}.config", reason)
        return False
    if "config" in entry:
        del entry["config"]
        draft.change(
            "SEED0-07", f"{path}.config", "", "dropped", "the hook takes no configuration, and this one is empty"
        )
    return True


def _redirect(draft: Draft, place: HookList, entry: JsonObject, path: str) -> bool:
    config = entry.get("config")
    settings = config if isinstance(config, dict) else {}
    unknown = sorted(settings.keys() - {*_TARGETS, *_SWITCHES})
    url = next((settings[key] for key in _TARGETS if key in settings), None)
    if unknown or not isinstance(url, str):
        reason = f"a redirect has `redirect_to` (a URL) and perhaps `allow_user_defined`, not {', '.join(unknown) or 'nothing'}"
        draft.problem("U21", f"{path}.config", reason)
        return False
    if place.position == "before":
        return _b3_before(draft, place.flow, path, url)
    target = f"{place.section}.default_browser_return_url"
    origin, written = draft.origin(path), draft.origins.get(target, "")
    if draft.get(target) is None or written.startswith(draft.origin(place.path)):
        draft.put(target, url)
        draft.origins[target] = origin
        draft.change("U21", path, target, "moved", "where a flow leads is a setting, not a hook")
    else:
        draft.change("U21", path, target, "dropped", f"{target} is set as well and wins")
    _b2_return_to(draft, place, path, url, allowed=any(settings.get(key) is True for key in _SWITCHES))
    return True


def _b2_return_to(draft: Draft, place: HookList, path: str, url: str, *, allowed: bool) -> None:
    if not draft.age.first or place.method is None:
        return
    if allowed:
        allow_origin(draft, path, url)
        return
    pair = (place.flow, place.method)
    if pair not in draft.ignore_return_to:
        draft.ignore_return_to.add(pair)
        reason = "v0.1 ignored ?return_to unless allow_user_defined was set"
        draft.change("B2", path, "x-dialect.ignore_return_to", "behaviour switch", reason)


def _b3_before(draft: Draft, flow: str, path: str, url: str) -> bool:
    draft.before_redirect[flow] = url
    reason = "the pages of v0.2 and v0.3 promise that everybody who starts this flow is sent there"
    draft.change("B3", path, "x-dialect.before_redirect", "behaviour switch", reason)
    return True


def _b5_order(draft: Draft, place: HookList, names: list[str]) -> None:
    ranks = [_RANK[name] for name in names if name in _RANK]
    late = "session" in names and place.flow == "registration" and names[-1] not in ("session", "redirect")
    if late or ranks != sorted(ranks):
        reason = "the order was changed: older sessions are revoked, the new one begins, then the redirect; `session` is last"
        draft.change("B5", place.path, place.path, "moved", reason)
