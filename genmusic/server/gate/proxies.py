"""Where a request comes from, when others pass it on."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from aiohttp import web

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

FORWARDED = "X-Forwarded-For"
LONGEST_CHAIN = 16
NEIGHBOURHOOD_BITS = 64  # of IPv6: one customer has them all


class Proxies:
    """Tells the address of a client from those of proxies that are trusted to name it."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted: list[Network] = [ipaddress.ip_network(row, strict=False) for row in trusted]

    def trusts(self, peer: str) -> bool:
        """Whether a peer may say who asks through it; also: whether it is one of us."""
        address = _parse(peer)
        return address is None or any(address in network for network in self._trusted)

    def client(self, request: web.BaseRequest) -> str | None:
        """The address that is counted, or None for a trusted peer that asks for itself."""
        peer = request.remote or ""
        if not self.trusts(peer):
            return neighbourhood(peer)
        chain = ",".join(request.headers.getall(FORWARDED, ())).split(",")[-LONGEST_CHAIN:]
        named = [name.strip() for name in chain if name.strip()]
        for name in reversed(named):
            if _parse(name) is None:
                return peer  # the proxy talks nonsense: all that comes through it counts as one
            if not self.trusts(name):
                return neighbourhood(name)
        return None

    def secure(self, request: web.BaseRequest) -> bool:
        """Whether the client speaks TLS, to us or to a trusted proxy."""
        told = self.trusts(request.remote or "") and request.headers.get("X-Forwarded-Proto")
        return told == "https" if told else request.secure


def neighbourhood(address: str) -> str:
    """What shares its limits: an IPv4 address, or the network of an IPv6 address."""
    parsed = _parse(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(parsed), NEIGHBOURHOOD_BITS), strict=False))
    return address if parsed is None else str(parsed)


def _parse(address: str) -> IpAddress | None:
    """The address; one of IPv4 in the clothes of IPv6 is undressed."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None  # a Unix socket, or nonsense
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed
