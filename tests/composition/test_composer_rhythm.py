import numpy as np
import pytest
from composing import style, toy_model
from hypothesis import given
from hypothesis import strategies as st

from genmusic.composition.rhythm import FAR, draw_onsets, thin_or_fill, weakness

MELODY = style().melody
BAR = 3840
ONSETS = st.sets(st.integers(0, 15).map(lambda n: n * 240), min_size=1).map(sorted)


def mean_onsets(wanted: float) -> float:
    draws = np.random.Generator(np.random.Philox(440)).random((200, 4)).tolist()
    return float(np.mean([len(draw_onsets(toy_model(), MELODY, wanted, 4, d)) for d in draws]))


def test_a_bar_has_about_as_many_onsets_as_are_wanted():
    counts = [mean_onsets(wanted) for wanted in (1, 2, 4, 6, 8)]

    assert counts == sorted(counts)
    assert abs(mean_onsets(4) - 4) < 1


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=4, max_size=4), st.floats(0, 16))
def test_onsets_rise_inside_the_bar_on_the_grid(draws, wanted):
    onsets = draw_onsets(toy_model(), MELODY, wanted, 4, draws)

    assert list(onsets) == sorted(set(onsets))
    assert all(0 <= tick < BAR and tick % 480 == 0 for tick in onsets)


@given(ONSETS, st.floats(0.5, 16))
def test_a_known_rhythm_comes_near_the_number_wanted(onsets, wanted):
    fitted = thin_or_fill(onsets, wanted, 240, BAR)

    assert len(fitted) <= max(1, wanted * FAR)
    assert len(fitted) * FAR >= min(wanted, 16) or len(fitted) >= len(onsets)
    assert list(fitted) == sorted(set(fitted))


def test_a_rhythm_near_the_number_wanted_stays_as_it_is():
    assert thin_or_fill((0, 960, 1920, 2400), 4.5, 480, BAR) == (0, 960, 1920, 2400)


def test_the_weakest_onsets_go_first():
    assert thin_or_fill((0, 480, 960, 1920, 2640), 1.0, 240, BAR) == (0,)
    assert thin_or_fill((0, 480, 960, 1920, 2640), 1.5, 240, BAR) == (0, 1920)


@pytest.mark.parametrize(
    ("tick", "level"), [(0, 0), (1920, 1), (960, 2), (2880, 2), (480, 3), (240, 4), (320, 4)]
)
def test_the_first_beat_is_strong_and_what_lies_between_beats_is_weak(tick, level):
    assert weakness(tick) == level
