"""The music in a Link session with another peer, in real time."""

import asyncio
import time

import numpy as np
import pytest
from sound_server import one_at_a_time

from genmusic.midi.link import LinkClock
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.hands import Hands
from genmusic.playback.linking import Linking
from genmusic.playback.player import Player
from genmusic.playback.ring import create_ring
from genmusic.session.clock import monotonic_seconds
from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from kernels.playout import play_out

aalink = pytest.importorskip("aalink")
SECOND = 10**9


BAR_BEATS = 3  # of the piece


async def make_peer(tempo_bpm):
    return aalink.Link(tempo_bpm)


class Stage:
    """A player whose device goes with the wall clock."""

    def __init__(self):
        library = open_library()
        self.ring, self.heard = create_ring(), FrameClock()
        self.player = Player(Engine(library, 7), self.ring)
        self.hands = Hands(self.player, library)
        self.clock = LinkClock(100.0, monotonic_seconds)  # announces itself after HUSH_SECONDS
        self.linking = Linking(self.clock, self.hands, self.heard)
        self.began, self.asked = time.monotonic_ns(), 0
        self.beats = {}

    def turn(self):
        while self.ring.ahead_frames < 7200:
            self.player.render_block()
        due = (time.monotonic_ns() - self.began) * 48_000 // SECOND
        play_out(self.ring.words, self.ring.floats, np.zeros(2 * (due - self.asked), np.float32))
        self.asked = due
        self.heard.see(self.player.heard_frame, time.monotonic_ns())
        self.linking.turn(time.monotonic_ns())
        beat = self.player.next_beat
        if self.heard.is_set and not self.hands.paused:
            self.beats[beat.song_beat] = (self.heard.time_of(beat.frame), beat)
        time.sleep(0.005)

    def until(self, condition, seconds=30.0):
        end = time.monotonic() + seconds
        while not condition():
            self.turn()
            assert time.monotonic() < end, self.clock.text


@pytest.fixture
def peer():
    """Somebody whose session is there before the music comes."""
    with one_at_a_time("genmusic-link"):
        peer = asyncio.run(make_peer(126.0))
        peer.quantum, peer.start_stop_sync_enabled, peer.enabled = float(BAR_BEATS), True, True
        yield peer
        peer.enabled = False


@pytest.fixture
def stage(peer):
    stage = Stage()
    yield stage
    stage.clock.close()
    stage.ring.remove()


def test_the_music_is_on_the_bar_of_the_session_and_goes_its_tempo(stage, peer):
    stage.until(lambda: not stage.hands.paused)
    assert stage.clock.peers == 1
    assert peer.tempo == pytest.approx(126.0, abs=0.01)
    assert stage.player.next_beat.bar_beats == BAR_BEATS
    begun = time.monotonic()
    stage.until(lambda: time.monotonic() > begun + 2.0)

    now, peer_beat = time.monotonic_ns(), peer.beat
    off_ms = []
    for time_ns, beat in list(stage.beats.values())[-3:]:
        off = peer_beat + (time_ns - now) / (60e9 / 126.0) - beat.song_beat
        off_ms.append((off - round(off / BAR_BEATS) * BAR_BEATS) * 60_000 / 126.0)
    assert np.abs(off_ms).max() <= 3.0

    stage.hands.set({"tempo_bpm": 118.0})  # the performer's wish is everybody's
    stage.until(lambda: abs(peer.tempo - 118.0) < 0.05)
    peer.playing = True
    stage.until(lambda: stage.clock.starts == 1)
    peer.playing = False
    stage.until(lambda: stage.hands.paused)
    peer.enabled = False
    stage.until(lambda: not stage.clock.peers)
    assert stage.clock.tempo_bpm == pytest.approx(118.0, abs=0.05)
