"""Rooms as anybody may see them."""

from __future__ import annotations

from aiohttp import web

from genmusic.server.answers import as_json
from genmusic.server.rest.schemas import RoomRow
from genmusic.server.stream import LISTENERS


async def list_rooms(request: web.Request) -> web.Response:
    """``GET /api/v1/rooms``: where somebody plays for an audience now."""
    rooms = request.app[LISTENERS].hall.rooms
    return as_json(
        [
            RoomRow(
                name=room.name,
                who=room.who,
                state=room.state,
                listeners=len(room.guests),
                title=room.music.title,
                style=str(room.music.controls().get("style", "")),
            )
            for room in rooms
        ]
    )
