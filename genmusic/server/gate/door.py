"""The door before the gate: how many connections there are, and from where."""

from __future__ import annotations

import asyncio
import resource
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import cast
from weakref import WeakSet

from aiohttp import web

from genmusic.config import Settings
from genmusic.errors import ProtocolError
from genmusic.server.gate.addresses import AddressBook
from genmusic.server.gate.proxies import Proxies, neighbourhood
from genmusic.server.limits import RateLimit
from genmusic.session.clock import Clock

SPARE_FILES = 64  # for everything that is no connection
READ_BYTES = 16_384  # at once: asyncio's 256 kB are mapped anew for every ack, at 10 µs more


class Door(asyncio.Protocol):
    """Makes way for the protocol of a connection, or shuts at once when there are too many.

    A refused connection costs one accept: nothing is read from it, nothing is allocated for it.
    """

    def __init__(self, counter: Counter, factory: Callable[[], asyncio.Protocol]) -> None:
        self._counter = counter
        self._factory = factory

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection and hand it on."""
        stream = cast("asyncio.Transport", transport)  # of TCP; uvloop has classes of its own
        if not self._counter.admit(stream):
            stream.abort()
            return
        if hasattr(stream, "max_size"):
            stream.max_size = READ_BYTES
        protocol = self._factory()
        stream.set_protocol(protocol)
        protocol.connection_made(stream)


class Counter:
    """Open connections, of all and of each address."""

    def __init__(self, settings: Settings, addresses: AddressBook, clock: Clock) -> None:
        self._addresses = addresses
        self._clock = clock
        self._new = RateLimit("new connections", settings.connections_per_second, clock())
        self._proxies = Proxies(settings.trusted_proxies)
        self._per_address = settings.connections_per_address
        self._most = settings.max_connections
        self._all: WeakSet[asyncio.Transport] = WeakSet()
        self._by_address: dict[str, WeakSet[asyncio.Transport]] = defaultdict(WeakSet)
        self.refused = 0

    def __len__(self) -> int:
        return _living(self._all)

    def admit(self, transport: asyncio.Transport) -> bool:
        """Count a connection, or say that it is one too many."""
        peer = (transport.get_extra_info("peername") or ("",))[0]
        trusted = self._proxies.trusts(peer)
        address = None if trusted else neighbourhood(peer)
        if _as_many_as(self._room(), self._all) or not self._welcome(address):
            self.refused += 1
            return False
        self._all.add(transport)
        if address is not None:
            self._by_address[address].add(transport)
            self._forget_those_who_left()
        return True

    def _welcome(self, address: str | None) -> bool:
        """Whether one more of an address may come in now."""
        if address is None:
            return True
        now = self._clock()
        mine = self._by_address.get(address)
        crowded = mine is not None and _as_many_as(self._per_address, mine)
        if crowded or self._addresses.banned(address, now):
            return False
        try:
            self._new.take(now)
        except ProtocolError:
            return False
        return True

    def _room(self) -> int:
        return min(self._most, _file_limit() - SPARE_FILES)

    def _forget_those_who_left(self) -> None:
        if len(self._by_address) > 2 * len(self._all):
            for address in [name for name, rows in self._by_address.items() if not _living(rows)]:
                del self._by_address[address]


DOOR: web.AppKey[Counter] = web.AppKey("door", Counter)


def _as_many_as(limit: int, transports: WeakSet[asyncio.Transport]) -> bool:
    """Whether the limit is reached; only then the rows are looked through."""
    return len(transports) >= limit and _living(transports) >= limit


def _living(transports: WeakSet[asyncio.Transport]) -> int:
    """How many are still open; the others are waiting to be collected."""
    closing = [transport for transport in transports if transport.is_closing()]
    transports.difference_update(closing)
    return len(transports)


def raise_file_limit() -> None:
    """Every connection is a file, and many shells allow no more than 1024 of them."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _file_limit() -> int:
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1 << 20
