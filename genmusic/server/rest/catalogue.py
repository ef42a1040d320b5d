"""What there is to choose from: styles, controls, models."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict, fields
from functools import lru_cache

from aiohttp import web

from genmusic.composition.manifest import manifest_path, read_manifest
from genmusic.composition.model import shipped_models
from genmusic.controls.spec import TABLE
from genmusic.rules import Style
from genmusic.server.answers import as_public_json
from genmusic.server.rest.schemas import ComposerRow, ModelRow
from genmusic.server.stream import LISTENERS

MOST_COMPOSERS = 8

_CONTROLS = [asdict(control) | {"kind": control.kind} for control in TABLE]


async def styles(request: web.Request) -> web.Response:
    """``GET /api/v1/styles``: the rule files that compose."""
    shelf = request.app[LISTENERS].library.styles
    return as_public_json(
        request, [_style_row(row, shelf.faults.get(row.name)) for row in shelf.values()]
    )


def _style_row(style: Style, fault: str | None) -> dict[str, object]:
    """What a page says of a style; ``mood`` names the control that each parameter follows."""
    follows = {row.name: getattr(style.mood, row.name).by for row in fields(style.mood)}
    row = {"name": style.name, "title": style.title, "text": style.text, "mood": follows}
    return row | {"fault": fault}


async def controls(request: web.Request) -> web.Response:
    """``GET /api/v1/controls``: the rows of the table of controls."""
    return as_public_json(request, _CONTROLS)


async def models(request: web.Request) -> web.Response:
    """``GET /api/v1/models``: the trained models, and who taught them."""
    names = tuple(request.app[LISTENERS].library.models)
    rows = await asyncio.to_thread(lambda: [_model_row(name) for name in names])
    return as_public_json(request, rows)


@lru_cache
def _model_row(name: str) -> ModelRow:
    """What the manifest of a model says of its works, those who wrote the most first."""
    path = shipped_models().get(name)
    works = () if path is None else read_manifest(manifest_path(path))
    composers = Counter(work.composer for work in works)
    return ModelRow(
        name=name,
        works=len(works),
        licences=sorted({work.licence for work in works}),
        composers=[ComposerRow(*row) for row in composers.most_common(MOST_COMPOSERS)],
    )
