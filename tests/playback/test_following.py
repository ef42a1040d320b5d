"""The music on the beat of a clock from outside."""

import numpy as np
import pytest

from genmusic.midi.clock import ClockFollower, Line
from genmusic.midi.messages import Message
from genmusic.playback.following import FURTHEST, Following, off_beat, tempo_towards
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.hands import Hands
from genmusic.playback.player import Player
from genmusic.playback.ring import create_ring
from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from genmusic.session.song import NextBeat
from kernels.playout import play_out

SECOND = 10**9
CLOCK, START, STOP, CONTINUE, SONG_POSITION = 0xF8, 0xFA, 0xFC, 0xFB, 0xF2


def line_at(bpm, first_beat_ns=0.0):
    return Line(0, first_beat_ns, 60e9 / bpm / 24)


def beat(number, bar_beats=4):
    return NextBeat(0, number, bar_beats)


def test_a_beat_in_phase_takes_the_tempo_of_the_clock():
    assert tempo_towards(beat(10), 5 * SECOND, line_at(120.0)) == pytest.approx(120.0)


@pytest.mark.parametrize(("number", "late"), [(9, 1.0), (11, -1.0), (8, 2.0), (6, 0.0), (14, 0.0)])
def test_a_beat_belongs_to_the_same_beat_of_the_clocks_bar(number, late):
    assert off_beat(beat(number), 5 * SECOND, line_at(120.0)) == pytest.approx(late)


@pytest.mark.parametrize("late_ms", [-30.0, -5.0, 5.0, 30.0])
def test_a_beat_that_is_a_little_off_is_right_one_beat_later(late_ms):
    begins = 5 * SECOND + late_ms * 1e6

    ends = begins + 60e9 / tempo_towards(beat(10), begins, line_at(120.0))

    assert ends == pytest.approx(5.5 * SECOND, abs=1e3)


def test_a_beat_that_is_far_off_comes_nearer_without_a_jolt():
    tempo_bpm = tempo_towards(beat(10), 5.2 * SECOND, line_at(120.0))

    assert 120.0 < tempo_bpm <= 120.0 / (1.0 - FURTHEST) + 0.01


class Stage:
    """A player whose device and clock are driven by hand, ten milliseconds at a time."""

    def __init__(self):
        library = open_library()
        self.ring = create_ring()
        self.player = Player(Engine(library, 7), self.ring)
        self.hands = Hands(self.player, library)
        self.clock, self.heard = ClockFollower(), FrameClock()
        self.following = Following(self.clock, self.hands, self.heard)
        self.now, self.bars, self.sent = SECOND, [], 0

    def send(self, status, first=0, second=0):
        self.clock.hear(Message(self.now, status, first, second))

    def run(self, seconds, step_ns, jitter=0.0, random=None):
        """Let time pass, with ticks of a clock whose first was at one second."""
        end = self.now + round(seconds * SECOND)
        while self.now < end:
            self.now += SECOND // 100
            while step_ns and SECOND + self.sent * step_ns <= self.now:
                off = random.uniform(-jitter, jitter) * 1e6 if random else 0.0
                self.clock.hear(Message(round(SECOND + self.sent * step_ns + off), CLOCK))
                self.sent += 1
            while self.ring.ahead_frames < 7200:
                self.player.render_block()
            play_out(self.ring.words, self.ring.floats, np.zeros(960, np.float32))
            self.heard.see(self.player.heard_frame, self.now)
            self.following.turn(self.now)
            self.bars += self.player.take_bars()


@pytest.fixture
def stage():
    stage = Stage()
    yield stage
    stage.ring.remove()


@pytest.mark.parametrize("bpm", [92.0, 133.7])
def test_beats_fall_on_those_of_the_clock_within_three_milliseconds(stage, bpm):
    step = 60e9 / bpm / 24
    stage.send(START)

    stage.run(16.0, step, jitter=2.0, random=np.random.default_rng(3))

    played = {
        bar.start_frame: bar for bar in stage.bars
    }  # one that came again counts as it came last
    frames = [frame for bar in played.values() for frame in bar.beat_frames]
    heard = stage.player.heard_frame
    times = [stage.heard.time_of(f) for f in frames if heard - 8 * 48_000 < f < heard]
    off_ms = [((t - SECOND) / (24 * step) + 0.5) % 1.0 - 0.5 for t in times]
    off_ms = np.array(off_ms) * 24 * step / 1e6
    assert len(off_ms) > 8
    assert np.percentile(np.abs(off_ms), 99) <= 3.0


def test_a_start_begins_a_piece_and_a_stop_falls_silent(stage):
    stage.run(4.0, 60e9 / 120 / 24)
    before = stage.player.heard_frame

    stage.send(START)
    stage.run(1.0, 60e9 / 120 / 24)
    assert stage.player.heard_frame > before + 48_000 * 0.8
    assert any(bar.bar.phrase_bar == 0 for bar in stage.bars[-3:])

    stage.send(STOP)
    stage.run(1.0, 60e9 / 120 / 24)
    at_rest = stage.player.heard_frame
    stage.run(1.0, 60e9 / 120 / 24)
    assert stage.player.heard_frame == at_rest

    stage.send(CONTINUE)
    stage.run(1.0, 60e9 / 120 / 24)
    assert stage.player.heard_frame > at_rest
    assert stage.player.jumps[0] == 1  # it goes on where it stopped


def test_a_song_position_is_heard_on_its_sixteenth(stage):
    step = 60e9 / 120 / 24
    stage.send(START)
    stage.run(3.0, step)
    stage.send(STOP)
    stage.send(SONG_POSITION, 4 * 37 + 2)
    stage.run(0.5, step)
    begun = stage.player.jumps[0]

    stage.send(CONTINUE)
    stage.run(0.05, step)
    assert stage.player.jumps[0] == begun + 1
    assert stage.player.heard_beat == pytest.approx(37.5, abs=0.1)

    continued_at = stage.now - SECOND // 20
    stage.run(6.0, step)
    heard = stage.player.heard_beat
    assert heard == pytest.approx(37.5 + (stage.now - continued_at) / 0.5e9, abs=0.08)
    assert off_beat(
        stage.player.next_beat,
        stage.heard.time_of(stage.player.next_beat.frame),
        stage.clock.line(),
    ) == pytest.approx(0.0, abs=0.006)  # 3 ms


def test_the_bar_is_that_of_the_clock(stage):
    step = 60e9 / 120 / 24
    stage.run(1.3, step)  # it plays on its own, anywhere in the bar
    stage.clock.running = True
    stage.clock._tick = 24 * 7

    stage.run(12.0, step)

    beat = stage.player.next_beat
    late = off_beat(beat, stage.heard.time_of(beat.frame), stage.clock.line())
    assert late == pytest.approx(0.0, abs=0.006)
