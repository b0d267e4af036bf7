"""How did this person sign in? Authentication methods, and the assurance that follows from them (SESS-02, SESS-14)."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from limen.domain.identity.aal import Aal


class AuthenticationMethod(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One completed proof. Field names are those stored and shown."""

    method: str
    aal: Aal
    completed_at: datetime
    provider: str = ""
    organization: str = ""
    upstream_acr: str = ""
    upstream_amr: tuple[str, ...] = ()


def reached(methods: Iterable[AuthenticationMethod]) -> Aal:
    """The level that these proofs add up to: two levels need one proof of each; an upstream aal2 counts alone (SESS-14)."""
    found = tuple(methods)
    levels = {method.aal for method in found}
    if any(method.aal is Aal.AAL2 and method.method in {"oidc", "saml"} for method in found):
        return Aal.AAL2
    if {Aal.AAL1, Aal.AAL2} <= levels:
        return Aal.AAL2
    return Aal.AAL1 if Aal.AAL1 in levels else Aal.AAL0
