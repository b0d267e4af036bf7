"""Where did lifespans, pages and styles of flows go? Rules U14-U18, U24, U25, U49."""

from typing import Final

from limen.config.dialects.draft import Draft, Move, apply

FLOWS: Final = ("login", "registration", "settings", "recovery", "verification")
_LINK: Final = "selfservice.methods.link.config.lifespan"
_PRIVILEGED: Final = "privileged_session_max_age"

MOVES: Final = (
    *(
        Move(
            "U14", f"selfservice.{flow}.request_lifespan", f"selfservice.flows.{flow}.lifespan", "how long a flow lives"
        )
        for flow in ("login", "registration")
    ),
    *(
        Move(
            "U15",
            f"selfservice.{name}.request_lifespan",
            "selfservice.flows.settings.lifespan",
            "how long a flow lives",
        )
        for name in ("settings", "profile")
    ),
    Move(
        "U16",
        f"selfservice.settings.{_PRIVILEGED}",
        f"selfservice.flows.settings.{_PRIVILEGED}",
        "flows have a section",
    ),
    Move(
        "U17", "selfservice.verify.request_lifespan", "selfservice.flows.verification.lifespan", "how long a flow lives"
    ),
    Move("U18", "selfservice.verify.link_lifespan", _LINK, "how long a mailed link is good"),
    Move("U18", "selfservice.profile.link_lifespan", _LINK, "how long a mailed link is good (v0.1 read it here)"),
    *(
        Move(
            "U24",
            f"selfservice.flows.{flow}.default_browser_return_url",
            f"selfservice.flows.{flow}.after.default_browser_return_url",
            "it stands under `after` since v0.4.6",
        )
        for flow in ("login", "registration")
    ),
    *(
        Move(
            "U25",
            f"selfservice.flows.{flow}.request_lifespan",
            f"selfservice.flows.{flow}.lifespan",
            "requests are called flows since v0.5",
        )
        for flow in FLOWS
    ),
)

_ONE_STEP: Final = "selfservice.flows.registration.enable_legacy_one_step"
_STYLE: Final = "selfservice.flows.registration.style"


def translate_flows(draft: Draft) -> None:
    """Apply U14 to U18, U24, U25 and U49."""
    apply(draft, MOVES)
    if draft.get(_ONE_STEP) is True:
        draft.take(_STYLE)  # the switch decides even beside a style: it forces one step (REG-04)
        draft.move(Move("U49", _ONE_STEP, _STYLE, "the switch became a style in v25.4"), lambda _: "unified")
