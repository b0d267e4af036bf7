"""How sure are we who this is? Authenticator assurance levels (SESS-14, SESS-15)."""

from enum import StrEnum


class Aal(StrEnum):
    """Authenticator assurance level: nothing proven, one factor, two factors."""

    AAL0 = "aal0"
    AAL1 = "aal1"
    AAL2 = "aal2"
