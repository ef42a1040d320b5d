"""Racks that listeners share, and who gets a place."""

import asyncio
from dataclasses import replace

import pytest
from radio import UNPACED

from genmusic.server.rendering import RenderPool
from genmusic.server.rows import Rows
from genmusic.session.rack import MOST_LISTENERS
from genmusic.session.session import Wishes, open_session

CROWD = MOST_LISTENERS + 1
SILENT = replace(UNPACED, lookahead_seconds=0.0)
"""Nothing is ever due."""


@pytest.fixture
def pool():
    pool = RenderPool(threads=1)
    yield pool
    pool.close()


class Sitter:
    """Somebody who has a place, and takes what comes."""

    keeps_up = True

    def __init__(self):
        self.outcomes = []

    def deliver(self, outcome):
        self.outcomes.append(outcome)

    def stand(self):
        pass


async def test_the_last_place_of_a_row_is_promised_to_one_alone(library, pool):
    rows = Rows(pool, lambda: 0.0, SILENT.chunk_frames)
    wishes = Wishes(("pcm16",), seed=7)
    sessions = [open_session(library, wishes, SILENT, 0.0) for _ in range(CROWD)]

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
