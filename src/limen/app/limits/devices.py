"""Who signed in on this browser before? A sealed cookie knows, so that strangers' guesses lock nobody out (security.md 5.2).

The cookie holds a number drawn by lot and the ids of those who signed in, five at most. Nothing about it is stored, and
nothing else is done with it.
"""

from typing import Final

import msgspec

from limen.app.scope import Scope
from limen.domain.ids import IdentityId

PURPOSE: Final = "limen_device"
MOST_PEOPLE: Final = 5
_ID_LENGTH: Final = 16


class Device(msgspec.Struct, frozen=True):
    """What the cookie says."""

    id: str
    people: tuple[str, ...] = ()


def device_of(scope: Scope) -> Device | None:
    """The device that the request shows; None for one that is not ours, or was tampered with."""
    value = scope.browser.device
    raw = scope.services.sealing.open(scope.config.secrets.cookie, PURPOSE, value) if value else None
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=Device)
    except msgspec.DecodeError:
        return None


def known(scope: Scope, person: IdentityId) -> str:
    """What tells the device from others on which that person signed in; empty for a stranger's."""
    if scope.session is not None and scope.session.identity.id == person:
        return f"session {scope.session.session.id}"
    device = device_of(scope)
    return f"device {device.id}" if device is not None and person in device.people else ""


def remembered(scope: Scope, person: IdentityId) -> str:
    """The cookie's value once that person signed in; empty when it need not change, or the limits are off."""
    if not scope.config.security.rate_limits.enabled:
        return ""
    device = device_of(scope) or Device(scope.services.entropy.alphanumeric(_ID_LENGTH))
    if person in device.people:
        return ""
    held = Device(device.id, (person, *device.people)[:MOST_PEOPLE])
    return scope.services.sealing.seal(scope.config.secrets.cookie, PURPOSE, msgspec.json.encode(held))
