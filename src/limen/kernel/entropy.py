"""Where do secrets come from? The only door to randomness."""

from typing import Protocol


class Entropy(Protocol):
    """A cryptographically secure source of random values."""

    def alphanumeric(self, length: int) -> str:
        """`length` characters of A-Z, a-z, 0-9 (5.95 bits each)."""
        ...

    def digits(self, length: int) -> str:
        """`length` decimal digits."""
        ...

    def octets(self, length: int) -> bytes:
        """`length` random bytes."""
        ...
