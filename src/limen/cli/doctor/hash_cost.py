"""How long does one password hash take here? Long for those who guess, short for those who sign in."""

import time
from datetime import timedelta
from typing import Final

from limen.adapters.hashers import argon2_hashes, bcrypt_hashes
from limen.cli.doctor.finding import Finding, Notes, Patient
from limen.kernel.entropy import Entropy

_SAMPLE: Final = b"a password of usual length"
_SHORT: Final = timedelta(milliseconds=50)
_LONG: Final = timedelta(seconds=1)


def examined(patient: Patient, entropy: Entropy) -> list[Finding]:
    hashers = patient.config.hashers
    began = time.perf_counter()
    if hashers.algorithm == "bcrypt":
        bcrypt_hashes.make(_SAMPLE, hashers.bcrypt.cost, entropy)
    else:
        argon2_hashes.make(_SAMPLE, hashers.argon2, entropy)
    return judged(hashers.algorithm, timedelta(seconds=time.perf_counter() - began), dev=patient.config.dev)


def judged(algorithm: str, took: timedelta, *, dev: bool = False) -> list[Finding]:
    """What that time means."""
    notes, shown = Notes("hash cost"), f"{took / timedelta(milliseconds=1):.0f} ms"
    calibrate = (
        "limen hashers argon2 calibrate" if algorithm == "argon2" else "raise or lower hashers.bcrypt.cost by one"
    )
    if took > _LONG:
        notes.warning(
            f"One {algorithm} hash takes {shown} here: a few people who sign in at once wait long.",
            f"Find a cost that suits this machine: {calibrate}.",
            f"hashers.{algorithm}",
        )
    if took < _SHORT and not dev:
        notes.warning(
            f"One {algorithm} hash takes {shown} here: whoever gets the hashes can guess quickly.",
            f"Find a cost that suits this machine: {calibrate}.",
            f"hashers.{algorithm}",
        )
    return notes.done(f"One {algorithm} hash takes {shown} here.")
