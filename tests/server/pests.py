"""Clients nobody wishes for, each with an address of its own: made to be sent in thousands.

Every pest does one bad thing again and again until it is cancelled, whatever the server answers.
"""

import asyncio
import itertools
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aiohttp

HELLO = {"type": "hello", "v": 1, "codecs": ["opus"]}
THROWN_OUT = (OSError, aiohttp.ClientError, TimeoutError)
PAUSE_SECONDS = 0.3  # before a pest that was thrown out comes back
CHANCE = random.Random(440)  # noqa: S311 - chance, not secrecy


class Pest:
    """One client of one kind: where it comes from, where it goes, how often it was let in."""

    def __init__(self, host, port, number):
        self.place = (host, port)
        self.address = f"127.{1 + number // 62_500}.{number // 250 % 250}.{2 + number % 250}"
        self.url = f"http://{host}:{port}"
        self.attempts = 0

    async def bother(self, kind):
        """Do it again and again."""
        while True:
            self.attempts += 1
            with suppress(*THROWN_OUT):
                await kind(self)
            await asyncio.sleep(PAUSE_SECONDS * (0.5 + CHANCE.random()))

    def browser(self):
        connector = aiohttp.TCPConnector(local_addr=(self.address, 0), limit=0, force_close=True)
        return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(30))

    async def connect(self):
        return await asyncio.open_connection(*self.place, local_addr=(self.address, 0), limit=4_096)


async def silent(pest):
    """Connects and says nothing."""
    reader, writer = await pest.connect()
    try:
        await reader.read()
    finally:
        writer.transport.abort()


async def slow(pest):
    """Says its request a byte at a time, and never its end."""
    _reader, writer = await pest.connect()
    try:
        for byte in itertools.cycle(b"GET / HTTP/1.1\r\nX: yyyyyyyyyyyyyyyyyyyy"):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.2)
    finally:
        writer.transport.abort()


async def malformed(pest):
    """Sends bytes that mean nothing, to the server and into a WebSocket."""
    _reader, writer = await pest.connect()
    upgrade = (
        b"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    try:
        writer.write(CHANCE.choice([b"", upgrade]) + CHANCE.randbytes(2_000))
        await writer.drain()
        await asyncio.sleep(0.1)
    finally:
        writer.transport.abort()


async def flooding(pest):
    """Says hello and then everything it knows, as fast as it can."""
    async with pest.browser() as browser, browser.ws_connect(f"{pest.url}/api/v1/stream") as socket:
        await socket.send_json(HELLO)
        for number in range(2_000):
            value = {"brightness": number % 2}
            await socket.send_json({"type": "set", "id": number, "controls": value})
            if number % 50 == 0:
                await asyncio.sleep(0)


async def oversized(pest):
    """Sends a message of a megabyte, and a body of ten."""
    async with pest.browser() as browser:
        async with browser.ws_connect(f"{pest.url}/api/v1/stream") as socket:
            await socket.send_str(json.dumps(HELLO | {"style": "x" * 1_000_000}))
            await socket.receive(5)
        json_type = {"Content-Type": "application/json"}
        async with browser.post(
            f"{pest.url}/api/v1/sessions", data=b" " * 10_000_000, headers=json_type
        ):
            pass


async def thieving(pest):
    """Tries tokens of its own making, on the stream and on sessions."""
    token = "gms_" + "".join(CHANCE.choices("ABCDEFabcdef0123456789-_", k=28))
    async with pest.browser() as browser:
        async with browser.ws_connect(f"{pest.url}/api/v1/stream") as socket:
            await socket.send_json(HELLO | {"session": "x" * 12, "token": token})
            await socket.receive(5)
        for method in ("GET", "DELETE"):
            headers = {"Authorization": f"Bearer {token}"}
            async with browser.request(
                method, f"{pest.url}/api/v1/sessions/{'x' * 12}", headers=headers
            ):
                pass


async def deaf(pest):
    """Begins a session, claims to hear it, and reads nothing of it."""
    async with (
        pest.browser() as browser,
        browser.ws_connect(f"{pest.url}/api/v1/stream", receive_timeout=None) as socket,
    ):
        await socket.send_json(HELLO | {"codecs": ["pcm16"]})
        socket._response.connection.transport.pause_reading()
        for tick in itertools.count():
            await socket.send_json({"type": "ack", "played": tick * 48_000})
            await asyncio.sleep(0.1)


KINDS: tuple[Callable[[Pest], Awaitable[None]], ...] = (
    silent, slow, malformed, flooding, oversized, thieving, deaf,
)  # fmt: skip


async def release(host, port, count, names=()):
    """Let so many pests loose, of all kinds in turn or of some; tasks to cancel."""
    kinds = itertools.cycle([kind for kind in KINDS if not names or kind.__name__ in names])
    return [
        asyncio.create_task(Pest(host, port, number).bother(next(kinds))) for number in range(count)
    ]


async def recall(tasks):
    """Call the pests back."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
