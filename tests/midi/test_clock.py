"""A MIDI clock with jitter: tempo, beat and position."""

import numpy as np
import pytest

from genmusic.midi.clock import ClockFollower
from genmusic.midi.messages import Message

CLOCK, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2


def ticks(bpm, count, jitter_ms=0.0, begin_ns=0, seed=0):
    step = 60e9 / bpm / 24
    random = np.random.default_rng(seed).uniform(-1e6, 1e6, count) * jitter_ms
    return [Message(int(begin_ns + k * step + random[k]), CLOCK) for k in range(count)]


def hear(follower, messages):
    for message in messages:
        follower.hear(message)
    return follower


@pytest.mark.parametrize("bpm", [60.0, 97.3, 120.0, 174.0])
def test_with_jitter_of_two_milliseconds_the_tempo_is_right_to_three_tenths(bpm):
    follower, errors = ClockFollower(), []
    for number, tick in enumerate(ticks(bpm, 2000, jitter_ms=2.0)):
        follower.hear(tick)
        if number >= 48 * max(1.0, bpm / 60):  # two seconds
            errors.append(abs(follower.tempo_bpm - bpm))

    assert np.percentile(errors, 99) <= 0.3


def test_with_jitter_of_two_milliseconds_the_beat_is_right_to_three():
    follower, errors, step = ClockFollower(), [], 60e9 / 120 / 24
    hear(follower, [Message(0, START)])
    for number, tick in enumerate(ticks(120.0, 2000, jitter_ms=2.0)):
        follower.hear(tick)
        if number > 96:
            line = follower.line()
            next_beat = (line.tick // 24 + 1) * 24
            errors.append(abs(line.time_of(next_beat) - next_beat * step) / 1e6)

    assert np.percentile(errors, 99) <= 3.0


def test_a_start_begins_at_the_next_tick():
    follower = hear(ClockFollower(), [*ticks(120, 30), Message(0, START)])

    assert follower.running
    assert follower.position_beats == 0.0
    assert hear(follower, ticks(120, 24, begin_ns=10**9)).position_beats == 1.0


def test_ticks_of_a_clock_that_stands_tell_the_tempo_and_do_not_move_the_song():
    follower = hear(ClockFollower(), ticks(93.0, 60))

    assert follower.position_beats == 0.0
    assert follower.tempo_bpm == pytest.approx(93.0)


def test_stop_song_position_and_continue_go_on_where_they_say():
    follower = hear(ClockFollower(), [Message(0, START), *ticks(120, 48), Message(0, STOP)])
    assert (follower.running, follower.position_beats) == (False, 2.0)

    hear(follower, [Message(0, POSITION, 16 & 0x7F, 2), Message(0, CONTINUE)])

    assert (follower.running, follower.position_beats) == (True, (16 + 256) / 4)


def test_a_song_position_while_it_runs_is_passed_over():
    follower = hear(ClockFollower(), [Message(0, START), *ticks(120, 24)])

    assert hear(follower, [Message(0, POSITION, 8, 0)]).position_beats == 1.0


def test_a_tempo_that_jumps_is_followed_within_a_beat():
    follower = hear(ClockFollower(), ticks(120, 100))
    later = 100 * 60e9 / 120 / 24

    hear(follower, ticks(90, 24, begin_ns=later))

    assert follower.tempo_bpm == pytest.approx(90, abs=0.5)


def test_a_clock_that_paused_begins_anew():
    follower = hear(ClockFollower(), ticks(120, 60))

    hear(follower, ticks(120, 3, begin_ns=10**11))

    assert follower.tempo_bpm is None
