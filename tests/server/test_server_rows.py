"""Racks that listeners share, and who gets a place."""

import asyncio
from dataclasses import replace

import pytest
from radio import PATIENCE, UNPACED

from genmusic.server.rendering import RenderPool
from genmusic.server.rows import Rows
from genmusic.session.opening import Wishes, open_session
from genmusic.session.rack import MOST_LISTENERS
from genmusic.units import SAMPLE_RATE

CROWD = MOST_LISTENERS + 1
PACKET_FRAMES = 960
CALM_FRAMES = 6 * SAMPLE_RATE  # heard: a reserve is worth while
LATER = 1.0  # seconds: an unpaced listener can have heard anything
QUIET_SECONDS = 0.3  # without a hop: the row has all it has room for
SILENT = replace(UNPACED, lookahead_seconds=0.0)
"""Nothing is ever due."""


@pytest.fixture
def pool():
    pool = RenderPool(threads=1)
    yield pool
    pool.close()


@pytest.fixture
def make_session(library):
    return lambda settings: open_session(library, Wishes(("pcm16",), seed=7), settings, 0.0)


class Sitter:
    """Somebody who has a place, and sends what comes in a task of its own, as a player does."""

    def __init__(self):
        self.stood = self.sent = 0
        self.hops = []  # frames of each
        self._waiting = 0
        self._came = asyncio.Event()

    @property
    def keeps_up(self):
        return not self._waiting

    def deliver(self, outcome):
        self.hops.append(PACKET_FRAMES * len(outcome.sound))
        self._waiting += self.hops[-1]
        self._came.set()

    def stand(self):
        self.stood += 1

    async def send(self, frames):
        while self.sent < frames:
            await self._came.wait()
            self._came.clear()
            self.sent, self._waiting = self.sent + self._waiting, 0


async def test_the_last_place_of_a_row_is_promised_to_one_alone(pool, make_session):
    rows = Rows(pool, lambda: 0.0, SILENT)
    sessions = [make_session(SILENT) for _ in range(CROWD)]

    chosen, joins = [], []
    for session in sessions:  # all of them in one turn of the event loop
        row = rows.with_room(session)
        chosen.append(row)
        joins.append(asyncio.create_task(row.join(session, Sitter())))
    try:
        await asyncio.gather(*joins)
        taken = [row.taken for row in dict.fromkeys(chosen)]
    finally:
        for row, session in zip(chosen, sessions, strict=True):
            await row.leave(session)

    assert taken == [MOST_LISTENERS, 1]


async def test_a_thread_with_nothing_to_do_begins_a_hop_before_it_is_due(pool, make_session):
    half_a_hop = replace(UNPACED, lookahead_seconds=0.2)
    session, sitter = make_session(half_a_hop), Sitter()
    row = Rows(pool, lambda: 0.0, half_a_hop).with_room(session)

    await row.join(session, sitter)
    await asyncio.wait_for(sitter.send(half_a_hop.chunk_frames), PATIENCE)
    await row.leave(session)

    assert sitter.hops == [half_a_hop.chunk_frames]


class Ear(Sitter):
    """Somebody to whom all that comes is sent at once."""

    @property
    def keeps_up(self):
        return True


async def listen(row, sitters, frames):
    """Hear in a row up to a frame; then only look, until all that has room was rendered."""
    while min(session.pacing.claimed for session in sitters) < frames:
        for session in sitters:
            session.acknowledge(min(session.end, frames), LATER)
            row.look(session, LATER)
        await asyncio.sleep(0.001)
    ends = None
    while ends != (ends := [session.end for session in sitters]):
        for session in sitters:
            session.acknowledge(frames, LATER)
            row.look(session, LATER)
        await asyncio.sleep(QUIET_SECONDS)


