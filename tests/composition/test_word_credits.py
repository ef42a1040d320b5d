"""Chords and rhythms have their works, too, and the shares are just."""

import pytest
from composing import parameters, shipped_model, style

from genmusic.composition.attribution import RULES, Decision, roll_up
from genmusic.composition.composer import Composer
from genmusic.composition.word_credits import PhraseDecision, credit_beats, credit_chords

BARS = 24


@pytest.fixture(scope="module")
def decided():
    """What is decided in some bars, and the bars."""
    writer = Composer(5, style(), shipped_model())
    writer.decisions = []
    bars = [writer.compose_bar(parameters(), style()) for _ in range(BARS)]
    return writer.decisions, bars


def chords(decisions):
    return [word for d in decisions if isinstance(d, PhraseDecision) for word in credit_chords(d)]


def beats(decisions):
    return [word for d in decisions if isinstance(d, Decision) for word in credit_beats(d)]


@pytest.mark.parametrize("words", [chords, beats])
def test_the_shares_of_every_word_sum_to_one(decided, words):
    found = words(decided[0])

    assert len(found) > BARS
    for *_, credit in found:
        assert abs(sum(credit.values()) - 1.0) < 1e-9
        assert min(credit.values()) >= -1e-12


@pytest.mark.parametrize("words", [chords, beats])
def test_works_teach_much_of_it(decided, words):
    shares = roll_up((credit, 1.0) for *_, credit in words(decided[0]))

    assert 0.0 < shares[RULES] < 0.7


def test_every_planned_chord_stands_where_it_sounds(decided):
    decisions, bars = decided
    placed = {(bar, tick) for bar, tick, _ in chords(decisions) if bar < BARS}

    assert placed <= {(bar.index, span.start_tick) for bar in bars for span in bar.chords}


def test_what_a_cadence_forces_is_credited_to_the_rules(decided):
    phrase = next(d for d in decided[0] if isinstance(d, PhraseDecision))

    assert list(credit_chords(phrase))[-1][2] == {RULES: 1.0}
