"""The WebSocket of a listener: the rules of the conversation, from hello to farewell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any

from aiohttp import WSMsgType, web

from genmusic.errors import GenmusicError, ProtocolError
from genmusic.server import journal, messages
from genmusic.server.gate.keeper import address_of
from genmusic.server.limits import RateLimit
from genmusic.server.listeners import Listeners
from genmusic.server.messages import (
    Ack,
    Bye,
    Hello,
    Knobs,
    Learn,
    Midi,
    Pause,
    Play,
    Role,
    Set,
    Skip,
)
from genmusic.server.player import Player
from genmusic.server.presence import Presence
from genmusic.server.rooms.guest import RoomGuest
from genmusic.server.socket import SUBPROTOCOL, StreamSocket, framed
from genmusic.server.web_keyboard import WebKeyboard
from genmusic.session.opening import Wishes
from genmusic.session.parcels import Replay
from genmusic.session.requests import Request
from genmusic.session.session import Session
from genmusic.units import SAMPLE_RATE

BELIEVED_FRAMES = 10 * SAMPLE_RATE  # missed between two acks: later, nothing is rendered
LISTENERS: web.AppKey[Listeners] = web.AppKey("listeners", Listeners)


class Phase(Enum):
    """Where the conversation stands, in the words of a complaint."""

    GREETING = "before hello"
    PLAYING = "after hello"
    IN_ROOM = "in a room"
    OVER = "after bye"


class Connection(Presence):
    """One WebSocket: reads what the listener wants, while a `Player` renders and sends."""

    def __init__(self, socket: StreamSocket, listeners: Listeners, address: str | None) -> None:
        super().__init__(listeners)
        limits = listeners.settings
        self.phase = Phase.GREETING
        self._socket = socket
        self._address = address
        self._message_limit = RateLimit("messages", limits.messages_per_second, listeners.clock())
        self._set_limit = RateLimit("changes", limits.sets_per_second, listeners.clock())
        self._under_frames = 0
        self._guest: RoomGuest | None = None
        self._keyboard: WebKeyboard | None = None
        self._midi_limit = RateLimit("keys", limits.midi_per_second, listeners.clock())

    # Life

    async def run(self) -> None:
        """Converse until one side ends it, then say why."""
        self._listeners.connect(self)
        try:
            reason = await self.outcome()
            if reason is not None:
                self._take_down(reason)
            journal.write(
                "left",
                session=self._session.id if self._session else None,
                reason=reason.code if reason else "gone",
                under_frames=self._under_frames,
            )
            await self._socket.say_farewell(reason)
        finally:
            self._listeners.disconnect(self)

    def _take_down(self, reason: GenmusicError) -> None:
        """Count a refusal, and what a well-made client does not do."""
        listeners = self._listeners
        if self._session is None:
            listeners.tally.refused.labels(reason.code).inc()
        listeners.addresses.offend(self._address, reason.code, listeners.clock())

    @property
    def over(self) -> bool:
        """Whether the listener said bye."""
        return self.phase is Phase.OVER

    async def converse(self) -> None:
        """Be greeted, then play and listen."""
        await self.race(self._read_during(Phase.GREETING))
        self._socket.take_at_once(self._hear_at_once)
        if self._player is not None:
            try:
                await self.race(self._read_during(Phase.PLAYING), self._player.run())
            finally:
                if self._keyboard is not None:
                    self._keyboard.close()
        elif self._guest is not None:
            try:
                await self.race(self._read_during(Phase.IN_ROOM), self._guest.stay())
            finally:
                self._guest.go()

    # Reading

    async def _read_during(self, phase: Phase) -> None:
        """Handle messages for as long as the phase lasts."""
        while self.phase is phase:
            message = messages.parse(await self._receive())
            handle = HANDLERS[phase].get(type(message))
            if handle is None:
                name = type(message).__name__.lower()
                raise ProtocolError(f"{name} is not expected {phase.value}")
            await handle(self, message)

    async def _receive(self) -> str:
        """The next text, within the limits of time and number."""
        patience = self._listeners.settings.hello_seconds
        greeting = self.phase is Phase.GREETING
        try:
            message = await self._socket.receive(patience if greeting else None)
        except TimeoutError:
            raise ProtocolError(f"no hello within {patience:g} s", "stalled") from None
        if message.type is WSMsgType.BINARY:
            raise ProtocolError("a client sends text, not binary messages")
        if message.type is not WSMsgType.TEXT:
            raise ConnectionResetError  # the other side closed, or the line did
        self._message_limit.take(self._listeners.clock())
        return str(message.data)

    async def _greet(self, hello: Hello) -> None:
        """Begin a session, or find the one that goes on."""
        if hello.v != messages.VERSION:
            raise ProtocolError(f"this server speaks version {messages.VERSION}, not {hello.v}")
        if hello.room is not None:
            await self._enter_room(hello, hello.room)
            return
        if hello.session is None:
            session, replay = await self._begin(hello), Replay.nothing()
        else:
            session, replay = await self._come_back(hello, hello.session)
        self._player = Player(self._socket, self._listeners, session, replay)
        self.phase = Phase.PLAYING

    async def _enter_room(self, hello: Hello, name: str) -> None:
        if hello.seed is not None or hello.style is not None or hello.controls:
            raise ProtocolError("in a room, seed, style and controls are the performer's")
        listeners = self._listeners
        room = listeners.hall.find(name)
        codec = await room.admit(hello.codecs)
        place = (listeners.settings, listeners.clock)
        self._guest = RoomGuest(self._socket, room, codec, *place)
        self._guest.arrive(hello)
        self.phase = Phase.IN_ROOM
        journal.write("entered", room=name, codec=codec)

    async def _begin(self, hello: Hello) -> Session:
        if hello.token is not None or hello.resume is not None:
            raise ProtocolError("token and resume belong to a session")
        controls = dict(hello.controls) | ({} if hello.style is None else {"style": hello.style})
        wishes = Wishes(tuple(hello.codecs), hello.seed, controls)
        session = self._session = await self._listeners.begin(self, wishes, self._address)
        journal.write("joined", session=session.id, codec=session.codec, seed=session.seed)
        return session

    async def _come_back(self, hello: Hello, name: str) -> tuple[Session, Replay]:
        resume = hello.resume
        next_pts, played = (resume.next_pts, resume.played) if resume else (None, None)
        session = self._session = await self._listeners.come_back(
            self, name, hello.token or "", next_pts=next_pts, played=played
        )
        if session.codec not in hello.codecs:
            raise ProtocolError(f"the session goes on in {session.codec}")
        replay = session.resume(next_pts, self._listeners.clock())
        journal.write("resumed", session=session.id, pts=replay.pts)
        return session, replay

    def _hear_at_once(self, text: bytes) -> bool:
        """Take an ack before it is queued; False if it is anything else."""
        ack = messages.parse_ack(text)
        if ack is None:
            return False
        now = self._listeners.clock()
        try:
            self._message_limit.take(now)
            self._take(ack, now)
        except ProtocolError as error:
            self.dismiss(error)
        return True

    async def _hear(self, ack: Ack) -> None:
        self._take(ack, self._listeners.clock())

    def _take(self, ack: Ack, now: float) -> None:
        if ack.under != self._under_frames:
            self._count_missed(ack)
        if self._guest is not None:
            self._guest.hear_of()
        else:
            self._playing.acknowledge(ack.played, now)

    def _count_missed(self, ack: Ack) -> None:
        missed = min(max(ack.under - self._under_frames, 0), BELIEVED_FRAMES)
        if missed:
            self._listeners.tally.underrun_frames.inc(missed)
        self._under_frames = ack.under

    async def _set(self, change: Set) -> None:
        self._set_limit.take(self._listeners.clock())
        self._playing.request(Request(change.id, change.controls))

    async def _skip(self, skip: Skip) -> None:
        self._set_limit.take(self._listeners.clock())
        self._playing.request(Request(skip.id, None))

    async def _pause(self, _message: Pause) -> None:
        self._playing.pause(True)

    async def _play(self, _message: Play) -> None:
        self._playing.pause(False)

    async def _bye(self, _message: Bye) -> None:
        self.phase = Phase.OVER

    async def _take_keys(self, midi: Midi) -> None:
        for _event in midi.events:
            self._midi_limit.take(self._listeners.clock())
        self._at_keyboard.hear(midi)

    async def _give_role(self, role: Role) -> None:
        self._midi_limit.take(self._listeners.clock())
        self._at_keyboard.choose(role.role)

    async def _learn(self, learn: Learn) -> None:
        self._midi_limit.take(self._listeners.clock())
        self._at_keyboard.learn(learn.control)

    async def _remember_knobs(self, knobs: Knobs) -> None:
        self._midi_limit.take(self._listeners.clock())
        self._at_keyboard.remember(knobs)

    @property
    def _at_keyboard(self) -> WebKeyboard:
        """The listener's keyboards, from their first message on."""
        if self._keyboard is None and self._session is not None:
            listeners, session = self._listeners, self._session
            self._keyboard = WebKeyboard(
                session,
                tuple(listeners.library.styles),
                self._playing.request,
                lambda message: self._socket.push(framed(message)),
                lambda: session.pacing.ear(listeners.clock()),
            )
        if self._keyboard is None:
            raise ProtocolError("hello comes first")
        return self._keyboard

    async def _refuse_keys(self, _message: Midi | Role | Learn | Knobs) -> None:
        self._midi_limit.take(self._listeners.clock())

    async def _refuse(self, wish: Set | Skip) -> None:
        self._set_limit.take(self._listeners.clock())
        self._visiting.refuse(wish.id)

    async def _pause_in_room(self, _message: Pause) -> None:
        self._visiting.pause()

    async def _play_in_room(self, _message: Play) -> None:
        await self._visiting.play()

    @property
    def _visiting(self) -> RoomGuest:
        if self._guest is None:
            raise ProtocolError("hello comes first")
        return self._guest

    @property
    def _playing(self) -> Player:
        if self._player is None:
            raise ProtocolError("hello comes first")
        return self._player


