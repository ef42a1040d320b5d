"""What the server keeps of its sessions on the disk, so that neither a stop nor a crash ends them.

Without a folder for data nothing is kept, and everything else is the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from genmusic.errors import GenmusicError, StorageError
from genmusic.server import journal
from genmusic.session.clock import Clock, wall_seconds
from genmusic.session.registry import Registry
from genmusic.session.requests import Plan
from genmusic.session.revival import log_rows, row_of
from genmusic.session.session import Session
from genmusic.storage import SessionArchive, SessionRow

MARKED_AT_ONCE = 16  # sessions, 0.2 ms each
Result = TypeVar("Result")


class Keeper:
    """Writes sessions down before anybody is told that something has happened."""

    def __init__(self, archive: SessionArchive | None, clock: Clock = wall_seconds) -> None:
        self._archive = archive
        self._clock = clock
        self._changing: set[Session] = set()

    async def begin(self, session: Session) -> None:
        """Keep a new session."""
        if self._archive is not None:
            await _done(self._archive.begin(row_of(session), self._clock()))
            session.kept_changes = len(session.log)

    @asynccontextmanager
    async def changing(self, session: Session, plan: Plan) -> AsyncIterator[None]:
        """Keep what a plan changes, before it is carried out inside.

        Meanwhile nothing is noted of the session: it may be about to be taken back.
        """
        if self._archive is None or not plan.changes:
            yield
            return
        self._changing.add(session)
        try:
            first, rows = session.log_after(plan)
            kept = self._archive.append(session.id, first, log_rows(rows), plan.frame)
            await _done(kept)
            session.kept_changes = first + len(rows)
            yield
        finally:
            self._changing.discard(session)

    async def find(self, session_id: str, next_pts: int | None = None) -> SessionRow | None:
        """A session of before, to go on at a frame."""
        if self._archive is None:
            return None
        return await _done(self._archive.take(session_id, next_pts))

    async def mark(self, registry: Registry) -> None:
        """Keep how far everybody is, a few at a time: the others want to be served meanwhile."""
        if self._archive is None:
            return
        work: list[Future[None]] = []
        sessions = tuple(registry)
        for first in range(0, len(sessions), MARKED_AT_ONCE):
            here = (s for s in sessions[first : first + MARKED_AT_ONCE] if s.id in registry)
            kept = [session for session in here if session not in self._changing]
            work += self._note(self._archive, kept)
            await asyncio.sleep(0)
        await self._finish(work)

    def _note(self, archive: SessionArchive, kept: Sequence[Session]) -> Iterator[Future[None]]:
        """Hand the archive what is new of some sessions, all of the same moment."""
        for session in kept:
            log, first = session.log, session.kept_changes
            if first < len(log):
                frame = max(session.end, log[-1].frame)
                yield archive.append(session.id, first, log_rows(log[first:]), frame)
                session.kept_changes = len(log)
        states = {session.id: self._checkpoint(session) for session in kept}
        yield archive.mark(states, self._clock())

    @staticmethod
    def _checkpoint(session: Session) -> Mapping[str, Any]:
        """The checkpoint of a session that has gone on since the last one; or nothing."""
        if session.end == session.kept_end:
            return {}
        session.kept_end = session.end
        return session.engine.checkpoint()

    async def forget_older(self, seconds: float) -> None:
        """Forget sessions that were not heard of for so long."""
        if self._archive is not None:
            await self._finish([self._archive.expire(self._clock() - seconds)])

    async def still(self, sessions: Iterable[Session]) -> None:
        """Keep all that sounds, before the server stops."""
        if self._archive is None:
            return
        work = []
        for session in sessions:
            try:
                stills = await asyncio.to_thread(session.stills)
            except GenmusicError as error:
                journal.write_failure("failed", error, session=session.id)
                continue
            work.append(self._archive.still(session.id, stills))
        await self._finish(work)

    def remove(self, session: Session) -> None:
        """Forget a session for good."""
        if self._archive is not None:
            self._archive.remove(session.id)

    async def _finish(self, work: Iterable[Future[None]]) -> None:
        """Wait for what no listener waits for; a fault is logged."""
        done = await asyncio.gather(*map(asyncio.wrap_future, work), return_exceptions=True)
        for fault in done:
            if isinstance(fault, BaseException):
                journal.write_failure("failed", fault)


async def _done(work: Future[Result]) -> Result:
    """What work on the disk gives; a fault is logged, and told to whoever waits for it."""
    try:
        return await asyncio.wrap_future(work)
    except StorageError as error:
        journal.write_failure("failed", error)
        raise
