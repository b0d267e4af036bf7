"""How is noted what operators change? Each unit of work of their request takes an entry of the audit log along (docs/adr/0022).

The edge of the admin listener says which request is under way; the storage that the application sees adds the entry to what
it commits. So no handler has to think of it, and no change is stored without its entry.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from limen.app.admin.facts import Fact, told
from limen.domain.admin.audit import AuditDraft
from limen.kernel.clock import Clock

_LONGEST: Final = 128


class Recording:
    """One request of an operator that may change something."""

    def __init__(self, clock: Clock, *, actor: str, key_id: str, peer: str, operation: str, target: str) -> None:
        self._clock = clock
        self._actor, self._key_id, self._peer = actor, key_id, peer[:64]
        self._operation, self._target = operation, _readable(target)
        self.noted = False
        """Whether an entry was stored."""
        self.over = False
        """Set when the request is answered: what goes on in the background is not the operator's doing."""

    def draft(self, facts: tuple[Fact, ...] = ()) -> AuditDraft:
        """The entry for one unit of work."""
        named = {fact.id for fact in facts}
        return AuditDraft(
            at=self._clock.now(),
            actor=self._actor,
            key_id=self._key_id,
            peer=self._peer,
            operation=self._operation,
            target=named.pop() if len(named) == 1 else ("" if named else self._target),
            change=told(facts),
        )


_UNDER_WAY: ContextVar[Recording | None] = ContextVar("limen_admin_recording", default=None)


def under_way() -> Recording | None:
    """The request of an operator that this task works for."""
    found = _UNDER_WAY.get()
    return None if found is None or found.over else found


@contextmanager
def recorded(recording: Recording) -> Generator[None]:
    """Whatever is committed inside is noted as part of this request."""
    token = _UNDER_WAY.set(recording)
    try:
        yield
    finally:
        recording.over = True
        _UNDER_WAY.reset(token)


def _readable(text: str) -> str:
    return "".join(filter(str.isprintable, text))[:_LONGEST]
