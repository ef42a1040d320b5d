import numpy as np
import pytest

from genmusic.encoding.samples import to_pcm16, to_pcm24

RATE = 48_000


def test_full_scale_is_symmetric_and_what_exceeds_it_is_clipped():
    block = np.repeat(np.array([[2.0], [-2.0]], np.float32), 16, axis=1)

    assert (to_pcm16(block, 7, 0) == [32767, -32767]).all()
    assert ((to_pcm24(block) >> 8) == [8388607, -8388607]).all()


def test_the_noise_of_a_sample_follows_from_seed_and_frame_alone():
    block = np.random.default_rng(1).uniform(-1, 1, (2, 960)).astype(np.float32)
    whole = to_pcm16(block, 7, 3 * 960)

    pieces = [to_pcm16(block[:, at : at + 64], 7, 3 * 960 + at) for at in range(0, 960, 64)]

    assert np.array_equal(np.concatenate(pieces), whole)
    assert not np.array_equal(to_pcm16(block, 8, 3 * 960), whole)
    assert not np.array_equal(to_pcm16(block, 7, 4 * 960), whole)


@pytest.mark.parametrize("amplitude", [0.0, 0.3, 0.5, 4.0, 9_000.3])
def test_the_error_is_a_hiss_that_the_music_does_not_change(amplitude):
    t = np.arange(4 * RATE)
    steps = (amplitude * np.sin(2 * np.pi * 441.7 * t / RATE)).astype(np.float32)
    block = np.stack([steps, steps]) / np.float32(32_767)

    error = to_pcm16(block, 7, 0).T - steps.astype(float)

    # Rounding to a step has a variance of 1/12, triangular dither of 1/6.
    assert np.abs(error.mean(axis=1)).max() < 0.01
    assert error.var(axis=1) == pytest.approx(0.25, rel=0.02)
    power = np.abs(np.fft.rfft(error * np.hanning(t.size), axis=1)) ** 2
    assert (power.max(axis=1) / power.mean(axis=1)).max() < 25.0  # no harmonics: noise has 13 or so
    assert abs(np.corrcoef(error)[0, 1]) < 0.01  # each side has noise of its own


def test_a_tone_below_half_a_step_is_not_lost():
    t = np.arange(8 * RATE)
    steps = (0.2 * np.sin(2 * np.pi * 1_000 * t / RATE)).astype(np.float32)

    out = to_pcm16(np.stack([steps, steps]) / np.float32(32_767), 7, 0)[:, 0]

    assert 2 * np.abs(np.exp(-2j * np.pi * 1_000 * t / RATE) @ out) / t.size == pytest.approx(
        0.2, rel=0.05
    )


def test_pcm24_gives_every_sample_back_within_half_a_step():
    block = np.random.default_rng(1).uniform(-1, 1, (2, 10_000)).astype(np.float32)

    back = (to_pcm24(block) >> 8).T / 8388607

    assert np.abs(back - block).max() <= 0.5 / 8388607
