"""Connections, before anything is asked over them."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest

from genmusic.config import Settings
from genmusic.server.app import create_app
from genmusic.server.service import open_door


@asynccontextmanager
async def house(library, **limits):
    """A server behind its own door; its address."""
    settings = Settings(trusted_proxies=(), **limits)
    listener = socket.create_server(("127.0.0.1", 0))
    async with open_door(create_app(library, settings), listener):
        yield listener.getsockname()


@pytest.fixture
async def knock():
    """Open connections that are closed when the test is over."""
    opened = []

    async def connect(place, came_from="127.0.0.2"):
        opened.append(await asyncio.open_connection(*place, local_addr=(came_from, 0)))
        return opened[-1]

    yield connect
    for _, writer in opened:
        writer.transport.abort()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def answers(connection):
    """Whether a connection is answered; False when it is shut."""
    reader, writer = connection
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    try:
        return await asyncio.wait_for(reader.readline(), 10) == b"HTTP/1.1 200 OK\r\n"
    except ConnectionError:
        return False


async def shut(connection):
    """Wait until the server shuts a connection; what it said before."""
    try:
        return await asyncio.wait_for(connection[0].read(), 10)
    except ConnectionError:
        return b""


async def test_an_address_may_not_have_all_the_connections(library, knock):
    async with house(library, connections_per_address=3) as place:
        pests = [await knock(place) for _ in range(6)]
        good = await knock(place, "127.0.0.3")

        assert [await answers(pest) for pest in pests] == [True] * 3 + [False] * 3
        assert await answers(good)


async def test_a_connection_that_is_closed_makes_room(library, knock):
    async with house(library, connections_per_address=1) as place:
        first = await knock(place)
        assert await answers(first)
        first[1].close()
        await first[1].wait_closed()
        async with asyncio.timeout(10):
            while not await answers(await knock(place)):
                pass


async def test_there_is_an_end_to_all_connections(library, knock):
    async with house(library, max_connections=4) as place:
        many = [await knock(place, f"127.0.0.{2 + n}") for n in range(6)]

        assert [await answers(one) for one in many] == [True] * 4 + [False] * 2


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"GET",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\r\n",
        b"\r\n\r\n",
        b"\x16\x03\x01\0",
    ],
)
async def test_who_does_not_finish_asking_is_not_waited_for(library, knock, words):
    async with house(library, idle_seconds=0.2) as place:
        connection = await knock(place)
        connection[1].write(words)

        assert b" 200 " not in await shut(connection)


async def test_who_asks_nothing_more_is_not_waited_for(library, knock):
    async with house(library, idle_seconds=0.2) as place:
        connection = await knock(place)
        assert await answers(connection)

        await shut(connection)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 9_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"nonsense\r\n\r\n",
        bytes(range(256)) * 20,
    ],
)
async def test_a_malformed_head_is_refused(library, knock, head):
    async with house(library, idle_seconds=0.5) as place:
        connection = await knock(place)
        connection[1].write(head)

        assert b"HTTP/1.1 200" not in await shut(connection)


async def test_a_banned_address_is_shut_out_at_the_door(library, knock):
    async with house(library, offences_per_second=0.01) as place:
        for _ in range(3):
            pest = await knock(place)
            pest[1].write(b"GET /api/v1/sessions/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            await pest[0].readline()

        assert not await answers(await knock(place))
        assert await answers(await knock(place, "127.0.0.3"))


async def test_a_rush_of_connections_is_let_in_little_by_little(library, knock):
    async with house(library, connections_per_second=2.0) as place:
        many = [await knock(place, f"127.0.0.{2 + n}") for n in range(6)]

        assert [await answers(one) for one in many] == [True] * 4 + [False] * 2
