from dataclasses import replace

import numpy as np
import pytest
from composing import style, toy_model
from hypothesis import given
from hypothesis import strategies as st

from genmusic.composition.metre import chord_lengths, metre
from genmusic.composition.rhythm import FAR, draw_onsets, thin_or_fill
from genmusic.names import METRES

MELODY = replace(style().melody, grid="eighth")
BAR = 3840
FOUR = metre("4/4")
ONSETS = st.sets(st.integers(0, 15).map(lambda n: n * 240), min_size=1).map(sorted)


def mean_onsets(wanted: float) -> float:
    bars = [draw_onsets(toy_model(), MELODY, wanted, FOUR, key, 0) for key in range(200)]
    return float(np.mean([len(bar) for bar in bars]))


def test_a_bar_has_about_as_many_onsets_as_are_wanted():
    counts = [mean_onsets(wanted) for wanted in (1, 2, 4, 6, 8)]

    assert counts == sorted(counts)
    assert abs(mean_onsets(4) - 4) < 1


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 1000), st.floats(0, 16))
def test_onsets_rise_inside_the_bar_on_the_grid(key, first, wanted):
    onsets = draw_onsets(toy_model(), MELODY, wanted, FOUR, key, first)

    assert list(onsets) == sorted(set(onsets))
    assert all(0 <= tick < BAR and tick % 480 == 0 for tick in onsets)


@given(ONSETS, st.floats(0.5, 16))
def test_a_known_rhythm_comes_near_the_number_wanted(onsets, wanted):
    fitted = thin_or_fill(onsets, wanted, 240, BAR, FOUR)

    assert len(fitted) <= max(1, wanted * FAR)
    assert len(fitted) * FAR >= min(wanted, 16) or len(fitted) >= len(onsets)
    assert list(fitted) == sorted(set(fitted))


def test_a_bar_of_even_notes_is_rare():
    bars = [draw_onsets(toy_model(), MELODY, 4.5, FOUR, key, 0) for key in range(200)]
    even = [len(set(np.diff([*bar, BAR]))) == 1 for bar in bars]

    assert np.mean(even) < 0.1


def test_a_rhythm_near_the_number_wanted_stays_as_it_is():
    assert thin_or_fill((0, 960, 1920, 2400), 4.5, 480, BAR, FOUR) == (0, 960, 1920, 2400)


def test_the_weakest_onsets_go_first():
    assert thin_or_fill((0, 480, 960, 1920, 2640), 1.0, 240, BAR, FOUR) == (0,)
    assert thin_or_fill((0, 480, 960, 1920, 2640), 1.5, 240, BAR, FOUR) == (0, 1920)


@pytest.mark.parametrize(
    ("name", "tick", "level"),
    [
        ("4/4", 0, 0), ("4/4", 1920, 1), ("4/4", 960, 2), ("4/4", 480, 3), ("4/4", 320, 4),
        ("3/4", 0, 0), ("3/4", 960, 2), ("3/4", 1920, 2), ("3/4", 480, 3),
        ("6/8", 0, 0), ("6/8", 1440, 1), ("6/8", 960, 3), ("6/8", 240, 4),
        ("2/4", 0, 0), ("2/4", 960, 2), ("2/4", 1440, 3),
    ],
)  # fmt: skip
def test_the_first_beat_is_strong_and_what_lies_between_beats_is_weak(name, tick, level):
    assert metre(name).weakness(tick) == level


@pytest.mark.parametrize("name", METRES)
def test_a_rhythm_fills_the_bar_of_its_metre_on_the_grid(name):
    bar = metre(name)
    bars = [draw_onsets(toy_model(), MELODY, 4, bar, key, 0) for key in range(100)]
    onsets = {tick for ticks in bars for tick in ticks}

    assert max(onsets) >= bar.bar_ticks - bar.pulse_ticks
    assert all(0 <= tick < bar.bar_ticks and tick % 480 == 0 for tick in onsets)


@pytest.mark.parametrize("name", METRES)
def test_the_chords_of_a_bar_fill_it_in_every_metre(name):
    for word in ("4", "22", "31", "13", "211", "112", "1111"):
        assert sum(chord_lengths(name, word)) == metre(name).eighths
