"""Which key each bar is in: key signature and sounding pitch classes, with few changes of mind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.markov import Integers
from genmusic.composition.training.scores import END, PITCH, START, Score, ScoreBar

Doubles = NDArray[np.float64]

# Probe-tone ratings: C. Krumhansl and E. Kessler, Psychological Review 89, 1982.
_MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
MODES = ("major", "minor")

# In nats. One bar alone favours a neighbouring key as readily as its own, so these lean on the
# signature and on staying; a key then lasts 34 bars on average in the songs of OpenScore.
SIGNATURE_NATS = 0.3  # for each bar, in favour of the two keys of the signature
SAID_NATS = 0.5  # more for the mode that the file names
FULL_BAR_BEATS = 4.0  # of sound, all parts together: a full texture says no more than so much
CHANGE_NATS = 4.0  # against a change of key at a bar line


@dataclass(frozen=True, slots=True)
class LocalKey:
    """A key by its tonic's pitch class and its mode."""

    tonic: int
    mode: str


def find_keys(score: Score) -> list[LocalKey]:
    """Decide the key of each bar."""
    evidence = _evidence(score)
    path = steadiest_path(evidence, np.full(len(evidence), CHANGE_NATS))
    return [LocalKey(state % 12, MODES[state // 12]) for state in path]


def find_key(score: Score) -> LocalKey:
    """The one key that suits the whole score best."""
    state = int(_evidence(score).sum(axis=0).argmax())
    return LocalKey(state % 12, MODES[state // 12])


def _evidence(score: Score) -> Doubles:
    """What speaks for each key in each bar, in nats: (bars, 24)."""
    profiles = np.log(_key_profiles())
    evidence: Doubles = bar_profiles(score) @ profiles.T
    evidence += np.array([_signature_bias(bar) for bar in score.bars])
    return evidence


def bar_profiles(score: Score) -> Doubles:
    """Beats of each pitch class in each bar, `FULL_BAR_BEATS` at most in all: (bars, 12)."""
    starts = np.array([bar.start_tick for bar in score.bars])
    lengths = np.array([bar.beat_ticks for bar in score.bars])
    profile = sound_in_spans(score, np.append(starts, score.end_tick))
    beats: Doubles = profile / lengths[:, None]
    beats /= np.maximum(1.0, beats.sum(axis=1, keepdims=True) / FULL_BAR_BEATS)
    return beats


def sound_in_spans(score: Score, edges: Integers) -> Doubles:
    """Ticks that each pitch class sounds between neighbouring edges: (spans, 12)."""
    notes, spans = notes_in_spans(score, edges)
    start, end = (
        np.maximum(notes[:, START], edges[spans]),
        np.minimum(notes[:, END], edges[spans + 1]),
    )
    cells = spans * 12 + notes[:, PITCH] % 12
    size = 12 * (len(edges) - 1)
    sound: Doubles = np.bincount(cells, end - start, minlength=size).astype(np.float64)
    return sound.reshape(-1, 12)


def notes_in_spans(score: Score, edges: Integers) -> tuple[Integers, Integers]:
    """Every note with every span that it sounds in: (pairs, 3) notes, (pairs,) spans."""
    notes = np.concatenate([part.notes for part in score.parts])
    first = np.searchsorted(edges, notes[:, START], side="right") - 1
    reach = np.searchsorted(edges, notes[:, END], side="left") - first
    spans = np.arange(reach.sum()) - np.repeat(np.cumsum(reach) - reach - first, reach)
    inside = (spans >= 0) & (spans < len(edges) - 1)
    return np.repeat(notes, reach, axis=0)[inside], spans[inside]


def _key_profiles() -> Doubles:
    """(24, 12): the share of each pitch class in 12 major and 12 minor keys."""
    rows = [np.roll(p, tonic) for p in (_MAJOR_PROFILE, _MINOR_PROFILE) for tonic in range(12)]
    profiles: Doubles = np.array(rows)
    profiles /= profiles.sum(axis=1, keepdims=True)
    return profiles


def _signature_bias(bar: ScoreBar) -> Doubles:
    bias = np.zeros(24)
    for mode, offset in (("major", 0), ("minor", 9)):
        state = (7 * bar.fifths + offset) % 12 + 12 * MODES.index(mode)
        bias[state] = SIGNATURE_NATS + (SAID_NATS if bar.mode == mode else 0.0)
    return bias


def steadiest_path(evidence: Doubles, change_costs: Doubles) -> list[int]:
    """Follow the evidence (steps, states) when a change at each step costs so much (Viterbi)."""
    score = evidence[0].copy()
    came_from = np.empty(evidence.shape, np.int64)
    staying = np.arange(evidence.shape[1])
    for step in range(1, len(evidence)):
        best = int(score.argmax())
        moved = score[best] - change_costs[step]
        came_from[step] = np.where(score >= moved, staying, best)
        score = np.maximum(score, moved) + evidence[step]
    path = [int(score.argmax())]
    for step in range(len(evidence) - 1, 0, -1):
        path.append(int(came_from[step, path[-1]]))
    return path[::-1]
