"""What kind of device was a session used from? A guess from its user agent, good enough for a list people recognise."""

from enum import StrEnum

import msgspec


class DeviceKind(StrEnum):
    DESKTOP = "desktop"
    PHONE = "phone"
    TABLET = "tablet"
    PROGRAM = "program"
    UNKNOWN = "unknown"


class SeenDevice(msgspec.Struct, frozen=True):
    """The kind of device, and the names of the program and the system; empty when not recognised."""

    kind: DeviceKind
    program: str = ""
    system: str = ""


# First match wins: browsers name those they descend from as well.
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPad", "iPadOS", DeviceKind.TABLET),
    ("iPhone", "iOS", DeviceKind.PHONE),
    ("Android", "Android", DeviceKind.PHONE),
    ("Windows", "Windows", DeviceKind.DESKTOP),
    ("CrOS", "ChromeOS", DeviceKind.DESKTOP),
    ("Mac OS X", "macOS", DeviceKind.DESKTOP),
    ("Linux", "Linux", DeviceKind.DESKTOP),
)


def recognise(user_agent: str) -> SeenDevice:
    """The device behind a User-Agent header. Programs (curl, HTTP libraries) are named by their first product."""
    if not user_agent.strip():
        return SeenDevice(DeviceKind.UNKNOWN)
    if not user_agent.startswith("Mozilla/"):
        return SeenDevice(
            DeviceKind.PROGRAM,
            user_agent.split("/", maxsplit=1)[0].split(maxsplit=1)[0][:40]
            if user_agent.split("/", maxsplit=1)[0].strip()
            else "",
        )
    program = next((name for mark, name in _PROGRAMS if mark in user_agent), "")
    for mark, name, kind in _SYSTEMS:
        if mark in user_agent:
            tablet = name == "Android" and "Mobile" not in user_agent
            return SeenDevice(DeviceKind.TABLET if tablet else kind, program, name)
    return SeenDevice(DeviceKind.UNKNOWN, program)
