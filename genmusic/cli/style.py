"""``genmusic style``: list the rule files, check them, and see what they compose."""

from __future__ import annotations

import argparse
import json
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genmusic.cli import style_report
from genmusic.cli.arguments import add_music_arguments, open_music, whole_number
from genmusic.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from genmusic.composition.repertoire import Repertoire
    from genmusic.controls.spec import Value
    from genmusic.rules import Style
    from genmusic.score.events import Bar
    from genmusic.session.library import Library

FAILED = 1
PREVIEW_BARS, MOST_BARS = 40, 1000


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the commands and their options."""
    parser = subparsers.add_parser("style", help="list, check and preview styles")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="name the styles, shipped and your own")
    listing.add_argument("--json", action="store_true", help="print as JSON")
    listing.set_defaults(run=_list)
    checking = actions.add_parser("check", help="say what is wrong in style files, and where")
    checking.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a .toml file")
    checking.set_defaults(run=_check)
    preview = actions.add_parser("preview", help="print the form and the chords of a piece")
    add_music_arguments(preview)
    preview.add_argument(
        "--bars",
        type=whole_number(1, MOST_BARS),
        default=PREVIEW_BARS,
        metavar="N",
        help=f"how many bars (default: {PREVIEW_BARS})",
    )
    preview.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="also write these bars; the suffix says the format, as for render",
    )
    preview.set_defaults(run=_preview)
    style_report.add_parser(actions)


def run(arguments: argparse.Namespace) -> int:
    """Run the action."""
    status: int = arguments.run(arguments)
    return status


def _list(arguments: argparse.Namespace) -> int:
    from genmusic.config import style_folder
    from genmusic.session.library import read_styles_again
    from genmusic.session.shelf import StyleShelf

    shelf = StyleShelf({})
    styles = read_styles_again(shelf, style_folder())
    rows = [{"name": s.name, "title": s.title, "text": s.text} for s in styles]
    lines = [f"{row['name']:12} {row['text']}" for row in rows]
    _write(json.dumps(rows, indent=1) if arguments.json else "\n".join(lines))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    faults = [fault for fault in map(_fault, arguments.files) if fault]
    return FAILED if faults else 0


def _fault(path: Path) -> str:
    """What is wrong in a file, after saying so; empty if nothing is."""
    from genmusic.session.library import read_style

    try:
        read_style(path)
    except RuleError as error:
        sys.stderr.write(f"{error}\n")
        return str(error)
    _write(f"{path.name}: good")
    return ""


def _preview(arguments: argparse.Namespace) -> int:
    from genmusic.controls.spec import defaults

    library, chosen = open_music(arguments)
    controls = defaults() | chosen
    style = library.style(str(controls["style"]))
    if arguments.out is not None:
        _save(arguments, library, controls)
    _write("\n".join(_chart(style, _compose(arguments, library.models, style, controls))))
    return 0


def _save(arguments: argparse.Namespace, library: Library, controls: Mapping[str, Value]) -> None:
    """Write the bars of the preview, without an end of their own."""
    from genmusic.cli.progress import progress_bar
    from genmusic.session.engine import Engine
    from genmusic.session.rendering import Length, Rendering, save

    engine = Engine(library, arguments.seed, controls)
    with progress_bar(str(arguments.out), "tuning the instruments") as show:
        save(Rendering(engine, Length(bars=arguments.bars)), library.styles, arguments.out, show)


def _compose(
    arguments: argparse.Namespace, models: Repertoire, style: Style, controls: Mapping[str, Value]
) -> list[Bar]:
    from genmusic.composition.composer import Composer
    from genmusic.mood.mapping import musical_parameters

    composer = Composer(arguments.seed, style, models)
    parameters = musical_parameters(controls, style)
    return [composer.compose_bar(parameters, style) for _ in range(arguments.bars)]


def _chart(style: Style, bars: list[Bar]) -> list[str]:
    """A line for each phrase: section, key, who plays, chords."""
    from genmusic.names import PARTS

    lines = [f"{style.title}, {bars[0].tempo_bpm:.0f} bpm"]
    for _, group in groupby(bars, key=lambda bar: bar.phrase):
        phrase = list(group)
        chords = (" ".join(span.symbol for span in bar.chords) for bar in phrase)
        playing = {PARTS[part] for bar in phrase for part in bar.notes["part"].tolist()}
        players = " ".join(part for part in PARTS if part in playing)
        head = f"{phrase[0].section:8} {phrase[0].key.name:14} {players:28}"
        lines.append(f"{head} | {' | '.join(chords)} |")
    return lines


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
