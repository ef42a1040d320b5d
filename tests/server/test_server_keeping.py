"""What the server notes of its sessions while they play."""

import asyncio
import contextlib
import itertools

from genmusic.config import Settings
from genmusic.server.keeping import MARKED_AT_ONCE, Keeper
from genmusic.session.registry import Registry
from genmusic.session.tokens import TokenMint
from genmusic.storage import Database, SessionArchive

CROWD = 3 * MARKED_AT_ONCE


class Playing:
    """A session that has gone on, as far as the archive is concerned; it counts who is asked."""

    def __init__(self, number, asked):
        self.id, self.end, self.kept_end = f"s{number}", 960, 0
        self.log, self.kept_changes = [], 0
        self.engine = self
        self._asked = asked

    def checkpoint(self):
        self._asked.append(self.id)
        return {"frame": 0}


async def test_while_everybody_is_noted_the_others_have_their_turn(tmp_path):
    asked, seen = [], [0]
    registry = Registry(Settings(), TokenMint())
    for number in range(CROWD):
        registry.add(Playing(number, asked))

    async def look():
        while True:
            seen.append(len(asked))
            await asyncio.sleep(0)

    with contextlib.closing(Database(tmp_path / "test.db")) as database:
        looking = asyncio.create_task(look())
        await asyncio.sleep(0)
        await Keeper(SessionArchive(database)).mark(registry)
        looking.cancel()

    assert len(asked) == CROWD
    assert max(after - before for before, after in itertools.pairwise(seen)) == MARKED_AT_ONCE


async def test_who_ends_meanwhile_is_noted_no_more(tmp_path):
    asked = []
    registry = Registry(Settings(), TokenMint())
    sessions = [Playing(number, asked) for number in range(CROWD)]
    for session in sessions:
        registry.add(session)

    async def end():
        registry.remove(sessions[-1])

    with contextlib.closing(Database(tmp_path / "test.db")) as database:
        ending = asyncio.create_task(end())
        await Keeper(SessionArchive(database)).mark(registry)
        await ending

    assert asked == [session.id for session in sessions[:-1]]
