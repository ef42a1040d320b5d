"""Everyone who is connected, and the sessions they hear."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

from genmusic.config import Settings
from genmusic.encoding import Parcel
from genmusic.errors import ProtocolError
from genmusic.server import journal
from genmusic.server.admission import overloaded, settings_at
from genmusic.server.draining import feed
from genmusic.server.gate.addresses import AddressBook
from genmusic.server.keeping import Keeper
from genmusic.server.rendering import RenderPool
from genmusic.server.rooms.hall import Hall
from genmusic.server.rows import Rows
from genmusic.server.tally import Tally
from genmusic.session.clock import Clock, monotonic_seconds
from genmusic.session.library import Library
from genmusic.session.opening import Wishes, open_session
from genmusic.session.parcels import Replay, Step
from genmusic.session.registry import Registry
from genmusic.session.requests import Answer, Request
from genmusic.session.revival import revive
from genmusic.session.session import Session
from genmusic.session.tokens import Purpose, TokenMint
from genmusic.units import SAMPLE_RATE

SWEEP_SECONDS = 1.0
MARK_SECONDS = 20.0  # between two notes of how far everybody is, of 0.3 ms each
SPLICE_CHUNKS = 2  # sent at once in place of what is taken back: a listener must not run dry
NEW_FRAMES = 4 * SAMPLE_RATE  # a listener who has not heard more has just come
PATIENCE_SECONDS = 0.5  # of who comes: those who listen go first
STRAINED_PATIENCE_SECONDS = 5.0  # of who is new when there is too much to do


class Listener(Protocol):
    """A connection that may play a session."""

    def dismiss(self, reason: ProtocolError) -> None:
        """Ask it to end."""

    def nudge(self) -> None:
        """Something may be due."""

    @property
    def keeps_up(self) -> bool:
        """Whether all that was rendered for it has been sent."""

    async def settled(self) -> None:
        """Wait until nothing of it renders any more."""

    async def ask(self, controls: Mapping[str, object] | None) -> Answer | None:
        """What becomes of a request from beside the stream; None when it plays no more."""


class Errand:
    """Holds a session while a request is carried out that nobody hears yet."""

    def __init__(self) -> None:
        self.done = asyncio.Event()

    def dismiss(self, _reason: ProtocolError) -> None:
        """It is about to end anyway."""

    def nudge(self) -> None:
        """It does not wait for anything."""

    @property
    def keeps_up(self) -> bool:
        """Nothing is sent to it."""
        return True

    async def settled(self) -> None:
        """Wait until it has ended."""
        await self.done.wait()

    async def ask(self, _controls: Mapping[str, object] | None) -> None:
        """Nobody plays; whoever asks waits until it is their turn."""


class Listeners:
    """Gives each connection its session, and each session to one connection at a time."""

    def __init__(
        self,
        library: Library,
        settings: Settings,
        clock: Clock = monotonic_seconds,
        mint: TokenMint | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.library = library
        self.settings = settings
        self.clock = clock
        mint = mint or TokenMint()
        self.registry = Registry(settings, mint)
        self.addresses = AddressBook(settings, self.registry.__contains__)
        self.pool = RenderPool(settings.threads)
        self.hall = Hall(library, settings, clock, self.pool, mint)
        self.rows = Rows(self.pool, clock, settings)
        self.tally = Tally()
        self.keeper = keeper or Keeper(None)
        self.draining = False
        self._revivals: dict[str, asyncio.Future[None]] = {}
        self._connected: set[Listener] = set()
        self._players: dict[str, Listener] = {}

    @property
    def full(self) -> bool:
        """Whether a new listener would be refused."""
        return self.registry.full or self.overloaded

    @property
    def overloaded(self) -> bool:
        """Whether those who listen need all there is."""
        return overloaded(self.settings, self.pool.meter.load)

    def connect(self, listener: Listener) -> None:
        """A connection was opened."""
        self._connected.add(listener)
        if self.draining:
            listener.dismiss(_restart())

    def disconnect(self, listener: Listener) -> None:
        """A connection was closed."""
        self._connected.discard(listener)

    async def begin(
        self, listener: Listener, wishes: Wishes, address: str | None = None
    ) -> Session:
        """A new session for the listener; what it takes is counted for the address."""
        session = await self.open(wishes, address)
        self.registry.enter(session)
        self._players[session.id] = listener
        return session

    async def open(self, wishes: Wishes, address: str | None = None) -> Session:
        """A new session that waits for its listener."""
        if self.draining:
            raise _restart()
        now = self.clock()
        with self.addresses.join(address, now) as take_down:
            self.registry.make_room()
            settings = settings_at(self.settings, self.pool.meter.load)
            build = partial(open_session, self.library, wishes, settings, now)
            session = await self.pool.run(now + PATIENCE_SECONDS, build)
            await self.keeper.begin(session)
            self.registry.add(session)
            take_down(session.id)
        self.registry.leave(session, now)
        return session

    async def come_back(
        self,
        listener: Listener,
        session_id: str,
        token: str,
        purpose: Purpose = Purpose.SESSION,
        next_pts: int | None = None,
        played: int | None = None,
    ) -> Session:
        """The listener's own session; whoever plays it now gives way.

        One that this server does not know, because it was started since, goes on from the disk:
        after ``next_pts``, while ``played`` is heard.
        """
        if session_id not in self.registry and self.registry.accepts(session_id, token, purpose):
            await self._revive_once(session_id, next_pts, played)
        session = self.registry.find(session_id, token, purpose)
        while (player := self._players.get(session_id)) is not None:
            player.dismiss(ProtocolError("the session goes on elsewhere", "taken_over"))
            await player.settled()
        session = self.registry.find(session_id, token, purpose)
        self.registry.enter(session)
        self._players[session_id] = listener
        return session

    async def _revive_once(self, session_id: str, next_pts: int | None, played: int | None) -> None:
        """Bring a session back, however many connections ask for it at once."""
        if session_id not in self._revivals:
            revival = asyncio.ensure_future(self._revive(session_id, next_pts, played))
            revival.add_done_callback(lambda _done: self._revivals.pop(session_id))
            self._revivals[session_id] = revival
        await asyncio.shield(self._revivals[session_id])

    async def _revive(self, session_id: str, next_pts: int | None, played: int | None) -> None:
        row = await self.keeper.find(session_id, next_pts)
        if row is None:
            return
        self.registry.make_room()
        now = self.clock()
        held = 0 if next_pts is None or played is None else max(next_pts - played, 0)
        build = partial(revive, self.library, row, self.settings, now, next_pts, held)
        session = await self.pool.run(now + held / SAMPLE_RATE, build)
        self.registry.add(session)
        self.registry.leave(session, now)
        journal.write("revived", session=session_id, pts=session.end)

    async def ask(self, session: Session, controls: Mapping[str, object] | None) -> Answer:
        """What becomes of a request from beside the stream, whether somebody plays it or not."""
        while (player := self._players.get(session.id)) is not None:
            if self.draining:
                raise _restart()
            answer = await player.ask(controls)
            if answer is not None:
                return answer
            await player.settled()
        errand = self._players[session.id] = Errand()
        try:
            return (await self.advance(session, [Request(None, controls)], 0)).answers[0]
        finally:
            self.leave(session, for_good=False)
            errand.done.set()

    async def advance(self, session: Session, requests: Sequence[Request], frames: int) -> Step:
        """Log what is asked, then carry it out, render and encode in one hop to a thread."""
        now = self.clock()
        plan = session.plan(requests, now)
        deadline = session.deadline(now)
        if self.overloaded:
            deadline += STRAINED_PATIENCE_SECONDS if session.end < NEW_FRAMES else 0.0
        elif session.splices(plan):  # somebody turns a knob and listens
            deadline = now
        if session.splices(plan):
            chunks = 0 if session.pacing.resting(now) else SPLICE_CHUNKS
            frames = chunks * self.settings.chunk_frames
        async with self.keeper.changing(session, plan):
            return await self.pool.run(deadline, partial(session.advance, plan, frames))

    async def render_again(self, session: Session, replay: Replay) -> Parcel:
        """What a listener who comes back has missed, in a hop to a thread."""
        deadline = session.deadline(self.clock())
        return await self.pool.run(deadline, partial(session.render_again, replay))

    async def end(self, session: Session) -> None:
        """The session is over; who plays it is told."""
        while (player := self._players.get(session.id)) is not None:
            player.dismiss(ProtocolError("the session was ended", "no_session"))
            await player.settled()
        self.registry.remove(session)
        self.keeper.remove(session)

    def leave(self, session: Session, *, for_good: bool) -> None:
        """The listener of a session is gone, to come back or not."""
        del self._players[session.id]
        if for_good:
            self.registry.remove(session)
            self.keeper.remove(session)
        else:
            self.registry.leave(session, self.clock())

    async def sweep(self) -> None:
        """Forget, for ever, the sessions that nobody came back to."""
        while True:
            await asyncio.sleep(min(SWEEP_SECONDS, self.settings.keep_seconds))
            for session in self.registry.expire(self.clock()):
                journal.write("expired", session=session.id)

    async def keep(self) -> None:
        """Note on the disk, for ever, how far everybody is."""
        while True:
            await asyncio.sleep(MARK_SECONDS)
            await self.keeper.mark(self.registry)
            await self.keeper.forget_older(self.settings.archive_seconds)

    async def close(self) -> None:
        """Keep what sounds, and let the last render end."""
        await self.hall.close()
        await self.keeper.mark(self.registry)
        await self.keeper.still(self.registry)
        await asyncio.to_thread(self.pool.close)

    async def drain(self) -> None:
        """The server stops: give everyone enough to play on meanwhile, then send them away.

        It is done while their acks are still heard; a second time there is nothing to do.
        """
        if self.draining:
            return
        self.draining = True
        played = {s: self._players[s.id] for s in self.registry if s.id in self._players}
        await feed(played, self.pool, self.settings, self.clock)
        for listener in tuple(self._connected):
            listener.dismiss(_restart())


def _restart() -> ProtocolError:
    return ProtocolError("the server restarts; connect again shortly", "restart")
