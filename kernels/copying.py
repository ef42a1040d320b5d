"""Runs of notes that some work has: found by their hash, in any key and any tempo."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernels._jit import fragment, kernel
from kernels._types import Longs
from kernels.memory import prefetch

BUCKET_BITS = 16
MARK_BITS = 18  # of the number of a word of marks: ten times as many marks as there are runs
MARK_SHIFT, BIT_SHIFT, BITS = np.uint64(64 - MARK_BITS), np.uint64(58 - MARK_BITS), np.uint64(63)
FACTOR = np.uint64(0x9E3779B97F4A7C15)  # of a multiplicative hash: 2^64 / golden ratio
FOLD = np.uint64(29)
RATIO_BASE = 1 << 20


class Runs(NamedTuple):
    """Every run of so many steps that the works have."""

    steps: int  # intervals in a run
    counts_rhythm: int  # 1 if the ratios of neighbouring waits must be alike too, or 0
    most_alike: int  # notes on one pitch, so that there are ways left to go on
    buckets: NDArray[np.int32]  # (2^BUCKET_BITS + 1,) first key of each, by its highest bits
    keys: NDArray[np.uint64]  # (runs,) sorted
    marks: NDArray[np.uint64]  # (2^MARK_BITS,) a bit for the highest bits of each key


class Limits(NamedTuple):
    """What no part may copy."""

    tune: Runs  # by intervals alone
    rhythm: Runs  # and by intervals with rhythm


SOME_RUNS = Runs(0, 0, 0, np.zeros(1, np.int32), np.zeros(1, np.uint64), np.zeros(1, np.uint64))


class Trail(NamedTuple):
    """What a part has played, oldest first, and room for what comes."""

    pitches: Longs  # (notes,) semitones
    onsets: Longs  # (notes,) ticks, rising
    ratios: Longs  # (notes,) of the wait for each note to the one before; `time_trail` writes it


@fragment
def mix(key: np.uint64, value: int) -> np.uint64:
    """Take one more number into a hash."""
    mixed = (key ^ np.uint64(value & 0xFFFFFFFFFF)) * FACTOR
    return mixed ^ (mixed >> FOLD)


@fragment
def _ratio(wait: int, before: int) -> int:
    """The ratio of two waits in lowest terms, as one number."""
    if wait == before and wait > 0:
        return RATIO_BASE + 1
    a, b = wait, before
    while b > 0:
        a, b = b, a % b
    divisor = max(a, 1)
    return (wait // divisor) * RATIO_BASE + before // divisor


@fragment
def time_trail(trail: Trail, first: int, notes: int) -> None:
    """Work out the ratios of a trail from their onsets, from some note on as far as there are."""
    onsets = trail.onsets
    for note in range(max(first, 2), notes):
        wait, before = onsets[note] - onsets[note - 1], onsets[note - 1] - onsets[note - 2]
        trail.ratios[note] = _ratio(wait, before)


@fragment
def run_key(runs: Runs, trail: Trail, note: int) -> np.uint64:
    """The hash of the run that ends with a note, which has enough notes before it."""
    key, first = np.uint64(0), note - runs.steps + 1
    for step in range(first, note + 1):
        key = mix(key, trail.pitches[step] - trail.pitches[step - 1])
        if runs.counts_rhythm and step > first:
            key = mix(key, trail.ratios[step])
    return key


@fragment
def completes(runs: Runs, trail: Trail, note: int) -> bool:
    """Whether a note is the last of a run that some work has."""
    return note >= runs.steps and is_among(runs, run_key(runs, trail, note))


@fragment
def expect_mark(runs: Runs, key: np.uint64) -> None:
    """Ask for what `is_among` will read of a key."""
    prefetch(runs.marks, np.int64(key >> MARK_SHIFT))


@fragment
def is_among(runs: Runs, key: np.uint64) -> bool:
    """Look where the key would be if those of its bucket lay evenly, and go on from there.

    Nearly always a mark is missing: then nothing is read that lies outside the cache.
    """
    word, bit = np.int64(key >> MARK_SHIFT), key >> BIT_SHIFT & BITS
    if not runs.marks[word] >> bit & np.uint64(1):
        return False
    bucket = np.int64(key >> np.uint64(64 - BUCKET_BITS))
    first, end = runs.buckets[bucket], runs.buckets[bucket + 1]
    if first == end:
        return False
    inside = np.int64((key >> np.uint64(32 - BUCKET_BITS)) & np.uint64(0xFFFFFFFF))
    place = first + ((end - first) * inside >> 32)
    while place > first and runs.keys[place] > key:
        place -= 1
    while place < end - 1 and runs.keys[place] < key:
        place += 1
    return bool(runs.keys[place] == key)


@kernel
def hash_runs(
    steps: int,
    counts_rhythm: int,
    pitches: Longs,
    waits: Longs,
    reach: Longs,
    longest_figure: int,
    keys: NDArray[np.uint64],
    out: Longs,
) -> None:
    """Hash every run of the lines of a corpus.

    Parameters
    ----------
    steps : int, >= 1
        Intervals in a run.
    counts_rhythm : int, 0 or 1
        Whether the ratios of neighbouring waits count.
    pitches, waits : (notes,) int64
        Lines, one after the other: semitones, and ticks since the onset before.
    reach : (notes,) int64
        Notes of its line before each note.
    longest_figure : int, >= 0
        A run that does nothing but repeat a figure of so many notes or fewer is left out.
    keys : (notes,) uint64, written as far as there are runs
    out : (1,) int64, written
        How many there are.
    """
    found = 0
    for note in range(pitches.shape[0]):
        first = note - steps
        if reach[note] < steps or _is_figure(
            pitches, waits, first, note, counts_rhythm, longest_figure
        ):
            continue
        key = np.uint64(0)
        for step in range(first + 1, note + 1):
            key = mix(key, pitches[step] - pitches[step - 1])
            if counts_rhythm and step > first + 1:
                key = mix(key, _ratio(waits[step], waits[step - 1]))
        keys[found] = key
        found += 1
    out[0] = found


@fragment
def _is_figure(
    pitches: Longs, waits: Longs, first: int, last: int, counts_rhythm: int, longest: int
) -> bool:
    """Whether the steps of a run repeat those of a figure, twice at least."""
    for period in range(1, min(longest, (last - first) // 2) + 1):
        step = first + 1 + period
        while step <= last and _returns(pitches, waits, step, period, counts_rhythm):
            step += 1
        if step > last:
            return True
    return False


@fragment
def _returns(pitches: Longs, waits: Longs, step: int, period: int, counts_rhythm: int) -> bool:
    """Whether a step is the one a period before."""
    then = step - period
    if pitches[step] - pitches[step - 1] != pitches[then] - pitches[then - 1]:
        return False
    return counts_rhythm == 0 or waits[step] == waits[then]
