"""Which defaults changed since a document was written? They are written out, so that it keeps its meaning (§2.4)."""

from typing import Final

import msgspec

from limen.config.dialects.detect import MODERN, Version
from limen.config.dialects.draft import Draft
from limen.config.dialects.report import ENUMERATION_PAGE
from limen.kernel.json_doc import JsonObject, JsonValue, at

_FLOWS: Final = "selfservice.flows"
_AFTER: Final = f"{_FLOWS}.registration.after"


class OldDefault(msgspec.Struct, frozen=True):
    """A setting whose default was `value` until release `until`."""

    rule: str
    path: str
    value: str | bool
    until: Version
    reason: str


OLD_DEFAULTS: Final = (
    OldDefault("U38", "hashers.algorithm", "argon2", (0, 6), "bcrypt since v0.6"),
    OldDefault("U18", "selfservice.methods.link.config.lifespan", "24h", (0, 4), "1h today"),
    OldDefault("D1", "session.lifespan", "1h", (0, 5), "24h since v0.5"),
    OldDefault("D2", "selfservice.methods.link.enabled", value=True, until=(0, 11), reason="off since v0.11"),
    OldDefault("D3", f"{_FLOWS}.recovery.use", "link", (0, 11), "codes since v0.11"),
    OldDefault("D3", f"{_FLOWS}.verification.use", "link", (0, 11), "codes since v0.11"),
    OldDefault(
        "D4", f"{_FLOWS}.recovery.notify_unknown_recipients", value=True, until=(0, 13), reason="off since v0.13"
    ),
    OldDefault(
        "D4", f"{_FLOWS}.verification.notify_unknown_recipients", value=True, until=(0, 13), reason="off since v0.13"
    ),
    OldDefault("D5", "session.earliest_possible_extend", "24h", (1, 1), "unset since v1.1"),
    OldDefault("B4", f"{_FLOWS}.registration.style", "unified", (1, 2), "registration has two steps since v1.2"),
    OldDefault(
        "D6", "feature_flags.password_profile_registration_node_group", "password", (25, 4), "`default` since v25.4"
    ),
    OldDefault(
        "D7", "feature_flags.legacy_oidc_registration_node_group", value=True, until=(25, 4), reason="off since v25.4"
    ),
    OldDefault(
        "D8", "feature_flags.legacy_continue_with_verification_ui", value=True, until=(25, 4), reason="off since v25.4"
    ),
    OldDefault(
        "D9", "feature_flags.legacy_require_verified_login_error", value=True, until=(25, 4), reason="off since v25.4"
    ),
)


def write_old_defaults(draft: Draft) -> None:
    """Write out the defaults of the release the document was written for. A modern document is left alone."""
    for row in OLD_DEFAULTS:
        if draft.age.before(*row.until):
            written = str(row.value).lower()
            draft.default(row.rule, row.path, row.value, f"{written} was the default of {draft.age.text}; {row.reason}")


def sign_in_after_social_sign_up(draft: Draft) -> None:
    """SEED3-04: in a modern document that says nothing about it, a social sign-up signs in. An older one stays as it was."""
    if draft.get("selfservice.methods.oidc.enabled") is not True or draft.get(f"{_AFTER}.oidc") is not None:
        return
    if draft.age.generation < MODERN:
        reason = "the documents of that time mean no session after social sign-up when they say nothing"
        hooks: list[JsonValue] = []
    else:
        shared = draft.get(f"{_AFTER}.hooks")
        others = [hook for hook in shared if _runs_for_all(hook)] if isinstance(shared, list) else []
        hooks = [*others, {"hook": "session"}]
        reason = f"social sign-up signs in unless you say otherwise; `hooks: []` here switches it off. See {ENUMERATION_PAGE}"
    if draft.put(f"{_AFTER}.oidc", {"hooks": hooks}):
        draft.change(
            "SEED3-04", f"{_AFTER}.oidc", f"{_AFTER}.oidc.hooks", "default made explicit", reason, security=bool(hooks)
        )


def warn_of_enumeration(draft: Draft) -> None:
    """SEED0-11, SEED1-19, SEED3-08: `session` after registration tells new accounts from taken ones."""
    after = draft.mapping(_AFTER)
    places = {_AFTER: after, **{f"{_AFTER}.{key}": value for key, value in after.items() if isinstance(value, dict)}}
    for path, section in places.items():
        if _signs_in(section):
            reason = (
                "with the hook `session` a registration sets a session cookie for a new account and none for a taken one, "
                f"which allows account enumeration; see {ENUMERATION_PAGE}"
            )
            draft.note("SEED0-11", f"{path}.hooks", reason, security=True)


def _runs_for_all(hook: JsonValue) -> bool:
    # the list of a method replaces the one for all methods, so that is copied; without hooks that parse an answer, because
    # before an account is stored only the method's own list runs (HOOK-02), and `session` comes last anyway
    config = hook.get("config") if isinstance(hook, dict) else None
    parses = isinstance(config, dict) and (
        at(config, ("response", "parse")) is True or config.get("can_interrupt") is True
    )
    return not parses and hook != {"hook": "session"}


def _signs_in(section: JsonObject) -> bool:
    hooks = section.get("hooks")
    return isinstance(hooks, list) and any(isinstance(hook, dict) and hook.get("hook") == "session" for hook in hooks)
