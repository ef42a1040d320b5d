"""Who taught what a listener has just heard."""

from __future__ import annotations

import asyncio

from aiohttp import web

from genmusic.server.answers import as_json
from genmusic.server.limits import RateLimit
from genmusic.server.rest.reading import own_session
from genmusic.server.rest.schemas import HeardCredits, TeacherRow
from genmusic.server.stream import LISTENERS
from genmusic.session.credits import PhraseCredits, phrase_credits, piece_credits
from genmusic.session.library import Library
from genmusic.session.log import Change
from genmusic.session.session import Session

MOST_WORKS = 5
ASKED_PER_SECOND = 0.5  # of all listeners: each has a piece composed again
BURST_SECONDS = 8.0


class CreditsDesk:
    """Finds credits, one at a time and not too often."""

    def __init__(self, now: float) -> None:
        self._limit = RateLimit("credits", ASKED_PER_SECOND, now, BURST_SECONDS)
        self._lock = asyncio.Lock()

    async def find(self, library: Library, session: Session, now: float) -> PhraseCredits:
        """Who taught what the listener of a session hears; `ProtocolError` when too many ask."""
        self._limit.take(now)
        log = [change for change in session.log if change.frame <= session.end]
        frame = min(session.pacing.ear(now), session.end)
        async with self._lock:
            return await asyncio.to_thread(_credits, library, session, log, frame)


CREDITS: web.AppKey[CreditsDesk] = web.AppKey("credits", CreditsDesk)


async def heard_credits(request: web.Request) -> web.Response:
    """``GET /api/v1/sessions/{id}/credits``: the works that taught the last bars of the melody."""
    session, listeners = own_session(request), request.app[LISTENERS]
    found = await request.app[CREDITS].find(listeners.library, session, listeners.clock())
    rows = [
        TeacherRow(
            composer=one.work.composer,
            title=one.work.title,
            year=one.work.year,
            licence=one.work.licence,
            source=one.work.source,
            share=round(one.share, 4),
        )
        for one in found.works[:MOST_WORKS]
    ]
    bars = (found.first_bar, found.last_bar)
    return as_json(HeardCredits(first_bar=bars[0], last_bar=bars[1], works=rows))


def _credits(library: Library, session: Session, log: list[Change], frame: int) -> PhraseCredits:
    piece = piece_credits(library, session.seed, session.began_with, log, frame)
    return phrase_credits(library, piece)
