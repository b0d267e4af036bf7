"""How does MD4 work (RFC 1320)? Only old imported HMAC hashes need it, and OpenSSL no longer has it."""

import struct
from collections.abc import Callable
from typing import Final

_BLOCK: Final = 64
_MASK: Final = 0xFFFFFFFF
_START: Final = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)


def _choice(x: int, y: int, z: int) -> int:
    return (x & y) | (~x & z)


def _majority(x: int, y: int, z: int) -> int:
    return (x & y) | (x & z) | (y & z)


def _parity(x: int, y: int, z: int) -> int:
    return x ^ y ^ z


_Mix = Callable[[int, int, int], int]
_ROUNDS: Final[tuple[tuple[_Mix, int, tuple[int, ...], tuple[int, ...]], ...]] = (
    (_choice, 0, tuple(range(16)), (3, 7, 11, 19)),
    (_majority, 0x5A827999, (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), (3, 5, 9, 13)),
    (_parity, 0x6ED9EBA1, (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15), (3, 9, 11, 15)),
)


def md4(message: bytes) -> bytes:
    """The digest."""
    padding = b"\x80" + bytes((55 - len(message)) % _BLOCK) + struct.pack("<Q", 8 * len(message))
    state = _START
    for words in struct.iter_unpack("<16I", message + padding):
        a, b, c, d = state
        for mix, constant, order, shifts in _ROUNDS:
            for step, index in enumerate(order):
                total = (a + mix(b, c, d) + words[index] + constant) & _MASK
                shift = shifts[step % 4]
                a, b, c, d = d, ((total << shift) | (total >> (32 - shift))) & _MASK, b, c
        first, second, third, fourth = state
        state = ((first + a) & _MASK, (second + b) & _MASK, (third + c) & _MASK, (fourth + d) & _MASK)
    return struct.pack("<4I", *state)


def hmac_md4(key: bytes, message: bytes) -> bytes:
    """The code of a message (RFC 2104)."""
    block = (md4(key) if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = md4(bytes(octet ^ 0x36 for octet in block) + message)
    return md4(bytes(octet ^ 0x5C for octet in block) + inner)
