"""Listeners for measurements: an audio clock each, a buffer, and a note of everything amiss."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import struct
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import aiohttp

from genmusic.config import Settings
from genmusic.units import SAMPLE_RATE

ACK_SECONDS = 0.25  # as the page
RETRY_SECONDS = 0.1
LOOK_SECONDS = 0.02
HEAD = struct.Struct("<BBHIQ")  # type, flags, count, sequence, pts
SPLICE, DISCONTINUITY = 1, 2
PACKET_FRAMES = 960
PACKET_BYTES = 4 * PACKET_FRAMES  # of pcm16
PROMISED_FRAMES = round(Settings().least_lookahead_seconds * SAMPLE_RATE)


@asynccontextmanager
async def noting_stalls() -> AsyncIterator[list[float]]:
    """By how many milliseconds each look at the clock was late: all ears stood still for so long.

    What comes late because of that is no doing of the server's.
    """
    late_ms = [0.0]

    async def look() -> None:
        while True:
            due = time.perf_counter() + LOOK_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
            late_ms.append(1e3 * (time.perf_counter() - due))

    looking = asyncio.create_task(look())
    try:
        yield late_ms
    finally:
        looking.cancel()


@dataclass(slots=True)
class Ear:
    """One listener who hears from the first chunk on, and comes back whenever the line is lost."""

    ack_seconds: ClassVar[float] = ACK_SECONDS

    codec: str
    url: str
    end: int = 0
    underruns: int = 0
    gaps: int = 0  # frames that never came, or came with a flag that they do not fit
    reconnects: int = 0
    greetings: int = 0
    lost: int = 0  # sessions that were not there any more: it began another
    first_sound_ms: float = 0.0
    late_ms: list[float] = field(default_factory=list)  # chunks, after the ack that called for them
    keeps_sound: bool = False  # of pcm16
    sound: dict[int, bytes] = field(default_factory=dict)  # packets, by the frame they begin at
    ready: dict[str, Any] = field(default_factory=dict)  # the newest greeting
    granted: dict[str, float] = field(default_factory=dict)  # controls, as they were acknowledged
    forgotten: int = 0  # of them, when it was greeted again; counts for knobs that only go up
    waits_ms: list[float] = field(default_factory=list)  # from a wish to the ear
    _begun: float = 0.0
    _stalled: float = 0.0
    _dry: bool = False
    _ticket: dict[str, Any] | None = None
    _asked: dict[int, tuple[float, dict[str, float]]] = field(default_factory=dict)
    _acks: deque[tuple[int, float]] = field(default_factory=deque)  # frame and time of each
    _landing: tuple[float, int] | None = None  # when asked, and the frame that was promised
    _socket: aiohttp.ClientWebSocketResponse | None = None
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def played(self) -> int:
        """The frame at the ear; the clock stands still while there is nothing to play."""
        if not self._begun:
            return 0
        now = time.perf_counter()
        played = round((now - self._begun - self._stalled) * SAMPLE_RATE)
        if played > self.end:
            self.underruns += not self._dry
            self._dry = True
            self._stalled += (played - self.end) / SAMPLE_RATE
            return self.end
        return played

    async def listen(self, web: aiohttp.ClientSession, stop: asyncio.Event) -> None:
        """Hear until told to stop."""
        while not stop.is_set():
            with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                async with web.ws_connect(self.url, protocols=["genmusic.v1"]) as socket:
                    await self._converse(socket, stop)
            if not stop.is_set():
                await asyncio.sleep(RETRY_SECONDS)

    async def wish(self, controls: dict[str, float]) -> None:
        """Ask for a change, and note how long it takes to the ear."""
        number = next(self._ids)
        self._asked[number] = (time.perf_counter(), controls)
        await self._ack()
        await self._say({"type": "set", "id": number, "controls": controls})

    def lose_line(self) -> None:
        """Have the connection cut, without a word."""
        if self._socket is not None and (transport := self._socket.get_extra_info("socket")):
            with contextlib.suppress(OSError):
                transport.shutdown(2)

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse, stop: asyncio.Event) -> None:
        self._socket = socket
        began = time.perf_counter()
        hello: dict[str, Any] = {"type": "hello", "v": 1, "codecs": [self.codec]}
        if self._ticket:
            self.reconnects += 1
            hello |= self._ticket | {"resume": {"next_pts": self.end, "played": self.played}}
        await self._say(hello)
        acks = asyncio.create_task(self._keep_acking())
        ending = asyncio.create_task(stop.wait())
        hearing = asyncio.create_task(self._hear_all(socket, began))
        try:
            await asyncio.wait((hearing, ending), return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                hearing.result()
        finally:
            for task in (acks, ending, hearing):
                task.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    async def _hear_all(self, socket: aiohttp.ClientWebSocketResponse, began: float) -> None:
        """Take messages until there are no more."""
        while self._hear(await socket.receive(), began):
            pass

    def _hear(self, message: aiohttp.WSMessage, began: float) -> bool:
        """Take a message; False when there will be no more."""
        if message.type is aiohttp.WSMsgType.BINARY:
            self._take(message.data, began)
        elif message.type is aiohttp.WSMsgType.TEXT:
            self._read(json.loads(message.data))
        else:
            return False
        return True

    def _take(self, data: bytes, began: float) -> None:
        now = time.perf_counter()
        _kind, flags, count, _seq, pts = HEAD.unpack_from(data)
        frames = count if self.codec == "pcm16" else PACKET_FRAMES * count
        if self._begun:
            _ = self.played  # notes a stall that this chunk ends
        else:
            self._begun = now - pts / SAMPLE_RATE
            self.first_sound_ms = 1e3 * (now - began)
        self._dry = False
        if flags & DISCONTINUITY or (pts > self.end and not flags & SPLICE):
            self.gaps += max(pts - self.end, 1)
        self.end = pts + frames if flags & SPLICE else max(self.end, pts + frames)
        self.late_ms.append(1e3 * self._lateness(pts + frames, now))
        if self.keeps_sound:
            self._keep(data, pts)
        if self._landing is not None and self._landing[1] < self.end:
            asked, frame = self._landing
            at_ear = self._begun + self._stalled + frame / SAMPLE_RATE
            self.waits_ms.append(1e3 * (max(at_ear, now) - asked))
            self._landing = None

    def _lateness(self, end: int, now: float) -> float:
        """Seconds since the ack which left less in hand than the least look-ahead."""
        while self._acks and self._acks[0][0] < end - PROMISED_FRAMES:
            self._acks.popleft()
        return now - self._acks[0][1] if self._acks else 0.0

    def _keep(self, data: bytes, pts: int) -> None:
        for number, at in enumerate(range(HEAD.size, len(data), PACKET_BYTES)):
            self.sound[pts + number * PACKET_FRAMES] = data[at : at + PACKET_BYTES]

    def _read(self, text: dict[str, Any]) -> None:
        if text["type"] == "ready":
            self.ready = text
            self.greetings += 1
            self.forgotten += sum(text["controls"][k] < v for k, v in self.granted.items())
            self._ticket = {key: text[key] for key in ("session", "token")}
        elif text["type"] == "error" and text["code"] == "no_session":
            self._begin_anew()
        elif text["type"] == "applied" and text["id"] in self._asked:
            asked, controls = self._asked.pop(text["id"])
            self.granted |= controls
            self._landing = (asked, max(text["pts"].values()))

    def _begin_anew(self) -> None:
        """Its session is gone: the next connection asks for another."""
        self.lost += 1
        self._ticket, self._begun, self._stalled, self.end = None, 0.0, 0.0, 0
        self._asked.clear()
        self._acks.clear()
        self.granted.clear()

    async def _keep_acking(self) -> None:
        while True:
            await asyncio.sleep(self.ack_seconds)
            await self._ack()

    async def _ack(self) -> None:
        played = self.played
        self._acks.append((played, time.perf_counter()))
        await self._say({"type": "ack", "played": played, "end": self.end, "under": 0})

    async def _say(self, message: dict[str, Any]) -> None:
        if self._socket is not None and not self._socket.closed:
            with contextlib.suppress(ConnectionError):
                await self._socket.send_json(message)
