"""From where was a session used? (SESS-19)"""

import msgspec


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One place a session was seen at. Field names are those stored and shown."""

    id: str
    ip_address: str
    user_agent: str
    location: str = ""
