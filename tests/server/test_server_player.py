"""What a row has rendered for a listener: sent at once, or in its turn."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from radio import HEAD, PATIENCE, UNPACED

from genmusic.encoding import PACKET_FRAMES, Parcel
from genmusic.server.chunks import Chunk
from genmusic.server.listeners import Listeners
from genmusic.server.player import Player
from genmusic.session.opening import Wishes
from genmusic.session.parcels import Replay, Step

SILENCE = bytes(3_840)
SILENT = replace(UNPACED, lookahead_seconds=0.0)
"""Nothing is ever due."""


class Outlet:
    """A line that may be full, and a listener who reads when told to."""

    def __init__(self):
        self.full = False
        self.reads = asyncio.Event()
        self.sound = []  # the number and the first frame of each chunk
        self.second = asyncio.Event()  # chunk has come

    def send_now(self, messages):
        if not self.full:
            self._note(messages)
        return not self.full

    async def send(self, message):
        if isinstance(message, Chunk):
            await self.reads.wait()
        self._note([message])

    def _note(self, messages):
        heads = [HEAD.unpack(chunk.head) for chunk in messages if isinstance(chunk, Chunk)]
        self.sound += [(seq, pts) for _kind, _flags, _count, seq, pts in heads]
        if len(self.sound) >= 2:
            self.second.set()


@pytest.fixture
async def listening(library):
    """Start the player of a session that waits for its row; it, and its outlet."""
    async with contextlib.AsyncExitStack() as stack:

        async def listen():
            listeners, outlet = Listeners(library, SILENT), Outlet()
            session = await listeners.open(Wishes(("pcm16",), seed=7))
            player = Player(outlet, listeners, session, Replay.nothing())
            playing = asyncio.create_task(player.run())

            async def leave():
                playing.cancel()
                await asyncio.gather(playing, return_exceptions=True)
                await player.settle()
                await listeners.close()

            stack.push_async_callback(leave)
            return player, outlet, playing

        yield listen


def step(number):
    """A packet of what a row renders."""
    return Step((), (), Parcel.of("pcm16", PACKET_FRAMES * number, [SILENCE]))


async def test_what_needs_not_wait_is_sent_before_the_player_is_woken(listening):
    player, outlet, _ = await listening()
    for number in range(3):
        player.deliver(step(number))

    assert outlet.sound == [(0, 0), (1, 960), (2, 1_920)]
    assert player.keeps_up


async def test_what_comes_while_the_line_is_full_stays_in_order(listening):
    player, outlet, _ = await listening()
    outlet.full = True
    player.deliver(step(0))
    outlet.full = False  # but the first still waits to be sent
    player.deliver(step(1))
    held_back = (list(outlet.sound), player.keeps_up)
    outlet.reads.set()
    await asyncio.wait_for(outlet.second.wait(), PATIENCE)
    player.deliver(step(2))

    assert held_back == ([], False)
    assert outlet.sound == [(0, 0), (1, 960), (2, 1_920)]


async def test_a_fault_in_sending_ends_the_player_and_not_its_row(listening):
    player, outlet, playing = await listening()
    outlet.send_now = None  # what is called is no function
    player.deliver(step(0))

    with pytest.raises(TypeError):
        await asyncio.wait_for(playing, PATIENCE)


async def test_nothing_is_sent_to_who_has_left(listening):
    player, outlet, playing = await listening()
    await asyncio.sleep(0)  # it begins
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    player.deliver(step(0))

    assert outlet.sound == []
