"""Is this password good enough? Length, likeness to the identifier, known breaches (PWD-09 … PWD-13)."""

from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import Levenshtein

from limen.app.flows.contract import FormProblems, Problem
from limen.app.scope import Scope
from limen.config.methods import PasswordConfig
from limen.domain.text.message import Message
from limen.methods.password import texts

BCRYPT_MOST: Final = 72
_LEAST_DISTANCE: Final = 5
_COMPARED: Final = 256
FIELD: Final = "password"


async def check(scope: Scope, password: str, identifiers: Sequence[str]) -> None:
    """Cheap rules first, the breach service last. Raises FormProblems at the password field, BreachCheckFailed."""
    rules = scope.config.selfservice.methods.password.config
    problem = _length_problem(scope, rules, password) or _likeness_problem(rules, password, identifiers)
    if problem is not None:
        raise FormProblems(Problem(problem, FIELD))
    times = await scope.services.breaches.count(password, scope.config)
    if times > rules.max_breaches:
        raise FormProblems(Problem(texts.breached(times), FIELD))


def _length_problem(scope: Scope, rules: PasswordConfig, password: str) -> Message | None:
    """Bytes decide, not characters (QK-04)."""
    actual = len(password.encode())
    if actual < rules.min_password_length:
        return texts.too_short(rules.min_password_length, actual)
    if scope.config.hashers.algorithm == "bcrypt" and actual > BCRYPT_MOST:
        return texts.too_long(BCRYPT_MOST, actual)
    return None


def _likeness_problem(rules: PasswordConfig, password: str, identifiers: Sequence[str]) -> Message | None:
    if not rules.identifier_similarity_check_enabled:
        return None
    return texts.too_similar() if any(alike(password, identifier) for identifier in identifiers) else None


def alike(password: str, identifier: str) -> bool:
    """Few changes apart, or more than half of the password is part of the identifier (PWD-11)."""
    left, right = password[:_COMPARED].lower(), identifier[:_COMPARED].lower()
    if Levenshtein.distance(left, right) < _LEAST_DISTANCE:
        return True
    half = len(left) // 2 + 1
    return any(left[start : start + half] in right for start in range(len(left) - half + 1))
