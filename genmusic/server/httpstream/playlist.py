"""A playlist with one entry: what a desktop opens in the player of one's choice."""

from __future__ import annotations

from aiohttp import web

from genmusic.server.gate.keeper import GATE
from genmusic.server.httpstream.playing import STATION, credentials
from genmusic.server.stream import LISTENERS

FORMAT = "mp3"  # every player reads it
MEDIA_TYPE = "audio/x-mpegurl"


async def playlist(request: web.Request) -> web.Response:
    """``GET /api/v1/sessions/{id}/stream.m3u``: a playlist for any player."""
    registry = request.app[LISTENERS].registry
    token, purpose = credentials(request)
    session = registry.find(request.match_info["id"], token, purpose)
    ticket = registry.ticket(session)
    scheme = "https" if request.app[GATE].proxies.secure(request) else "http"
    path = request.path.removesuffix("m3u") + FORMAT
    address = request.url.with_scheme(scheme).with_path(path)
    lines = ["#EXTM3U", f"#EXTINF:-1,{STATION}: {session.title}"]
    text = "\n".join([*lines, str(address.with_query(ticket=ticket)), ""])
    return web.Response(
        text=text,
        content_type=MEDIA_TYPE,
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{STATION}.m3u"',
        },
    )
