"""Which secrets does a test see? Those that a seed gives, always the same and never twice."""

import hashlib


class SeededEntropy:
    def __init__(self, seed: str = "limen") -> None:
        self._seed = seed
        self._drawn = 0

    def alphanumeric(self, length: int) -> str:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return "".join(letters[octet % len(letters)] for octet in self.octets(length))

    def digits(self, length: int) -> str:
        return "".join(str(octet % 10) for octet in self.octets(length))

    def octets(self, length: int) -> bytes:
        self._drawn += 1
        return hashlib.shake_256(f"{self._seed}/{self._drawn}".encode()).digest(length)
