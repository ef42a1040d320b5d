"""``genmusic model credits``: how much of a model each of its works taught."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

import numpy as np

from genmusic.cli.model.show import DEFAULT_MODEL, find_model

DECIMALS = 6


def add_action(actions: argparse._SubParsersAction[Any]) -> None:
    """Declare the command and its options."""
    parser = actions.add_parser("credits", help="print the share of every work in what it teaches")
    parser.add_argument(
        "model",
        nargs="?",
        default=DEFAULT_MODEL,
        metavar="MODEL",
        help=f"a shipped model or a .npz file (default: {DEFAULT_MODEL})",
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(act=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the works, those that teach most notes of melody first."""
    from genmusic.composition.trained import load_trained

    trained = load_trained(find_model(arguments.model))
    tunes = trained.lessons.tunes
    notes = np.bincount(tunes.works, tunes.lengths, minlength=len(trained.works))
    shares = notes / max(1.0, notes.sum())
    ranked = np.argsort(-shares, kind="stable").tolist()
    credits = [(trained.works[number], float(shares[number])) for number in ranked]
    if arguments.json:
        rows = [{**asdict(work), "share": round(share, DECIMALS)} for work, share in credits]
        text = json.dumps(rows, indent=1)
    else:
        text = "\n".join(f"{share:8.3%}  {work.composer}: {work.title}" for work, share in credits)
    sys.stdout.write(text + "\n")
    return 0
