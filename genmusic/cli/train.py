"""``genmusic train``: learn a model from scores with a licence on record."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genmusic.cli.progress import progress_bar
from genmusic.errors import CorpusError

if TYPE_CHECKING:
    from genmusic.composition.training.corpora import Entry, Refusal
    from genmusic.composition.training.hearing import Heard, Readers
    from genmusic.composition.training.scores import Score

MODEL_SUFFIX = ".npz"
SHOWN_REFUSALS = 10
LISTEN = ("melody", "accompaniment")


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser("train", help="learn a model from MusicXML and MIDI scores")
    parser.add_argument(
        "corpora",
        type=Path,
        nargs="+",
        metavar="CORPUS",
        help="folder or .zip of scores (.mxl .musicxml .xml .mid) with a record of its works",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="MODEL",
        help="model file to write (.npz); its manifest goes beside it",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="write every score that was skipped, with its reason, as tab-separated text",
    )
    parser.add_argument(
        "--listen",
        choices=LISTEN,
        default=LISTEN[0],
        help="to the melody, or to the part that accompanies it (default: melody)",
    )
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="WORK",
        help="leave out the work of this id; may be repeated",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Learn and report."""
    from genmusic.composition.training.learning import learn_lessons
    from genmusic.composition.training.settling import settle
    from genmusic.composition.training.writing import save_model

    model: Path = arguments.output
    if model.suffix != MODEL_SUFFIX:
        raise CorpusError(f"the model file must end in {MODEL_SUFFIX}, got {model.name}")
    entries, refusals = _list(arguments.corpora)
    entries, excluded = _exclude(entries, arguments.exclude)
    heard, unheard = _hear(entries, arguments.listen)
    refusals += excluded
    refusals += unheard
    _report(refusals, arguments.report)
    if not heard:
        raise CorpusError(f"none of {len(refusals)} scores could be learned")
    save_model(
        model,
        settle(learn_lessons([one.piece for one in heard], model.stem)),
        tuple(one.work for one in heard),
    )
    sys.stdout.write(f"{model}: learned {len(heard)} works, skipped {len(refusals)}\n")
    return 0


def _list(corpora: Sequence[Path]) -> tuple[list[Entry], list[Refusal]]:
    from genmusic.composition.training.corpora import list_corpus

    listings = [list_corpus(corpus, readers()) for corpus in corpora]
    entries = [entry for listing in listings for entry in listing.entries]
    return entries, [refusal for listing in listings for refusal in listing.refusals]


def _exclude(entries: Sequence[Entry], ids: Sequence[str]) -> tuple[list[Entry], list[Refusal]]:
    """Leave out works by their id."""
    from genmusic.composition.training.corpora import Refusal

    unknown = set(ids) - {entry.work.id for entry in entries}
    if unknown:
        raise CorpusError(f"there is no work {min(unknown)!r} to exclude")
    excluded = [
        Refusal(entry.corpus, entry.name, "it is excluded")
        for entry in entries
        if entry.work.id in ids
    ]
    return [entry for entry in entries if entry.work.id not in ids], excluded


def _hear(entries: Sequence[Entry], listen: str) -> tuple[list[Heard], list[Refusal]]:
    from genmusic.composition.training.corpora import Refusal
    from genmusic.composition.training.hearing import hear, without_doubles, without_same_tunes

    heard: list[Heard] = []
    refusals: list[Refusal] = []
    with progress_bar(f"{len(entries)} scores") as show:
        show(0.0)
        for done, result in enumerate(hear(entries, readers(), os.cpu_count() or 1, listen), 1):
            if isinstance(result, Refusal):
                refusals.append(result)
            else:
                heard.append(result)
            show(done / len(entries))
    heard, doubles = without_doubles(heard)
    heard, same = without_same_tunes(heard)
    return heard, refusals + doubles + same


def _report(refusals: Sequence[Refusal], path: Path | None) -> None:
    """Say what was skipped: the first ones to people, all of them to the file."""
    lines = [f"{refusal.corpus}\t{refusal.name}\t{refusal.reason}\n" for refusal in refusals]
    if path:
        try:
            path.write_text("".join(lines), encoding="utf-8")
        except OSError as error:
            raise CorpusError(f"{path} cannot be written: {error.strerror}") from error
    for refusal in refusals[:SHOWN_REFUSALS]:
        sys.stderr.write(f"skipped {refusal.name}: {refusal.reason}\n")
    rest = Counter(refusal.corpus for refusal in refusals[SHOWN_REFUSALS:])
    for corpus, count in rest.items():
        sys.stderr.write(f"skipped {count} more of {corpus} (--report FILE lists them)\n")


def readers() -> Readers:
    """How each kind of score is read, by suffix."""
    from genmusic.composition.training.hearing import MUSICXML_READERS

    return {**MUSICXML_READERS, ".mid": read_midi_score, ".midi": read_midi_score}


def read_midi_score(data: bytes) -> Score:
    """Read a MIDI file as the score that training hears."""
    from genmusic.midi.foreign import read_foreign_midi
    from genmusic.session.scenarios import score_of

    return score_of(read_foreign_midi(data))
