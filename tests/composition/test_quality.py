"""The measures say what they claim, on scores made for it."""

import math

import numpy as np
import pytest

from genmusic.composition.quality.figures import Figures, overlap, percentiles, rank_correlation
from genmusic.composition.quality.measuring import likeness, measure
from genmusic.composition.quality.reference import shipped_references
from genmusic.composition.training.scores import Score, ScoreBar, ScorePart

BEAT, BAR = 960, 3_840
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def score(melody, bass, bars=16):
    """A score in 4/4; notes are (start beat, beats, pitch)."""
    parts = (
        ScorePart("Voice", True, rows(melody)),
        ScorePart("Piano", False, rows(bass)),
    )
    return Score(tuple(ScoreBar(n * BAR, BAR, 0, 4, 4, 0, "major") for n in range(bars)), parts)


def rows(notes):
    return np.array(
        [(round(s * BEAT), round((s + d) * BEAT), p) for s, d, p in notes], np.int64
    ).reshape(-1, 3)


def quarters(pitches):
    return [(beat, 1, pitch) for beat, pitch in enumerate(pitches)]


def test_strong_beats_on_the_chord_are_counted():
    inside = score(quarters([60, 62, 64, 65] * 16), [(b, 4, 48) for b in range(0, 64, 4)])

    assert measure(inside).chord_tones == 0.5  # C over C, E over C


def test_leaps_are_counted_and_whether_they_turn_back():
    up_and_back = measure(score(quarters([60, 69, 67, 65, 64, 62, 60, 60] * 8), [(0, 64, 36)]))
    up_and_on = measure(score(quarters([60, 69, 71, 72, 71, 69, 67, 60] * 8), [(0, 64, 36)]))

    assert up_and_back.wide_leaps > 0.1
    assert (up_and_back.recovered, up_and_on.recovered) == (1.0, 0.0 + up_and_on.recovered)
    assert up_and_on.recovered < 0.6


def test_bars_that_come_again_are_told_from_those_that_do_not():
    rng = np.random.default_rng(440)
    same = measure(score(quarters([60, 62, 64, 62] * 16), [(0, 64, 36)]))
    other = measure(score(quarters(rng.choice(SCALE, 64).tolist()), [(0, 64, 36)]))

    assert same.bar_repeat == 1.0
    assert other.bar_repeat < 0.2
    assert same.rhythm_repeat == other.rhythm_repeat == 1.0


def test_phrases_that_return_after_four_bars_are_structure():
    rng = np.random.default_rng(440)
    phrase = rng.choice(SCALE, 16).tolist()
    returning = measure(score(quarters(phrase * 4), [(0, 64, 36)]))
    wandering = measure(score(quarters(rng.choice(SCALE, 64).tolist()), [(0, 64, 36)]))

    assert returning.structure > 0.5
    assert abs(wandering.structure) < 0.1


@pytest.mark.parametrize(("below", "share"), [(12, 1.0), (19, 1.0), (16, 0.0)])
def test_fifths_and_octaves_in_parallel_are_found(below, share):
    melody = [SCALE[n % 8] + 12 for n in range(64)]
    bass = [pitch - below for pitch in melody]

    assert measure(score(quarters(melody), quarters(bass))).parallels == share


def test_a_short_tune_says_nothing():
    assert measure(score(quarters([60, 62, 64]), [(0, 4, 48)], bars=1)) is None


def test_likeness_is_the_share_of_equal_notes():
    bar = ((0, 0), (960, 2), (1920, 4), (2880, 5))

    assert likeness(bar, bar) == 1.0
    assert likeness(bar, (*bar[:2], (1920, 3), (2880, 7))) == 0.5
    assert likeness((), bar) == 0.0


def test_equal_distributions_overlap_and_distant_ones_do_not():
    near = np.random.default_rng(1).normal(0.0, 1.0, 400).tolist()

    assert overlap(near, near) == pytest.approx(1.0, abs=0.01)
    assert overlap(near, [value + 10.0 for value in near]) < 0.02


@pytest.mark.parametrize(
    ("heights", "correlation"), [([1, 2, 3, 9], 1.0), ([9, 3, 2, 1], -1.0), ([1, 3, 2, 4], 0.8)]
)
def test_rank_correlation_is_spearmans(heights, correlation):
    assert rank_correlation([0, 1, 2, 3], heights) == pytest.approx(correlation)


def test_what_stands_still_follows_nothing():
    assert math.isnan(rank_correlation([0, 1, 2], [5, 5, 5]))


def test_references_are_shipped_for_songs_and_quartets():
    references = shipped_references()

    assert set(references) == {"songs", "quartets"}
    for reference in references.values():
        assert reference.works > 100
        assert set(reference.percentiles) == set(Figures.__dataclass_fields__)
        assert all(reference.usual(n)[0] <= reference.usual(n)[1] for n in reference.percentiles)


def test_percentiles_leave_out_what_is_missing():
    one = Figures(*[1.0] * 11)
    other = Figures(*[math.nan] * 11)

    assert percentiles([one, other])["steps"] == [1.0] * 99
