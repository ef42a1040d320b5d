"""Glue and levelling: weighting, speed, range, gate."""

import numpy as np
import pytest
from mixer_cases import level_memory

from kernels import loudness, weighting
from kernels.lanes import LANES, QUANTUM

RATE = 48_000
F32 = np.float32


def play(mono, wanted=1.0):
    """Run (frames,) through the leveller for one listener, on both sides; left, and its state."""
    quanta = len(mono) // QUANTUM
    sound = np.zeros((LANES, quanta * QUANTUM), F32)
    sound[:2] = mono[: quanta * QUANTUM]
    ones = np.ones((quanta + 1, LANES), F32)
    (filters, state), gains = level_memory(), np.empty_like(ones)
    tile = np.zeros(weighting.TILES, F32)
    faders = (ones, ones * F32(wanted))
    loudness.level(quanta, 1, sound.reshape(-1), faders, filters, state, tile, gains)
    lines = np.interp(np.arange(quanta * QUANTUM) / QUANTUM, np.arange(quanta + 1), gains[:, 0])
    return sound[0] * lines, state.reshape(-1, LANES)[:, 0]


def tone(frequency_hz, seconds, amplitude):
    return amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * RATE)) / RATE)


def gain_db(out, mono):
    """Gain of each second."""
    power = [np.square(x[: len(out)].astype(float).reshape(-1, RATE)).mean(1) for x in (out, mono)]
    return 10 * np.log10(power[0] / power[1])


def lufs(amplitude):
    """Of a 997 Hz sine on both sides: by BS.1770, one side at full scale is -3.01 LUFS."""
    return 20 * np.log10(amplitude)


@pytest.mark.parametrize("level", [-13.0, -16.0, -20.0])
def test_a_steady_tone_comes_to_minus_sixteen(level):
    mono = tone(997, 100, 10 ** (level / 20))

    out, _ = play(mono)

    # The mean approaches over 20 s, and the glue that gives way while it does makes that longer.
    assert lufs(1.0) + level + gain_db(out, mono)[-1] == pytest.approx(-16.0, abs=0.25)


def test_the_gain_moves_by_half_a_decibel_a_second_at_most_and_by_six_in_all():
    mono = tone(997, 60, 10 ** (-30 / 20))

    gains = gain_db(play(mono)[0], mono)

    assert np.diff(gains).max() <= 0.51
    assert 5.9 < gains[-1] <= 6.03


def test_it_begins_at_what_is_known_beforehand():
    mono = tone(997, 2, 10 ** (-24 / 20))

    out, _ = play(mono)

    assert np.allclose(out[: RATE // 10], mono[: RATE // 10], atol=1e-3)


def test_silence_does_not_raise_the_gain():
    sound = tone(997, 30, 10 ** (-16 / 20))

    before, after = (
        play(np.concatenate([sound, np.zeros(seconds * RATE)]))[1][loudness.LEVEL]
        for seconds in (0, 30)
    )

    # The gate closes 0.7 s after the end, a thirtieth of the mean's 20 s.
    assert (after - before) * loudness.OCTAVE_DB < 0.5


def test_what_the_listener_wants_louder_is_louder():
    mono = tone(997, 60, 10 ** (-17 / 20))

    plain, louder = play(mono)[0], play(mono, wanted=10 ** (0.5 / 20))[0]

    # Glue takes less than half of it back.
    assert 0.25 < (gain_db(louder, mono) - gain_db(plain, mono))[-1] <= 0.51


@pytest.mark.parametrize(
    ("frequency_hz", "weight_db"),
    [(38, -6.0), (100, -1.13), (997, 0.69), (2_000, 3.07), (10_000, 4.04)],
)
def test_the_weighting_is_that_of_the_recommendation(frequency_hz, weight_db):
    x = tone(frequency_hz, 3, 1e-3)

    _, state = play(x)

    power = state[loudness.MOMENT] * loudness.TARGET_POWER / np.square(1e-3)
    assert 10 * np.log10(power) == pytest.approx(weight_db, abs=0.05)


def test_glue_takes_at_most_two_and_a_half_decibels():
    mono = tone(997, 2, 0.9)

    gains = gain_db(play(mono)[0], mono)

    # the leveller adds at most half a decibel a second
    assert -3.6 < gains[-1] < -2.4
