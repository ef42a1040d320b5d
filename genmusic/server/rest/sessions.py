"""Sessions as resources: begin, look at, steer and end them without a WebSocket."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import msgspec
from aiohttp import web

from genmusic.encoding import ENDLESS_FORMATS
from genmusic.server import journal
from genmusic.server.answers import as_json
from genmusic.server.gate.keeper import address_of
from genmusic.server.listeners import Listeners
from genmusic.server.rest.reading import own_session, read_body
from genmusic.server.rest.schemas import (
    Changed,
    Feedback,
    NewSession,
    OpenedSession,
    SessionChange,
    SessionState,
    Urls,
)
from genmusic.server.stream import LISTENERS
from genmusic.session.feedback import REACTIONS, changes_after
from genmusic.session.opening import Wishes
from genmusic.session.session import Session

BASE = "/api/v1/sessions"


async def open_session(request: web.Request) -> web.Response:
    """``POST /api/v1/sessions``: begin a session, to be heard within a minute."""
    listeners = request.app[LISTENERS]
    wanted = await read_body(request, NewSession)
    controls = dict(wanted.controls) | ({} if wanted.style is None else {"style": wanted.style})
    seed = None if wanted.seed is None else int(wanted.seed)
    wishes = Wishes(tuple(wanted.codecs), seed, controls)
    session = await listeners.open(wishes, address_of(request))
    journal.write("opened", session=session.id, seed=session.seed)
    state = msgspec.structs.asdict(_state(listeners, session))
    answer = as_json(OpenedSession(**state, token=listeners.registry.token(session)), 201)
    answer.headers["Location"] = f"{BASE}/{session.id}"
    return answer


async def show_session(request: web.Request) -> web.Response:
    """``GET /api/v1/sessions/{id}``: the session as it stands, with fresh addresses to hear it."""
    return as_json(_state(request.app[LISTENERS], own_session(request)))


async def change_session(request: web.Request) -> web.Response:
    """``PATCH /api/v1/sessions/{id}``: set controls, also while a player plays."""
    session = own_session(request)
    change = await read_body(request, SessionChange)
    applied = await _apply(request.app[LISTENERS], session, change.controls)
    return as_json(Changed(applied, session.controls()))


async def end_session(request: web.Request) -> web.Response:
    """``DELETE /api/v1/sessions/{id}``: end the session; who hears it is told."""
    session = own_session(request)
    await request.app[LISTENERS].end(session)
    journal.write("ended", session=session.id)
    return web.Response(status=204)


async def give_feedback(request: web.Request) -> web.Response:
    """``POST /api/v1/sessions/{id}/feedback``: like, dislike or skip what is being heard."""
    session = own_session(request)
    verdict = (await read_body(request, Feedback)).verdict
    listeners = request.app[LISTENERS]
    journal.write("feedback", session=session.id, verdict=verdict, title=session.title)
    applied = await _apply(listeners, session, changes_after(verdict, session.controls()))
    if REACTIONS[verdict].skips:
        applied |= await _apply(listeners, session, None)
    return as_json(Changed(applied, session.controls()))


async def _apply(
    listeners: Listeners, session: Session, controls: Mapping[str, object] | None
) -> dict[str, int]:
    """The frame at which each change sounds; none of them is made if one is wrong."""
    answer = await listeners.ask(session, controls)
    if answer.error is not None:
        raise answer.error
    return dict(answer.frames)


def _state(listeners: Listeners, session: Session) -> SessionState:
    controls = session.controls()
    return SessionState(
        id=session.id,
        seed=session.seed,
        style=str(controls["style"]),
        title=session.title,
        codec=session.codec,
        end=session.end,
        listening=listeners.registry.connected(session),
        controls=controls,
        urls=_urls(session.id, listeners.registry.ticket(session)),
    )


def _urls(session_id: str, ticket: str) -> Urls:
    """Addresses relative to the server's own; those for players carry a ticket to listen."""
    own, query = f"{BASE}/{session_id}", f"?ticket={quote(ticket)}"
    streams = {suffix: f"{own}/stream.{suffix}{query}" for suffix in ENDLESS_FORMATS}
    return Urls(own, streams, f"{own}/stream.m3u{query}", "/api/v1/stream")
