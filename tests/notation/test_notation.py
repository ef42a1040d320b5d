from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genmusic.names import METRES, MODES, PARTS
from genmusic.notation.sheet import MOST_VOICES, beat_ticks, engrave
from genmusic.notation.spelling import LETTER_SEMITONES, spell, spell_pitch
from genmusic.notation.values import split, to_grid
from genmusic.score.events import Bar, Note, note_array
from genmusic.score.harmony import Key

COMP = PARTS.index("comp")
BAR = 3_840


def values(start, end, beat=960):
    return [(v.name, v.dots, v.triplet) for _, v in split(start, end, beat)]


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        (0, 3840, [("whole", 0, False)]),
        (0, 2880, [("half", 1, False)]),
        (480, 1440, [("eighth", 0, False), ("eighth", 0, False)]),
        (0, 1200, [("quarter", 0, False), ("16th", 0, False)]),
        (0, 320, [("eighth", 0, True)]),
        (320, 960, [("quarter", 0, True)]),
        (960, 2240, [("quarter", 0, False), ("eighth", 0, True)]),
    ],
)
def test_lengths_are_written_as_a_musician_would(start, end, written):
    assert values(start, end) == written


def test_in_six_eight_the_beat_is_a_dotted_quarter():
    assert values(480, 1440, beat_ticks("6/8")) == [("quarter", 0, False)]


@given(st.lists(st.integers(0, BAR), min_size=2, max_size=2, unique=True))
def test_any_span_on_the_grid_is_filled_without_a_gap(ends):
    start, end = sorted(map(to_grid, ends))

    spans = [(tick, tick + value.ticks) for tick, value in split(start, end)]

    assert spans == [] if start == end else (spans[0][0], spans[-1][1]) == (start, end)
    assert all(before[1] == after[0] for before, after in pairwise(spans))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tonic", range(12))
def test_a_scale_is_spelled_with_seven_letters(tonic, mode):
    key = Key(tonic, mode)

    assert len({spell(pitch_class, key)[0] for pitch_class in key.scale}) == 7


@given(st.integers(0, 127), st.integers(0, 11), st.sampled_from(sorted(MODES)))
def test_a_spelled_pitch_is_the_pitch(pitch, tonic, mode):
    step, alter, octave = spell_pitch(pitch, Key(tonic, mode))

    assert LETTER_SEMITONES[step] + alter + 12 * (octave + 1) == pitch


def test_the_leading_note_of_a_minor_key_is_raised():
    assert spell(8, Key(9, "minor")) == ("G", 1)


notes = st.builds(
    Note, st.integers(0, BAR - 1), st.integers(1, 2 * BAR), st.integers(48, 60),
    st.just(80), st.just(COMP),
)  # fmt: skip


@given(st.lists(st.lists(notes, max_size=12), min_size=1, max_size=3))
def test_every_voice_fills_every_bar_whatever_is_played(bars):
    rows = [
        Bar(i, METRES["4/4"], 90.0, Key(0, "major"), (), "A", 0, 0, 4, note_array(bar))
        for i, bar in enumerate(bars)
    ]

    for measure in engrave(rows, COMP, drums=False):
        assert 1 <= len(measure.voices) <= MOST_VOICES
        assert all(sum(s.value.ticks for s in voice) == BAR for voice in measure.voices)
