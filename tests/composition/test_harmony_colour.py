from dataclasses import replace

import pytest
from composing import style

from genmusic.composition.colour import BORROWED, colour_chords
from genmusic.names import MODES, QUALITIES

RULES = replace(style().harmony, sevenths=0.0, suspensions=0.0)
NEVER, ALWAYS = [0.999] * 16, [0.0] * 16
DOMINANT = (0, 3840, 4, 0, False, True)
SUPERTONIC = (0, 3840, 1, 4, False, True)


def colour(planned, mode="major", dissonance=0.0, draws=NEVER, **rules):
    return colour_chords([planned], mode, replace(RULES, **rules), dissonance, draws)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("degree", range(7))
def test_without_tension_chords_are_those_of_the_scale(mode, degree):
    (span,) = colour((0, 3840, degree, 0, False, True), mode)

    raised = {11} if (mode, degree) == ("minor", 4) else set()
    assert set(span.tones) <= set(MODES[mode]) | raised


def test_the_dominant_of_minor_has_its_leading_note():
    (span,) = colour(DOMINANT, "minor")

    assert 11 in span.tones


def test_the_style_says_how_many_chords_have_a_seventh():
    assert colour(SUPERTONIC, sevenths=1.0)[0].quality == "m7"
    assert colour(SUPERTONIC, sevenths=0.0)[0].quality == "m"


def test_a_suspended_dominant_resolves_in_its_second_half():
    held, resolved = colour(DOMINANT, suspensions=1.0)

    assert (held.quality, held.start_tick, held.end_tick) == ("sus4", 0, 1920)
    assert (resolved.quality, resolved.start_tick, resolved.end_tick) == ("", 1920, 3840)


def test_tension_puts_the_dominant_of_the_next_chord_before_it():
    (span,) = colour(SUPERTONIC, dissonance=1.0, draws=ALWAYS)

    assert (span.root, span.quality) == (2, "7")  # the dominant of the fifth degree


def test_a_plain_chord_stays_what_it_is_under_any_tension():
    (span,) = colour((*SUPERTONIC[:4], True, True), dissonance=1.0, draws=[0.0, 0.99] * 8)

    assert set(span.tones) <= set(MODES["major"])


@pytest.mark.parametrize("mode", MODES)
def test_borrowed_chords_can_be_named_and_are_foreign(mode):
    for root, quality in BORROWED[mode].values():
        tones = {(root + interval) % 12 for interval in QUALITIES[quality]}
        assert not tones <= set(MODES[mode])


def test_a_tonic_to_rest_on_has_no_small_seventh():
    (span,) = colour((0, 3840, 0, 0, True, False), "mixolydian", draws=ALWAYS, sevenths=1.0)

    assert span.quality == ""
