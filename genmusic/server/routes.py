"""What the server tells over HTTP: styles, controls, models, and how it is."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from genmusic import __version__
from genmusic.controls.spec import TABLE
from genmusic.server.answers import as_json
from genmusic.server.stream import LISTENERS, stream

_CONTROLS = [asdict(control) | {"kind": control.kind} for control in TABLE]


async def styles(request: web.Request) -> web.Response:
    """``GET /api/v1/styles``: the rule files that compose."""
    rows = request.app[LISTENERS].library.styles.values()
    return as_json([{"name": row.name, "title": row.title, "text": row.text} for row in rows])


async def controls(_request: web.Request) -> web.Response:
    """``GET /api/v1/controls``: the rows of the table of controls."""
    return as_json(_CONTROLS)


async def models(request: web.Request) -> web.Response:
    """``GET /api/v1/models``: the trained models."""
    return as_json([{"name": name} for name in request.app[LISTENERS].library.models])


async def health(request: web.Request) -> web.Response:
    """``GET /healthz``: the process answers."""
    listeners = request.app[LISTENERS].registry.listeners
    return as_json({"ok": True, "version": __version__, "listeners": listeners})


async def readiness(request: web.Request) -> web.Response:
    """``GET /readyz``: 200 while new listeners are welcome, 503 when the server stops."""
    welcome = not request.app[LISTENERS].draining
    return as_json({"ready": welcome}, 200 if welcome else 503)


ROUTES = [
    web.get("/api/v1/styles", styles),
    web.get("/api/v1/controls", controls),
    web.get("/api/v1/models", models),
    web.get("/api/v1/stream", stream, allow_head=False),
    web.get("/healthz", health),
    web.get("/readyz", readiness),
]