Handler = Callable[[Connection, Any], Awaitable[None]]
HANDLERS: Mapping[Phase, Mapping[type, Handler]] = {
    Phase.GREETING: {Hello: Connection._greet},
    Phase.PLAYING: {
        Ack: Connection._hear,
        Set: Connection._set,
        Skip: Connection._skip,
        Midi: Connection._take_keys,
        Role: Connection._give_role,
        Learn: Connection._learn,
        Knobs: Connection._remember_knobs,
        Pause: Connection._pause,
        Play: Connection._play,
        Bye: Connection._bye,
    },
    Phase.IN_ROOM: {
        Ack: Connection._hear,
        Set: Connection._refuse,
        Skip: Connection._refuse,
        **dict.fromkeys((Midi, Role, Learn, Knobs), Connection._refuse_keys),
        Pause: Connection._pause_in_room,
        Play: Connection._play_in_room,
        Bye: Connection._bye,
    },
}
"""What may be said in each phase; everything else is out of order."""


async def stream(request: web.Request) -> web.StreamResponse:
    """``GET /api/v1/stream``: a listener's WebSocket."""
    listeners = request.app[LISTENERS]
    socket = StreamSocket(listeners.settings, listeners.tally.sent_bytes.labels("websocket").inc)
    if not socket.can_prepare(request):
        raise web.HTTPUpgradeRequired(text="this address speaks WebSocket")
    offered = request.headers.get("Sec-WebSocket-Protocol", SUBPROTOCOL)
    if SUBPROTOCOL not in (name.strip() for name in offered.split(",")):
        raise web.HTTPBadRequest(text=f"this server speaks {SUBPROTOCOL}")
    await socket.open(request)
    await Connection(socket, listeners, address_of(request)).run()
    return socket
