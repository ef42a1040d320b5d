"""Listeners for measurements count what is heard, and nothing else."""

import asyncio
import itertools
import time

import pytest

from genmusic.cli.bench import ears
from genmusic.cli.bench.ears import HEAD, PACKET_BYTES, PACKET_FRAMES, Ear, noting_stalls


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on by a millisecond with each look, or by as much as is put into it."""
    looks = itertools.count(1)
    late = [0.0]
    monkeypatch.setattr(ears.time, "perf_counter", lambda: 1e-3 * next(looks) + late[0])
    return late


def packet(number):
    head = HEAD.pack(2, 0, PACKET_FRAMES, number, number * PACKET_FRAMES)
    return head + bytes(PACKET_BYTES)


def test_the_first_sound_ends_no_silence(clock):
    ear = Ear("pcm16", "")
    ear._take(packet(0), 0.0)

    assert (ear.underruns, ear._stalled, ear.end) == (0, 0.0, PACKET_FRAMES)


def test_sound_that_comes_too_late_is_counted_once_however_often_it_is_looked_for(clock):
    ear = Ear("pcm16", "")
    ear._take(packet(0), 0.0)
    clock[0] = 1.0
    assert [ear.played for _ in range(3)] == [PACKET_FRAMES] * 3
    ear._take(packet(1), 0.0)

    assert (ear.underruns, ear.gaps) == (1, 0)
    assert ear._stalled == pytest.approx(0.98, abs=0.02)


async def test_the_bench_knows_when_it_stood_still_itself():
    async with noting_stalls() as late_ms:
        await asyncio.sleep(0)
        time.sleep(0.1)  # noqa: ASYNC251 - everything stands still
        async with asyncio.timeout(20):
            while len(late_ms) < 2:  # noqa: ASYNC110 - what looks sets no event
                await asyncio.sleep(0)

    assert max(late_ms) >= 50
