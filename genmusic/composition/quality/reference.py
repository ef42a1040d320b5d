"""Figures of the works that models are trained on: what is usual in music of a kind.

Most figures depend on how long the music is: in a quartet of a thousand bars nearly every bar has
been heard before. So works are measured in excerpts as long as a piece of ours.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path, PurePosixPath

from genmusic.composition.quality.figures import HIGH, LOW, Figures, percentiles
from genmusic.composition.quality.measuring import measure
from genmusic.composition.training.corpora import Entry, list_corpus
from genmusic.composition.training.hearing import MUSICXML_READERS, SCORES_PER_TASK
from genmusic.composition.training.musicxml import MOST_BYTES
from genmusic.composition.training.scores import END, START, Score, ScorePart
from genmusic.composition.training.stores import open_store
from genmusic.errors import CorpusError

EXCERPT_BARS = 48  # a piece of ours has 40 to 60
_FILE = Path(__file__).parents[2] / "models" / "reference.json"


@dataclass(frozen=True, slots=True)
class Reference:
    """A body of works: for each figure its percentiles 1 to 99, over all excerpts."""

    works: int
    excerpts: int
    percentiles: Mapping[str, Sequence[float]]

    def usual(self, name: str) -> tuple[float, float]:
        """The 10th and 90th percentile of a figure."""
        table = self.percentiles[name]
        return table[LOW - 1], table[HIGH - 1]

    def median(self, name: str) -> float:
        """The middle of a figure."""
        return self.percentiles[name][49]


def shipped_references(file: Path = _FILE) -> dict[str, Reference]:
    """The bodies of works whose figures come with the product."""
    table = json.loads(file.read_text())
    return {name: Reference(**entry) for name, entry in table.items()}


def measure_corpus(path: Path, works: int, processes: int) -> Reference:
    """Measure as many works of a corpus, evenly spaced."""
    entries = list_corpus(path, MUSICXML_READERS).entries
    chosen = entries[:: max(1, len(entries) // works)]
    measured = [figures for figures in _measured(chosen, processes) if figures]
    figures = [one for work in measured for one in work]
    return Reference(len(measured), len(figures), percentiles(figures))


def _measured(entries: Sequence[Entry], processes: int) -> Iterator[list[Figures]]:
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of the caller
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(_measure_one, entries, chunksize=SCORES_PER_TASK)


def _measure_one(entry: Entry) -> list[Figures]:
    try:
        data = open_store(entry.corpus).read(entry.name, MOST_BYTES)
        score = MUSICXML_READERS[PurePosixPath(entry.name).suffix.lower()](data)
    except CorpusError:
        return []
    return [found for found in map(measure, excerpts(score)) if found]


def excerpts(score: Score) -> Iterator[Score]:
    """A score in equal stretches, each as near to `EXCERPT_BARS` as can be."""
    count = max(1, round(len(score.bars) / EXCERPT_BARS))
    edges = [len(score.bars) * number // count for number in range(count + 1)]
    for first, end in pairwise(edges):
        yield _excerpt(score, first, end)


def _excerpt(score: Score, first: int, end: int) -> Score:
    """Some bars of a score; notes that sound into them from before are left out."""
    begin = score.bars[first].start_tick
    bars = score.bars[first:end]
    over = bars[-1].start_tick + bars[-1].length_ticks
    parts = []
    for part in score.parts:
        inside = part.notes[(part.notes[:, START] >= begin) & (part.notes[:, START] < over)].copy()
        inside[:, [START, END]] -= begin
        parts.append(ScorePart(part.name, part.leads, inside))
    moved = tuple(replace(bar, start_tick=bar.start_tick - begin) for bar in bars)
    return Score(moved, tuple(part for part in parts if len(part.notes)))
