"""The equaliser: its response is what its decibels say, and flat bands change nothing."""

import effects
import numpy as np
import pytest

from genmusic.mixing.bands import bands
from genmusic.rules import BandRules
from genmusic.synthesis.tone import response
from kernels import equalisers
from kernels.buses import MOST_FRAMES, SOUNDING, STEPS, STRIDE, WHOLE
from kernels.lanes import MOST_QUANTA

RATE = 48_000
FRAMES = 16_384
FLAT = {"low_db": 0.0, "low_hz": 200.0, "mid_db": 0.0, "mid_hz": 1_000.0, "mid_q": 0.8,
        "high_db": 0.0, "high_hz": 5_000.0}  # fmt: skip


def equalise(sound, later=None, **settings):
    """Run (frames,) through the second strip of an equaliser whose other strips are flat.

    ``later`` holds what is set otherwise from the middle of each block on.
    """
    strips, memories = 3, np.zeros((3, 2 * equalisers.MEMORIES), np.float32)
    desk = np.full(strips * equalisers.DESK, equalisers.UNKNOWN, np.float32)
    moving = np.zeros((strips, equalisers.BANDS, MOST_QUANTA + 1), np.float32)
    moving[1] = np.array(bands(*(FLAT | settings).values()))[:, None]
    changed = FLAT | settings | (later or {})
    moving[1, :, MOST_QUANTA // 2 :] = np.array(bands(*changed.values()))[:, None]
    out = []
    for block in sound.reshape(-1, MOST_FRAMES):
        buses = np.zeros((strips, 2, STRIDE), np.int32)
        buses[:, :, :MOST_FRAMES] = np.rint(np.asarray(block, float) * STEPS)
        buses[:, 0, SOUNDING : SOUNDING + MOST_QUANTA] = WHOLE
        after, flat = np.zeros((strips, 2, MOST_FRAMES), np.float32), buses.reshape(-1)
        before = buses[0, 0, :MOST_FRAMES] / np.float32(STEPS)
        effects.equalise(MOST_QUANTA, 1, 0, strips, moving, desk, memories, flat, after.reshape(-1))
        assert np.array_equal(before, after[0, 0])  # the neighbour is flat
        assert np.array_equal(after[1, 0], after[1, 1])
        out.append(after[1, 0])
    return np.concatenate(out)


def response_db(hz, **settings):
    impulse = np.zeros(FRAMES, np.float32)
    impulse[0] = 1.0
    spectrum = np.fft.rfft(equalise(impulse, **settings).astype(float))
    return 20 * np.log10(np.abs(spectrum[round(hz * FRAMES / RATE)]))


def test_the_tone_of_a_patch_is_what_an_equaliser_would_do():
    settings = {"low_db": -4.0, "mid_db": 7.0, "mid_hz": 1_300.0, "high_db": 15.0}
    hz = [100.0, 300.0, 1_000.0, 1_500.0, 3_000.0, 6_000.0, 12_000.0]

    gains = response(BandRules(**settings), np.array(hz))

    # Bands are warped near the Nyquist frequency, modes are not.
    expected = [response_db(x, **settings) for x in hz]
    assert 20 * np.log10(gains) == pytest.approx(expected, abs=0.7)


@pytest.mark.parametrize("level", [-12.0, -4.5, 6.0, 15.0])
def test_each_band_gives_its_level_where_it_says_and_leaves_the_rest(level):
    assert response_db(30, low_db=level, low_hz=400.0) == pytest.approx(level, abs=0.7)
    assert response_db(400, low_db=level, low_hz=400.0) == pytest.approx(level / 2, abs=0.1)
    assert response_db(10_000, low_db=level, low_hz=400.0) == pytest.approx(0.0, abs=0.1)
    assert response_db(1_500, mid_db=level, mid_hz=1_500.0) == pytest.approx(level, abs=0.05)
    assert abs(response_db(40, mid_db=level, mid_hz=1_500.0)) < 0.1
    assert response_db(20_000, high_db=level, high_hz=3_000.0) == pytest.approx(level, abs=0.7)
    assert abs(response_db(100, high_db=level, high_hz=3_000.0)) < 0.3


def test_boost_and_cut_undo_each_other():
    sound = np.random.default_rng(1).uniform(-0.5, 0.5, FRAMES).astype(np.float32)
    boost = {"low_db": 9.0, "mid_db": -7.0, "high_db": 5.0}

    back = equalise(equalise(sound, **boost), **{name: -level for name, level in boost.items()})

    assert np.abs(back - sound).max() < 1e-5


def test_flat_bands_leave_every_bit():
    sound = np.rint(np.random.default_rng(2).uniform(-0.5, 0.5, FRAMES) * STEPS) / STEPS

    assert np.array_equal(equalise(sound), sound)


def test_a_band_does_not_fall_out_for_a_block_in_which_it_moves():
    sound = np.random.default_rng(1).uniform(-0.5, 0.5, MOST_FRAMES).astype(np.float32)
    still = equalise(sound, high_db=15.0)

    moved = equalise(sound, {"high_db": 12.0}, high_db=15.0)

    half = MOST_FRAMES // 2 - 64
    assert np.array_equal(moved[:half], still[:half])
