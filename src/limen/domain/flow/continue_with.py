"""What should a client do next? The `continue_with` items (CW-01 … CW-05)."""

from typing import TypeAlias

import msgspec


class SetSessionToken(msgspec.Struct, frozen=True, kw_only=True):
    """Keep this token (native clients, CW-01)."""

    token: str


class ShowVerification(msgspec.Struct, frozen=True, kw_only=True):
    """Show a verification flow (CW-02)."""

    flow_id: str
    address: str
    url: str = ""


class ShowSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Show a settings flow (CW-03)."""

    flow_id: str
    url: str = ""


class ShowRecovery(msgspec.Struct, frozen=True, kw_only=True):
    """Show a recovery flow (CW-04)."""

    flow_id: str
    url: str = ""


class RedirectBrowser(msgspec.Struct, frozen=True, kw_only=True):
    """Send the browser there (CW-05)."""

    url: str


ContinueWith: TypeAlias = SetSessionToken | ShowVerification | ShowSettings | ShowRecovery | RedirectBrowser
