"""The chord that a performer holds is the harmony of all parts."""

import pytest
from composing import compose, notes_of

from genmusic.composition.theory import chord_scale
from genmusic.score.harmony import read_chord

BEAT = 960


@pytest.mark.parametrize("symbol", ["C", "F#m7", "Bbmaj7", "Edim7", "Gsus4"])
def test_bass_and_chords_play_it_and_the_melody_keeps_to_its_scale(symbol):
    chord = read_chord(symbol)
    for bar in compose(24, seed=3, name="evening", chord=symbol, arousal=0.6):
        assert [span.chord for span in bar.chords] == [chord]
        for part in ("comp", "pad"):
            assert {int(p) % 12 for p in notes_of(bar, part)["pitch"]} <= set(chord.pitch_classes)
        over = chord_scale(bar.key.mode, (chord.root - bar.key.tonic) % 12, chord.quality)
        scale = {(bar.key.tonic + step) % 12 for step in over}
        assert {int(p) % 12 for p in notes_of(bar, "melody")["pitch"]} <= scale
        strong = [n for n in notes_of(bar, "bass") if n["start_tick"] < BEAT / 2]
        assert {int(n["pitch"]) % 12 for n in strong[:1]} <= set(chord.pitch_classes)


def test_without_one_the_composer_leads():
    symbols = {span.chord.symbol for bar in compose(24, seed=3) for span in bar.chords}

    assert len(symbols) > 3
