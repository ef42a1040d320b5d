"""Sound of a session into the body of an HTTP answer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

import numpy as np
from aiohttp import web

from genmusic.encoding import EndlessFile
from genmusic.errors import ProtocolError
from genmusic.server.chunks import HEAD, Chunk
from genmusic.server.httpstream.icy import Interleaver
from genmusic.server.httpstream.wallclock import WallClock
from genmusic.server.listeners import Listeners
from genmusic.server.messages import BarNotes, Ready, ServerMessage


class FileOutlet:
    """Encodes chunks of PCM into an endless file and writes it at the pace of its reader."""

    def __init__(
        self,
        response: web.StreamResponse,
        file: EndlessFile,
        listeners: Listeners,
        clock: WallClock,
        interleaver: Interleaver | None,
    ) -> None:
        self._response = response
        self._file = file
        self._listeners = listeners
        self._clock = clock
        self._interleaver = interleaver
        self._count_bytes = listeners.tally.sent_bytes.labels("http").inc
        self._title = ""
        self._titles: deque[tuple[int, str]] = deque()  # of bars to come, by their first frame

    async def send(self, message: ServerMessage | Chunk) -> None:
        """Write sound, or note what it is called; a reader who has stopped is cut off."""
        if isinstance(message, Chunk):
            await self._write(message)
        elif isinstance(message, Ready):
            self._title = message.title
        elif isinstance(message, BarNotes):
            self._titles.append((message.pts, message.title))

    def send_now(self, messages: Sequence[ServerMessage | Chunk]) -> bool:
        """Nothing: a file is encoded in a thread."""
        return False

    async def _write(self, chunk: Chunk) -> None:
        _kind, _flags, frames, _seq, pts = HEAD.unpack(chunk.head)
        samples = np.frombuffer(chunk.body, "<i2").reshape(-1, 2)
        deadline = self._listeners.clock()
        sound = await self._listeners.pool.run(deadline, partial(self._file.write, samples))
        if self._interleaver is not None:
            sound = self._interleaver.weave(sound, self._title_at(pts))
        try:
            async with asyncio.timeout(self._listeners.settings.http_stall_seconds):
                await self._response.write(sound)
        except TimeoutError:
            raise ProtocolError("the player does not read", "stalled") from None
        self._count_bytes(len(sound))
        self._clock.sent(pts + frames, self._listeners.clock())

    def _title_at(self, frame: int) -> str:
        while self._titles and self._titles[0][0] <= frame:
            self._title = self._titles.popleft()[1]
        return self._title
