"""How are values sealed in a test? Readably: the purpose and the secret stand beside the payload."""

from collections.abc import Sequence


class PlainSealing:
    def seal(self, secrets: Sequence[str], purpose: str, payload: bytes) -> str:
        return "|".join((purpose.encode().hex(), secrets[0].encode().hex(), payload.hex()))

    def open(self, secrets: Sequence[str], purpose: str, text: str) -> bytes | None:
        try:
            found, secret, payload = (bytes.fromhex(part) for part in text.split("|"))
        except ValueError:
            return None
        known = found == purpose.encode() and secret in {known.encode() for known in secrets}
        return payload if known else None
