"""What bars make of each other is heard alike in works and in pieces, and learned from works."""

import numpy as np
import pytest
from composing import shipped_model, style

from genmusic.composition.lessons import Sequences
from genmusic.composition.liveliness import QUANTILES, learn_liveliness, place_of_theme
from genmusic.composition.operations import NEW, OPERATIONS, operation_of, operations_of

IDEA = ((0, 0), (960, 2), (1920, 4), (2880, 1))


@pytest.mark.parametrize(
    ("bar", "name"),
    [
        (((0, 3), (960, 5), (1920, 7), (2880, 4)), "sequence"),
        (((0, 0), (960, 2), (1920, 5), (2400, 4)), "vary_tail"),
        (((0, 0), (960, 1), (1920, 5), (2880, 4)), "rhythm"),
        (((0, 0), (960, -2), (1920, -4), (2880, -1)), "invert"),
        (((0, 0), (960, 2), (1920, -1), (2880, 1)), "fragment"),
        (((0, 3), (1920, 5)), "augment"),
        (((0, 3), (480, 5), (960, 7), (1440, 4)), "diminish"),
        (((0, 3), (480, 4), (960, 5), (1920, 7), (2880, 4)), "ornament"),
        (((0, 0), (720, 5)), "new"),
        ((), "new"),
    ],
)
def test_an_operation_is_heard_by_its_name(bar, name):
    assert OPERATIONS[operation_of(IDEA, bar)] == name


def test_a_bar_is_compared_with_the_two_before_it():
    other = ((0, 0), (720, 5))

    assert operations_of([IDEA, other, IDEA]) == [NEW, OPERATIONS.index("sequence")]


def test_works_that_repeat_a_rhythm_go_on_repeating_it():
    model = shipped_model().mixed({"vocal": 1.0}, style().model.copying)
    rhythm = OPERATIONS.index("rhythm")
    after_new, after_rhythm = (model.motif_distribution("major", [o]) for o in (NEW, rhythm))

    assert after_new.sum() == pytest.approx(1.0)
    assert after_rhythm[rhythm] > 1.3 * after_new[rhythm]


def tunes(waits):
    """A tune of each work, with so many ticks from note to note."""
    notes = 30
    return Sequences(
        np.full(len(waits), notes),
        np.arange(len(waits)),
        {},
        {"wait": np.repeat(np.array(waits), notes)},
    )


def test_liveliness_is_the_spread_of_the_works_about_the_usual_one():
    learned = learn_liveliness(tunes([480] * 10 + [960] * 11 + [1920] * 10))

    assert learned[len(QUANTILES) // 2] == 1.0
    assert (learned[0], learned[-1]) == (0.5, 2.0)


def test_few_works_say_nothing_of_liveliness():
    assert set(learn_liveliness(tunes([480, 960]))) == {1.0}


def test_themes_of_all_pieces_stand_everywhere_among_the_works():
    places = [place_of_theme(1, piece, theme) for piece in range(400) for theme in "AB"]

    assert np.histogram(places, bins=5, range=(0.0, 1.0))[0].min() > 0.6 * len(places) / 5
