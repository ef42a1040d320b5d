"""Melodies to predict: what a reader knows of each note when it comes, and nothing later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from genmusic.composition.training.evaluation import Melody
from genmusic.composition.training.hearing import SCORES_PER_TASK, Readers
from genmusic.composition.training.keys import find_key
from genmusic.composition.training.melody import BREATH_BEATS, LONG_BEATS, LONG_RATIO, melody_line
from genmusic.composition.training.musicxml import MOST_BYTES
from genmusic.composition.training.scores import Score, check_length
from genmusic.composition.training.stores import open_store
from genmusic.composition.viewpoints import MODES, Tune
from genmusic.errors import CorpusError

Integers = NDArray[np.int64]

FEWEST_NOTES = 8
USUAL_NOTES = 32  # the notes before, among which a long one is long


def list_melodies(paths: Sequence[Path], suffixes: Sequence[str]) -> list[tuple[Path, str]]:
    """The score files under folders and zips, or the files themselves: (store, name)."""
    found: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_file() and path.suffix.lower() in suffixes:
            found.append((path.parent, path.name))
        else:
            names = open_store(path).names()
            found += [(path, name) for name in names if name.lower().endswith(tuple(suffixes))]
    return found


def hear_melodies(
    files: Sequence[tuple[Path, str]], readers: Readers, processes: int
) -> Iterator[Melody | CorpusError]:
    """The melody of each file, or why it has none."""
    task = partial(_hear_file, readers)
    if processes < 2:
        yield from map(task, files)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(task, files, chunksize=SCORES_PER_TASK)


def _hear_file(readers: Readers, file: tuple[Path, str]) -> Melody | CorpusError:
    store, name = file
    try:
        data = open_store(store).read(name, MOST_BYTES)
        return hear_melody(readers[PurePosixPath(name).suffix.lower()](data))
    except CorpusError as error:
        return CorpusError(f"{name}: {error}")


def hear_melody(score: Score) -> Melody:
    """The melody of a score, in the key of the whole."""
    check_length(score)
    line, held = melody_line(score)
    if len(line) < FEWEST_NOTES:
        raise CorpusError(f"its melody has {len(line)} notes; {FEWEST_NOTES} are the least")
    key = find_key(score)
    starts, ends, pitches = np.array(line, np.int64).T
    bars = np.searchsorted([bar.start_tick for bar in score.bars], starts, side="right") - 1
    beats = np.array([score.bars[bar].beat_ticks for bar in bars])
    leads = np.array([score.bars[bar].lead_ticks - score.bars[bar].start_tick for bar in bars])
    closes = np.isin(starts, held) if held else long_notes(ends - starts, beats)
    return Melody(
        Tune(
            modes=np.full(len(line), MODES.index(key.mode)),
            pitches=pitches - key.tonic,
            starts=starts,
            durations=ends - starts,
            positions=starts + leads,
            beats=beats,
            begins=_begins(starts, ends, beats, closes),
            ends=closes,
        ),
        key.tonic,
    )


def long_notes(durations: Integers, beats: Integers) -> NDArray[np.bool_]:
    """Notes that are long beside those that came before them."""
    padded = np.concatenate([np.full(USUAL_NOTES - 1, durations[0]), durations])
    usual = np.median(sliding_window_view(padded, USUAL_NOTES), axis=1)
    return np.asarray((durations >= LONG_BEATS * beats) & (durations >= LONG_RATIO * usual))


def _begins(
    starts: Integers, ends: Integers, beats: Integers, closes: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Notes after a rest or after the end of a phrase."""
    begins = np.ones(len(starts), bool)
    begins[1:] = closes[:-1] | (starts[1:] - ends[:-1] >= BREATH_BEATS * beats[1:])
    return begins
