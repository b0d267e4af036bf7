"""Which states can a flow be in, and which lead to which? Everything that affects transitions lives in this file."""

from enum import StrEnum
from typing import Final

from limen.domain.flow.kinds import FlowKind


class State(StrEnum):
    """The states of all flows (FLOW-03)."""

    CHOOSE_METHOD = "choose_method"
    SENT_EMAIL = "sent_email"
    PASSED_CHALLENGE = "passed_challenge"
    SHOW_FORM = "show_form"
    SUCCESS = "success"
    AWAITING_ADDRESS = "recovery_awaiting_address"
    AWAITING_ADDRESS_CHOICE = "recovery_awaiting_address_choice"
    CONFIRMING_ADDRESS = "recovery_confirming_address"
    AWAITING_CODE = "recovery_awaiting_code"


CHOOSING_ADDRESS: Final = frozenset(
    {State.AWAITING_ADDRESS, State.AWAITING_ADDRESS_CHOICE, State.CONFIRMING_ADDRESS, State.AWAITING_CODE}
)
"""The steps of a recovery in which one of several addresses is chosen (REC-09 … REC-12)."""

INITIAL: Final[dict[FlowKind, State]] = {
    FlowKind.LOGIN: State.CHOOSE_METHOD,
    FlowKind.REGISTRATION: State.CHOOSE_METHOD,
    FlowKind.SETTINGS: State.SHOW_FORM,
    FlowKind.RECOVERY: State.CHOOSE_METHOD,
    FlowKind.VERIFICATION: State.CHOOSE_METHOD,
}
"""Where each kind of flow begins."""

INSTEAD: Final[dict[FlowKind, State]] = {FlowKind.RECOVERY: State.AWAITING_ADDRESS}
"""Where a kind of flow begins that is configured to (REC-09)."""

_CODE_STEPS: Final = {
    State.CHOOSE_METHOD: frozenset({State.SENT_EMAIL, State.PASSED_CHALLENGE}),
    State.SENT_EMAIL: frozenset({State.CHOOSE_METHOD, State.SENT_EMAIL, State.PASSED_CHALLENGE}),
    State.PASSED_CHALLENGE: frozenset[State](),
}

TRANSITIONS: Final[dict[FlowKind, dict[State, frozenset[State]]]] = {
    FlowKind.LOGIN: _CODE_STEPS,
    FlowKind.REGISTRATION: _CODE_STEPS,
    FlowKind.SETTINGS: {
        State.SHOW_FORM: frozenset({State.SHOW_FORM, State.SUCCESS}),
        State.SUCCESS: frozenset({State.SHOW_FORM, State.SUCCESS}),
    },
    FlowKind.RECOVERY: {
        **_CODE_STEPS,
        State.AWAITING_ADDRESS: frozenset({State.AWAITING_ADDRESS_CHOICE, State.AWAITING_CODE}),
        State.AWAITING_ADDRESS_CHOICE: frozenset(
            {State.CONFIRMING_ADDRESS, State.AWAITING_CODE, State.AWAITING_ADDRESS}
        ),
        State.CONFIRMING_ADDRESS: frozenset({State.AWAITING_CODE, State.AWAITING_ADDRESS_CHOICE}),
        State.AWAITING_CODE: frozenset(
            {State.AWAITING_CODE, State.PASSED_CHALLENGE, State.AWAITING_ADDRESS, State.AWAITING_ADDRESS_CHOICE}
        ),
    },
    FlowKind.VERIFICATION: _CODE_STEPS,
}
"""From a state to the states that may follow; an empty set is an end."""
