"""Which chord sounds on each beat: templates against all parts, with few changes of mind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.markov import Integers
from genmusic.composition.training.keys import (
    Doubles,
    LocalKey,
    notes_in_spans,
    sound_in_spans,
    steadiest_path,
)
from genmusic.composition.training.learning import ChordSymbol, Progression
from genmusic.composition.training.scores import PITCH, Score
from genmusic.names import QUALITIES

# What a beat says about a chord, in shares of the beat's sound. Settled on the corpora by reading
# the chords found in songs with known harmony.
FOREIGN_SHARE = 1.0  # against: sound outside the chord
ABSENT_SHARE = 0.16  # against, for each chord tone that is not heard
BASS_SHARE = 0.22  # in favour: the root is in the bass
HEARD_SHARE = 0.08  # of the beat: from here on a tone counts as heard
CHANGE_SHARE = 0.28  # against a new chord on a beat,
DOWNBEAT_CHANGE_SHARE = 0.14  # less so on the first of a bar
RARE_SHARE = {"": 0.0, "m": 0.0, "7": 0.02}  # against a chord for its quality,
OTHER_RARE_SHARE = 0.06  # most of which are rare

SHORTEST_PROGRESSION = 3


def find_progressions(score: Score, keys: list[LocalKey]) -> tuple[Progression, ...]:
    """The chords of a score, one progression for each stretch in one key."""
    beats = find_chords(score)
    heard = beats.heard
    if not heard.any():
        return ()
    return _split(beats.chords[heard], beats.bars[heard], keys)


@dataclass(frozen=True, slots=True, eq=False)
class ChordsOfBeats:
    """The chord of each beat of a score, and where the beat is."""

    starts: Integers  # ticks
    bars: Integers
    chords: Integers  # see `chord_of`
    heard: NDArray[np.bool_]  # whether anything sounds


def find_chords(score: Score) -> ChordsOfBeats:
    """Which chord sounds on each beat of a score with notes."""
    edges, bars = _beats(score)
    sound = sound_in_spans(score, edges)
    evidence = _chord_evidence(sound, _bass(score, edges))
    downbeat = np.diff(bars, prepend=-1) > 0
    costs = np.where(downbeat, DOWNBEAT_CHANGE_SHARE, CHANGE_SHARE)
    path = np.array(steadiest_path(evidence, costs))
    return ChordsOfBeats(edges[:-1], bars, path, sound.sum(axis=1) > 0)


def chord_of(number: int) -> tuple[int, str]:
    """Root and quality of a chord of `ChordsOfBeats`."""
    return _CHORDS[number]


def _beats(score: Score) -> tuple[Integers, Integers]:
    """Edges of all beats, and the bar of each beat."""
    edges: list[int] = []
    bars: list[int] = []
    for number, bar in enumerate(score.bars):
        first = bar.start_tick - bar.lead_ticks % bar.beat_ticks
        end = bar.start_tick + bar.length_ticks
        beats = [max(bar.start_tick, tick) for tick in range(first, end, bar.beat_ticks)]
        edges += beats
        bars += [number] * len(beats)
    return np.array([*edges, score.end_tick]), np.array(bars)


def _bass(score: Score, edges: Integers) -> Integers:
    """The pitch class of the lowest note that sounds in each beat; -1 in silence."""
    notes, beats = notes_in_spans(score, edges)
    lowest = np.full(len(edges) - 1, 128)
    np.minimum.at(lowest, beats, notes[:, PITCH])
    return np.where(lowest < 128, lowest % 12, -1)


_CHORDS = tuple((root, quality) for quality in QUALITIES for root in range(12))


def _chord_evidence(sound: Doubles, bass: Integers) -> Doubles:
    """How well each of `_CHORDS` explains each beat: (beats, chords)."""
    tones = np.zeros((len(_CHORDS), 12))
    for row, (root, quality) in enumerate(_CHORDS):
        tones[row, [(root + step) % 12 for step in QUALITIES[quality]]] = 1.0
    shares = sound / np.maximum(1.0, sound.sum(axis=1, keepdims=True))
    evidence: Doubles = shares @ tones.T - FOREIGN_SHARE * (shares @ (1.0 - tones).T)
    evidence -= ABSENT_SHARE * ((shares < HEARD_SHARE).astype(float) @ tones.T)
    evidence += BASS_SHARE * (bass[:, None] == [root for root, _ in _CHORDS])
    evidence -= [RARE_SHARE.get(quality, OTHER_RARE_SHARE) for _, quality in _CHORDS]
    evidence[bass < 0] = 0.0
    return evidence


def _split(path: Integers, bars: Integers, keys: list[LocalKey]) -> tuple[Progression, ...]:
    """Collapse repeats, and start anew where the key changes."""
    progressions: list[Progression] = []
    chords: list[ChordSymbol] = []
    key: LocalKey | None = None
    for state, bar in zip(path.tolist(), bars.tolist(), strict=True):
        if keys[bar] != key:
            progressions += _progression(key, chords)
            key, chords = keys[bar], []
        root, quality = _CHORDS[state]
        symbol = ((root - keys[bar].tonic) % 12, quality)
        if not chords or chords[-1] != symbol:
            chords.append(symbol)
    return tuple(progressions + _progression(key, chords))


def _progression(key: LocalKey | None, chords: list[ChordSymbol]) -> list[Progression]:
    if key is None or len(chords) < SHORTEST_PROGRESSION:
        return []
    return [Progression(key.mode, tuple(chords))]
