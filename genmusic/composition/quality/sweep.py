"""Turning one control from end to end: whether what it is said to move follows it all the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.composer import Composer
from genmusic.composition.quality.figures import rank_correlation
from genmusic.composition.quality.pieces import DRUMS, MELODY
from genmusic.composition.repertoire import Models
from genmusic.controls.spec import CONTROLS, defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.rules import Style
from genmusic.score.events import Bar
from genmusic.units import TICKS_PER_BEAT

POSITIONS, SEEDS, BARS = 7, 6, 24
DISSONANT = frozenset(("7", "dim", "dim7", "m7b5", "aug", "sus4"))

Measure = Callable[[Sequence[Bar]], float]


def _rows(bars: Sequence[Bar], name: str, part: int | None = None) -> NDArray[np.float64]:
    """One column of the notes; of one part, or of all but the drums."""
    notes = np.concatenate([bar.notes for bar in bars])
    chosen = notes["part"] != DRUMS if part is None else notes["part"] == part
    column: NDArray[np.float64] = notes[name][chosen].astype(np.float64)
    return column


def _seconds(bars: Sequence[Bar]) -> float:
    return sum(bar.beats * 60.0 / bar.tempo_bpm for bar in bars)


def _tempo(bars: Sequence[Bar]) -> float:
    return float(np.mean([bar.tempo_bpm for bar in bars]))


def _notes(bars: Sequence[Bar]) -> float:
    return sum(len(bar.notes) for bar in bars) / _seconds(bars)


def _melody_notes(bars: Sequence[Bar]) -> float:
    return len(_rows(bars, "pitch", MELODY)) / _seconds(bars)


def _velocity(bars: Sequence[Bar]) -> float:
    return float(np.mean(_rows(bars, "velocity", MELODY)))


def _gate(bars: Sequence[Bar]) -> float:
    """Share of its written length that a melody note sounds."""
    lengths = _rows(bars, "duration_ticks", MELODY).sum()
    return float(lengths / _rows(bars, "written_ticks", MELODY).sum())


def _bright(bars: Sequence[Bar]) -> float:
    return float(np.mean([not bar.key.is_minor for bar in bars]))


def _register(bars: Sequence[Bar]) -> float:
    return float(np.mean(_rows(bars, "pitch", MELODY)))


def _dissonance(bars: Sequence[Bar]) -> float:
    chords = [span.chord.quality for bar in bars for span in bar.chords]
    return sum(quality in DISSONANT for quality in chords) / len(chords)


def _looseness(bars: Sequence[Bar]) -> float:
    """How far notes stray from where others of the same place in the beat are played, in ticks."""
    written = _rows(bars, "written_tick")
    away = _rows(bars, "start_tick") - written
    places = written % TICKS_PER_BEAT
    for place in np.unique(places):
        away[places == place] -= away[places == place].mean()
    return float(away.std())


MEASURES: Mapping[str, Measure] = {
    "tempo": _tempo,
    "notes a second": _notes,
    "melody notes a second": _melody_notes,
    "velocity": _velocity,
    "length of notes": _gate,
    "bright modes": _bright,
    "register": _register,
    "dissonant chords": _dissonance,
    "loose timing": _looseness,
}
"""What can be measured in bars."""

MOVES: Mapping[str, Mapping[str, int]] = {
    "arousal": {
        "tempo": 1, "notes a second": 1, "melody notes a second": 1, "velocity": 1,
        "length of notes": -1,
    },
    "valence": {"bright modes": 1, "register": 1},
    "tension": {"dissonant chords": 1},
    "density": {"notes a second": 1, "melody notes a second": 1},
    "tempo_bpm": {"tempo": 1},
    "humanize": {"loose timing": 1},
}  # fmt: skip
"""For each control what it is said to raise (1) or lower (-1)."""


@dataclass(frozen=True, slots=True)
class Response:
    """How a parameter follows a control: Spearman's correlation, 1 when it does all the way."""

    control: str
    parameter: str
    correlation: float


def sweep(
    style: Style, model: Models, *, positions: int = POSITIONS, seeds: int = SEEDS, bars: int = BARS
) -> Iterator[Response]:
    """Turn every control of `MOVES` and see what follows; the same seeds at every position."""
    for control, moved in MOVES.items():
        spec = CONTROLS[control]
        places = np.linspace(spec.low, spec.high, positions).tolist()
        music = [_music(style, model, {control: place}, seeds, bars) for place in places]
        for parameter, direction in moved.items():
            heights = [direction * MEASURES[parameter](played) for played in music]
            yield Response(control, parameter, rank_correlation(places, heights))


def _music(
    style: Style, model: Models, controls: Mapping[str, float], seeds: int, bars: int
) -> list[Bar]:
    asked = musical_parameters(defaults() | dict(controls), style)
    played: list[Bar] = []
    for seed in range(seeds):
        composer = Composer(seed, style, model)
        played += [composer.compose_bar(asked, style) for _ in range(bars)]
    return played
