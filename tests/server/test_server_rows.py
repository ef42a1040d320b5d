"""Racks that listeners share, and who gets a place."""

import asyncio
from dataclasses import replace

import pytest
from radio import PATIENCE, UNPACED

from genmusic.server.rendering import RenderPool
from genmusic.server.rows import Rows
from genmusic.session.opening import Wishes, open_session
from genmusic.session.rack import MOST_LISTENERS

CROWD = MOST_LISTENERS + 1
PACKET_FRAMES = 960
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
        row = rows.with_room()
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
    row, sitter = Rows(pool, lambda: 0.0, half_a_hop).with_room(), Sitter()
    session = make_session(half_a_hop)

    await row.join(session, sitter)
    await asyncio.wait_for(sitter.send(half_a_hop.chunk_frames), PATIENCE)
    await row.leave(session)

    assert sitter.hops == [half_a_hop.chunk_frames]


async def test_who_is_far_behind_keeps_the_place(pool, make_session):
    row = Rows(pool, lambda: 0.0, UNPACED).with_room()
    sessions = [make_session(UNPACED) for _ in range(2)]
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
