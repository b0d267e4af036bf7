"""How can a web hook fail? Its statuses stand in wire/errors.py (WH-08); reasons are for the log and hold no secret."""

from limen.kernel.errors import LimenError


class HookFailed(LimenError):
    """A web hook did not end well, so what it stands in front of does not happen."""


class HookRefused(HookFailed):
    """The target answered, but with a refusal, a redirect to elsewhere or something unreadable (502)."""


class HookTimedOut(HookFailed):
    """The target did not answer in time (504)."""


class HookUnreachable(HookFailed):
    """The target is not there, may not be called, or keeps failing (500, WH-08)."""


class HookBroken(HookFailed):
    """The hook's own program or configuration does not work (500)."""


class HookBusy(HookFailed):
    """Too many calls of this hook wait for their turn already (503)."""

    retry_after = 10
    """Seconds after which it may be worth another try."""
