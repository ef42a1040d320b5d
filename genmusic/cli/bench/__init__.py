"""``genmusic bench``: the figures of this machine."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genmusic.cli.arguments import whole_number

if TYPE_CHECKING:
    from genmusic.cli.bench.figures import Figure

GROUPS = ("engine", "stream", "load", "perform", "endurance")
CODECS = ("opus", "pcm16")
STREAM_LISTENERS = 48
ENDURING_LISTENERS = 50
MARKS = {True: "reached", False: "not yet", None: ""}


def add_parser(subparsers: Any) -> None:  # noqa: ANN401 - argparse's own type is private
    """Describe the command."""
    parser = subparsers.add_parser("bench", help="measure this machine and print the figures")
    parser.add_argument(
        "group", nargs="?", choices=GROUPS, help="measure only these (default: all)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for machines")
    parser.add_argument(
        "--listeners", type=whole_number(10, 10_000), metavar="N",
        help=f"of the stream (default: {STREAM_LISTENERS}), or enduring ({ENDURING_LISTENERS}); "
        "load: as many as one core serves",
    )  # fmt: skip
    parser.add_argument("--codec", choices=CODECS, help="of the load (default: each)")
    parser.add_argument(
        "--minutes", type=float, default=1 / 6, metavar="M",
        help="to listen for with each codec (default: ten seconds)",
    )  # fmt: skip
    parser.add_argument(
        "--restarts", type=whole_number(1, 1_000), default=20, metavar="N",
        help="of endurance (default: 20)",
    )  # fmt: skip
    parser.add_argument(
        "--hours", type=float, default=24.0, metavar="H",
        help="of music that endurance hears in a hurry (default: 24)",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure, and print each figure as soon as it is known."""
    if not arguments.json:
        sys.stdout.write(f"{_machine()}\n\n{'figure':48}{'measured':>12} {'unit':20}reach\n")
    for figure in _figures(arguments):
        row = asdict(figure) | {"reached": figure.reached}
        sys.stdout.write((json.dumps(row) if arguments.json else line_of(figure)) + "\n")
        sys.stdout.flush()
    return 0


def _figures(arguments: argparse.Namespace) -> Iterator[Figure]:
    from genmusic.cli.bench.engine_figures import engine_figures
    from genmusic.cli.bench.stream_figures import Crowd, stream_figures
    from genmusic.session.library import open_library

    group = arguments.group
    listeners, seconds = arguments.listeners or STREAM_LISTENERS, 60.0 * arguments.minutes
    if group in (None, "engine"):
        yield from engine_figures(open_library())
    if group in (None, "stream"):
        yield from stream_figures(Crowd(listeners, seconds))
    if group == "load":  # it takes every core
        from genmusic.cli.bench.load_figures import Load, load_figures

        codecs = (arguments.codec,) if arguments.codec else CODECS
        yield from load_figures(Load(codecs, arguments.listeners, seconds))
    if group == "perform":  # it needs jackd, which few machines have
        from genmusic.cli.bench.perform_figures import perform_figures

        yield from perform_figures()
    if group == "endurance":  # it takes an hour
        from genmusic.cli.bench.endurance_figures import Endurance, endurance_figures

        enduring = arguments.listeners or ENDURING_LISTENERS
        trial = Endurance(enduring, arguments.restarts, arguments.hours)
        yield from endurance_figures(open_library(), trial)


def line_of(figure: Figure) -> str:
    """A row of the table."""
    value = f"{figure.value:.3g}" if abs(figure.value) < 100 else f"{figure.value:.0f}"
    reach = f"{figure.reach}  {MARKS[figure.reached]}".strip()
    return f"{figure.name:48}{value:>12} {figure.unit:20}{reach}".rstrip()


def _machine() -> str:
    """The processor's name, its cores, and what runs on it."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(": ", 1)[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"
