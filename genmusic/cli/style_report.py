"""``genmusic style report``: measure what styles compose."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genmusic.cli.arguments import STYLE_SUFFIX, whole_number

if TYPE_CHECKING:
    from genmusic.rules import Style
    from genmusic.session.library import Library

LISTENERS, MOST_LISTENERS = 48, 200


def add_parser(actions: argparse._SubParsersAction[Any]) -> None:
    """Declare the action and its options."""
    parser = actions.add_parser("report", help="measure what styles compose")
    parser.add_argument(
        "styles", nargs="*", metavar="STYLE", help="names or .toml files (default: all there are)"
    )
    parser.add_argument(
        "--listeners",
        type=whole_number(2, MOST_LISTENERS),
        default=LISTENERS,
        metavar="N",
        help=f"seeds to compose for (default: {LISTENERS})",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write here, not to the terminal")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compose, measure and write."""
    from genmusic.cli.progress import progress_bar
    from genmusic.composition.quality.assessment import assess
    from genmusic.composition.quality.reference import shipped_references
    from genmusic.composition.quality.report import write_report

    library, styles = _open(arguments.styles)
    references = shipped_references()
    assessments = []
    with progress_bar("styles", "measuring") as show:
        for number, style in enumerate(styles, 1):
            beside = references[style.model.beside]
            assessments.append(assess(style, library.models, beside, arguments.listeners))
            show(number / len(styles))
    text = "\n".join(write_report(assessments, references)) + "\n"
    if arguments.out is None:
        sys.stdout.write(text)
    else:
        arguments.out.write_text(text)
    return 0


def _open(names: list[str]) -> tuple[Library, list[Style]]:
    """The library and the styles that were named, or all."""
    from genmusic.config import style_folder
    from genmusic.session.library import add_style, open_library

    library = open_library(style_folder())
    styles: list[Style] = []
    for name in names or library.styles:
        if name.endswith(STYLE_SUFFIX):
            library, name = add_style(library, Path(name))
        styles.append(library.style(name))
    return library, styles
