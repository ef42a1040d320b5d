"""The half of a connection that renders and sends: answers, bars and sound, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

from genmusic.server import chunks, messages
from genmusic.server.chunks import Flag
from genmusic.server.listeners import Listeners
from genmusic.server.messages import ServerMessage
from genmusic.session.session import Answer, Packet, Replay, Request, Session, Step


class Outlet(Protocol):
    """Where sound and messages leave the server; `send` waits for a listener who reads slowly."""

    async def send(self, message: ServerMessage | bytes) -> None:
        """Send, or raise what ends the connection."""


class Player:
    """Plays one session to one outlet, as far ahead as the listener's acks allow.

    Nothing else advances the session or sends while it runs. It sends before it renders again, so
    a listener who does not read stops its own rendering and holds one step in memory.
    """

    def __init__(
        self, outlet: Outlet, listeners: Listeners, session: Session, replay: Replay
    ) -> None:
        self._outlet = outlet
        self._listeners = listeners
        self._session = session
        self._replay = replay
        self._requests: list[Request] = []
        self._wake = asyncio.Event()
        self._step: asyncio.Future[Step] | None = None
        self._asked: set[asyncio.Future[Answer | None]] = set()
        self._seq = 0
        self._flags = Flag.DISCONTINUITY if replay.discontinuity else Flag.NONE

    def request(self, request: Request) -> None:
        """Queue a change; it is applied before the next frame is rendered."""
        self._requests.append(request)
        self._wake.set()

    async def ask(self, controls: Mapping[str, object] | None) -> Answer | None:
        """The answer to a change from beside the stream; None if it ends before."""
        answered: asyncio.Future[Answer | None] = asyncio.Future()
        self._asked.add(answered)
        self.request(Request(answered, controls))
        try:
            return await answered
        finally:
            self._asked.discard(answered)

    def acknowledge(self, played: int) -> None:
        """The listener's audio clock stands at ``played``."""
        self._session.acknowledge(played, self._listeners.clock())
        self._wake.set()

    def pause(self, paused: bool) -> None:
        """Nobody listens for a while, or somebody does again."""
        self._session.pacing.pause(paused, self._listeners.clock())
        self._wake.set()

    async def run(self) -> None:
        """Play until cancelled."""
        await self._welcome()
        while True:
            self._wake.clear()
            now = self._listeners.clock()
            requests, self._requests = self._requests, []
            frames = self._session.due_frames(now)
            if requests or frames:
                await self._send_step(await self._advance(requests, frames, now))
            else:
                await self._rest(self._session.rest_seconds(now))

    async def settle(self) -> None:
        """Let a render that runs come to its end: the thread cannot be stopped, only awaited."""
        if self._step is not None:
            await asyncio.wait([self._step])
            if self._step.exception() is None:
                for answer in self._step.result().answers:
                    self._tell(answer)
        for answered in self._asked:
            if not answered.done():
                answered.set_result(None)

    async def _welcome(self) -> None:
        lookahead_ms = round(1_000 * self._listeners.settings.lookahead_seconds)
        token = self._listeners.registry.token(self._session)
        await self._outlet.send(messages.ready(self._session, token, self._replay, lookahead_ms))
        for bar in self._replay.bars:
            await self._outlet.send(messages.notes(bar))
        await self._send_packets(self._replay.packets)

    async def _advance(self, requests: Sequence[Request], frames: int, now: float) -> Step:
        """Apply, render and encode in one hop to a thread; it goes on when this is cancelled."""
        work = partial(self._session.advance, requests, frames)
        deadline = self._session.deadline(now)
        self._step = asyncio.ensure_future(self._listeners.pool.run(deadline, work))
        return await asyncio.shield(self._step)

    async def _send_step(self, step: Step) -> None:
        for answer in step.answers:
            if not self._tell(answer):
                await self._outlet.send(messages.answer(answer))
        for bar in step.bars:
            await self._outlet.send(messages.notes(bar))
        await self._send_packets(step.packets)

    def _tell(self, answer: Answer) -> bool:
        """Tell whoever asked from beside the stream; False if it was the listener."""
        if not isinstance(answer.id, asyncio.Future):
            return False
        if not answer.id.done():
            answer.id.set_result(answer)
        return True

    async def _send_packets(self, packets: Sequence[Packet]) -> None:
        """Send packets as binary messages of at most one chunk each."""
        encoder = self._session.encoder
        count = self._listeners.settings.chunk_frames // encoder.packet_frames
        for at in range(0, len(packets), count):
            chunk = packets[at : at + count]
            await self._outlet.send(chunks.pack(self._session.codec, chunk, self._seq, self._flags))
            self._seq += 1
            self._flags = Flag.NONE

    async def _rest(self, seconds: float) -> None:
        """Wait for a word of the listener, or until patience must be looked at."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
