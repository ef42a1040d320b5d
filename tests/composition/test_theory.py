import pytest

from genmusic.composition.theory import (
    chord_scale,
    chord_tones,
    degree_of,
    nearest_pitch,
    pitch_step,
    scale_chord,
    step_pitch,
)
from genmusic.names import MODES


@pytest.mark.parametrize(
    ("degree", "triad", "seventh"),
    [
        (0, (0, ""), (0, "maj7")),
        (1, (2, "m"), (2, "m7")),
        (4, (7, ""), (7, "7")),
        (6, (11, "dim"), (11, "m7b5")),
    ],
)
def test_the_major_scale_builds_its_chords(degree, triad, seventh):
    assert scale_chord("major", degree, False) == triad
    assert scale_chord("major", degree, True) == seventh


@pytest.mark.parametrize("mode", MODES)
def test_every_chord_of_a_scale_has_its_degree(mode):
    for degree in range(7):
        assert degree_of(mode, *scale_chord(mode, degree, True)) == degree


def test_a_chord_outside_the_scale_has_no_degree():
    assert degree_of("major", 1, "") == -1
    assert degree_of("major", 2, "7") == -1


def test_the_major_dominant_belongs_to_minor():
    assert degree_of("minor", 7, "7") == 4


def test_a_chord_of_the_scale_changes_nothing():
    assert chord_scale("major", 9, "m") == set(MODES["major"])


def test_the_leading_note_of_a_dominant_replaces_the_note_below():
    allowed = chord_scale("minor", 7, "7")

    assert 11 in allowed
    assert 10 not in allowed


def test_a_borrowed_third_replaces_the_note_above():
    allowed = chord_scale("major", 5, "m")

    assert 8 in allowed
    assert 9 not in allowed


def test_the_tones_of_a_chord_may_always_sound():
    for mode in MODES:
        for root in range(12):
            for quality in ("", "m", "7", "dim7", "aug", "sus4", "m7b5", "maj7"):
                assert set(chord_tones(root, quality)) <= chord_scale(mode, root, quality)


@pytest.mark.parametrize("mode", MODES)
def test_steps_and_pitches_of_a_scale_are_each_others_inverse(mode):
    assert [pitch_step(mode, step_pitch(mode, step)) for step in range(-14, 15)] == list(
        range(-14, 15)
    )


def test_a_pitch_between_two_steps_is_the_lower():
    assert pitch_step("minor", 11) == 6
    assert pitch_step("major", 1) == 0


@pytest.mark.parametrize(
    ("near", "pitch"), [(60, 60), (65, 60), (67, 72), (10, 48), (48.0, 48), (100, 72)]
)
def test_the_nearest_pitch_of_a_class_stays_in_the_range(near, pitch):
    assert nearest_pitch(0, near, 40, 75) == pitch
