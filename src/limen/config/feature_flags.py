"""Which older behaviours, or newer ones not yet usual, are wanted?"""

from typing import Literal

import msgspec

from limen.config.syntax import Duration


class FeatureFlags(msgspec.Struct, frozen=True, kw_only=True):
    """Switches between ways to behave (CFG-11)."""

    cacheable_sessions: bool = False
    """Let clients cache the answer of the session check (SESS-13)."""
    cacheable_sessions_max_age: Duration | None = None
    """Longest time for which they may."""
    use_continue_with_transitions: bool = False
    """Send single-page apps from recovery to settings with `continue_with` instead of status 422."""
    choose_recovery_address: bool = False
    """Let people choose the address that a recovery code is sent to."""
    legacy_continue_with_verification_ui: bool = False
    """Name a verification flow after every change of an address, as before v25.4."""
    legacy_require_verified_login_error: bool = False
    """Refuse sign-in without a verified address with a message in the form, as before v25.4."""
    faster_session_extend: bool = False
    """Answer the extension of a session with 204 and no body."""
    password_profile_registration_node_group: Literal["password", "default"] = "default"
    """Group of the trait fields in the sign-up form; `password` before v25.4."""
    legacy_oidc_registration_node_group: bool = False
    """Put missing traits after social sign-up into the group `oidc`, as before v25.4."""
    legacy_allow_insecure_origins: bool = False
    """Accept wildcards in origins and return addresses that strangers can register a match for (SEC-12)."""
    refresh_login_choose_address: bool = False
    """Let people choose the address that a code is sent to when they confirm who they are."""
