"""How are JSON Web Tokens signed? With the first key of a key set (SESS-26, SESS-27)."""

from typing import Protocol

from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonObject


class SigningFailed(LimenError):
    """The key set holds no key that may sign, or is no key set."""


class Signing(Protocol):
    """Makes signed tokens (RFC 7519)."""

    def sign(self, jwks: bytes, claims: JsonObject) -> str:
        """The claims as a compact token, signed by the first key of the set with that key's algorithm and id.

        Raises SigningFailed.
        """
        ...
