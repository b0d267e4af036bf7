"""Which self-service flows exist, and which kinds of client start them?"""

from enum import StrEnum


class FlowKind(StrEnum):
    """The five self-service flows (FLOW-01)."""

    LOGIN = "login"
    REGISTRATION = "registration"
    SETTINGS = "settings"
    RECOVERY = "recovery"
    VERIFICATION = "verification"


class FlowType(StrEnum):
    """How a flow was started: by a browser (form posts and single-page apps alike) or by a native app (NEGO-04, NEGO-06)."""

    BROWSER = "browser"
    API = "api"
