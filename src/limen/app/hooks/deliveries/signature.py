"""How does a target know that a call is genuine, and which one it is? By headers of the Standard Webhooks convention.

`webhook-id` is the same for every attempt. `webhook-signature` holds one `v1,` signature for each secret: whoever changes
a secret lists the new one before the old one until every target knows it. What is signed is `id.timestamp.body`.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

KEY_HEADER: Final = "idempotency-key"
_PREFIX: Final = "whsec_"


def delivery_headers(id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The headers of one attempt; without a secret nothing is signed."""
    headers = ((KEY_HEADER, id), ("webhook-id", id), ("webhook-timestamp", str(int(at.timestamp()))))
    if not secrets:
        return headers
    signatures = " ".join(signature(id, at, body, secret) for secret in secrets)
    return (*headers, ("webhook-signature", signatures))


def signature(id: str, at: datetime, body: bytes, secret: str) -> str:
    """HMAC-SHA256 over id, time in seconds and body, in base64 behind the version of the scheme."""
    told = f"{id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(_key(secret), told, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    """The bytes of a secret: base64 behind `whsec_`, else the text itself."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            pass
    return secret.encode()
