"""A Link session with another peer, a real one, on the loopback."""

import asyncio
import time

import numpy as np
import pytest
from sound_server import one_at_a_time

from genmusic.midi.link import HUSH_SECONDS, LinkClock
from genmusic.session.clock import monotonic_seconds

aalink = pytest.importorskip("aalink")


async def make(tempo_bpm):
    return aalink.Link(tempo_bpm)


@pytest.fixture
def peer():
    with one_at_a_time("genmusic-link"):
        peer = asyncio.run(make(133.0))
        peer.quantum = 4.0
        peer.start_stop_sync_enabled = True
        peer.enabled = True
        yield peer
        peer.enabled = False


@pytest.fixture
def clock():
    clock = LinkClock(90.0, monotonic_seconds)
    yield clock
    clock.close()


def until(condition, clock, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        clock.turn()
        assert time.monotonic() < end, clock.text
        time.sleep(0.01)


def test_nothing_is_announced_at_first_and_no_tempo_is_pushed(peer, clock):
    begun = time.monotonic()
    until(lambda: clock.peers, clock)

    assert time.monotonic() - begun >= HUSH_SECONDS
    until(lambda: clock.running, clock)
    assert peer.tempo == pytest.approx(133.0, abs=0.01)
    assert clock.tempo_bpm == pytest.approx(133.0, abs=0.01)


def test_beats_are_those_of_the_others_and_tempo_start_and_stop_go_both_ways(peer, clock):
    clock.keep_bar(4)
    until(lambda: clock.peers and clock.running, clock)
    off_ms = []
    for _ in range(50):
        line, beat, now = clock.line(), peer.beat, time.monotonic_ns()
        off = (now - line.time_of(0)) / (24 * line.step_ns) - beat
        off_ms.append((off + 2.0) % 4.0 - 2.0)
        time.sleep(0.002)
    assert np.median(np.abs(off_ms)) * 60_000 / 133.0 <= 3.0

    peer.tempo = 101.5
    until(lambda: abs(clock.tempo_bpm - 101.5) < 0.01, clock)
    clock.tell_tempo(88.0)
    until(lambda: abs(peer.tempo - 88.0) < 0.01, clock)
    peer.playing = True
    until(lambda: clock.starts == 1, clock)
    clock.tell_playing(False)
    until(lambda: not peer.playing, clock)
    assert clock.stops == 0  # our own word is no news to us

    peer.enabled = False
    until(lambda: not clock.peers, clock)
    assert clock.tempo_bpm == pytest.approx(88.0, abs=0.01)  # alone, the last tempo is kept
