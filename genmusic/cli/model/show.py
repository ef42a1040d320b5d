"""``genmusic model show``: what a trained model knows, and whom it learned from."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genmusic.errors import UnknownNameError

if TYPE_CHECKING:
    from genmusic.composition.manifest import Work
    from genmusic.composition.trained import Trained

DEFAULT_MODEL = "vocal"


def add_action(actions: argparse._SubParsersAction[Any]) -> None:
    """Declare the command and its options."""
    show = actions.add_parser("show", help="print statistics and every work learned from")
    show.add_argument(
        "model",
        nargs="?",
        default=DEFAULT_MODEL,
        metavar="MODEL",
        help=f"a shipped model or a .npz file (default: {DEFAULT_MODEL})",
    )
    show.add_argument("--json", action="store_true", help="print as JSON")
    show.set_defaults(act=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the model."""
    from genmusic.composition.manifest import manifest_path, read_manifest
    from genmusic.composition.trained import load_trained

    path = find_model(arguments.model)
    works = read_manifest(manifest_path(path))
    figures = _figures(load_trained(path), works)
    if arguments.json:
        text = json.dumps({**figures, "works": [asdict(work) for work in works]}, indent=1)
    else:
        text = "\n".join([*_figure_lines(figures), "", *map(_work_line, works)])
    sys.stdout.write(text + "\n")
    return 0


def find_model(name: str) -> Path:
    """The file of a shipped model, or of one of your own."""
    from genmusic.composition.model import shipped_models

    models = shipped_models()
    if name in models:
        return models[name]
    if name.endswith(".npz"):
        return Path(name)
    known = ", ".join(models) or "none"
    raise UnknownNameError(f"there is no model named {name}; there are: {known}, or a .npz file")


def _figures(trained: Trained, works: tuple[Work, ...]) -> dict[str, Any]:
    lessons, trees = trained.lessons, trained.trees
    return {
        "name": lessons.name,
        "composers": len({work.composer for work in works}),
        "licences": dict(Counter(work.licence for work in works).most_common()),
        "chords": len(lessons.chords),
        "rhythm_cells": len(lessons.cells),
        "notes_of_melody": int(lessons.tunes.lengths.sum()),
        "notes_not_to_copy": int(lessons.lines.lengths.sum()),
        "melody_contexts": len(trees.melody.tree.rows) - 1,
        "chord_contexts": len(trees.chord.tree.rows) - 1,
        "rhythm_contexts": len(trees.rhythm.tree.rows) - 1,
    }


def _figure_lines(figures: dict[str, Any]) -> list[str]:
    licences = ", ".join(f"{count} {licence}" for licence, count in figures["licences"].items())
    rows = {**figures, "licences": licences}
    return [f"{name.replace('_', ' '):<16} {value}" for name, value in rows.items()]


def _work_line(work: Work) -> str:
    title = f"{work.title} ({work.year})" if work.year else work.title
    return f"{work.composer}: {title} · {work.licence} · {work.source}"
