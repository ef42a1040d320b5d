"""Hearing a corpus: every score is read and analysed, on all cores; what fails is reported."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from genmusic.composition.manifest import Work
from genmusic.composition.training.analysis import analyse
from genmusic.composition.training.corpora import Entry, Refusal
from genmusic.composition.training.learning import Piece
from genmusic.composition.training.musicxml import MOST_BYTES, read_musicxml, read_mxl
from genmusic.composition.training.scores import Score
from genmusic.composition.training.stores import open_store
from genmusic.errors import CorpusError

Reader = Callable[[bytes], Score]
Readers = Mapping[str, Reader]

MUSICXML_READERS: Readers = {".mxl": read_mxl, ".musicxml": read_musicxml, ".xml": read_musicxml}
SCORES_PER_TASK = 8  # enough to hide what handing over costs


@dataclass(frozen=True, slots=True)
class Heard:
    """A work and what it teaches."""

    work: Work
    piece: Piece


def hear(entries: Sequence[Entry], readers: Readers, processes: int) -> Iterator[Heard | Refusal]:
    """Read and analyse scores, in the order of ``entries`` whatever finishes first."""
    task = partial(hear_one, readers)
    if processes < 2:
        yield from map(task, entries)
        return
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of the caller
    try:
        with ProcessPoolExecutor(processes, mp_context=context) as pool:
            yield from pool.map(task, entries, chunksize=SCORES_PER_TASK)
    except BrokenProcessPool as error:
        raise CorpusError("a process that reads scores died; is there enough memory?") from error


def hear_one(readers: Readers, entry: Entry) -> Heard | Refusal:
    """Read and analyse one score."""
    try:
        data = open_store(entry.corpus).read(entry.name, MOST_BYTES)
        piece = analyse(readers[PurePosixPath(entry.name).suffix.lower()](data))
    except CorpusError as error:
        return Refusal(entry.corpus, entry.name, str(error))
    return Heard(replace(entry.work, sha256=hashlib.sha256(data).hexdigest()), piece)
