"""Rows: listeners who hear steadily share racks, and one hop to a thread serves them all.

A listener who begins, comes back or changes something plays alone until their buffer is full, and
then takes a place. Whose turn it is in a row decides when all of it is rendered; the others are
then a little ahead. Who gets too far ahead, or asks for something, stands up.

Time that is left is used to fill a reserve: a machine may be slower for a while than its load
allows. Rows ask for a thread before they are due, and who has least in hand is served first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
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
HELD_UP_SECONDS = 0.25  # until acks may have changed who is too far ahead


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
    """One shared rack and who sits there.

    Who ``can_splice`` may be far ahead; the others would hear their changes late, and sit apart.
    """

    def __init__(
        self, pool: RenderPool, clock: Clock, settings: Settings, *, can_splice: bool
    ) -> None:
        self.can_splice = can_splice
        self._pool = pool
        self._clock = clock
        self._settings = settings
        self._hop_frames = settings.shared_chunk_frames
        self._company = Company()
        self._sitters: dict[Session, Sitter] = {}
        self._expected = 0
        self._hands = asyncio.Lock()  # on the company
        self._moving = 0  # who has them, or waits for them, to sit down or stand up
        self._due = asyncio.Event()
        self._spare_from = 0.0  # until then, somebody is too far ahead for a reserve of the others
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
            async with self._between_hops():
                await self._pool.run(self._clock(), partial(self._company.join, session))
                self._sitters[session] = sitter
        finally:
            self._expected -= 1
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        self.look(session, self._clock())

    async def leave(self, session: Session) -> None:
        """Stand up, once a render that runs has come to its end."""
        async with self._between_hops():
            if session in self._sitters:
                async with self._pool.turn(self._clock()):
                    await self._stand([session])
        if not self._sitters and self._task is not None and not self._hands.locked():
            self._task.cancel()
            self._task = None

    @asynccontextmanager
    async def _between_hops(self) -> AsyncIterator[None]:
        self._moving += 1
        try:
            async with self._hands:
                yield
        finally:
            self._moving -= 1

    def look(self, session: Session, now: float) -> None:
        """A listener was heard of: perhaps it is time to render."""
        if not self._due.is_set() and self._may_go_on(session, now):
            self._due.set()

    def _may_go_on(self, session: Session, now: float) -> bool:
        spare = now >= self._spare_from and session.has_spare_room(self._hop_frames, now)
        return spare or self._is_due(session, now)

    def _is_due(self, session: Session, now: float) -> bool:
        """Whether the next hop begins within the look-ahead; if others wait, they may go first."""
        return session.has_room(PACKET_FRAMES, now)

    async def _run(self) -> None:
        while self._sitters:
            await self._due.wait()
            await self._take_turn()
            async with self._hands:  # who sits down or stands up now was there first
                pass
            await asyncio.sleep(0)  # let everybody send before they are asked whether they have
        self._task = None  # all stood up: who joins later begins another

    async def _take_turn(self) -> None:
        """Render once a thread is free; until then anybody may stand up, who needs one, too."""
        async with self._pool.turn(self._deadline(self._clock())):
            if self._moving:
                return
            async with self._hands:
                self._due.clear()
                await self._advance(self._clock())

    def _deadline(self, now: float) -> float:
        """When the first of them has nothing left to hear."""
        return min((session.deadline(now) for session in self._sitters), default=now)

    async def _advance(self, now: float) -> None:
        await self._stand([s for s, sitter in self._sitters.items() if not sitter.keeps_up])
        sessions = tuple(self._sitters)
        if any(self._is_due(session, now) for session in sessions):
            await self._stand([s for s in sessions if not s.can_go_along(now, self._hop_frames)])
            await self._render_all(now)
        elif hungry := [s for s in sessions if s.has_spare_room(self._hop_frames, now)]:
            await self._fill_reserve(hungry, now)

    async def _fill_reserve(self, hungry: Sequence[Session], now: float) -> None:
        """Render for all, or for one who has less than others; nobody stands up because of it."""
        least = min(hungry, key=lambda session: session.buffered(now))
        most = max(session.buffered(now) for session in self._sitters)
        if most - least.buffered(now) >= self._hop_frames:
            await self._lift(least, now)
        elif all(session.can_go_along(now, self._hop_frames) for session in self._sitters):
            await self._render_all(now)
        else:
            self._spare_from = now + HELD_UP_SECONDS

    async def _render_all(self, now: float) -> None:
        frames = self._frames(self._deadline(now) - now)
        due = min((session.due(frames, now) for session in self._sitters), default=now)
        try:
            work = partial(self._company.advance, frames)
            outcomes = await self._pool.do(work, due)
        except Exception as error:
            journal.write_failure("failed", error)
            outcomes = dict.fromkeys(self._sitters, error)
        self._due.clear()  # acks that came meanwhile called for what is there now
        self._deliver(outcomes)

    async def _lift(self, session: Session, now: float) -> None:
        """Bring one who has come, or changed something, to where the others are."""
        work = partial(self._company.lift, session, self._hop_frames)
        due = session.due(self._hop_frames, now)
        self._deliver({session: await self._pool.do(work, due)})

    def _deliver(self, outcomes: Mapping[Session, Outcome]) -> None:
        now = self._clock()
        for session, outcome in outcomes.items():
            self._sitters[session].deliver(outcome)
            self.look(session, now)  # who is behind is due again

    def _frames(self, seconds_left: float) -> int:
        """How much to render: a longer hop costs everybody less, a shorter one is done sooner."""
        return self._settings.chunk_frames if seconds_left < HURRY_SECONDS else self._hop_frames

    async def _stand(self, sessions: Iterable[Session]) -> None:
        for session in sessions:
            await self._pool.do(partial(self._company.leave, session))
            self._sitters.pop(session).stand()


class Rows:
    """All shared racks."""

    def __init__(self, pool: RenderPool, clock: Clock, settings: Settings) -> None:
        self._rows: list[Row] = []
        self._make = partial(Row, pool, clock, settings)

    def with_room(self, session: Session) -> Row:
        """The fullest row that has room: the fewer racks, the less each listener costs."""
        self._rows = [row for row in self._rows if row.taken]
        alike = [row for row in self._rows if row.can_splice is session.can_splice]
        open_rows = [row for row in alike if row.taken < MOST_LISTENERS]
        if not open_rows:
            self._rows.append(self._make(can_splice=session.can_splice))
            return self._rows[-1]
        return max(open_rows, key=lambda row: row.taken)
