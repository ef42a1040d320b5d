import numpy as np

from genmusic.composition.smoothing import smooth

ALL = np.ones(49)


def only(**welcome: float):
    """Weights that allow some pitches alone, such as ``p7=1.0``."""
    row = np.zeros(49)
    for name, weight in welcome.items():
        row[int(name.removeprefix("p").replace("m", "-")) + 24] = weight
    return row


def smoothed(pitches, rows, previous=None, widest=9, moves=False):
    count = len(pitches)
    return smooth(pitches, np.array(rows), previous, [widest] * count, [moves] * count)


def test_a_line_without_wide_leaps_stays_as_it_is():
    assert smoothed([0, 2, 4, -3], [ALL] * 4, previous=1) == [0, 2, 4, -3]


def test_a_leap_too_wide_lands_on_a_welcome_pitch_in_reach():
    assert smoothed([12], [only(p0=1.0, p3=0.1, p12=1.0)], previous=2, widest=5) == [0]


def test_the_leap_from_the_bar_before_counts_too():
    assert abs(smoothed([20], [ALL], previous=-4, widest=9)[0] + 4) <= 9


def test_where_nothing_is_in_reach_the_nearest_pitch_is_taken():
    assert smoothed([12], [only(m12=1.0, p12=1.0)], previous=4, widest=5) == [12]


def test_a_forbidden_pitch_is_never_taken():
    allowed = only(p0=1.0, p7=1.0)

    assert set(smoothed([0, 12, -12, 0, 0], [allowed] * 5, previous=3, moves=True)) <= {0, 7}


def test_a_marked_repeat_moves_to_a_neighbour_on_the_way():
    assert smoothed([0, 0, 4], [ALL] * 3, moves=True) == [0, 1, 4]
    assert smoothed([0, 0, 4], [ALL] * 3, moves=False) == [0, 0, 4]


def test_a_repeat_stays_where_there_is_no_neighbour():
    assert smoothed([0, 0], [only(p0=1.0)] * 2, moves=True) == [0, 0]
