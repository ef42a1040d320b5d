"""The equaliser: its response is what its decibels say, and flat bands change nothing."""

import numpy as np
import pytest

from genmusic.mixing.bands import bands
from genmusic.mixing.faders import bus_rows
from kernels import equalisers
from kernels.lanes import LANES, QUANTUM

RATE = 48_000
FRAMES = 16_384
FLAT = {"low_db": 0.0, "low_hz": 200.0, "mid_db": 0.0, "mid_hz": 1_000.0, "mid_q": 0.8,
        "high_db": 0.0, "high_hz": 5_000.0}  # fmt: skip


def equalise(sound, **settings):
    """Run (frames,) through the third row of an equaliser whose other rows are flat."""
    quanta, rows = sound.size // QUANTUM, bus_rows(1)
    moving = np.zeros((quanta + 1, equalisers.BANDS, rows), np.float32)
    moving[:, :, 2] = bands(*(FLAT | settings).values())
    buses = np.zeros((rows, sound.size), np.float32)
    buses[2] = buses[3] = sound
    memory = np.zeros((rows // LANES, equalisers.MEMORIES * LANES), np.float32)
    tile = np.zeros(QUANTUM * LANES, np.float32)
    equalisers.equalise(quanta, moving, tile, memory, buses.reshape(-1))
    assert np.array_equal(buses[3], sound)  # the neighbour is flat
    return buses[2]


def response_db(hz, **settings):
    impulse = np.zeros(FRAMES, np.float32)
    impulse[0] = 1.0
    spectrum = np.fft.rfft(equalise(impulse, **settings).astype(float))
    return 20 * np.log10(np.abs(spectrum[round(hz * FRAMES / RATE)]))


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
    sound = np.random.default_rng(2).uniform(-0.5, 0.5, FRAMES).astype(np.float32)

    assert np.array_equal(equalise(sound), sound)
