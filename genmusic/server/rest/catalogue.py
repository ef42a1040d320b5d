"""What there is to choose from: styles, controls, models."""

from __future__ import annotations

from dataclasses import asdict, fields

from aiohttp import web

from genmusic.controls.spec import TABLE
from genmusic.rules import Style
from genmusic.server.answers import as_json
from genmusic.server.stream import LISTENERS

_CONTROLS = [asdict(control) | {"kind": control.kind} for control in TABLE]


async def styles(request: web.Request) -> web.Response:
    """``GET /api/v1/styles``: the rule files that compose."""
    shelf = request.app[LISTENERS].library.styles
    return as_json([_style_row(row, shelf.faults.get(row.name)) for row in shelf.values()])


def _style_row(style: Style, fault: str | None) -> dict[str, object]:
    """What a page says of a style; ``mood`` names the control that each parameter follows."""
    follows = {row.name: getattr(style.mood, row.name).by for row in fields(style.mood)}
    row = {"name": style.name, "title": style.title, "text": style.text, "mood": follows}
    return row | {"fault": fault}


async def controls(_request: web.Request) -> web.Response:
    """``GET /api/v1/controls``: the rows of the table of controls."""
    return as_json(_CONTROLS)


async def models(request: web.Request) -> web.Response:
    """``GET /api/v1/models``: the trained models."""
    return as_json([{"name": name} for name in request.app[LISTENERS].library.models])
