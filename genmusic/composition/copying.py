"""Never a copy: which runs of notes the works have, and the limit that a style sets.

A run counts in any key and, where rhythm counts, in any tempo. What merely repeats a figure of up
to four notes - a pedal, an octave back and forth, an Alberti bass - belongs to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.lessons import Sequences
from genmusic.composition.trained import Trained
from genmusic.tables import Arrays, kept, sources, tables_path
from genmusic.units import TICKS_PER_BEAT
from kernels import copying as kernel
from kernels.copying import BUCKET_BITS, Limits, Runs, hash_runs
from kernels.handles import Handle

Integers = NDArray[np.int64]

LONGEST_FIGURE = 4  # notes
STEP = 2  # semitones
NO_LIMIT = 1 << 30  # notes


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest run, in notes, that may be equal to one of a work."""

    notes: int  # by their intervals
    notes_in_rhythm: int  # by intervals and rhythm

    @property
    def memory(self) -> int:
        """How many notes before it a note must be seen with."""
        return max(self.notes, self.notes_in_rhythm)


LIMITS: Mapping[str, Limit] = {"normal": Limit(12, 8), "strict": Limit(8, 6)}


@dataclass(frozen=True, slots=True, eq=False)
class CopyRule:
    """A limit, and every run of the works that exceeds it by one note."""

    limit: Limit
    tune: Runs
    rhythm: Runs
    handle: Handle[Limits] = field(init=False)  # of both kinds of runs

    def __post_init__(self) -> None:
        object.__setattr__(self, "handle", Handle(Limits(self.tune, self.rhythm)))


def copy_rule(lines: Iterable[Sequences], limit: Limit) -> CopyRule:
    """Find all runs of some lines that may not be copied."""
    return _rule(_tables(list(lines), limit), limit)


def kept_copy_rule(trained: Sequence[Trained], limit: Limit) -> CopyRule:
    """The same for all works of some models, found once for each state of their files."""
    files = [one.path for one in trained if one.path]
    known = len(files) == len(trained)
    path = tables_path("runs", *files, repr(limit).encode(), *_SOURCES) if known else None
    return kept(
        path,
        lambda arrays: _rule(arrays, limit),
        lambda: _tables([one.lessons.lines for one in trained], limit),
    )


_SOURCES = sources(__file__, kernel.__file__)


def _tables(lines: Sequence[Sequences], limit: Limit) -> Arrays:
    kinds = {"tune": _runs(lines, limit.notes, 0), "rhythm": _runs(lines, limit.notes_in_rhythm, 1)}
    return {
        f"{kind}.{name}": array
        for kind, runs in kinds.items()
        for name, array in (("buckets", runs.buckets), ("keys", runs.keys), ("marks", runs.marks))
    }


def _rule(arrays: Arrays, limit: Limit) -> CopyRule:
    return CopyRule(
        limit,
        _known(arrays, "tune", limit.notes, 0),
        _known(arrays, "rhythm", limit.notes_in_rhythm, 1),
    )


def _known(arrays: Arrays, kind: str, steps: int, counts_rhythm: int) -> Runs:
    """Runs that were found, and how long a note may be repeated.

    Where some work leaves so long a pulse by a step, others leave it by almost every interval.
    """
    buckets, keys, marks = (arrays[f"{kind}.{name}"] for name in ("buckets", "keys", "marks"))
    pulse = np.append(np.zeros(steps, np.int64), STEP)
    own, found = np.empty(len(pulse), np.uint64), np.empty(1, np.int64)
    hash_runs(
        steps, counts_rhythm, pulse, np.full(len(pulse), TICKS_PER_BEAT), np.arange(len(pulse)),
        0, own, found,
    )  # fmt: skip
    own = own[: found[0]]
    # The keys are sorted: `np.isin` would look through all of them, for seconds at every start.
    is_left = bool(np.any(np.searchsorted(keys, own) < np.searchsorted(keys, own, "right")))
    return Runs(steps, counts_rhythm, steps - 1 if is_left else NO_LIMIT, buckets, keys, marks)


def _runs(lines: Sequence[Sequences], steps: int, counts_rhythm: int) -> Runs:
    keys = np.concatenate([_hashes(line, steps, counts_rhythm) for line in lines])
    keys.sort()
    keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
    edges = np.arange((1 << BUCKET_BITS) + 1, dtype=object) << (64 - BUCKET_BITS)
    starts = np.searchsorted(keys, np.array(edges[:-1], np.uint64))
    buckets = np.append(starts, len(keys)).astype(np.int32)
    return Runs(steps, counts_rhythm, NO_LIMIT, buckets, keys, _marks(keys))


def _marks(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A bit for the highest bits of each key."""
    marks = np.zeros(1 << kernel.MARK_BITS, np.uint64)
    bits = np.uint64(1) << (keys >> kernel.BIT_SHIFT & kernel.BITS)
    np.bitwise_or.at(marks, (keys >> kernel.MARK_SHIFT).astype(np.int64), bits)
    return marks


def _hashes(lines: Sequences, steps: int, counts_rhythm: int) -> NDArray[np.uint64]:
    keys, found = np.empty(len(lines.columns["pitch"]), np.uint64), np.empty(1, np.int64)
    hash_runs(
        steps, counts_rhythm, lines.columns["pitch"], lines.columns["wait"], lines.reach,
        LONGEST_FIGURE, keys, found,
    )  # fmt: skip
    return keys[: found[0]]


@lru_cache(maxsize=1)
def nothing_to_copy() -> CopyRule:
    """The rule where no work is known."""
    empty = Sequences(
        np.zeros(0, np.int64), np.zeros(0, np.int64), {},
        {"pitch": np.zeros(0, np.int64), "wait": np.zeros(0, np.int64)},
    )  # fmt: skip
    return copy_rule([empty], LIMITS["normal"])
