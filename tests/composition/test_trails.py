"""What a part remembers of its last notes."""

import numpy as np
import pytest

from genmusic.composition.copying import Limit, copy_rule, nothing_to_copy
from genmusic.composition.lessons import Sequences
from genmusic.composition.trails import LONGEST, NO_TRAIL, follow, pack, unpack

BAR = 3840
ROWS = [(0, 960, 60, 0), (960, 960, 62, 0)]


def after(trail, rows, begins=()):
    return follow(trail, rows, BAR, begins, nothing_to_copy())[1]


def test_notes_move_away_from_the_coming_bar_line():
    trail = after(after(NO_TRAIL, ROWS, (0,)), [(480, 480, 64, 0)])

    assert trail.tolist() == [[2 * BAR, 60, 1], [2 * BAR - 960, 62, 0], [BAR - 480, 64, 0]]


def test_only_the_last_notes_stay():
    rows = [(240 * number, 240, 60 + number, 0) for number in range(16)]

    assert after(NO_TRAIL, rows)[:, 1].tolist() == list(range(76 - LONGEST, 76))


def test_a_long_rest_does_not_make_a_part_forget():
    trail = after(NO_TRAIL, ROWS)
    for _ in range(100):
        trail = after(trail, ())

    assert trail[:, 1].tolist() == [60, 62]
    assert unpack(pack(trail)).tolist() == trail.tolist()


def test_a_trail_survives_packing():
    trail = after(NO_TRAIL, ROWS, (960,))

    assert unpack(pack(trail)).tolist() == trail.tolist()


def test_of_chords_the_highest_notes_are_followed_whatever_their_order():
    rows = [(960, 960, 65, 0), (0, 960, 60, 0), (0, 960, 67, 0), (960, 960, 59, 0), (0, 480, 64, 0)]

    assert after(NO_TRAIL, rows).tolist() == [[BAR, 67, 0], [BAR - 960, 65, 0]]


@pytest.mark.parametrize(("last", "copies"), [(67, True), (66, False)])
def test_a_bar_that_goes_on_with_a_run_of_a_work_is_a_copy(last, copies):
    pitches, wait = np.array([0, 2, 1, 5, 7, 3]), np.full(6, 480)
    lines = Sequences(np.array([6]), np.zeros(1, int), {}, {"pitch": pitches, "wait": wait})
    rule = copy_rule([lines], Limit(4, 99))
    before = after(NO_TRAIL, [(2880, 480, 60, 0), (3360, 480, 62, 0)])
    rows = [(0, 480, 61, 0), (480, 480, 65, 0), (480, 480, 50, 0), (960, 480, last, 0)]

    assert follow(before, rows, BAR, (), rule)[0] is copies
