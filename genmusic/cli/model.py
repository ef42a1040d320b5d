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
    from genmusic.composition.model import Model

DEFAULT_MODEL = "openscore"


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the commands and their options."""
    parser = subparsers.add_parser("model", help="look into trained models")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="print statistics and every work learned from")
    show.add_argument(
        "model",
        nargs="?",
        default=DEFAULT_MODEL,
        metavar="MODEL",
        help=f"a shipped model or a .npz file (default: {DEFAULT_MODEL})",
    )
    show.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the model."""
    from genmusic.composition.manifest import manifest_path, read_manifest
    from genmusic.composition.model import load_model

    path = _find(arguments.model)
    model, works = load_model(path), read_manifest(manifest_path(path))
    figures = _figures(model, works)
    if arguments.json:
        text = json.dumps({**figures, "works": [asdict(work) for work in works]}, indent=1)
    else:
        text = "\n".join([*_figure_lines(figures), "", *map(_work_line, works)])
    sys.stdout.write(text + "\n")
    return 0


def _find(name: str) -> Path:
    from genmusic.composition.model import shipped_models

    models = shipped_models()
    if name in models:
        return models[name]
    if name.endswith(".npz"):
        return Path(name)
    known = ", ".join(models) or "none"
    raise UnknownNameError(f"there is no model named {name}; there are: {known}, or a .npz file")


def _figures(model: Model, works: tuple[Work, ...]) -> dict[str, Any]:
    statistics = model.statistics
    return {
        "name": model.name,
        "composers": len({work.composer for work in works}),
        "licences": dict(Counter(work.licence for work in works).most_common()),
        "chords": len(model.chords),
        "rhythm_cells": len(model.cells),
        "melody_contexts": len(statistics.melody.children),
        "chord_contexts": len(statistics.chord.children),
        "rhythm_contexts": len(statistics.rhythm.children),
    }


def _figure_lines(figures: dict[str, Any]) -> list[str]:
    licences = ", ".join(f"{count} {licence}" for licence, count in figures["licences"].items())
    rows = {**figures, "licences": licences}
    return [f"{name.replace('_', ' '):<16} {value}" for name, value in rows.items()]


def _work_line(work: Work) -> str:
    title = f"{work.title} ({work.year})" if work.year else work.title
    return f"{work.composer}: {title} · {work.licence} · {work.source}"
