"""How the server is: for those who watch over it."""

from __future__ import annotations

from aiohttp import web

from genmusic import __version__
from genmusic.server.answers import as_json
from genmusic.server.stream import LISTENERS


async def health(request: web.Request) -> web.Response:
    """``GET /healthz``: the process answers."""
    listeners = request.app[LISTENERS].registry.listeners
    return as_json({"ok": True, "version": __version__, "listeners": listeners})


async def readiness(request: web.Request) -> web.Response:
    """``GET /readyz``: 200 while new listeners are welcome, 503 when it stops or is full."""
    listeners = request.app[LISTENERS]
    welcome = not listeners.draining and not listeners.full
    return as_json({"ready": welcome}, 200 if welcome else 503)
