"""``genmusic render``: a piece into a file, faster than real time."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genmusic.cli.arguments import add_music_arguments, open_music, whole_number
from genmusic.cli.progress import progress_bar
from genmusic.units import frames_to_seconds, seconds_to_frames

if TYPE_CHECKING:
    from genmusic.composition.word_credits import Decided
    from genmusic.controls.spec import Value
    from genmusic.session.library import Library
    from genmusic.session.performances import Performance
    from genmusic.session.rendering import Length, Rendering

DEFAULT_SECONDS = 60.0
SHORTEST_SECONDS, LONGEST_SECONDS = 0.01, 86_400.0  # up to a day
BEFORE = "tuning the instruments (the first start compiles them)"
BARS_LIMIT = 100_000


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser("render", help="write a piece to a file, faster than real time")
    parser.add_argument(
        "out",
        type=Path,
        metavar="OUT",
        help="file to write; its suffix says the format: .wav .flac .opus .mp3 .mid .musicxml",
    )
    add_music_arguments(parser)
    _add_length(parser)
    script = parser.add_mutually_exclusive_group()
    script.add_argument(
        "--automation",
        type=Path,
        metavar="FILE",
        help='control changes on the way: JSON lines {"at_seconds": 8.0, "set": {"valence": 0.5}}',
    )
    script.add_argument(
        "--log",
        type=Path,
        metavar="FILE",
        help="render a performance again: what genmusic perform --log wrote",
    )
    parser.add_argument(
        "--stems",
        type=Path,
        metavar="DIR",
        help="also write what each part and effect gives to the mix, as .wav files of floats",
    )
    parser.add_argument(
        "--credits",
        type=Path,
        metavar="FILE",
        help="also write as JSON which works taught each note, beat and chord",
    )
    parser.add_argument("--json", action="store_true", help="print figures and hash as JSON")


def _add_length(parser: argparse.ArgumentParser) -> None:
    """How much is rendered."""
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--seconds",
        type=_seconds,
        metavar="N",
        help=f"how long the piece is (default: {DEFAULT_SECONDS:g}, or as long as the scenario)",
    )
    length.add_argument(
        "--bars",
        type=whole_number(1, BARS_LIMIT),
        default=0,
        metavar="N",
        help="bring the music to its end with bar N instead",
    )
    parser.add_argument(
        "--excerpt",
        action="store_true",
        help="with --bars: stop there without an ending",
    )
    parser.add_argument(
        "--ending",
        action="store_true",
        help="with --seconds: let the music come to its end in that time",
    )


def run(arguments: argparse.Namespace) -> int:
    """Render and report."""
    from genmusic.session.clock import monotonic_seconds
    from genmusic.session.engine import Engine
    from genmusic.session.rendering import Rendering, check_suffix, save, saved_stems

    check_suffix(arguments.out)
    with progress_bar(str(arguments.out), BEFORE) as show:
        library, controls = open_music(arguments)
        piece = _piece(arguments, library, controls)
        keeps_stems = arguments.stems is not None
        engine = Engine(library, piece.seed, piece.controls, piece.log, keeps_stems=keeps_stems)
        rendering = Rendering(engine, _length(arguments, library, piece))
        decisions = engine.keep_decisions() if arguments.credits else []
        began = monotonic_seconds()
        with saved_stems(rendering, arguments.stems) if keeps_stems else nullcontext():
            save(rendering, library.styles, arguments.out, show)
        elapsed = monotonic_seconds() - began
        if arguments.credits:
            _save_credits(arguments.credits, library, decisions, len(rendering.bars))
    report = _report(rendering, elapsed)
    text = json.dumps(report) if arguments.json else _sentence(arguments.out, engine.title, report)
    sys.stdout.write(text + "\n")
    return 0


def _closing_bars(
    arguments: argparse.Namespace, library: Library, controls: Mapping[str, Value]
) -> int:
    """The bars with which the music ends in the seconds that are asked for."""
    from genmusic.session.closing import bars_within

    seconds = DEFAULT_SECONDS if arguments.seconds is None else arguments.seconds
    return arguments.bars or bars_within(library, arguments.seed, controls, seconds)


def _piece(
    arguments: argparse.Namespace, library: Library, controls: Mapping[str, Value]
) -> Performance:
    """What to play: a performance again, or a piece of which all is said here."""
    from genmusic.session.automation import read_automation
    from genmusic.session.performances import Performance, read_performance

    if arguments.log is not None:
        return read_performance(arguments.log, library)
    log = read_automation(arguments.automation, library) if arguments.automation else ()
    if arguments.ending:
        arguments.bars = _closing_bars(arguments, library, controls)
    if arguments.bars and not arguments.excerpt:
        controls = {"length_bars": arguments.bars, **controls}
    return Performance(arguments.seed, controls, log, 0)


def _length(arguments: argparse.Namespace, library: Library, piece: Performance) -> Length:
    """How much to render; a performance or a scenario to its end, if nothing is said."""
    from genmusic.session.rendering import Length

    scenario = library.styles.scenario
    if not arguments.bars and arguments.seconds is None:
        if piece.frames:
            return Length(piece.frames)
        if scenario is not None:
            return Length(bars=len(scenario.bars))
    seconds = DEFAULT_SECONDS if arguments.seconds is None else arguments.seconds
    return Length(seconds_to_frames(seconds), arguments.bars)


def _save_credits(path: Path, library: Library, decisions: Sequence[Decided], bars: int) -> None:
    from genmusic.errors import EncodingError
    from genmusic.session.credits import credit

    heard = [decision for decision in decisions if decision.bar < bars]
    text = json.dumps(credit(library, heard).to_json(library), indent=1)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise EncodingError(f"{path} cannot be written: {error.strerror}") from error


def _report(rendering: Rendering, elapsed_seconds: float) -> dict[str, Any]:
    seconds = frames_to_seconds(rendering.frames)
    first = rendering.bars[0]
    return {
        "seconds": seconds,
        "frames": rendering.frames,
        "realtime_factor": round(seconds / elapsed_seconds, 1),
        "sha256": rendering.sha256,
        "bars": len(rendering.bars),
        "tempo_bpm": first.tempo_bpm,
        "key": first.bar.key.name,
    }


def _sentence(out: Path, title: str, report: Mapping[str, Any]) -> str:
    return (
        f"{out}: {title}, {report['seconds']:.1f} s in {report['key']} at "
        f"{report['tempo_bpm']:.0f} bpm, {report['bars']} bars, rendered at "
        f"{report['realtime_factor']:g} times real time"
    )


def _seconds(text: str) -> float:
    wanted = f"must be a number of seconds in {SHORTEST_SECONDS:g}..{LONGEST_SECONDS:g}"
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise argparse.ArgumentTypeError(f"{wanted}, got {text:.40}")
    return seconds
