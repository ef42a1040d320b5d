"""Recordings of drums: takes that differ, dark ones and bright ones, made where they are read."""

from dataclasses import replace

import numpy as np
import pytest
from sounding import DRUMS, KITS, spectrum_db

from genmusic.errors import GenmusicError
from genmusic.synthesis.hits import HITS, Hits
from genmusic.synthesis.orchestra import Orchestra, PlayedNote
from genmusic.synthesis.patches import PATCHES
from genmusic.units import QUANTUM, SAMPLE_RATE
from kernels.lanes import LANES
from kernels.takes import ROW_WORDS

HAT, KICK, CRASH = 42, 36, 49
LISTENERS = 16


def strike(kit, key, bright=0.5, velocity=96, quanta=120):
    """The same hit as sixteen listeners hear it, each with a chance of its own."""
    orchestra = Orchestra(LISTENERS)
    for listener in range(LISTENERS):
        start = 999 * listener * QUANTUM  # the chance follows from it
        note = PlayedNote(start, 64, DRUMS, kit, key, velocity, 0.0)
        orchestra.play(listener, note, origin=-start // QUANTUM)
    still = np.full((LISTENERS, quanta + 1), bright, np.float32)
    buses = orchestra.render(0, quanta, still).reshape(LISTENERS, -1, 2, quanta * QUANTUM)
    left, right = buses[:, DRUMS].swapaxes(0, 1).astype(np.float64)
    return np.copysign(np.hypot(left, right), left)  # wherever it stands


def centre_hz(hits):
    level = np.mean([10 ** (spectrum_db(hit) / 10) for hit in hits], axis=0)
    return np.average(np.fft.rfftfreq(hits.shape[1], 1 / SAMPLE_RATE), weights=level)


@pytest.mark.parametrize("kit", KITS)
def test_hits_are_not_all_alike_but_equally_loud(kit):
    hits = strike(kit, HAT)
    alike = np.corrcoef(hits) > 0.999
    kinds = len(np.unique(alike, axis=0))
    loudness_db = 20 * np.log10(hits.std(axis=1))

    assert 3 <= kinds < LISTENERS  # they are takes, and not made anew
    assert np.ptp(loudness_db) < 0.2


@pytest.mark.parametrize("kit", KITS)
def test_hits_are_brighter_where_the_music_is(kit):
    dark, middle, bright = (centre_hz(strike(kit, HAT, bright)) for bright in (0.0, 0.5, 1.0))

    assert 1.02 * dark < middle < bright / 1.02


def test_a_soft_hit_is_a_loud_one_with_less_gain():
    soft, loud = strike("sticks", KICK, velocity=32), strike("sticks", KICK, velocity=127)
    gain = (32 / 127) ** 1.5

    here = slice(0, 60 * QUANTUM)  # later, the soft one has ended
    error = soft[:, here] - gain * loud[:, here]
    assert 20 * np.log10(error.std() / soft[:, here].std()) < -80.0


def test_recordings_are_the_same_wherever_they_lie():
    crash = next(iter(PATCHES["kit"][1].hits))
    here, there = (Hits(np.zeros(1 << 20, np.float32)) for _ in range(2))
    there.register(replace(crash, brightness_octaves=0.1))
    first, second = here.place_of(crash), there.place_of(crash)

    words = first.rows * ROW_WORDS
    recorded = here.words[first.row * ROW_WORDS :][:words].view(np.int32)
    assert first.row != second.row
    assert recorded.any()
    assert np.array_equal(recorded, there.words[second.row * ROW_WORDS :][:words].view(np.int32))


def test_what_rings_for_long_has_fewer_takes():
    kit = PATCHES["kit"][1]
    hits = dict(zip(kit.drums, kit.hits, strict=True))

    assert HITS.register(hits[str(HAT)]).takes == LANES
    assert HITS.register(hits[str(CRASH)]).takes == LANES // 2


def test_a_drum_for_which_there_is_no_room_is_refused():
    first, second, *_ = PATCHES["kit"][1].hits
    rows = Hits(np.zeros(1 << 20, np.float32)).register(first).rows
    few = Hits(np.zeros(rows * ROW_WORDS, np.float32))
    few.place_of(first)

    with pytest.raises(GenmusicError, match="room for recordings of 1 drums"):
        few.place_of(second)
