"""What the bars of a tune make of those before, written down as lessons."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from genmusic.composition.lessons import Sequences
from genmusic.composition.operations import BarNotes, operations_of
from genmusic.composition.theory import pitch_step
from genmusic.composition.viewpoints import MODES


def hear_motifs(tunes: Sequences) -> Sequences:
    """The operations that are heard in each tune, from its second bar on."""
    lengths, operations = [], list[int]()
    rows = zip(
        *(tunes.columns[name].tolist() for name in ("position", "wait", "pitch")), strict=True
    )
    for length, mode in zip(tunes.lengths.tolist(), tunes.facts["mode"].tolist(), strict=True):
        notes = [next(rows) for _ in range(length)]
        heard = operations_of(_bars(notes, MODES[mode]))
        lengths.append(len(heard))
        operations.extend(heard)
    return Sequences(
        np.array(lengths, np.int64),
        tunes.works,
        {"mode": tunes.facts["mode"]},
        {"operation": np.array(operations, np.int64)},
    )


def _bars(notes: Sequence[tuple[int, int, int]], mode: str) -> list[BarNotes]:
    """Notes (position, wait, pitch) by bars; a bar ends where the position is not what it was."""
    number, expected, numbered = 0, notes[0][0] if notes else 0, []
    for position, wait, pitch in notes:
        number += position != expected + wait
        expected = position
        numbered.append((number, (position, pitch_step(mode, pitch))))
    return [tuple(note for _, note in bar) for _, bar in groupby(numbered, key=lambda row: row[0])]
