"""What the server tells over HTTP: styles, controls, models, and how it is."""

from __future__ import annotations

from dataclasses import asdict, fields

from aiohttp import web

from genmusic import __version__
from genmusic.controls.spec import TABLE
from genmusic.rules import Style
from genmusic.server.answers import as_json
from genmusic.server.showcase import style_preview, style_sketch
from genmusic.server.stream import LISTENERS, stream

_CONTROLS = [asdict(control) | {"kind": control.kind} for control in TABLE]


async def styles(request: web.Request) -> web.Response:
    """``GET /api/v1/styles``: the rule files that compose."""
    return as_json([_style_row(row) for row in request.app[LISTENERS].library.styles.values()])


def _style_row(style: Style) -> dict[str, object]:
    """What a page says of a style; ``mood`` names the control that each parameter follows."""
    follows = {row.name: getattr(style.mood, row.name).by for row in fields(style.mood)}
    return {"name": style.name, "title": style.title, "text": style.text, "mood": follows}


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
    web.get("/api/v1/styles/{name}/sketch", style_sketch),
    web.get("/api/v1/styles/{name}/preview.mp3", style_preview, allow_head=False),
    web.get("/api/v1/controls", controls),
    web.get("/api/v1/models", models),
    web.get("/api/v1/stream", stream, allow_head=False),
    web.get("/healthz", health),
    web.get("/readyz", readiness),
]
