"""The limiter: latency, true peaks, recovery, and doing nothing where there is nothing to do."""

import numpy as np
import pytest
from mixer_cases import limiter_memory

from kernels import dynamics
from kernels.lanes import LANES, QUANTUM

F32 = np.float32
CEILING = 0.8


def limit(mono, memory=None):
    """Run (frames,) through the second of two listeners; what leaves left."""
    quanta = len(mono) // QUANTUM
    sound = np.zeros((2, 2, quanta * QUANTUM), F32)
    sound[1] = mono[: quanta * QUANTUM] * np.array([[1.0], [0.5]])
    gains, out = np.ones((quanta + 1, LANES), F32), np.empty_like(sound)
    memory, rows = memory or limiter_memory(2), np.arange(2, dtype=np.int32)
    dynamics.limit(quanta, gains, CEILING, *memory, rows, sound.reshape(-1), 0, out)
    return out[1, 0]


def oversampled(x, factor=16):
    """Band-limited interpolation through the spectrum."""
    spectrum = np.fft.rfft(x * np.hanning(len(x)) ** 0.05)
    padded = np.zeros(len(x) * factor // 2 + 1, complex)
    padded[: len(spectrum)] = spectrum
    return np.fft.irfft(padded) * factor


def test_quiet_sound_is_only_delayed_by_one_quantum():
    mono = np.random.default_rng(1).uniform(-0.35, 0.35, 64 * QUANTUM).astype(F32)

    out = limit(mono)

    assert np.array_equal(out[QUANTUM:], mono[:-QUANTUM])
    assert not out[:QUANTUM].any()


@pytest.mark.parametrize("divisor", [4, 6, 3.7])
def test_peaks_between_samples_stay_below_the_ceiling(divisor):
    # A sine at a quarter of the rate, sampled off its peaks, hides 3 dB between samples.
    mono = 1.2 * np.sin(2 * np.pi * np.arange(200 * QUANTUM) / divisor + np.pi / 4)

    out = limit(mono)

    between = np.abs(oversampled(out[QUANTUM:])[2_000:-2_000]).max()
    assert 0.75 < between <= CEILING * 1.01  # the detector is exact to 0.09 dB


def test_noise_of_any_loudness_stays_below_the_ceiling():
    rng = np.random.default_rng(2)
    mono = rng.normal(0, 1, 400 * QUANTUM) * np.repeat(rng.uniform(0, 3, 400), QUANTUM)
    mono = np.convolve(mono, np.sinc(np.arange(-32, 33) * 0.75) * np.hanning(65), "same")

    out = limit(mono)

    assert np.abs(out).max() <= CEILING * (1 + 1e-6)
    assert np.abs(oversampled(out)).max() <= CEILING * 1.03  # 0.25 dB


def test_no_block_length_changes_what_hovers_about_the_ceiling():
    rng = np.random.default_rng(5)
    loud = np.repeat(rng.uniform(0.3, 0.9, 600) ** 2, QUANTUM)
    mono = loud * np.sin(np.arange(600 * QUANTUM) * 0.3)
    memory = limiter_memory(2)

    pieces = [limit(mono[at : at + 3 * QUANTUM], memory) for at in range(0, mono.size, 3 * QUANTUM)]

    assert np.array_equal(np.concatenate(pieces), limit(mono))


def test_after_a_peak_the_gain_comes_back_in_half_a_second():
    mono = np.full(48_000, 0.1)
    mono[4_800] = 4.0

    out = limit(mono)

    assert out[4_800 + QUANTUM] == pytest.approx(CEILING, rel=0.5)
    assert out[4_800 + 2 * QUANTUM] < 0.05
    assert out[4_800 + 24_000] == pytest.approx(0.1, rel=0.05)


def test_long_after_a_peak_sound_is_only_delayed_again():
    # The release once stopped a hair below 1, where floats have no step left, and never rested.
    mono = np.random.default_rng(1).uniform(-0.35, 0.35, 2_250 * QUANTUM).astype(F32)
    mono[4_800] = 4.0
    memory = limiter_memory(2)

    out = limit(mono, memory)

    assert np.array_equal(out[96_001:], mono[96_001 - QUANTUM : -QUANTUM])
    assert (memory[0][1, : dynamics.LAST_GAIN + 1] == 1.0).all()


@pytest.mark.parametrize("taps", [dynamics.HALF, dynamics.QUARTER, dynamics.QUARTER[::-1]])
def test_no_point_between_samples_passes_the_bound_that_spares_the_limiter_looking(taps):
    rng = np.random.default_rng(3)
    loudest = np.sign(taps)  # the worst for the samples; sums of it are bad for their differences
    windows = [loudest, np.cumsum(loudest), np.cumsum(np.cumsum(loudest))]
    windows += [np.cumsum(rng.normal(size=12)) for _ in range(2_000)]

    for x in windows:
        bound = dynamics.OF_PEAK * np.abs(x).max() + dynamics.OF_BEND * np.abs(np.diff(x, 2)).max()
        assert abs(np.dot(taps, x)) <= bound
