"""How is a JSON Web Token signed? By the first key of the set, which must be private, asymmetric and name its algorithm."""

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from limen.kernel.json_doc import JsonObject
from limen.ports.signing import SigningFailed

if TYPE_CHECKING:
    from joserfc.jwk import Key

_ASYMMETRIC: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
_SYMMETRIC: Final = frozenset({"HS256", "HS384", "HS512"})


class _KeySet(msgspec.Struct):
    """A set, or (then without `keys`) one key that stands alone, which Kratos takes too."""

    keys: list[dict[str, object]] | None = None


class JoseSigning:
    """Signs session tokens (SESS-26, SESS-27).

    A symmetric key is refused unless `symmetric` says otherwise: whoever checks its tokens could make them
    (security.md §2.33). `none` is no algorithm here.
    """

    def __init__(self, *, symmetric: bool = False) -> None:
        self._algorithms = _ASYMMETRIC | _SYMMETRIC if symmetric else _ASYMMETRIC

    def sign(self, jwks: bytes, claims: JsonObject) -> str:
        """The compact token. Raises SigningFailed."""
        # joserfc takes 150 ms to import, and most servers never make a token.
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError, SecurityWarning  # noqa: PLC0415

        key = _first_key(jwks)
        algorithm = key.alg or ""
        if algorithm not in self._algorithms:
            raise SigningFailed('The JSON Web Key needs a parameter "alg" with the name of an asymmetric algorithm.')
        if not key.is_private:
            raise SigningFailed("The first key of the JSON Web Key Set is no private key.")
        header: dict[str, str] = {"alg": algorithm, "typ": "JWT"}
        if key.kid:
            header["kid"] = key.kid
        try:
            with warnings.catch_warnings():
                # EdDSA is the name that key sets for Kratos hold; RFC 9864 would rather have Ed25519.
                warnings.simplefilter("ignore", SecurityWarning)
                return jwt.encode(header, claims, key, algorithms=[algorithm])
        except (JoseError, ValueError, TypeError) as error:
            raise SigningFailed("The JSON Web Key does not fit its algorithm.") from error


@lru_cache(maxsize=32)
def _first_key(jwks: bytes) -> "Key":
    from joserfc.errors import JoseError  # noqa: PLC0415 (as above)
    from joserfc.jwk import JWKRegistry  # noqa: PLC0415

    try:
        keys = msgspec.json.decode(jwks, type=_KeySet).keys
        keys = [msgspec.json.decode(jwks, type=dict[str, object])] if keys is None else keys
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SigningFailed("The JSON Web Key Set is not valid JSON of the right form.") from error
    if not keys:
        raise SigningFailed("The JSON Web Key Set is empty.")
    try:
        # Members of the key itself are texts; certificates, key_ops and such say nothing about signing.
        return JWKRegistry.import_key({name: value for name, value in keys[0].items() if isinstance(value, str)})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SigningFailed("The first key of the JSON Web Key Set is not valid.") from error
