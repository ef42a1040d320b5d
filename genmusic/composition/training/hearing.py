"""Hearing a corpus: every score is read and analysed, on all cores; what fails is reported."""

from __future__ import annotations

import hashlib
import multiprocessing
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

import numpy as np

from genmusic.composition.manifest import Work
from genmusic.composition.training.analysis import analyse
from genmusic.composition.training.corpora import Entry, Refusal
from genmusic.composition.training.folds import group_tunes
from genmusic.composition.training.learning import Piece
from genmusic.composition.training.musicxml import MOST_BYTES, read_musicxml, read_mxl
from genmusic.composition.training.scores import Score
from genmusic.composition.training.stores import open_store
from genmusic.errors import CorpusError

Reader = Callable[[bytes], Score]
Readers = Mapping[str, Reader]

MUSICXML_READERS: Readers = {".mxl": read_mxl, ".musicxml": read_musicxml, ".xml": read_musicxml}
SAME_TUNE = 0.7  # of the runs of five intervals of the shorter melody
SCORES_PER_TASK = 8  # enough to hide what handing over costs


@dataclass(frozen=True, slots=True)
class Heard:
    """A work and what it teaches."""

    work: Work
    piece: Piece
    entry: Entry

    @property
    def is_as_recorded(self) -> bool:
        """Whether the score says of itself what the record says of it."""
        return self.work.composer == self.entry.work.composer


def hear(
    entries: Sequence[Entry], readers: Readers, processes: int, listen: str = "melody"
) -> Iterator[Heard | Refusal]:
    """Read and analyse scores, in the order of ``entries`` whatever finishes first."""
    task = partial(hear_one, readers, listen)
    if processes < 2:
        yield from map(task, entries)
        return
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of the caller
    try:
        with ProcessPoolExecutor(processes, mp_context=context) as pool:
            yield from pool.map(task, entries, chunksize=SCORES_PER_TASK)
    except BrokenProcessPool as error:
        raise CorpusError("a process that reads scores died; is there enough memory?") from error


def hear_one(readers: Readers, listen: str, entry: Entry) -> Heard | Refusal:
    """Read and analyse one score."""
    try:
        data = open_store(entry.corpus).read(entry.name, MOST_BYTES)
        score = readers[PurePosixPath(entry.name).suffix.lower()](data)
        piece = analyse(score, listen)
    except CorpusError as error:
        return Refusal(entry.corpus, entry.name, str(error))
    work = replace(entry.work, sha256=hashlib.sha256(data).hexdigest())
    return Heard(_credit(work, score) if entry.by_folder else work, piece, entry)


def _credit(work: Work, score: Score) -> Work:
    """Credit whom the score names, where the folder names another, such as an editor."""
    if not score.composer or _words(score.composer) & _words(work.composer):
        return work
    return replace(work, composer=score.composer, title=score.title or work.title)


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return set(re.findall(r"[a-z]+", plain.lower()))


def without_doubles(heard: Sequence[Heard]) -> tuple[list[Heard], list[Refusal]]:
    """Keep each file once: the copy that is recorded as what it is, or else the first."""
    best: dict[str, Heard] = {}
    for one in sorted(heard, key=lambda one: not one.is_as_recorded):
        best.setdefault(one.work.sha256, one)
    refusals = [
        Refusal(one.entry.corpus, one.entry.name, f"it is the file {kept.entry.name} again")
        for one in heard
        if (kept := best[one.work.sha256]) is not one
    ]
    return [one for one in heard if best[one.work.sha256] is one], refusals


def without_same_tunes(heard: Sequence[Heard]) -> tuple[list[Heard], list[Refusal]]:
    """Keep the first of the works that have the same tune, in whatever key."""
    tunes = [np.array([p for line in one.piece.lines for p in line.pitches]) for one in heard]
    groups = group_tunes(tunes, SAME_TUNE)
    first = {group: number for number, group in reversed(list(enumerate(groups)))}
    refusals = [
        Refusal(
            one.entry.corpus,
            one.entry.name,
            f"it has the tune of {heard[first[group]].entry.name} again",
        )
        for number, (one, group) in enumerate(zip(heard, groups, strict=True))
        if first[group] != number
    ]
    return [heard[number] for number in sorted(first.values())], refusals
