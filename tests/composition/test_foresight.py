"""Foresight changes nothing: chords that were foreseen are those that would have been drawn."""

from composing import parameters, shipped_model, style

from genmusic.composition import composer as composing
from genmusic.composition.composer import Composer

BARS = 24
CHANGE_BAR = 8  # the first of a phrase


def chords(monkeypatch, *, foresees, change=None):
    if not foresees:
        monkeypatch.setattr(composing.Foresight, "look", lambda *_: None)
    composer, rules = Composer(3, style("evening"), shipped_model()), style("evening")
    asked = parameters("evening", arousal=0.2)
    heard = []
    for bar in range(BARS):
        if change and bar == CHANGE_BAR:
            asked = parameters("evening", **change)
        heard.append(composer.compose_bar(asked, rules).chords)
    return heard


def test_chords_that_were_foreseen_are_those_that_would_have_been_drawn(monkeypatch):
    foreseen = chords(monkeypatch, foresees=True)

    assert foreseen == chords(monkeypatch, foresees=False)


def test_a_mood_that_changes_at_a_phrase_is_heard_in_its_first_chords(monkeypatch):
    change = {"arousal": 0.9, "tension": 0.9, "novelty": 1.0}
    foreseen = chords(monkeypatch, foresees=True, change=change)

    assert foreseen != chords(monkeypatch, foresees=True)
    assert foreseen == chords(monkeypatch, foresees=False, change=change)
