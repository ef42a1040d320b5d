"""Every address of the server in one table: the router, the OpenAPI document and docs read it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum
from typing import Any

from aiohttp import web

from genmusic.server.httpstream.playing import stream_file
from genmusic.server.httpstream.playlist import playlist
from genmusic.server.metrics import metrics
from genmusic.server.rest import schemas
from genmusic.server.rest.catalogue import controls, models, styles
from genmusic.server.rest.credits import heard_credits
from genmusic.server.rest.rooms import list_rooms
from genmusic.server.rest.sessions import (
    change_session,
    end_session,
    give_feedback,
    open_session,
    show_session,
)
from genmusic.server.rest.state import health, readiness
from genmusic.server.rooms.leader import lead_room
from genmusic.server.showcase import style_preview, style_sketch
from genmusic.server.stream import stream

Handler = Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]]


class Key(Enum):
    """What opens an address."""

    NOTHING = ()
    TOKEN = ("token",)
    TICKET = ("token", "ticket")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address: who answers, what goes in, and what comes out.

    ``gives`` is a type that is sent as JSON, a media type, or None for nothing at all.
    """

    method: str
    path: str
    handler: Handler
    gives: Any = None
    takes: type | None = None
    status: int = 200
    key: Key = Key.NOTHING
    may_fail: tuple[int, ...] = ()
    head: bool = True

    @property
    def summary(self) -> str:
        """What the handler's own sentence says."""
        return (self.handler.__doc__ or "").split("``: ", 1)[-1].strip().rstrip(".")

    def route(self) -> web.RouteDef:
        """The operation as the router takes it."""
        options = {"allow_head": self.head} if self.method == "GET" else {}
        return web.route(self.method, self.path, self.handler, **options)


_SESSION = "/api/v1/sessions/{id}"

OPERATIONS = (
    Operation("POST", "/api/v1/sessions", open_session, schemas.OpenedSession, schemas.NewSession,
              status=201, may_fail=(408, 413, 415, 503)),
    Operation("GET", _SESSION, show_session, schemas.SessionState, key=Key.TOKEN),
    Operation("PATCH", _SESSION, change_session, schemas.Changed, schemas.SessionChange,
              key=Key.TOKEN, may_fail=(408, 413, 415)),
    Operation("DELETE", _SESSION, end_session, status=204, key=Key.TOKEN),
    Operation("POST", f"{_SESSION}/feedback", give_feedback, schemas.Changed, schemas.Feedback,
              key=Key.TOKEN, may_fail=(408, 413, 415)),
    Operation("GET", f"{_SESSION}/credits", heard_credits, schemas.HeardCredits, key=Key.TOKEN),
    Operation("GET", f"{_SESSION}/stream.m3u", playlist, "audio/x-mpegurl", key=Key.TICKET),
    Operation("GET", f"{_SESSION}/stream.{{format}}", stream_file, "audio/*", key=Key.TICKET,
              may_fail=(503,), head=False),
    Operation("GET", "/api/v1/styles", styles, list[schemas.StyleRow]),
    Operation("GET", "/api/v1/styles/{name}/sketch", style_sketch, schemas.Sketch,
              may_fail=(404,)),
    Operation("GET", "/api/v1/styles/{name}/preview.mp3", style_preview, "audio/mpeg",
              may_fail=(404,), head=False),
    Operation("GET", "/api/v1/controls", controls, list[schemas.ControlRow]),
    Operation("GET", "/api/v1/models", models, list[schemas.ModelRow]),
    Operation("GET", "/api/v1/stream", stream, status=101, may_fail=(400, 403, 426), head=False),
    Operation("GET", "/api/v1/rooms", list_rooms, list[schemas.RoomRow]),
    Operation("GET", "/api/v1/rooms/{name}/lead", lead_room, status=101, may_fail=(400, 403, 426),
              head=False),
    Operation("GET", "/healthz", health, schemas.Health),
    Operation("GET", "/readyz", readiness, schemas.Readiness),
    Operation("GET", "/metrics", metrics, "text/plain"),
)  # fmt: skip
