"""How are cookies sealed? With AES-256-GCM and a key of their own for every secret and purpose."""

from base64 import urlsafe_b64encode
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from limen.kernel.entropy import Entropy

MAX_SEALED_CHARACTERS: Final = 16_384
_FORM: Final = b"\x01"
"""First byte of everything sealed; another form of sealing gets another one."""
_NONCE_BYTES: Final = 12
_LEAST_BYTES: Final = len(_FORM) + _NONCE_BYTES + 16
_TO_STANDARD: Final = str.maketrans("-_+/", "+/~~")


class AesSealing:
    """Sealing by AES-256-GCM; keys are derived by HKDF-SHA256 from (secret, purpose), the purpose is authenticated too.

    The form is base64url without padding of: one byte for the form, 12 bytes nonce, cipher text, 16 bytes tag.
    """

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy

    def seal(self, secrets: Sequence[str], purpose: str, payload: bytes) -> str:
        """The payload under the first secret."""
        nonce = self._entropy.octets(_NONCE_BYTES)
        sealed = _key(secrets[0], purpose).encrypt(nonce, payload, purpose.encode())
        return urlsafe_b64encode(_FORM + nonce + sealed).rstrip(b"=").decode()

    def open(self, secrets: Sequence[str], purpose: str, text: str) -> bytes | None:
        """The payload under whichever secret sealed it, or None."""
        sealed = _octets(text)
        if len(sealed) < _LEAST_BYTES or sealed[:1] != _FORM:
            return None
        nonce, rest, purpose_octets = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], purpose.encode()
        for secret in secrets:
            try:
                return _key(secret, purpose).decrypt(nonce, rest, purpose_octets)
            except InvalidTag:
                continue
        return None


@lru_cache(maxsize=256)
def _key(secret: str, purpose: str) -> AESGCM:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"limen sealing/" + purpose.encode())
    return AESGCM(kdf.derive(secret.encode()))


def _octets(text: str) -> bytes:
    if len(text) > MAX_SEALED_CHARACTERS:
        return b""
    try:
        return a2b_base64(text.translate(_TO_STANDARD) + "=" * (-len(text) % 4), strict_mode=True)
    except (NotBase64, ValueError):
        return b""
