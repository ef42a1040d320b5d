"""The half of a connection that renders and sends: answers, bars and sound, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from genmusic.encoding import PACKET_FRAMES, Parcel
from genmusic.server import chunks, messages
from genmusic.server.alarm import Alarm
from genmusic.server.chunks import Chunk, Flag
from genmusic.server.listeners import Listeners
from genmusic.server.messages import ServerMessage
from genmusic.server.rows import Row
from genmusic.session.company import Outcome
from genmusic.session.parcels import Replay, Step
from genmusic.session.requests import Answer, Request
from genmusic.session.session import Session

STRAINED = 10.0  # times rarer are changes carried out when there is too much to do
STEADY_SECONDS = 1.0  # since the last change of what was sent: now a place may be worth while
CROWDED_SECONDS = 0.8  # of sound left to somebody who waits for a thread: others are late
SAFE_CHUNKS = 2  # that a listener holds who need not be served at once
Result = TypeVar("Result")


class Outlet(Protocol):
    """Where sound and messages leave the server; `send` waits for a listener who reads slowly."""

    async def send(self, message: ServerMessage | Chunk) -> None:
        """Send, or raise what ends the connection."""

    def send_now(self, messages: Sequence[ServerMessage | Chunk]) -> bool:
        """Send all of it if none of it has to wait; False if nothing was sent."""


class Player:
    """Plays one session to one outlet, as far ahead as the listener's acks allow.

    It alone sends, and nothing else advances the session but the row in which it has a place
    while all goes steadily. It sends before it renders again, so a listener who does not read
    stops its own rendering and holds one step in memory.
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
        self._alarm = Alarm(self._wake.set, listeners.clock)
        self._work: asyncio.Future[Any] | None = None  # in a thread
        self._row: Row | None = None
        self._delivered: deque[Outcome] = deque()  # until it is sent
        self._over = False
        self._spliced_at = -STEADY_SECONDS
        self._asked: set[asyncio.Future[Answer | None]] = set()
        self._seq = 0
        self._flags = Flag.DISCONTINUITY if replay.discontinuity else Flag.NONE

    def request(self, request: Request) -> None:
        """Queue a change; it is applied before the next frame is rendered.

        Once the server drains it is left to the next one: it would take back what was sent.
        """
        if not self._listeners.draining:
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

    def acknowledge(self, played: int, now: float) -> None:
        """The listener's audio clock stands at ``played``."""
        self._session.acknowledge(played, now)
        if self._row is None:
            self._wake.set()
        else:
            self._row.look(self._session, now)

    def pause(self, paused: bool) -> None:
        """Nobody listens for a while, or somebody does again."""
        self._session.pacing.pause(paused, self._listeners.clock())
        self._wake.set()

    def nudge(self) -> None:
        """Something may be due."""
        self._wake.set()

    @property
    def keeps_up(self) -> bool:
        """Whether all that was rendered is sent."""
        return not self._delivered

    def deliver(self, outcome: Outcome) -> None:
        """What the row has rendered: sent here and now if it need not wait, else by `run`."""
        try:
            if not self._delivered and self._send_now(outcome):
                return
        except Exception as error:  # this listener's alone: the row goes on
            outcome = error
        self._delivered.append(outcome)
        self._wake.set()

    def stand(self) -> None:
        """The place in the row is gone."""
        self._row = None
        self._wake.set()

    async def run(self) -> None:
        """Play until cancelled."""
        try:
            await self._welcome()
            await self._play()
        finally:
            self._over = True

    async def _play(self) -> None:
        while True:
            self._wake.clear()
            await self._send_delivered()
            now = self._listeners.clock()
            if self._row is None:
                await self._play_alone(now)
            elif self._session.pacing.paused or self._requests_ready(now):
                await self._finish(self._row.leave(self._session))
            else:
                self._row.look(self._session, now)
                await self._rest(now)

    async def _play_alone(self, now: float) -> None:
        requests = self._take_requests(now)
        frames = 0 if self._gives_way(now) else self._session.due_frames(now)
        if requests or frames:
            work = self._listeners.advance(self._session, requests, frames)
            self._delivered.append(await self._finish(work))
            await self._send_delivered()
        elif self._is_steady(now):
            self._row = self._listeners.rows.with_room(self._session)
            await self._finish(self._row.join(self._session, self))
        else:
            await self._rest(now)

    async def settle(self) -> None:
        """Let a render that runs come to its end: the thread cannot be stopped, only awaited."""
        self._alarm.cancel()
        if self._work is not None:
            await asyncio.wait([self._work])
            if self._work.exception() is None and isinstance(step := self._work.result(), Step):
                for answer in step.answers:
                    self._tell(answer)
        if self._row is not None:
            await self._row.leave(self._session)
        for answered in self._asked:
            if not answered.done():
                answered.set_result(None)

    async def _finish(self, work: Awaitable[Result]) -> Result:
        """The result of work in a thread; it goes on when this is cancelled."""
        future = self._work = asyncio.ensure_future(work)
        return await asyncio.shield(future)

    async def _send_delivered(self) -> None:
        while self._delivered:
            outcome = self._delivered[0]
            if isinstance(outcome, Exception):
                raise outcome
            await self._send_step(outcome)
            self._delivered.popleft()

    def _requests_ready(self, now: float) -> bool:
        """Whether to carry out requests: each takes back what was sent, so not too often."""
        return bool(self._requests) and now >= self._splices_from

    @property
    def _splices_from(self) -> float:
        seconds = self._listeners.settings.splice_seconds
        return self._spliced_at + seconds * (STRAINED if self._listeners.overloaded else 1.0)

    def _take_requests(self, now: float) -> Sequence[Request]:
        if not self._requests_ready(now):
            return ()
        requests, self._requests = self._requests, []
        self._spliced_at = now
        return requests

    def _gives_way(self, now: float) -> bool:
        """Whether to catch up in a row instead, because others wait: it is cheaper for all."""
        crowded = self._listeners.pool.crowded(now + CROWDED_SECONDS) and self._is_steady(now)
        return crowded and self._session.holds(SAFE_CHUNKS, now)

    def _is_steady(self, now: float) -> bool:
        """Whether a place in a row is worth while."""
        settled = now >= self._spliced_at + STEADY_SECONDS and not self._requests
        return settled and self._session.can_go_along(now)

    async def _welcome(self) -> None:
        replay, self._replay = self._replay, Replay.nothing()  # it may be large
        lookahead_ms = round(1_000 * self._listeners.settings.lookahead_seconds)
        token = self._listeners.registry.token(self._session)
        await self._outlet.send(messages.ready(self._session, token, replay, lookahead_ms))
        for bar in replay.bars:
            await self._outlet.send(messages.notes(bar))
        sound = replay.sound
        if self._session.lacks(replay):
            work = self._listeners.render_again(self._session, replay)
            sound = await self._finish(work)
        for chunk in self._chunks(sound):
            await self._outlet.send(chunk)

    async def _send_step(self, step: Step) -> None:
        for message in self._messages(step):
            await self._outlet.send(message)

    def _send_now(self, outcome: Outcome) -> bool:
        """Send a step that nobody asked for, unless something has to wait."""
        if self._over or isinstance(outcome, Exception) or outcome.answers:
            return self._over
        seq, flags = self._seq, self._flags
        sent = self._outlet.send_now([*self._messages(outcome)])
        if not sent:
            self._seq, self._flags = seq, flags
        return sent

    def _messages(self, step: Step) -> Iterator[ServerMessage | Chunk]:
        for answer in step.answers:
            if not self._tell(answer):
                yield messages.answer(answer)
        for bar in step.bars:
            yield messages.notes(bar)
        yield from self._chunks(step.sound)

    def _tell(self, answer: Answer) -> bool:
        """Tell whoever asked from beside the stream; False if it was the listener."""
        if not isinstance(answer.id, asyncio.Future):
            return False
        if not answer.id.done():
            answer.id.set_result(answer)
        return True

    def _chunks(self, sound: Parcel | None) -> Iterator[Chunk]:
        """Sound as binary messages of at most what a row renders in one hop."""
        if sound is None:
            return
        for part in sound.divided(self._listeners.settings.shared_chunk_frames // PACKET_FRAMES):
            flags, self._flags = self._flags, Flag.NONE
            number, self._seq = self._seq, self._seq + 1
            yield chunks.pack(part, number, flags)

    async def _rest(self, now: float) -> None:
        """Wait for a word of the listener, or until patience must be looked at."""
        seconds = self._session.rest_seconds(now)
        if self._requests:
            seconds = min(seconds, self._splices_from - now)
        self._alarm.at(now + seconds)
        await self._wake.wait()
