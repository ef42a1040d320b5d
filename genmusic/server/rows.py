"""Rows: listeners who hear steadily share racks, and one hop to a thread serves them all.

A listener who begins, comes back or changes something plays alone until their buffer is full, and
then takes a place. Whose turn it is in a row decides when all of it is rendered; the others are
then a little ahead. Who gets too far ahead, or asks for something, stands up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from functools import partial
from typing import Any, Protocol

from genmusic.config import Settings
from genmusic.encoding import PACKET_FRAMES
from genmusic.server import journal
from genmusic.server.rendering import RenderPool
from genmusic.session.clock import Clock
from genmusic.session.company import Company, Outcome
from genmusic.session.rack import MOST_LISTENERS
from genmusic.session.session import Session

HURRY_SECONDS = 0.5  # of sound left to somebody: then a row renders as little as it can


class Sitter(Protocol):
    """Whoever plays a session that has a place."""

    @property
    def keeps_up(self) -> bool:
        """Whether what was delivered has left."""

    def deliver(self, outcome: Outcome) -> None:
        """Take what was rendered."""

    def stand(self) -> None:
        """The place is gone."""


class Row:
    """One shared rack and who sits there."""

    def __init__(self, pool: RenderPool, clock: Clock, settings: Settings) -> None:
        self._pool = pool
        self._clock = clock
        self._settings = settings
        self._company = Company()
        self._sitters: dict[Session, Sitter] = {}
        self._expected = 0
        self._hands = asyncio.Lock()  # on the company
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def taken(self) -> int:
        """Places taken or promised."""
        return len(self._sitters) + self._expected

    def join(self, session: Session, sitter: Sitter) -> Coroutine[Any, Any, None]:
        """Take a place: promised with this call, taken when what it gives is awaited."""
        self._expected += 1
        return self._sit(session, sitter)

    async def _sit(self, session: Session, sitter: Sitter) -> None:
        try:
            async with self._hands:
                await self._pool.run(self._clock(), partial(self._company.join, session))
                self._sitters[session] = sitter
        finally:
            self._expected -= 1
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        self.look(session, self._clock())

    async def leave(self, session: Session) -> None:
        """Stand up, once a render that runs has come to its end."""
        async with self._hands:
            if session in self._sitters:
                await self._stand([session])
        if not self._sitters and self._task is not None and not self._hands.locked():
            self._task.cancel()
            self._task = None

    def look(self, session: Session, now: float) -> None:
        """A listener was heard of: perhaps it is time to render."""
        if self._is_due(session, now):
            self._due.set()

    def _is_due(self, session: Session, now: float) -> bool:
        """Whether the next hop lies within the look-ahead, or begins there and a thread is idle.

        Rows whose turns coincide do so again and again: the idle time before is theirs. And when
        there is much to do for a while, everybody has a hop more in hand.
        """
        frames = PACKET_FRAMES if self._pool.idle else self._settings.shared_chunk_frames
        return session.has_room(frames, now)

    async def _run(self) -> None:
        while self._sitters:
            await self._due.wait()
            async with self._hands:
                self._due.clear()
                await self._advance(self._clock())
            await asyncio.sleep(0)  # let everybody send before they are asked whether they have
        self._task = None  # all stood up: who joins later begins another

    async def _advance(self, now: float) -> None:
        await self._stand(
            [
                session
                for session, sitter in self._sitters.items()
                if not (sitter.keeps_up and session.can_go_along(now))
            ]
        )
        if not any(self._is_due(session, now) for session in self._sitters):
            return
        deadline = min(session.deadline(now) for session in self._sitters)
        work = partial(self._company.advance, self._frames(deadline - now))
        try:
            outcomes = await self._pool.run(deadline, work)
        except Exception as error:
            journal.write_failure("failed", error)
            outcomes = dict.fromkeys(self._sitters, error)
        now = self._clock()
        for session, outcome in outcomes.items():
            self._sitters[session].deliver(outcome)
            self.look(session, now)  # who is behind is due again

    def _frames(self, seconds_left: float) -> int:
        """How much to render: a longer hop costs everybody less, a shorter one is done sooner."""
        hurried = seconds_left < HURRY_SECONDS
        return self._settings.chunk_frames if hurried else self._settings.shared_chunk_frames

    async def _stand(self, sessions: Iterable[Session]) -> None:
        for session in sessions:
            await self._pool.run(self._clock(), partial(self._company.leave, session))
            self._sitters.pop(session).stand()


class Rows:
    """All shared racks."""

    def __init__(self, pool: RenderPool, clock: Clock, settings: Settings) -> None:
        self._rows: list[Row] = []
        self._make = partial(Row, pool, clock, settings)

    def with_room(self) -> Row:
        """The fullest row that has room: the fewer racks, the less each listener costs."""
        self._rows = [row for row in self._rows if row.taken]
        open_rows = [row for row in self._rows if row.taken < MOST_LISTENERS]
        if not open_rows:
            self._rows.append(self._make())
            return self._rows[-1]
        return max(open_rows, key=lambda row: row.taken)
