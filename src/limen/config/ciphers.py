"""How is data encrypted before it is stored?"""

from typing import Literal

import msgspec


class CiphersConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Encryption at rest; the keys are `secrets.cipher`."""

    algorithm: Literal["noop", "aes", "xchacha20-poly1305"] = "noop"
    """Cipher for tokens of sign-in providers; `noop` stores them as they are."""
