"""The filter that voices share: as its equations say, at every corner and damping."""

import numpy as np
import pytest
from numba import njit

from genmusic.units import SAMPLE_RATE
from kernels.filters import svf_coefficients, svf_step
from kernels.simd import fma, load, store

FRAMES = 1 << 14
LANES = 16
CORNERS_HZ = np.geomspace(60.0, 15_000.0, LANES).astype(np.float32)


@njit
def filtered(sound, corners, damping, low, band):
    """Low-pass and band-pass of sixteen sounds, a frame of all after the other."""
    a, b, c = svf_coefficients(load(corners, 0), load(damping, 0))
    nothing = load(sound, 0) - load(sound, 0)
    half = fma(nothing, nothing, load(damping, LANES))
    s1, s2 = nothing, nothing
    for t in range(0, sound.size, LANES):
        n1, n2 = svf_step(load(sound, t), s1, s2, a, b, c)
        store(low, t, (s2 + n2) * half)
        store(band, t, (s1 + n1) * half)
        s1, s2 = n1, n2


def responses(quality):
    """Low-pass and band-pass at every corner, (bins, corners)."""
    impulse = np.zeros((FRAMES, LANES), np.float32)
    impulse[0] = 1.0
    damping = np.repeat(np.float32([1.0 / quality, 0.5]), LANES)
    outs = [np.zeros(FRAMES * LANES, np.float32) for _ in range(2)]
    filtered(impulse.reshape(-1), CORNERS_HZ, damping, *outs)
    return [np.fft.rfft(out.reshape(FRAMES, LANES), axis=0)[1:] for out in outs]


def expected(quality):
    """The analogue filter, its frequencies bent by the trapezoidal rule."""
    bins = np.arange(1, FRAMES // 2 + 1)[:, None] / FRAMES
    ratio = np.tan(np.pi * bins) / np.tan(np.pi * CORNERS_HZ.astype(float) / SAMPLE_RATE)
    with np.errstate(invalid="ignore", over="ignore"):
        bottom = 1.0 - ratio**2 + 1j * ratio / quality
    return 1.0 / bottom, 1j * ratio / bottom


def db(x):
    return 20.0 * np.log10(np.abs(x) + 1e-12)


@pytest.mark.parametrize("quality", [0.5, 0.75, 2.0, 10.0])
def test_the_response_is_that_of_the_equations(quality):
    heard = slice(0, round(20_000.0 * FRAMES / SAMPLE_RATE))

    for measured, wanted in zip(responses(quality), expected(quality), strict=True):
        loud = db(wanted[heard]) > -60.0
        away_db = np.abs(db(measured[heard]) - db(wanted[heard]))[loud]
        assert away_db.max() < 0.1


def test_what_is_left_of_a_struck_filter_dies_to_nothing():
    silence = np.zeros((4 * FRAMES, LANES), np.float32)
    silence[0] = 1.0
    low, band = np.zeros(silence.size, np.float32), np.zeros(silence.size, np.float32)

    filtered(silence.reshape(-1), CORNERS_HZ, np.repeat(np.float32([0.1, 0.5]), LANES), low, band)

    last = slice(-LANES * 64, None)
    assert db(np.abs(low[last]).max()) < -180.0
    assert db(np.abs(band[last]).max()) < -180.0
