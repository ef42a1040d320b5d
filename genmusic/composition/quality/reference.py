"""Figures of the works that models are trained on: what is usual in music of a kind."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from genmusic.composition.quality.figures import HIGH, LOW, Figures, percentiles
from genmusic.composition.quality.measuring import measure
from genmusic.composition.training.corpora import Entry, list_corpus
from genmusic.composition.training.hearing import MUSICXML_READERS, SCORES_PER_TASK
from genmusic.composition.training.musicxml import MOST_BYTES
from genmusic.composition.training.stores import open_store
from genmusic.errors import CorpusError

_FILE = Path(__file__).parents[2] / "models" / "reference.json"


@dataclass(frozen=True, slots=True)
class Reference:
    """A body of works: for each figure its percentiles 1 to 99."""

    works: int
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
    figures = [found for found in _measured(chosen, processes) if found is not None]
    return Reference(len(figures), percentiles(figures))


def _measured(entries: Sequence[Entry], processes: int) -> Iterator[Figures | None]:
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of the caller
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(_measure_one, entries, chunksize=SCORES_PER_TASK)


def _measure_one(entry: Entry) -> Figures | None:
    try:
        data = open_store(entry.corpus).read(entry.name, MOST_BYTES)
        return measure(MUSICXML_READERS[PurePosixPath(entry.name).suffix.lower()](data))
    except CorpusError:
        return None
