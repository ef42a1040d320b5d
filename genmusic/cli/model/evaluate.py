"""``genmusic model evaluate``: how well melodies are predicted that were left out of training."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genmusic.cli.progress import progress_bar
from genmusic.errors import CorpusError

if TYPE_CHECKING:
    from genmusic.composition.training.evaluation import Evaluation, Melody

FOLDS, MOST_FOLDS = 10, 100
GROUPS = ("none", "tune")
DECIMALS = 4


def add_action(actions: argparse._SubParsersAction[Any]) -> None:
    """Declare the command and its options."""
    parser = actions.add_parser(
        "evaluate", help="cross-entropy of melodies, in bits a pitch, each fold left out in turn"
    )
    parser.add_argument(
        "paths",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="folder or .zip of scores, or a score (.mxl .musicxml .xml .mid)",
    )
    parser.add_argument(
        "--folds",
        type=_fold_count,
        default=FOLDS,
        metavar="N",
        help=f"parts to deal the melodies into, 2 to {MOST_FOLDS} (default: {FOLDS})",
    )
    parser.add_argument(
        "--groups",
        choices=GROUPS,
        default="none",
        help="tune: keep melodies that are one tune in one fold (default: none)",
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(act=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    result = _measure(_hear(arguments.paths), arguments.folds, arguments.groups)
    figures = {
        name: round(figure, DECIMALS) if isinstance(figure, float) else figure
        for name, figure in asdict(result).items()
    }
    if arguments.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        sys.stdout.write(
            f"{result.bits_per_pitch:.3f} bits a pitch: {result.notes} notes of "
            f"{result.melodies} melodies in {result.folds} folds "
            f"(two pitches back: {result.bits_per_pitch_order_2:.3f})\n"
        )
    return 0


def _fold_count(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text[:9]) <= MOST_FOLDS:
        raise argparse.ArgumentTypeError(f"must be in 2..{MOST_FOLDS}, got {text:.20}")
    return int(text)


def _hear(paths: Sequence[Path]) -> list[Melody]:
    from genmusic.cli.train import readers
    from genmusic.composition.training.tunes import hear_melodies, list_melodies

    files = list_melodies(paths, tuple(readers()))
    melodies: list[Melody] = []
    with progress_bar(f"{len(files)} scores") as show:
        for done, heard in enumerate(hear_melodies(files, readers(), _processes()), 1):
            if isinstance(heard, CorpusError):
                sys.stderr.write(f"skipped {heard}\n")
            else:
                melodies.append(heard)
            show(done / len(files))
    return melodies


def _measure(melodies: Sequence[Melody], folds: int, groups: str) -> Evaluation:
    from genmusic.composition.training.evaluation import evaluate, sum_up
    from genmusic.composition.training.folds import deal, deal_groups, group_tunes

    if groups == "tune":
        dealt = deal_groups(group_tunes([melody.tune.pitches for melody in melodies]), folds)
    else:
        dealt = deal(len(melodies), folds)
    if len(melodies) < folds or len(dealt) < folds:
        raise CorpusError(f"{folds} folds need as many melodies; there are {len(dealt)}")
    bits = []
    with progress_bar(f"{folds} folds") as show:
        show(0.0)
        for fold in evaluate(melodies, dealt, _processes()):
            bits.append(fold)
            show(len(bits) / folds)
    return sum_up(melodies, bits)


def _processes() -> int:
    return os.cpu_count() or 1
