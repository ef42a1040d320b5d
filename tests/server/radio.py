"""A listener made for tests, and the music it must hear."""

import json
import struct
from dataclasses import dataclass, field

import numpy as np
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from genmusic.config import Settings
from genmusic.encoding import open_stream_encoder
from genmusic.session import session as sessions

HEAD = struct.Struct("<BBHIQ")
SPLICE = 1  # flag
LINGER_SECONDS = 0.2  # for the rest of a request that was refused
PATIENCE = 20.0  # seconds; a test that waits longer has failed
UNPACED = Settings(play_speed_limit=1e6, load_limit=1.0, drain_seconds=0.2)
"""A test listens faster than anybody's audio clock, and keeps every thread busy.

At its end nobody acks any more, and to be fed for long would only make it wait.
"""


class Server(TestServer):
    """Runs the application as `genmusic serve` does: a lost line does not cancel its handler."""

    async def _make_runner(self, **options):
        return web.AppRunner(self.app, access_log=None, lingering_time=LINGER_SECONDS)


@dataclass
class Chunk:
    """A binary message, taken apart as docs/stream-protocol.md says."""

    kind: int
    flags: int
    count: int
    seq: int
    pts: int
    body: bytes

    @property
    def packets(self):
        if self.kind == 2:
            return [self.body[at : at + 3_840] for at in range(0, len(self.body), 3_840)]
        packets, at = [], 0
        while at < len(self.body):
            (length,) = struct.unpack_from("<H", self.body, at)
            packets.append(self.body[at + 2 : at + 2 + length])
            at += 2 + length
        return packets

    @property
    def end(self):
        return self.pts + (self.count if self.kind == 2 else 960 * self.count)


@dataclass
class Radio:
    """A listener made for tests: hears, acks what it heard, keeps everything."""

    socket: object
    texts: list = field(default_factory=list)
    chunks: list = field(default_factory=list)
    ready: dict = field(default_factory=dict)

    async def say(self, kind, **fields):
        await self.socket.send_str(json.dumps({"type": kind, **fields}))

    async def take(self):
        """The next message, read and kept; None when the connection is closed."""
        message = await self.socket.receive(PATIENCE)
        if message.type is WSMsgType.BINARY:
            *head, pts = HEAD.unpack_from(message.data)
            self.chunks.append(Chunk(*head, pts, message.data[16:]))
            return self.chunks[-1]
        if message.type is WSMsgType.TEXT:
            self.texts.append(json.loads(message.data))
            return self.texts[-1]
        return None

    async def expect(self, kind):
        """The next text message of a type."""
        while (message := await self.take()) is not None:
            if isinstance(message, dict) and message["type"] == kind:
                return message
        raise AssertionError(f"closed with {self.socket.close_code} instead of {kind}")

    async def hear(self, until):
        """Listen, acking at once, until the sound reaches a frame; its packets."""
        while not self.chunks or self.chunks[-1].end < until:
            end = self.chunks[-1].end if self.chunks else 0
            await self.say("ack", played=end, end=end, under=0)
            await self.hear_silently(end + 1)
        return self.packets

    async def fill(self):
        """Listen without an ack until the look-ahead is full; its end."""
        await self.hear_silently(self.ready["pts"] + 48 * self.ready["lookahead_ms"])
        return self.chunks[-1].end

    async def hear_silently(self, until):
        while not self.chunks or self.chunks[-1].end < until:
            message = await self.take()
            assert message is not None, f"closed with {self.socket.close_code}"

    async def end(self):
        """Read to the end; the close code."""
        while await self.take() is not None:
            pass
        return self.socket.close_code

    @property
    def packets(self):
        """What there is to hear: a splice takes the place of all from its frame on."""
        heard = {}
        for chunk in self.chunks:
            if chunk.flags & SPLICE:
                heard = {pts: packet for pts, packet in heard.items() if pts < chunk.pts}
            heard.update((chunk.pts + 960 * k, packet) for k, packet in enumerate(chunk.packets))
        return list(heard.values())

    @property
    def pcm(self):
        return b"".join(self.packets)

    @property
    def ticket(self):
        return {key: self.ready[key] for key in ("session", "token")}


def offline(library, frames, codec="pcm16", seed=7, changes=()):
    """The packets of a piece rendered in one thread, with changes at given frames."""
    engine = sessions.Engine(library, seed)
    encoder, packets = open_stream_encoder(codec, seed), []
    changes = dict(changes)
    while engine.rendered_end < frames:
        if engine.rendered_end in changes:
            engine.set_controls(changes[engine.rendered_end])
        block = np.zeros((2, 960), np.float32)
        engine.render(block)
        packets += encoder.encode(block, engine.rendered_end - 960)
    return packets


def through(address):
    """Headers by which the proxy on this machine says for whom it asks."""
    return {"X-Forwarded-For": address}
