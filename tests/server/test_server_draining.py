"""Before a server stops, everybody gets enough to play on."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import ClientSession
from radio import SPLICE, UNPACED, Chunk, Radio

from genmusic.config import Settings
from genmusic.server.app import create_app
from genmusic.server.draining import feed
from genmusic.server.rendering import RenderPool
from genmusic.server.service import open_door, reserve
from genmusic.server.stream import LISTENERS
from genmusic.session.clock import monotonic_seconds
from genmusic.session.opening import Wishes, open_session

LONG_SECONDS = 60.0


class Sent:
    """A player who has sent everything."""

    keeps_up = True

    def nudge(self):
        """There is nothing to do."""


class Waiting(Sent):
    """A player who waits for the line."""

    keeps_up = False


@pytest.fixture
def fed_for(library):
    """How long listeners who lack so many frames are fed, in seconds; and their sessions."""

    async def feed_sessions(player, *lacking, drain_seconds=LONG_SECONDS):
        settings = replace(Settings(), drain_seconds=drain_seconds)
        full = round(settings.drain_lookahead_seconds * 48_000)
        now, pool, players = monotonic_seconds(), RenderPool(1), {}
        for frames in lacking:
            session = open_session(library, Wishes(("pcm16",), 7, {}), settings, now)
            session._end = session._furthest = full - frames
            players[session] = player
        began = time.monotonic()
        await feed(players, pool, settings, monotonic_seconds)
        pool.close()
        return time.monotonic() - began, list(players)

    return feed_sessions


async def test_who_lacks_less_than_a_hop_of_a_row_keeps_nobody_waiting(fed_for):
    seconds, _ = await fed_for(Sent(), 0, 9_600, 19_199)

    assert seconds < LONG_SECONDS / 2


async def test_who_cannot_be_filled_is_waited_for_within_limits(fed_for):
    seconds, _ = await fed_for(Sent(), 19_200, drain_seconds=0.2)

    assert seconds >= 0.15


async def test_what_waits_to_leave_is_waited_for_within_limits(fed_for):
    seconds, _ = await fed_for(Waiting(), 0, drain_seconds=0.2)

    assert 0.3 < seconds < LONG_SECONDS / 2


async def test_nothing_is_rendered_after_the_feeding_whatever_is_heard(fed_for):
    _, (session,) = await fed_for(Sent(), 0)
    now = monotonic_seconds() + 5.0
    session.acknowledge(session.end, now)

    assert session.pacing.played(now) == session.end
    assert session.due_frames(now) == 0


@asynccontextmanager
async def radios_behind_a_door(library, count, settings):
    """Radios that hear a server, which drains on leaving."""
    app, listener = create_app(library, settings), reserve("127.0.0.1", 0)
    url = f"ws://127.0.0.1:{listener.getsockname()[1]}/api/v1/stream"
    async with ClientSession() as client, open_door(app, listener):
        radios = [
            Radio(await client.ws_connect(url, protocols=["genmusic.v1"])) for _ in range(count)
        ]
        for radio in radios:
            await radio.say("hello", v=1, codecs=["pcm16"])
            radio.ready = await radio.expect("ready")
        yield radios


async def hear_all(radio):
    """Ack whatever comes, until no more does; the end of it."""
    while (message := await radio.take()) is not None:
        if isinstance(message, Chunk):
            await radio.say("ack", played=message.end, end=message.end, under=0)
    return radio.chunks[-1].end


async def test_who_plays_on_while_others_are_fed_is_given_more(library):
    settings = replace(UNPACED, drain_seconds=1.0)
    async with radios_behind_a_door(library, 2, settings) as (radio, _deaf):
        await radio.hear(48_000)
        hearing = asyncio.create_task(hear_all(radio))

    assert await hearing > 1.5 * settings.drain_lookahead_seconds * 48_000


async def test_a_change_that_comes_too_late_takes_nothing_back(start, tune_in):
    client = await start(UNPACED)
    radio = await tune_in(client)
    end = await radio.fill()
    client.app[LISTENERS].draining = True
    await radio.say("set", id=1, controls={"brightness": 0.9})
    await radio.hear(end + 96_000)

    assert "applied" not in [text["type"] for text in radio.texts]
    assert not any(chunk.flags & SPLICE for chunk in radio.chunks)
