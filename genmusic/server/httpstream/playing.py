"""The connection of a player: a session in, a file out, for as long as somebody reads."""

from __future__ import annotations

import asyncio
import socket

from aiohttp import web

from genmusic.encoding import Format, endless_format
from genmusic.errors import ProtocolError, UnknownNameError
from genmusic.server import journal
from genmusic.server.httpstream.icy import METADATA_INTERVAL, Interleaver
from genmusic.server.httpstream.outlet import FileOutlet
from genmusic.server.httpstream.wallclock import WallClock
from genmusic.server.listeners import Listeners
from genmusic.server.player import Player
from genmusic.server.presence import Presence
from genmusic.server.rest.reading import token_of
from genmusic.server.socket import SEND_BUFFER_BYTES
from genmusic.server.stream import LISTENERS
from genmusic.session.tokens import Purpose

TICK_SECONDS = 0.1  # between two looks at the wall clock
STATION = "genmusic"


class PlayerConnection(Presence):
    """One HTTP request that plays a session until one side has enough."""

    def __init__(self, request: web.Request, kind: Format, listeners: Listeners) -> None:
        super().__init__(listeners)
        self._request = request
        self._kind = kind
        self._wants_titles = request.headers.get("Icy-MetaData") == "1"
        self.response = web.StreamResponse(headers=_headers(kind, titles=self._wants_titles))

    async def run(self) -> web.StreamResponse:
        """Play; refuse as JSON if it never began, and end the file well or not at all."""
        self._listeners.connect(self)
        try:
            reason = await self.outcome()
            if reason is not None and not self.response.prepared:
                raise reason
            self._say_goodbye(reason)
        finally:
            self._listeners.disconnect(self)
        return self.response

    async def converse(self) -> None:
        """Take the session over from whoever plays it, and send it."""
        session_id = self._request.match_info["id"]
        token, purpose = credentials(self._request)
        session = await self._listeners.come_back(self, session_id, token, purpose)
        self._session = session
        session.change_codec("pcm16")
        now = self._listeners.clock()
        replay = session.resume(None, now, splices=False)
        settings = self._listeners.settings
        lead = max(settings.http_lead_seconds - settings.lookahead_seconds, 0.0)
        clock = WallClock(replay.pts, lead, now)
        interleaver = Interleaver() if self._wants_titles else None
        outlet = FileOutlet(self.response, self._kind.open(), self._listeners, clock, interleaver)
        self._player = Player(outlet, self._listeners, session, replay)
        journal.write("tuned_in", session=session.id, media_type=self._kind.media_type)
        await self._prepare()
        await self.race(self._player.run(), self._tick(clock, self._player))

    @property
    def keeps_up(self) -> bool:
        """Nobody waits for a player that reads a file as slowly as it plays."""
        return True

    async def _prepare(self) -> None:
        """Send the head of the answer, and let the kernel hold little of what follows."""
        await self.response.prepare(self._request)
        transport = self._request.transport
        raw = None if transport is None else transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    async def _tick(self, clock: WallClock, player: Player) -> None:
        """Acknowledge what has presumably been heard, as the page does by its audio clock."""
        while True:
            now = self._listeners.clock()
            player.acknowledge(clock.heard(now), now)
            await asyncio.sleep(TICK_SECONDS)

    def _say_goodbye(self, reason: Exception | None) -> None:
        """Log the end; cut off who does not read, since the rest of the file never leaves."""
        name = self._session.id if self._session else None
        code = reason.code if isinstance(reason, ProtocolError) else "gone"
        journal.write("left", session=name, reason=code)
        if code == "stalled" and self._request.transport is not None:
            self._request.transport.abort()


def credentials(request: web.Request) -> tuple[str, Purpose]:
    """The token of the header, or the ticket of the address: players cannot send headers."""
    ticket = request.query.get("ticket")
    if ticket is None:
        return token_of(request), Purpose.SESSION
    return ticket, Purpose.LISTEN


def _headers(kind: Format, *, titles: bool) -> dict[str, str]:
    headers = {
        "Content-Type": kind.media_type,
        "Cache-Control": "no-store",
        "Accept-Ranges": "none",
        "Connection": "close",
        "icy-name": STATION,
        "icy-br": str(kind.kilobits_per_second),
        "icy-pub": "0",
    }
    return headers | ({"icy-metaint": str(METADATA_INTERVAL)} if titles else {})


async def stream_file(request: web.Request) -> web.StreamResponse:
    """``GET /api/v1/sessions/{id}/stream.{format}``: the session for any player."""
    try:
        kind = endless_format(request.match_info["format"])
    except UnknownNameError as error:
        raise web.HTTPNotFound(text=str(error)) from error
    return await PlayerConnection(request, kind, request.app[LISTENERS]).run()
