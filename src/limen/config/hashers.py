"""How are passwords hashed?"""

from datetime import timedelta
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from limen.config.syntax import Duration, Size

LEAST_BCRYPT_COST_IN_PRODUCTION: Final = 12
_MEGABYTE: Final = 1024 * 1024


class Argon2Config(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of new argon2id hashes; old hashes carry their own."""

    memory: Size = 128 * _MEGABYTE
    """Memory of one hash."""
    iterations: Annotated[int, Meta(ge=1)] = 1
    """Passes over the memory."""
    parallelism: Annotated[int, Meta(ge=1)] | None = None
    """Lanes; twice the number of processors when unset."""
    salt_length: Annotated[int, Meta(ge=16)] = 16
    """Bytes of salt."""
    key_length: Annotated[int, Meta(ge=16)] = 32
    """Bytes of hash."""
    expected_duration: Duration = timedelta(milliseconds=500)
    """How long a hash is meant to take; `hashers argon2 calibrate` aims at it."""
    expected_deviation: Duration = timedelta(milliseconds=500)
    """How far it may be from that."""
    dedicated_memory: Size = 1024 * _MEGABYTE
    """Memory that all hashes together may use."""


class BcryptConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of new bcrypt hashes."""

    cost: Annotated[int, Meta(ge=4, le=31)] = LEAST_BCRYPT_COST_IN_PRODUCTION
    """Work factor; each step doubles the work. Less than 12 counts in development only."""


class HashersConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Password hashing (PWD-*)."""

    algorithm: Literal["argon2", "bcrypt"] = "bcrypt"
    """Algorithm of new hashes."""
    argon2: Argon2Config = Argon2Config()
    bcrypt: BcryptConfig = BcryptConfig()
    queue: Annotated[int, Meta(ge=0)] = 64
    """Hashes that may wait for a free processor; beyond that, sign-in answers 503. (Limen's own key.)"""
