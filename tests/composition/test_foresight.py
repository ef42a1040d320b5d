"""Foresight changes nothing: what was foreseen is what would have been worked out in its time."""

from composing import parameters, shipped_model, style

from genmusic.composition import composer as composing
from genmusic.composition import settled
from genmusic.composition.composer import Composer

BARS = 24
CHANGE_BAR = 8  # the first of a phrase
CHANGE = {"arousal": 0.9, "tension": 0.9, "novelty": 1.0}
CUES = {5: "build", 11: "next_section", 17: "hold"}


def composer_of(monkeypatch, *, foresees):
    if not foresees:
        monkeypatch.setattr(composing.Foresight, "look", lambda *_: None)
    return Composer(3, style("evening"), shipped_model())


def heard(bar):
    return bar.notes.tolist(), bar.chords, bar.key, bar.section, bar.phrase_bars


def bars(monkeypatch, *, foresees, change=None, cues=None):
    composer, rules = composer_of(monkeypatch, foresees=foresees), style("evening")
    asked = parameters("evening", arousal=0.2)
    composed = []
    for bar in range(BARS):
        if change and bar == CHANGE_BAR:
            asked = parameters("evening", **change)
        if cues and bar in cues:
            composer.cue(cues[bar])
        composed.append(heard(composer.compose_bar(asked, rules)))
    return composed, composer.checkpoint()


def test_bars_that_were_foreseen_are_those_that_would_have_been_composed(monkeypatch):
    foreseen = bars(monkeypatch, foresees=True)

    assert foreseen == bars(monkeypatch, foresees=False)


def test_a_mood_that_changes_at_a_phrase_is_heard_in_its_first_chords(monkeypatch):
    foreseen = bars(monkeypatch, foresees=True, change=CHANGE)

    assert foreseen != bars(monkeypatch, foresees=True)
    assert foreseen == bars(monkeypatch, foresees=False, change=CHANGE)


def test_a_conductor_leads_elsewhere_than_was_foreseen(monkeypatch):
    led = bars(monkeypatch, foresees=True, cues=CUES)

    assert led == bars(monkeypatch, foresees=False, cues=CUES)


def test_what_was_foreseen_is_forgotten_by_who_goes_back(monkeypatch):
    composer, rules = composer_of(monkeypatch, foresees=True), style("evening")
    asked, other = parameters("evening", arousal=0.2), parameters("evening", **CHANGE)
    for _ in range(CHANGE_BAR - 2):
        composer.compose_bar(asked, rules)
    before = composer.keep()
    straight = [heard(composer.compose_bar(asked, rules)) for _ in range(4)]

    composer.go_back(before)
    composer.compose_bar(other, rules)
    composer.go_back(before)

    assert [heard(composer.compose_bar(asked, rules)) for _ in range(4)] == straight


def test_the_first_bar_of_a_phrase_has_no_chords_to_draw(monkeypatch):
    composer, rules = composer_of(monkeypatch, foresees=True), style("evening")
    asked = parameters("evening", arousal=0.2)
    for _ in range(CHANGE_BAR):
        composer.compose_bar(asked, rules)
    drawn = []
    for room, step in ((composing, "draw_harmony"), (settled, "place_of"), (settled, "settle")):
        monkeypatch.setattr(room, step, lambda *_, step=step, **__: drawn.append(step))

    bar = composer.compose_bar(asked, rules)

    assert bar.phrase_bar == 0
    assert drawn == []
