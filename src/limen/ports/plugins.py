"""Where do hooks in Python come from? From modules and entry points of the operator; loading and running them is an adapter's."""

from datetime import timedelta
from typing import Protocol

from limen.kernel.errors import LimenError
from limen.plugin.events import Event


class PluginUnknown(LimenError):
    """There is no such function, or it cannot be used; the reason is for the operator."""


class PluginFailed(LimenError):
    """A plugin raised, took too long, or answered what it may not. The reason names it, and never quotes what it said."""


class Plugin(Protocol):
    """One function of the operator's."""

    def hears(self, event: type[Event]) -> bool:
        """Whether its annotation names this event, or nothing in particular."""
        ...

    async def call(self, event: Event, patience: timedelta) -> object:
        """What the function returned. Raises PluginFailed."""
        ...


class Plugins(Protocol):
    """Finds the functions that the configuration names."""

    def find(self, call: str) -> Plugin:
        """`package.module:function`, or the name of an entry point of the group `limen.hooks`. Raises PluginUnknown.

        The first time it imports, which takes as long as the module likes.
        """
        ...
