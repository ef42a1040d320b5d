"""A listener in a room: sent what everybody there is sent."""

from __future__ import annotations

import asyncio

from genmusic.config import Settings
from genmusic.encoding import PACKET_FRAMES
from genmusic.errors import ProtocolError
from genmusic.server import chunks, messages
from genmusic.server.messages import Hello, Id
from genmusic.server.rooms.room import Room
from genmusic.server.socket import StreamSocket, framed
from genmusic.session.clock import Clock
from genmusic.session.parcels import Replay

PATIENCE_TICKS = 4  # looks at a guest's patience while it lasts


class RoomGuest:
    """One connection's place in a room.

    It only ever pushes: what is sent to it must not wait, or the order would be lost.
    """

    def __init__(
        self, socket: StreamSocket, room: Room, codec: str, settings: Settings, clock: Clock
    ) -> None:
        self.codec = codec
        self._socket, self._room = socket, room
        self._settings, self._clock = settings, clock
        self._heard_at = clock()
        self._paused = False
        self._dismissed: asyncio.Future[ProtocolError] = asyncio.Future()

    def arrive(self, hello: Hello | None) -> None:
        """Be told how things stand, get what is played ahead, then what everybody gets."""
        same = hello is not None and hello.session == self.session
        next_pts = hello.resume.next_pts if hello and hello.resume and same else None
        broadcast = self._room.music.broadcast
        replay = broadcast.join(self.codec, next_pts)
        controls = self._room.music.controls()
        self._say(self._ready(replay))
        self._room.enter(self)
        self._room.tell(self._room.described())
        self._say(messages.Moved(replay.pts, controls))
        for bar in replay.bars:
            self._say(messages.notes(bar))
        if replay.sound is not None:
            parts = replay.sound.divided(self._settings.chunk_frames // PACKET_FRAMES)
            for number, part in enumerate(parts):
                self.push(framed(chunks.pack(part, number)))

    @property
    def session(self) -> str:
        """By which a guest who comes back finds the same performance."""
        return f"{self._room.name}.{self._room.performance}"

    def _ready(self, replay: Replay) -> messages.Ready:
        music = self._room.music
        lookahead_ms = round(1_000 * self._settings.lookahead_seconds)
        return messages.ready_in_room(
            self._room.name, self.session, music, self.codec, replay, lookahead_ms
        )

    def _say(self, message: messages.ServerMessage) -> None:
        self.push(framed(message))

    def push(self, frame: bytes) -> None:
        """Send at once; who does not read is asked to go."""
        if not self._paused and not self._socket.push(frame):
            self.dismiss(ProtocolError("the client does not read", "stalled"))

    def dismiss(self, reason: ProtocolError) -> None:
        """Leave soon."""
        if not self._dismissed.done():
            self._dismissed.set_result(reason)

    # What the listener says

    def hear_of(self) -> None:
        """The listener's clock goes on."""
        self._heard_at = self._clock()

    def pause(self) -> None:
        """Nobody listens for a while."""
        self._paused = True
        self._room.leave(self)

    async def play(self) -> None:
        """Somebody listens again, to what is played now."""
        self.hear_of()
        if self._paused:
            self._paused = False
            self.codec = await self._room.admit([self.codec])
            self.arrive(None)

    def refuse(self, request_id: Id) -> None:
        """The listener asked for what only the performer can do."""
        who = self._room.who or "a performer"
        error = ProtocolError(f"{who} leads this room; those who listen steer nothing", "led")
        self._say(messages.fault(error, request_id))

    async def stay(self) -> None:
        """Hear the room until it ends, or the listener's clock has long stood still."""
        while True:
            limits = self._settings
            patience = limits.pause_seconds if self._paused else limits.stalled_seconds
            try:
                async with asyncio.timeout(patience / PATIENCE_TICKS):
                    raise await asyncio.shield(self._dismissed)
            except TimeoutError:
                if self._clock() - self._heard_at > patience:
                    raise ProtocolError("no ack came for too long", "stalled") from None

    def go(self) -> None:
        """Make room."""
        self._room.leave(self)
        self._room.tell(self._room.described())
