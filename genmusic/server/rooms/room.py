"""One room while somebody plays in it: renders once, and sends everybody the same bytes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Protocol

from genmusic.config import Settings
from genmusic.controls.spec import Value
from genmusic.errors import ProtocolError
from genmusic.server import chunks, journal, messages
from genmusic.server.messages import ServerMessage
from genmusic.server.rendering import RenderPool
from genmusic.server.socket import framed
from genmusic.session.clock import Clock
from genmusic.session.library import Library
from genmusic.session.room.music import RoomMusic, RoomStep
from genmusic.units import SAMPLE_RATE

WAITING, LED, PAUSED, ALONE, OVER = "waiting", "led", "paused", "alone", "over"
"""What may be said of a room: nothing was played yet; the performer conducts; stands still; is
away, and the music goes on by itself; has ended it."""
LOOK_SECONDS = 0.05
STYLE_SECONDS = 1.0  # in which a style ought to be known: after what is heard sooner
ROOM_FULL_RETRY_SECONDS = 10.0


class Guest(Protocol):
    """Who hears a room."""

    codec: str

    def push(self, frame: bytes) -> None:
        """Send what everybody is sent."""

    def dismiss(self, reason: ProtocolError) -> None:
        """Ask it to leave."""


class Leader(Protocol):
    """Who conducts a room."""

    def dismiss(self, reason: ProtocolError) -> None:
        """Ask it to give the room up."""


class Room:
    """A performance, and those who hear it."""

    def __init__(
        self, name: str, library: Library, settings: Settings, clock: Clock, pool: RenderPool
    ) -> None:
        self.name, self.who, self.state = name, "", WAITING
        self.performance = ""
        self.lines = 0  # of the performance that have come
        self.music = RoomMusic(library, settings)
        self.leader: Leader | None = None
        self.guests: set[Guest] = set()
        self._settings, self._clock, self._pool = settings, clock, pool
        self._hands = asyncio.Lock()  # on the music
        self._wake = asyncio.Event()
        self._seq: dict[str, int] = defaultdict(int)
        self._began = self._heard_at = clock()  # of the room; of the last word of its performer
        self._base = (0, clock())  # a frame of the audience, and when it was rendered

    # The performer

    def take(self, leader: Leader, performance: str, who: str) -> int | None:
        """Let somebody lead; the lines that are here of their performance, or None for nothing."""
        if self.leader not in (None, leader):
            self.leader.dismiss(ProtocolError("the room is led from elsewhere", "taken_over"))
        goes_on = performance == self.performance and self.state in (LED, PAUSED)
        self.leader, self.performance, self.who = leader, performance, who
        self.hear_of()
        if not goes_on:
            self.lines = 0
        return self.lines if goes_on else None

    async def learn(self, edition: str, text: str) -> None:
        """Take a style of the performer's, and hear beforehand whether it can be played."""
        work = partial(self.music.inbox.styles.add, edition, text)
        await self._pool.run(self._clock() + STYLE_SECONDS, work)
        self.hear_of()

    def give_up(self, leader: Leader) -> None:
        """The performer's line is gone."""
        if self.leader is leader:
            self.leader = None

    def hear_of(self, state: str = "") -> None:
        """The performer has said something."""
        self._heard_at = self._clock()
        if state and state != self.state:
            self._base = (self.music.broadcast.end, self._heard_at)
            self._enter(state)
        self._wake.set()

    def _enter(self, state: str) -> None:
        self.state = state
        journal.write("room", room=self.name, state=state, listeners=len(self.guests))
        self.tell(self.described())

    # The audience

    async def admit(self, codecs: Sequence[str]) -> str:
        """The codec in which somebody will hear the room."""
        if len(self.guests) >= self._settings.room_listeners:
            raise ProtocolError("the room is full", "full", retry_after=ROOM_FULL_RETRY_SECONDS)
        async with self._hands:
            work = partial(self.music.broadcast.encode_for, codecs, self.music.seed)
            return await self._pool.run(self._clock(), work)

    def enter(self, guest: Guest) -> None:
        """Send a guest everything from now on."""
        self.guests.add(guest)

    def leave(self, guest: Guest) -> None:
        """A guest is gone."""
        self.guests.discard(guest)
        if all(other.codec != guest.codec for other in self.guests):
            self.music.broadcast.drop(guest.codec)

    def described(self) -> ServerMessage:
        """Who plays here, and how."""
        return messages.RoomState(self.name, self.who, self.state, len(self.guests))

    def tell(self, message: ServerMessage) -> None:
        """Say something to everybody."""
        self._push(framed(message), self.guests)

    def next_seq(self, codec: str, count: int = 1) -> int:
        """The number of the next message of sound in a codec."""
        self._seq[codec] += count
        return self._seq[codec] - count

    @staticmethod
    def _push(frame: bytes, guests: set[Guest]) -> None:
        for guest in tuple(guests):
            guest.push(frame)

    # Time

    async def run(self) -> None:
        """Play until the performance is over."""
        while self.state != OVER:
            self._look()
            if (sounding := self._due()) is not None:
                await self._advance(sounding=sounding)
                continue
            self._wake.clear()
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _look(self) -> None:
        """Notice a performer who has fallen silent, and one who does not come back."""
        silent, limits = self._clock() - self._heard_at, self._settings
        patience, after = {
            WAITING: (limits.hello_seconds, OVER),
            ALONE: (limits.room_alone_seconds, OVER),
        }.get(self.state, (limits.room_patience_seconds, ALONE))
        if silent > patience:
            self._enter(after)

    def _due(self) -> bool | None:
        """Whether the next chunk sounds or is silent; None while none is due."""
        now, chunk = self._clock(), self._settings.chunk_frames
        limit = self._settings.play_speed_limit * SAMPLE_RATE
        end = self.music.broadcast.end
        room = self._settings.lookahead_frames + (now - self._began) * limit - end
        if self.state == WAITING or room < chunk:
            return None
        if self.state != ALONE and self.music.known_frames >= chunk:
            return True
        frame, since = self._base
        late = frame + (now - since) * SAMPLE_RATE - end
        return None if self.state == LED or late < chunk else self.state == ALONE

    async def _advance(self, *, sounding: bool) -> None:
        work = partial(self.music.advance, self._settings.chunk_frames, sounding=sounding)
        async with self._hands:
            try:
                step = await self._pool.run(self._clock() + LOOK_SECONDS, work)
            except Exception as error:
                journal.write_failure("failed", error, room=self.name)
                self._enter(OVER)
                return
            self._send(step)
        if self.state == LED:
            self._base = (self.music.broadcast.end, self._clock())

    def _send(self, step: RoomStep) -> None:
        for bar in step.bars:
            self.tell(messages.notes(bar))
        for pts, changes in groupby(step.changes, key=lambda change: change[0]):
            values: dict[str, Value] = {name: value for _, name, value in changes}
            self.tell(messages.Moved(pts, values))
        for codec, sound in step.sound.items():
            hearing = {guest for guest in self.guests if guest.codec == codec}
            if hearing and sound:
                self._push(framed(chunks.pack(sound, self.next_seq(codec))), hearing)
