"""Which hooks run around a flow, and what is each one told?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from limen.config.outgoing import AuthConfig
from limen.config.syntax import Duration, Secret, SecretText, Url
from limen.kernel.json_doc import EMPTY, JsonDoc

HookName = Literal[
    "session",
    "revoke_active_sessions",
    "require_verified_address",
    "verification",
    "show_verification_ui",
    "verify_new_address",
    "notify_previous_addresses",
    "web_hook",
    "python",
    "b2b_sso",
    "organization",
]

ANYWHERE: Final = frozenset({"web_hook", "python", "b2b_sso", "organization"})
AFTER: Final[Mapping[str, frozenset[str]]] = {
    "login": frozenset(
        {"revoke_active_sessions", "require_verified_address", "verification", "show_verification_ui", *ANYWHERE}
    ),
    "registration": frozenset({"session", "verification", "show_verification_ui", *ANYWHERE}),
    "settings": frozenset(
        {
            "revoke_active_sessions",
            "verification",
            "show_verification_ui",
            "verify_new_address",
            "notify_previous_addresses",
            *ANYWHERE,
        }
    ),
    "recovery": frozenset({"revoke_active_sessions", *ANYWHERE}),
    "verification": ANYWHERE,
}
"""Hooks that may follow each flow, somewhere (kratos-features.md 13.4)."""
_NOT_AFTER: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("login", "oidc"): frozenset({"verification", "show_verification_ui"}),
    ("registration", ""): frozenset({"show_verification_ui"}),
    ("settings", ""): frozenset(
        {"revoke_active_sessions", "show_verification_ui", "verify_new_address", "notify_previous_addresses"}
    ),
    ("settings", "profile"): frozenset({"revoke_active_sessions"}),
}
_AFTER_PROFILE: Final = frozenset({"show_verification_ui", "verify_new_address", "notify_previous_addresses"})


def allowed_after(flow: str, method: str) -> frozenset[str]:
    """Hooks that may stand in the list of a method, or of all methods when it is empty. `session` may be in either list
    (SEED3-01, SEED3-06), although Kratos' schema wants it with a method.
    """
    if flow == "settings" and method not in {"", "profile"}:
        return AFTER[flow] - _AFTER_PROFILE
    return AFTER[flow] - _NOT_AFTER.get((flow, method), frozenset())


class WebHookResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the answer."""

    ignore: bool = False
    """Do not wait for the answer (WH-07)."""
    parse: bool = False
    """Let the answer refuse the flow or change the person (WH-10, WH-11)."""


class WebHookConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A call to a program of the operator (WH-01)."""

    chosen_by: ClassVar[frozenset[str]] = frozenset({"web_hook"})

    url: Url
    """Address that is called."""
    method: str
    """HTTP method."""
    id: str = ""
    """Name of this hook in events."""
    headers: Mapping[str, SecretText] = msgspec.field(default_factory=dict[str, str])
    """Headers that are sent along."""
    body: str = ""
    """Jsonnet program that writes the payload, as an address; no payload when unset."""
    auth: AuthConfig | None = None
    """How the call proves who makes it."""
    response: WebHookResponse = WebHookResponse()
    """What becomes of the answer."""
    signing_secrets: tuple[Secret, ...] = ()
    """Secrets that sign the calls of an ignored hook, the newest first; not Kratos' key."""
    can_interrupt: bool = False
    """Older form of `response.parse`, for refusals only."""
    emit_analytics_event: bool = True
    """Report the call in traces."""

    def __repr__(self) -> str:
        """Headers and addresses may hold secrets."""
        return f"WebHookConfig(id={self.id!r}, method={self.method!r}, …)"

    @property
    def decides(self) -> bool:
        """Whether the answer can refuse the flow, so that the hook runs before anything is stored (HOOK-03)."""
        return self.response.parse or self.can_interrupt


class PythonHookConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A function of the operator's, called inside the process."""

    chosen_by: ClassVar[frozenset[str]] = frozenset({"python"})

    call: Annotated[str, Meta(min_length=1)]
    """`package.module:function`, or the name of an entry point of the group `limen.hooks`."""
    timeout: Duration = timedelta(seconds=3)
    """How long the function is waited for."""
    on_error: Literal["refuse", "ignore"] = "refuse"
    """What a function does that raises, takes too long, or answers what it may not."""
    options: JsonDoc = EMPTY
    """Anything the function should be told; it finds it in `event.options`. Secrets belong elsewhere."""


class NotifyPreviousConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Who hears of a changed address (HOOK-13)."""

    chosen_by: ClassVar[frozenset[str]] = frozenset({"notify_previous_addresses"})

    recipients: Literal["removed", "all_verified", "all"] = "removed"
    """The addresses that are told."""


class NoSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Hooks that have nothing to configure (SEED0-07, SEED1-12)."""

    chosen_by: ClassVar[frozenset[str]] = frozenset(
        {
            "session",
            "revoke_active_sessions",
            "require_verified_address",
            "verification",
            "show_verification_ui",
            "verify_new_address",
        }
    )


HookSettings: TypeAlias = WebHookConfig | PythonHookConfig | NotifyPreviousConfig | NoSettings | JsonDoc
"""What a hook is told; a document only for the organization hooks, whose settings are open."""


class HookConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a list of hooks."""

    chooses: ClassVar[Mapping[str, str]] = {"config": "hook"}

    hook: HookName
    """Name of the hook."""
    config: HookSettings = EMPTY
    """Its settings; which, depends on the hook."""

    @property
    def web_hook(self) -> WebHookConfig | None:
        """The settings, if this is a web hook."""
        return self.config if isinstance(self.config, WebHookConfig) else None
