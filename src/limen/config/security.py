"""Which protections are on?"""

import msgspec


class AccountEnumeration(msgspec.Struct, frozen=True, kw_only=True):
    """Whether strangers can learn who has an account."""

    mitigate: bool = False
    """Answer alike for people with and without an account: in sign-in of two steps (SEC-08)."""


class RateLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on how often somebody may try."""

    enabled: bool = True
    """Refuse too many attempts with status 429. (Limen's own key.)"""


class SecurityConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Protections that can be switched."""

    account_enumeration: AccountEnumeration = AccountEnumeration()
    disallow_ref_in_identity_schemas: bool = False
    """Refuse identity schemas that refer to other documents (SCH-15)."""
    rate_limits: RateLimits = RateLimits()
