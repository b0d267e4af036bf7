"""Which protections are on?"""

from typing import Annotated

import msgspec
from msgspec import Meta


class AccountEnumeration(msgspec.Struct, frozen=True, kw_only=True):
    """Whether strangers can learn who has an account."""

    mitigate: bool = False
    """Answer alike for people with and without an account: in sign-in of two steps (SEC-08)."""


class RateLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on how often somebody may try."""

    enabled: bool = True
    """Refuse too many attempts with status 429. (Limen's own key.)"""
    guesses_before_waiting: Annotated[int, Meta(ge=1)] = 10
    """Wrong passwords for one sign-in name before every next one has to wait. (Limen's own key.)"""
    guesses_per_minute: Annotated[int, Meta(ge=1)] = 30
    """Wrong passwords and codes a minute from one address. (Limen's own key.)"""
    guesses_per_hour: Annotated[int, Meta(ge=1)] = 300
    """Wrong passwords and codes an hour from one address. (Limen's own key.)"""
    flows_per_minute: Annotated[int, Meta(ge=1)] = 300
    """Forms begun a minute from one address, for each process. (Limen's own key.)"""
    sign_ups_per_hour: Annotated[int, Meta(ge=1)] = 100
    """Sign-ups an hour from one address. (Limen's own key.)"""
    messages_per_hour: Annotated[int, Meta(ge=1)] = 100
    """Codes and links asked for an hour from one address. (Limen's own key.)"""


class PreHijacking(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an account that a stranger made for somebody's address keeps what the stranger set up."""

    mitigate: bool = True
    """With the first proof of an address, end the other sessions; in a recovery take away older credentials. (Limen's own key.)"""


class SecurityConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Protections that can be switched."""

    account_enumeration: AccountEnumeration = AccountEnumeration()
    disallow_ref_in_identity_schemas: bool = False
    """Refuse identity schemas that refer to other documents (SCH-15)."""
    pre_hijacking: PreHijacking = PreHijacking()
    rate_limits: RateLimits = RateLimits()
