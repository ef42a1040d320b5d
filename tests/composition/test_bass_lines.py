from dataclasses import replace

import numpy as np
import pytest
from composing import notes_of, shipped_model, style

from genmusic.composition.composer import Composer
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.rules import shipped_styles


def composed(changed, bars: int, seed: int = 2, **controls: object) -> list:
    writer = Composer(seed, changed, shipped_model())
    asked = musical_parameters(defaults() | {"humanize": 0.0} | controls, changed)
    return [writer.compose_bar(asked, changed) for _ in range(bars)]


def with_rules(table: str, **rules: object):
    return replace(style(), **{table: replace(getattr(style(), table), **rules)})


def line(bar, part: str) -> list[tuple[int, int, int]]:
    fields = ("written_tick", "written_ticks", "pitch")
    return sorted(tuple(int(note[f]) for f in fields) for note in notes_of(bar, part))


def parallels(bars) -> tuple[int, int]:
    """Moves of the bass under a melody, and how many of them are parallel fifths or octaves."""
    moves, parallel, before, piece = 0, 0, None, 0
    for bar in bars:
        before = before if bar.piece == piece else None  # a new piece begins anew
        piece = bar.piece
        melody = line(bar, "melody")
        for tick, _, low in line(bar, "bass"):
            high = next((p for t, n, p in reversed(melody) if t <= tick < t + n), None)
            if high is not None and before is not None:
                moves += 1
                interval = (before[0] - before[1]) % 12
                both = before[0] != high and before[1] != low
                parallel += both and interval in (0, 7) and (high - low) % 12 == interval
            before = None if high is None else (high, low)
    return moves, parallel


@pytest.mark.parametrize("name", sorted(shipped_styles()))
def test_melody_and_bass_hardly_ever_move_in_fifths_or_octaves(name):
    counts = [parallels(composed(style(name), 100, seed)) for seed in range(4)]
    moves, parallel = np.sum(counts, axis=0)

    assert parallel <= 0.005 * moves


def test_a_smooth_bass_takes_chords_upside_down_and_a_stiff_one_does_not():
    def inverted(share: float) -> float:
        bars = composed(with_rules("harmony", inversions=share), 300)
        return float(np.mean([span.bass is not None for bar in bars for span in bar.chords]))

    assert inverted(0.0) < 0.1
    assert inverted(0.9) > 2.0 * inverted(0.0)


def test_a_smooth_bass_leaps_less():
    def mean_move(share: float) -> float:
        bars = composed(with_rules("harmony", inversions=share), 120)
        starts = [p for bar in bars for t, _, p in line(bar, "bass") if t == 0]
        return float(np.abs(np.diff(starts)).mean())

    assert mean_move(0.9) < mean_move(0.0)


@pytest.mark.parametrize("name", ["synthwave", "techno"])
def test_a_bass_that_pulses_does_not_fall_silent(name):
    bars = [(bar.piece, bar.section, len(line(bar, "bass"))) for bar in composed(style(name), 120)]

    holes = [
        bar
        for before, bar, after in zip(bars, bars[1:], bars[2:], strict=False)
        if before[:2] == bar[:2] == after[:2] and before[2] and after[2] and not bar[2]
    ]
    assert not holes


def test_a_walking_bass_has_a_note_on_every_beat():
    walking = with_rules("bass", walking=0.0)
    for bar in composed(walking, 60)[8:]:
        if len(notes_of(bar, "bass")) and not bar.ends_piece:
            ticks = [tick for tick, _, _ in line(bar, "bass")]
            assert set(range(0, bar.beats * 960, 960 if bar.metre != "6/8" else 1440)) <= set(ticks)


def test_a_walking_bass_does_not_stand_still():
    moves = [
        b[2] != a[2]
        for bar in composed(with_rules("bass", walking=0.0), 60)
        for a, b in zip(line(bar, "bass"), line(bar, "bass")[1:], strict=False)
    ]

    assert np.mean(moves) > 0.94


def test_a_held_bass_stays_on_its_note_to_the_end_of_the_section():
    held = {label: replace(rules, pedal="tonic") for label, rules in style().sections.items()}
    bars = composed(replace(style(), sections=held), 8, tension=0.0)

    for bar in bars[:3]:
        pitches = {pitch % 12 for _, _, pitch in line(bar, "bass")}
        assert pitches <= {bar.key.tonic}