async def test_time_that_is_left_fills_a_reserve_and_who_is_behind_gets_alone_what_is_missing(
    pool, make_session
):
    sessions = [make_session(UNPACED) for _ in range(3)]
    row = Rows(pool, lambda: LATER, UNPACED).with_room(sessions[0])
    sitters = {session: Ear() for session in sessions}
    for _ in range(3):
        sessions[0].go_on(UNPACED.shared_chunk_frames)
    for session, sitter in sitters.items():
        await row.join(session, sitter)
    await asyncio.wait_for(listen(row, sitters, CALM_FRAMES), PATIENCE)
    ahead = [session.end - CALM_FRAMES for session in sessions]
    for session in sessions:
        await row.leave(session)

    assert 2.4 * SAMPLE_RATE < min(ahead) <= 2.8 * SAMPLE_RATE
    assert max(ahead) <= min(ahead) + UNPACED.shared_chunk_frames
    assert [sitter.stood for sitter in sitters.values()] == [1, 1, 1]  # when they left


async def test_nobody_stands_up_because_others_have_no_reserve(pool, make_session):
    now = [LATER]
    sessions = [make_session(UNPACED) for _ in range(2)]
    row = Rows(pool, lambda: now[0], UNPACED).with_room(sessions[0])
    sitters = {session: Ear() for session in sessions}
    for session, sitter in sitters.items():
        await row.join(session, sitter)
    await asyncio.wait_for(listen(row, sitters, CALM_FRAMES), PATIENCE)
    for _ in range(4):  # 1.6 s in which one is not heard of
        now[0] += 0.4
        sessions[0].acknowledge(sessions[0].pacing.claimed + UNPACED.shared_chunk_frames, now[0])
        row.look(sessions[0], now[0])
        await asyncio.sleep(QUIET_SECONDS)
    stood = [sitter.stood for sitter in sitters.values()]
    ahead = sessions[1].end - sessions[1].pacing.claimed
    for session in sessions:
        await row.leave(session)

    assert stood == [0, 0]
    assert 3.0 * SAMPLE_RATE < ahead < 3.8 * SAMPLE_RATE


async def test_who_cannot_take_back_what_was_sent_sits_apart(pool, make_session):
    rows = Rows(pool, lambda: 0.0, SILENT)
    sessions = [make_session(SILENT) for _ in range(3)]
    sessions[1].resume(None, 0.0, splices=False)
    chosen = []
    for session in sessions:
        chosen.append(rows.with_room(session))
        await chosen[-1].join(session, Sitter())
    for row, session in zip(chosen, sessions, strict=True):
        await row.leave(session)

    assert chosen[0] is chosen[2] is not chosen[1]


async def test_who_stands_up_does_not_wait_until_the_row_has_a_thread(pool, make_session):
    row = Rows(pool, lambda: 0.0, UNPACED).with_room(make_session(UNPACED))
    sessions, sitters = [make_session(UNPACED) for _ in range(2)], [Sitter(), Sitter()]
    for session in sessions:
        session.go_on(UNPACED.chunk_frames)
    async with pool.turn(0.0):  # no thread is free
        joining = asyncio.gather(*map(row.join, sessions, sitters))
        await asyncio.sleep(0)
    await joining
    async with pool.turn(0.0):
        await asyncio.sleep(0)  # the row waits now
        leaving = asyncio.create_task(row.leave(sessions[0]))
        await asyncio.sleep(0)
        before = list(sitters[0].hops)
    await asyncio.wait_for(leaving, PATIENCE)
    await row.leave(sessions[1])

    assert sitters[0].hops == before


async def test_who_is_far_behind_keeps_the_place(pool, make_session):
    sessions = [make_session(UNPACED) for _ in range(2)]
    row = Rows(pool, lambda: 0.0, UNPACED).with_room(sessions[0])
    sitters = [Sitter() for _ in sessions]
    frames = UNPACED.lookahead_frames - UNPACED.shared_chunk_frames
    sending = [asyncio.create_task(sitter.send(frames)) for sitter in sitters]
    for session, sitter in zip(sessions, sitters, strict=True):
        await row.join(session, sitter)
    await asyncio.wait_for(asyncio.gather(*sending), PATIENCE)
    stood = [sitter.stood for sitter in sitters]
    for session in sessions:
        await row.leave(session)

    assert stood == [0, 0]
    short, long = UNPACED.chunk_frames, UNPACED.shared_chunk_frames
    assert sitters[0].hops[:2] == [short, short]  # who has little left gets it soon
    assert set(sitters[0].hops[3:]) == {long}
