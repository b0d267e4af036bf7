"""Whose requests are counted together? Those of one IPv4 address, or of one IPv6 network of 64 bits."""

import ipaddress
from functools import lru_cache
from typing import Final

_NETWORK: Final = 64


@lru_cache(maxsize=4096)
def place_of(ip: str) -> str:
    """The place that an address belongs to, in its usual form; empty for what is no address, such as a Unix socket.

    Whoever has one IPv6 address has all of its /64. An IPv4 address written as IPv6 is itself.
    """
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _NETWORK), strict=False))
