"""What are credentials worth? Asked by whatever changes an identity; answered by what the methods say of themselves."""

from typing import Protocol

from limen.domain.identity.aal import Aal
from limen.domain.identity.credentials import Credential
from limen.domain.identity.identity import Identity


class Factors(Protocol):
    def available_aal(self, identity: Identity) -> Aal:
        """The highest level the identity could reach (SESS-15)."""
        ...

    def only_second(self, credential: Credential) -> bool:
        """Whether the credential lets nobody in by itself, but is asked for besides another one (SESS-14)."""
        ...

    def first_factors(self, identity: Identity) -> int:
        """How many ways in the identity has (SET-16, ID-19)."""
        ...
