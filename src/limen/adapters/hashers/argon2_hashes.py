"""How do argon2id, argon2i and argon2d work? RFC 9106 in the PHC form (HASH-02, HASH-03; argon2d is ours); new hashes are
argon2id (HASH-13).

An argon2 hash of 128 MiB spends a third of its time on page faults. With GLIBC_TUNABLES=glibc.malloc.hugetlb=1 in the
environment *before the process starts* it takes 52 instead of 86 ms (performance.md §7): the launcher should set it.
The Argon2id of the `cryptography` package is not used: two threads at once made it hang.
"""

import os
from functools import partial
from typing import Final

from argon2 import low_level
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from limen.adapters.hashers.reading import Matches, bare, bounded, checked_key, malformed, parameters
from limen.config.hashers import Argon2Config
from limen.kernel.entropy import Entropy
from limen.ports.passwords import UnknownHash

_KINDS: Final = {"argon2id": low_level.Type.ID, "argon2i": low_level.Type.I, "argon2d": low_level.Type.D}
PREFIXES: Final = tuple(f"${kind}$" for kind in _KINDS)
_KIBIBYTE: Final = 1024
_GREATEST_MEMORY: Final = 1024 * 1024
_GREATEST_ITERATIONS: Final = 10
_GREATEST_PARALLELISM: Final = 16
_LEAST_SALT: Final = 8
_PARTS: Final = 6


def read(hash: str) -> Matches:
    """The check of an argon2 hash of at most 1 GiB, 10 passes and 16 lanes. Raises UnknownHash."""
    parts = hash.split("$")
    if len(parts) != _PARTS or parts[2] != "v=19":
        raise malformed("argon2")
    memory, iterations, lanes = parameters("argon2", parts[3], "m", "t", "p")
    kibibytes = bounded("argon2", "m", memory, _GREATEST_MEMORY)
    bounded("argon2", "t", iterations, _GREATEST_ITERATIONS)
    if kibibytes < 8 * bounded("argon2", "p", lanes, _GREATEST_PARALLELISM):
        raise UnknownHash("The argon2 hash has less than 8 KiB of memory per lane.")
    if len(bare("argon2", parts[4])) < _LEAST_SALT:
        raise UnknownHash(f"The argon2 hash has less than {_LEAST_SALT} bytes of salt.")
    checked_key("argon2", bare("argon2", parts[5]))
    return partial(_matches, hash.encode(), _KINDS[parts[1]])


def _matches(hash: bytes, kind: low_level.Type, password: bytes) -> bool:
    try:
        return low_level.verify_secret(hash, password, kind)
    except VerifyMismatchError:
        return False
    except (VerificationError, InvalidHashError) as error:
        raise malformed("argon2") from error


def make(password: bytes, config: Argon2Config, entropy: Entropy) -> str:
    """A new argon2id hash."""
    lanes = lanes_of(config)
    return low_level.hash_secret(
        password,
        entropy.octets(config.salt_length),
        time_cost=config.iterations,
        memory_cost=max(config.memory // _KIBIBYTE, 8 * lanes),
        parallelism=lanes,
        hash_len=config.key_length,
        type=low_level.Type.ID,
    ).decode()


def lanes_of(config: Argon2Config) -> int:
    """The configured lanes, or two per processor."""
    return config.parallelism or 2 * (os.cpu_count() or 1)
