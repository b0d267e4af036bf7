"""Who hears that a hook has run? The journal; whatever counts or measures hooks can stand beside it."""

from typing import Protocol

from limen.domain.hooks.run import HookRun


class HookJournal(Protocol):
    """Hears of every run of every hook. Whoever calls it does not wait, whatever becomes of it."""

    def ran(self, run: HookRun) -> None:
        """A hook has run."""
        ...

    async def settle(self) -> None:
        """Write down what was heard so far. Raises StorageUnavailable."""
        ...
