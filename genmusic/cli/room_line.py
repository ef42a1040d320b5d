"""The line from a performance to its room on a server: kept up, and taken up again."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from genmusic.playback.minutes import Minutes
from genmusic.rules import Style
from genmusic.session.room.styles import travels
from genmusic.session.shelf import edition_of

if TYPE_CHECKING:
    import aiohttp

SUBPROTOCOL = "genmusic.lead.v1"
TURN_SECONDS = 0.05
AGAIN_SECONDS = 0.5
CONNECT_SECONDS = 5.0
HEARTBEAT_SECONDS = 4.0
MOST_LINES = 64  # in a message


class RoomLine:
    """Tells a room what is played, from a thread of its own.

    Parameters
    ----------
    minutes
        What is played.
    server
        Its address, such as ``https://music.example.org``.
    room, token, who
        Which room, what proves that one may lead it, and the name that the page shows.
    """

    def __init__(self, minutes: Minutes, server: str, room: str, token: str, who: str) -> None:
        self._minutes, self._room = minutes, room
        self._url = f"{server.rstrip('/')}/api/v1/rooms/{room}/lead"
        performance = secrets.token_hex(8)
        self._lead = {"type": "lead", "v": 1, "token": token, "performance": performance}
        self._lead["who"] = who
        self._first, self._sent, self._passed = 0, 0, 0
        self._told: set[str] = set()  # editions of styles
        self._ready = False  # the room knows where we are
        self.text = f"room {room}: connecting"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="room", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Say that the performance is over."""
        self._stopping.set()
        self._thread.join(CONNECT_SECONDS)

    def _run(self) -> None:
        asyncio.run(self._keep_up())

    async def _keep_up(self) -> None:
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while not self._stopping.is_set():
                why = "no server there"
                with suppress(aiohttp.ClientError, OSError, TimeoutError):
                    async with session.ws_connect(
                        self._url, protocols=(SUBPROTOCOL,), heartbeat=HEARTBEAT_SECONDS
                    ) as socket:
                        why = await self._converse(socket)
                self.text = f"room {self._room}: lost ({why}); trying again"
                await self._rest(AGAIN_SECONDS)

    async def _rest(self, seconds: float) -> None:
        for _ in range(round(seconds / TURN_SECONDS)):
            if not self._stopping.is_set():
                await asyncio.sleep(TURN_SECONDS)

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse) -> str:
        """Lead until the line is lost or the performance over; why it was lost."""
        self._ready = False
        await socket.send_json(self._lead)
        listening = asyncio.create_task(self._listen(socket))
        try:
            while not (self._stopping.is_set() or listening.done()):
                if self._ready:
                    await self._tell(socket)
                await asyncio.sleep(TURN_SECONDS)
            if self._stopping.is_set() and not socket.closed:
                await socket.send_json({"type": "leave"})
            return listening.result() if listening.done() else "over"
        finally:
            listening.cancel()

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> str:
        """Hear what the room says; its last word."""
        why = "the line broke"
        async for message in socket:
            said = json.loads(message.data)
            if said["type"] == "leading":
                await self._lead_on(socket, said["lines"])
            elif said["type"] == "audience":
                self.text = f"room {self._room}: {said['listeners']} listening"
            elif said["type"] == "error":
                why = said["message"]
        return why

    async def _lead_on(self, socket: aiohttp.ClientWebSocketResponse, lines: int | None) -> None:
        """Go on where the room is, or tell it where we are."""
        if lines is not None:
            self._sent = self._first + lines
        else:
            opening, self._first = self._minutes.opening()
            self._told.clear()
            await self._tell_styles(socket, self._minutes.styles_at(opening))
            self._sent, self._passed = self._first, self._passed_before(opening["frame"])
            await socket.send_json({"type": "opening", **opening})
        self._ready = True

    async def _tell_styles(
        self, socket: aiohttp.ClientWebSocketResponse, styles: Iterable[Style]
    ) -> None:
        """Send the styles that the room has not been told of; it may have others of their name."""
        for style in styles:
            edition = edition_of(style)
            if edition not in self._told and travels(style):
                await socket.send_json({"type": "style", "edition": edition, "text": style.source})
            self._told.add(edition)

    def _passed_before(self, frame: int) -> int:
        return sum(to <= frame for _, to in self._minutes.passed)

    async def _tell(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Send the lines that are new, and how far all is told."""
        minutes = self._minutes
        end, paused, count = minutes.end, minutes.paused, len(minutes.lines)
        jumps = list(minutes.passed[self._passed :])
        self._passed += len(jumps)
        played: dict[str, Any] = {"type": "played", "end": 0, "paused": paused}
        while count - self._sent > MOST_LINES:
            lines = minutes.lines[self._sent : self._sent + MOST_LINES]
            self._sent += len(lines)
            await self._tell_styles(socket, minutes.styles_of(lines))
            await socket.send_json({**played, "lines": lines})
        lines = minutes.lines[self._sent : count]
        self._sent = count
        await self._tell_styles(socket, minutes.styles_of(lines))
        await socket.send_json({**played, "end": end, "lines": lines, "jumps": jumps})
