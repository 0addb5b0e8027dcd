"""Internet addresses as far as they tell one household or office from another. Pure."""

from __future__ import annotations

import ipaddress


def network(address: str) -> str:
    """An address as one household or office has it: of IPv6 the 64 bits that a guesser cannot vary."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # a server behind a socket is told none
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
