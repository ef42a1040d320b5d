from dataclasses import fields, replace

import pytest
from composing import parameters, style, toy_model

from genmusic.composition.chance import draw_bar
from genmusic.composition.metre import metre
from genmusic.composition.motif import degree_at, sketch_bar
from genmusic.composition.plan import Plan, Span, section_rules
from genmusic.composition.state import PhraseTheme
from genmusic.rules.style import MotifRules
from genmusic.score.harmony import Key

IDEA = ((0, 0), (960, 2), (1920, 4), (2880, 1))
CHORDS = ((8, 0), (8, 3), (8, 4), (8, 0))
THEMES = {"A": (PhraseTheme(CHORDS, (IDEA,)),)}
NONE = dict.fromkeys((entry.name for entry in fields(MotifRules)), 0.0)


def plan(operation: str = "sequence", degree: int = 3, novelty: float = 0.5, **changes) -> Plan:
    motif = MotifRules(**NONE | {operation: 1.0, "parallel": 1.0})
    return replace(
        Plan(
            chance=draw_bar(1, 1, 1),
            style=replace(style(), motif=motif),
            parameters=parameters(novelty=novelty),
            section="A",
            piece_bar=1,
            statement=0,
            progress=0.5,
            phrase=0,
            phrase_bar=1,
            phrase_bars=4,
            cadence="half",
            ends_section=False,
            ends_piece=False,
            metre=metre("4/4"),
            density=0.5,
            key=Key(0, "major"),
            theme="A",
            section_rules=section_rules(style(), "A"),
            spans=(Span(0, 3840, degree, 5, "", 7),),
        ),
        **changes,
    )


def sketched(bar: Plan):
    return sketch_bar(bar, toy_model(), THEMES, [0.0, 0.5, 0.5]).notes


def test_a_sequence_moves_the_idea_with_the_chord():
    assert sketched(plan("sequence", degree=3)) == ((0, 3), (960, 5), (1920, 7), (2880, 4))


def test_a_sequence_moves_the_shorter_way():
    assert sketched(plan("sequence", degree=5))[0] == (0, -2)


def test_a_varied_tail_leaves_the_end_open():
    sketch = sketch_bar(plan("vary_tail"), toy_model(), THEMES, [0.0, 0.5, 0.5])

    assert (sketch.notes, sketch.open_from) == (((0, 3), (960, 5)), 1920)


def test_a_rhythm_returns_without_its_notes():
    assert sketched(plan("rhythm")) == tuple((tick, None) for tick, _ in IDEA)


def test_an_inversion_turns_the_idea_upside_down():
    assert sketched(plan("invert", degree=0)) == ((0, 0), (960, -2), (1920, -4), (2880, -1))


def test_a_fragment_plays_the_first_half_again_a_step_lower():
    assert sketched(plan("fragment", degree=0)) == ((0, 0), (960, 2), (1920, -1), (2880, 1))


@pytest.mark.parametrize(
    "bar",
    [
        plan("new"),
        plan(phrase_bar=0),  # a phrase begins with an idea of its own
        plan(phrase_bar=3),  # a cadence makes its own end
        plan(section="B", theme="B"),  # nothing of this theme is known
    ],
)
def test_a_bar_may_be_new(bar):
    assert sketched(bar) == ()


def test_the_second_phrase_begins_like_the_first():
    assert sketched(plan("new", degree=0, phrase=1, phrase_bar=0)) == IDEA


def test_a_repeated_section_takes_its_bars_as_they_were():
    returned = sketch_bar(plan("new", 0, statement=1, phrase_bar=0), toy_model(), THEMES, [0.0] * 3)

    assert returned.notes == IDEA
    assert returned.pull > sketch_bar(plan(), toy_model(), THEMES, [0.0] * 3).pull


@pytest.mark.parametrize(("eighth", "degree"), [(0, 0), (7, 0), (8, 3), (31, 0), (99, 0)])
def test_the_chord_at_an_eighth_of_a_phrase_is_found(eighth, degree):
    assert degree_at(CHORDS, eighth) == degree


def test_an_augmented_idea_takes_twice_the_time():
    assert sketched(plan("augment")) == ((0, 3), (1920, 5))


def test_a_diminished_idea_takes_half_the_time_and_leaves_room():
    sketch = sketch_bar(plan("diminish"), toy_model(), THEMES, [0.0, 0.5, 0.5])

    assert sketch.notes == ((0, 3), (480, 5), (960, 7), (1440, 4))
    assert sketch.open_from == 1920


def test_an_ornament_fills_the_thirds():
    ornamented = ((0, 3), (480, 4), (960, 5), (1440, 6), (1920, 7), (2880, 4))

    assert sketched(plan("ornament")) == ornamented
