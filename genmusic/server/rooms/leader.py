"""The WebSocket of a performer who leads a room: docs/rooms.md."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import WSMsgType, web

from genmusic.errors import GenmusicError, ProtocolError
from genmusic.server import journal
from genmusic.server.gate.keeper import address_of
from genmusic.server.limits import RateLimit
from genmusic.server.listeners import Listeners
from genmusic.server.rooms import words
from genmusic.server.rooms.room import ALONE, LED, OVER, PAUSED, Room
from genmusic.server.rooms.words import Audience, Lead, Leading, Leave, Opening, Played, StyleText
from genmusic.server.socket import StreamSocket, framed
from genmusic.server.stream import LISTENERS
from genmusic.session.log import Change
from genmusic.session.requests import Answer
from genmusic.session.room import told

SUBPROTOCOL = "genmusic.lead.v1"
AUDIENCE_SECONDS = 1.0  # between two tellings of how many hear


class LeaderConnection:
    """Reads what a performer plays, and tells a room of it."""

    def __init__(self, socket: StreamSocket, listeners: Listeners, name: str) -> None:
        self._socket, self._listeners, self._name = socket, listeners, name
        self._limit = RateLimit(
            "messages", listeners.settings.messages_per_second, listeners.clock()
        )
        self._room: Room | None = None
        self._asked = False  # for an opening, which is not here yet
        self._dismissed: asyncio.Future[ProtocolError] = asyncio.Future()

    # For the others

    def dismiss(self, reason: ProtocolError) -> None:
        """Give the room up, for a reason that lies elsewhere."""
        if not self._dismissed.done():
            self._dismissed.set_result(reason)

    def nudge(self) -> None:
        """Nothing is rendered here."""

    @property
    def keeps_up(self) -> bool:
        """Nothing is rendered here."""
        return True

    async def settled(self) -> None:
        """Nothing is rendered here."""

    async def ask(self, _controls: Mapping[str, object] | None) -> Answer | None:
        """Nobody steers a performer."""

    # Life

    async def run(self, address: str | None) -> None:
        """Converse until one side ends it."""
        self._listeners.connect(self)
        reason: GenmusicError | None = None
        tell = asyncio.create_task(self._tell_audience())
        try:
            await self._converse()
        except GenmusicError as error:
            reason = error
            self._listeners.tally.refused.labels(error.code).inc()
            self._listeners.addresses.offend(address, error.code, self._listeners.clock())
        except ConnectionError:
            reason = None
        finally:
            tell.cancel()
            if self._room is not None:
                self._room.give_up(self)
            self._listeners.disconnect(self)
            journal.write("led", room=self._name, reason=reason.code if reason else "gone")
            await self._socket.say_farewell(reason)

    async def _converse(self) -> None:
        first = await self._receive(self._listeners.settings.hello_seconds)
        if not isinstance(first, Lead):
            raise ProtocolError("lead comes first")
        if first.v != words.VERSION:
            raise ProtocolError(f"this server speaks version {words.VERSION}, not {first.v}")
        room = self._room = self._listeners.hall.open(self._name, first.token)
        self._lead(room, first)
        while room.state != OVER:
            message = await self._receive(None)
            if isinstance(message, Leave):
                room.hear_of(OVER)
            elif isinstance(message, StyleText):
                await room.learn(message.edition, message.text)
            elif isinstance(message, Opening):
                self._open(room, message)
            elif not isinstance(message, Played):
                raise ProtocolError("lead comes once")
            elif room.state == ALONE:
                self._lead(room, first)  # it went on by itself: it must be told where we are
            else:
                self._play(room, message)

    def _lead(self, room: Room, first: Lead) -> None:
        """Take the room, and say what it must be told."""
        if self._asked:
            return
        lines = room.take(self, first.performance, first.who)
        self._asked = lines is None
        if self._asked:
            room.music.inbox.forget_styles()
        self._say(Leading(room.name, lines))

    def _open(self, room: Room, opening: Opening) -> None:
        controls = room.music.inbox.styles.library.check(opening.controls)
        place = (opening.frame, opening.checkpoint)
        room.music.open(told.Opening(opening.seed, controls, *place))
        room.lines, self._asked = 0, False
        room.hear_of(LED)

    def _play(self, room: Room, played: Played) -> None:
        changes = [Change(*line) for line in played.lines]
        jumps = [told.Jump(*jump) for jump in played.jumps]
        room.music.inbox.tell(changes, jumps, played.end)
        room.lines += len(changes)
        room.hear_of(PAUSED if played.paused else LED)

    async def _receive(self, seconds: float | None) -> words.LeaderMessage:
        """The next message, unless the room is needed elsewhere."""
        receiving = asyncio.ensure_future(self._socket.receive(seconds))
        either: list[asyncio.Future[Any]] = [receiving, self._dismissed]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self._dismissed.done():
            receiving.cancel()
            raise self._dismissed.result()
        try:
            message = receiving.result()
        except TimeoutError:
            raise ProtocolError(f"nothing came within {seconds:g} s", "stalled") from None
        if message.type is not WSMsgType.TEXT:
            raise ConnectionResetError
        self._limit.take(self._listeners.clock())
        return words.parse(str(message.data))

    def _say(self, message: Leading | Audience) -> None:
        self._socket.push(framed(message))

    async def _tell_audience(self) -> None:
        """Say how many hear, whenever that has changed."""
        told = -1
        while True:
            if self._room is not None and len(self._room.guests) != told:
                told = len(self._room.guests)
                self._say(Audience(told))
            await asyncio.sleep(AUDIENCE_SECONDS)


async def lead_room(request: web.Request) -> web.StreamResponse:
    """``GET /api/v1/rooms/{name}/lead``: a performer's WebSocket."""
    listeners = request.app[LISTENERS]
    settings = listeners.settings
    count = listeners.tally.sent_bytes.labels("websocket").inc
    socket = StreamSocket(settings, count, SUBPROTOCOL, settings.body_bytes)
    if not socket.can_prepare(request):
        raise web.HTTPUpgradeRequired(text="this address speaks WebSocket")
    await socket.open(request)
    await LeaderConnection(socket, listeners, request.match_info["name"]).run(address_of(request))
    return socket
