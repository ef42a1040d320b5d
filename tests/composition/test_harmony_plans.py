from dataclasses import replace

import pytest
from composing import style, toy_model
from hypothesis import given, settings
from hypothesis import strategies as st

from genmusic.composition.harmony import CADENCES, Task, end_chords, plan_chords
from genmusic.names import METRES, MODES

TASK = Task("4/4", "major", 4, "authentic", frozenset({0}), 0.5, 0.5, 0.1, ())
DRAWS = st.lists(st.floats(0, 1, exclude_max=True), min_size=33, max_size=33)
TASKS = st.builds(
    Task,
    metre=st.sampled_from(sorted(METRES)),
    mode=st.sampled_from(sorted(MODES)),
    bars=st.integers(2, 8),
    cadence=st.sampled_from(["half", "authentic", "deceptive", "plagal", "open"]),
    start=st.sampled_from([frozenset({0}), frozenset({3, 5})]),
    density=st.floats(0, 1),
    novelty=st.floats(0, 1),
    dissonance=st.floats(0, 1),
    before=st.sampled_from([(), (0,), (4, 0)]),
)
EVEN = [0.37] * 33
slowly = settings(max_examples=60, deadline=None)


def plan(task, draws=EVEN, **rules):
    return plan_chords(task, replace(style().harmony, **rules), toy_model(), draws)


@slowly
@given(TASKS, DRAWS)
def test_a_phrase_is_filled_and_no_chord_crosses_a_bar(task, draws):
    lengths, bar = [eighths for eighths, _ in plan(task, draws)], 2 * METRES[task.metre]
    starts = [sum(lengths[:n]) for n in range(len(lengths))]

    assert sum(lengths) == bar * task.bars
    assert all(s // bar == (s + n - 1) // bar for s, n in zip(starts, lengths, strict=True))


@slowly
@given(TASKS, DRAWS)
def test_a_phrase_begins_where_it_may_and_ends_with_its_cadence(task, draws):
    degrees = [degree for _, degree in plan(task, draws)]

    assert degrees[0] in task.start
    if task.cadence != "open":
        last = CADENCES[task.mode][task.cadence].last
        room = min(len(last), len(degrees) - 1)
        assert all(d in allowed for d, allowed in zip(degrees[-room:], last[-room:], strict=True))


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_knows_every_cadence(mode):
    assert set(CADENCES[mode]) == {"half", "authentic", "deceptive", "plagal"}


def test_a_weight_of_nothing_keeps_a_degree_away():
    chords = [
        degree
        for draw in range(50)
        for _, degree in plan(
            replace(TASK, bars=8), [draw / 50] * 33, degrees=(1, 1, 0, 1, 1, 1, 1)
        )
    ]

    assert chords.count(2) <= 2  # its weight is not quite nothing, so that cadences stay possible


def test_a_denser_mood_changes_chords_more_often():
    calm = plan(replace(TASK, bars=8, density=0.0))
    dense = plan(replace(TASK, bars=8, density=1.0))

    assert len(dense) > len(calm)


def test_a_known_phrase_keeps_its_chords_if_they_end_as_they_should():
    known = plan(TASK)

    assert end_chords(TASK, known, style().harmony, toy_model(), EVEN) == known


def test_a_known_phrase_gets_a_new_end_for_another_cadence():
    known = ((4, 0), (4, 5), (4, 3), (4, 1), (4, 4))
    ended = end_chords(replace(TASK, bars=5), known, style().harmony, toy_model(), EVEN)

    assert ended[:2] == known[:2]
    assert [degree for _, degree in ended[-2:]] == [4, 0]


def test_tension_makes_the_diminished_chord_less_rare():
    def share(dissonance: float) -> float:
        task = replace(TASK, cadence="open", bars=8, dissonance=dissonance)
        degrees = [d for n in range(200) for _, d in plan(task, spread(n), learned=0.0)]
        return degrees.count(6) / len(degrees)

    assert share(0.9) > share(0.0)


def spread(number: int) -> list[float]:
    """Draws that visit the unit interval evenly."""
    return [(number * 0.618034 + k * 0.414214) % 1.0 for k in range(33)]
