from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from composing import notes_of, style, toy_model

from genmusic.composition.composer import Composer
from genmusic.composition.drums import DRUM_PITCHES
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.names import PARTS
from genmusic.rules import CompPattern, DrumPattern
from kernels import accompaniment

BASE = style("drive")  # in 4/4, with drums


def composed(changed, bars: int = 40, **controls: object) -> list:
    writer = Composer(2, changed, toy_model())
    asked = musical_parameters(defaults() | {"humanize": 0.0, "tension": 0.0} | controls, changed)
    return [writer.compose_bar(asked, changed) for _ in range(bars)]


def with_rules(table: str, **rules: object):
    return replace(BASE, **{table: replace(getattr(BASE, table), **rules)})


def comping(steps: str, **rules: object) -> list[list[tuple[int, int]]]:
    """Ticks and pitches of the bars that play one pattern."""
    patterns = (CompPattern(steps=steps),)
    bars = composed(with_rules("comp", patterns=patterns, **rules))[4:]
    plain = [bar for bar in bars if len(bar.chords) == 1 and not bar.ends_piece]
    rows = [notes_of(bar, "comp")[["written_tick", "pitch"]].tolist() for bar in plain]
    return [bar for bar in rows if bar]


def drums(bar, name: str) -> list[int]:
    notes = notes_of(bar, "drums")
    return notes["written_tick"][notes["pitch"] == DRUM_PITCHES[name]].tolist()


def test_a_stride_has_its_bass_below_its_chords():
    for bar in comping("B.x.B.x."):
        low = [pitch for tick, pitch in bar if tick in (0, 1920)]
        chord = [pitch for tick, pitch in bar if tick in (960, 2880)]
        if low and chord:
            assert max(low) < min(chord) or max(low) % 12 in {p % 12 for p in chord}


def test_the_upper_notes_of_a_chord_are_fewer():
    for bar in comping("x.t."):
        whole = [pitch for tick, pitch in bar if tick == 0]
        upper = [pitch for tick, pitch in bar if tick == 1920]
        assert sorted(upper) == sorted(whole)[-2:]


def test_a_strum_goes_down_from_below_and_up_from_above():
    patterns = (CompPattern(steps="d.u."),)
    changed = with_rules("comp", patterns=patterns)
    playing = replace(changed.performance, strum_ticks=20.0, groove=(0.0,), swing=0.0)
    bars = composed(replace(changed, performance=playing))
    notes = [
        notes_of(bar, "comp") for bar in bars[4:] if len(bar.chords) == 1 and not bar.ends_piece
    ]

    for played in notes:
        down = played[played["written_tick"] == 0]
        up = played[played["written_tick"] == 1920]
        assert (np.diff(down["pitch"]) > 0).all()
        assert (np.diff(up["pitch"]) < 0).all()
        assert len(up) <= len(down)


def test_chords_keep_above_their_lowest_pitch():
    high = BASE.parts["comp"].low + 5
    pitches = [pitch for bar in comping("x...", chord_low=high) for _, pitch in bar]

    assert min(pitches) >= high


@pytest.mark.parametrize("name", sorted(DRUM_PITCHES))
def test_every_drum_of_a_pattern_plays(name):
    patterns = (DrumPattern(**{name: "x.o."}),)
    bars = composed(with_rules("drums", patterns=patterns, fills=()), 12, arousal=0.5)
    hits = [drums(bar, name) for bar in bars if len(notes_of(bar, "drums"))]

    assert hits
    assert all(ticks[:2] in ([0, 1920], [0]) for ticks in hits)


def test_a_section_may_begin_with_a_crash():
    crashing = composed(with_rules("drums", crashes=1.0), arousal=0.5)
    starts = [
        bar for before, bar in pairwise(crashing)
        if before.section != bar.section and before.piece == bar.piece
    ]  # fmt: skip

    played = [0 in drums(bar, "crash") for bar in starts if len(notes_of(bar, "drums"))]
    assert played
    assert all(played)
    assert not any(drums(bar, "crash") for bar in composed(with_rules("drums", crashes=0.0), 12))


def test_ghosts_whisper_between_the_strokes_of_the_snare():
    haunted = composed(with_rules("drums", ghosts=1.0), arousal=0.8)
    plain = composed(with_rules("drums", ghosts=0.0), arousal=0.8)
    strokes = [sum(len(drums(bar, "snare")) for bar in bars) for bars in (haunted, plain)]
    soft = [
        int(note["velocity"]) for bar in haunted for note in notes_of(bar, "drums")
        if note["pitch"] == DRUM_PITCHES["snare"] and note["written_tick"] % 480
    ]  # fmt: skip

    assert strokes[0] > 1.5 * strokes[1]
    kicks = [n["velocity"] for bar in haunted for n in notes_of(bar, "drums") if n["pitch"] == 36]
    assert np.median(soft) < np.median(kicks) - 15


def test_phrases_may_end_in_a_fill():
    def filled(share: float) -> int:
        bars = composed(with_rules("drums", phrase_fills=share), 60, arousal=0.5)
        ends = [bar for bar in bars if bar.phrase_bar == bar.phrase_bars - 1]
        return sum(len(drums(bar, "snare")) for bar in ends)

    assert filled(1.0) > filled(0.0)


def test_kernels_number_the_parts_as_the_score_does():
    assert [getattr(accompaniment, part.upper()) for part in PARTS] == list(range(len(PARTS)))
    assert len(PARTS) == accompaniment.PARTS
