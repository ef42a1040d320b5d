"""Commands: one file each, loaded when it is asked for."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from genmusic import __version__
from genmusic.cli.arguments import Parser
from genmusic.errors import GenmusicError

COMMANDS = (
    "serve", "play",
    "perform", "room", "render", "train", "model", "style", "midi", "doctor", "bench",
)  # fmt: skip
"""Modules of this folder, in the order of the help; each has ``add_parser`` and ``run``."""

FAILED, INTERRUPTED, PIPE_CLOSED = 1, 128 + 2, 128 + 13  # as shells report the signals


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; what fails is one line on standard error."""
    try:
        status = _run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader is gone, and Python flushes once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def build_parser(names: Sequence[str] = COMMANDS) -> Parser:
    """The parser that knows these commands."""
    parser, _modules = _load(names)
    return parser


def _run(argv: list[str]) -> int:
    try:
        parser, modules = _load(argv[:1] if argv and argv[0] in COMMANDS else COMMANDS)
        arguments = parser.parse_args(argv)
        status: int = modules[arguments.command].run(arguments)
    except SystemExit as stop:  # argparse: help, version, wrong usage
        return int(stop.code or 0)
    except GenmusicError as error:
        sys.stderr.write(f"genmusic: {error}\n")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _load(names: Sequence[str]) -> tuple[Parser, dict[str, ModuleType]]:
    parser = Parser(prog="genmusic", description="Music composed and synthesised while you listen.")
    parser.add_argument("--version", action="version", version=f"genmusic {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    modules = {name: importlib.import_module(f"genmusic.cli.{name}") for name in names}
    for module in modules.values():
        module.add_parser(subparsers)
    return parser, modules
