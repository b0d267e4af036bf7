"""Which messages wait only because nobody answered? Once somebody does, they wait no longer (COU-03)."""

from collections import OrderedDict
from datetime import datetime
from typing import Final

import msgspec

from limen.domain.courier.letter import Letter
from limen.domain.identity.addresses import Via

MOST: Final = 10_000
"""So many messages are remembered; of more, those that failed first wait as long as any other."""


class Waiting(msgspec.Struct, frozen=True):
    """A message as it was put back, and when nobody answered."""

    letter: Letter
    since: datetime


class Unanswered:
    """What one process tried in vain; bounded memory, nothing in it survives the process.

    A message is let go once at the most: what fails then, too, may itself be the reason, and waits as long as any other.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Waiting] = OrderedDict()
        self._once: OrderedDict[str, None] = OrderedDict()

    def keep(self, letter: Letter, since: datetime) -> None:
        """The message was put back because nobody answered."""
        if letter.id in self._once:
            return
        self._waiting.pop(letter.id, None)
        self._waiting[letter.id] = Waiting(letter, since)
        if len(self._waiting) > MOST:
            self._waiting.popitem(last=False)

    def drop(self, letter: Letter) -> None:
        """The message is over, or was refused."""
        self._waiting.pop(letter.id, None)

    def due(self, via: Via, asked: datetime, most: int) -> list[Letter]:
        """Those of the channel that nobody answered before `asked`, when an attempt began that succeeded; the oldest first."""
        if not self._waiting:
            return []
        found = (each.letter for each in self._waiting.values() if each.letter.via is via and each.since < asked)
        return [letter for letter, _ in zip(found, range(most), strict=False)]

    def let_go(self, letter: Letter) -> None:
        """The message is due again."""
        self.drop(letter)
        self._once[letter.id] = None
        if len(self._once) > MOST:
            self._once.popitem(last=False)
