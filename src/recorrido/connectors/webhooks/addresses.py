"""Where a webhook may go: only to public addresses, checked at the moment of sending, on the address connected to.

A name that an outsider chose could lead into our own network (a database, a cloud's metadata service), or lead there
the second time it is asked. So the name is resolved once, every address it has is checked, and the connection is made
to one of those: never to the name again.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from recorrido.connectors.webhooks.errors import RefusedAddress

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")


def networks(written: Sequence[str]) -> tuple[Network, ...]:
    """The networks of RECORRIDO_WEBHOOK_ALLOW. Raises ValueError for one that is none."""
    return tuple(ip_network(one, strict=False) for one in written)


def resolve(host: str, port: int, *, allow: Sequence[str] = ()) -> str:
    """An address of ``host`` that may be connected to. Raises RefusedAddress, and OSError where there is none.

    One forbidden address among several refuses the name: an attacker would add a public one for company.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(place[4][0]) for place in found]
    allowed = networks(allow)
    for address in addresses:
        if not may_connect(address, allowed):
            raise RefusedAddress(host, address)
    return addresses[0]


def may_connect(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether an address is public, or one that the installation allows."""
    ip = ip_address(address.partition("%")[0])  # a scope (fe80::1%eth0) says nothing about the rest
    if _within(ip, allowed):
        return True
    return _public(_inner(ip) or ip)


def is_allowed(address: str, allow: Sequence[str]) -> bool:
    """Whether the installation names this address itself; only there may a message go without encryption."""
    return _within(ip_address(address.partition("%")[0]), networks(allow))


def _within(ip: Address, allowed: Sequence[Network]) -> bool:
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return any(mapped in network for network in allowed if network.version == mapped.version)


def _public(ip: Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _inner(ip: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one carries: a way around a check that looks at the outside only."""
    if not isinstance(ip, IPv6Address):
        return None
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
