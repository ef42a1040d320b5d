"""What the page shows of a style before it is chosen: its notes and a short preview."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from genmusic.errors import UnknownNameError
from genmusic.rules import Style
from genmusic.server.answers import as_public_json
from genmusic.server.stream import LISTENERS
from genmusic.session.library import Library
from genmusic.session.samples import preview, sketch

Maker = Callable[[Library, str], Any]


class Showcase:
    """Makes each thing once for each edition of a style, one at a time: asking again is free."""

    def __init__(self) -> None:
        self._made: dict[tuple[Maker, str], tuple[Style, Any]] = {}
        self._lock = asyncio.Lock()

    async def show(self, make: Maker, library: Library, name: str) -> Any:  # noqa: ANN401  # whatever it makes
        """What ``make`` makes of the style as it is now."""
        async with self._lock:
            style = library.style(name)
            edition, made = self._made.get((make, name), (None, None))
            if edition is not style:
                made = await asyncio.to_thread(make, library, name)
                self._made[make, name] = (style, made)
            return made


SHOWCASE = web.AppKey("showcase", Showcase)


async def style_sketch(request: web.Request) -> web.Response:
    """``GET /api/v1/styles/{name}/sketch``: four bars of the style's own notes."""
    return as_public_json(request, await _show(sketch, request))


async def style_preview(request: web.Request) -> web.Response:
    """``GET /api/v1/styles/{name}/preview.mp3``: eight seconds of the same bars."""
    return web.Response(body=await _show(preview, request), content_type="audio/mpeg")


async def _show(make: Maker, request: web.Request) -> Any:  # noqa: ANN401  # whatever it makes
    library = request.app[LISTENERS].library
    try:
        return await request.app[SHOWCASE].show(make, library, request.match_info["name"])
    except UnknownNameError:
        raise web.HTTPNotFound(text="there is no style of this name") from None
