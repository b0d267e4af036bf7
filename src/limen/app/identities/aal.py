"""How far could this identity get? The level that its credentials add up to (SESS-15)."""

from collections.abc import Callable, Iterable, Mapping

from limen.app.flows.method import CredentialSpec
from limen.config.model import Config
from limen.domain.identity.aal import Aal
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity


class MethodFactors:
    """What each type of credential is worth, as the methods say and the configuration in force has them."""

    def __init__(self, specs: Iterable[CredentialSpec], current: Callable[[], Config]) -> None:
        self._current = current
        self._specs: Mapping[CredentialType, CredentialSpec] = {spec.type: spec for spec in specs}

    def available_aal(self, identity: Identity) -> Aal:
        """The highest level the identity could reach. Whoever has a second factor is asked for it even without a first one:
        a recovery stands in for the first, and must not stand in for both (REC-18).
        """
        config = self._current()
        first = second = False
        for credential in identity.credentials.values():
            spec = self._specs.get(credential.type)
            if spec is not None:
                first = first or (spec.first_factor(credential) and spec.counts_first(config))
                second = second or (spec.second_factor(credential) and spec.counts_second(config))
        if second:
            return Aal.AAL2
        return Aal.AAL1 if first else Aal.AAL0

    def only_second(self, credential: Credential) -> bool:
        """Whether the credential lets nobody in by itself, but is asked for besides another one (SESS-14)."""
        spec = self._specs.get(credential.type)
        return spec is not None and spec.second_factor(credential) and not spec.first_factor(credential)

    def first_factors(self, identity: Identity) -> int:
        """How many ways in the identity has (SET-16, ID-19)."""
        config = self._current()
        worth = [
            spec.first_factor(credential) and spec.counts_first(config)
            for credential in identity.credentials.values()
            if (spec := self._specs.get(credential.type)) is not None
        ]
        return sum(worth)
