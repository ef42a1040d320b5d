"""``genmusic midi``: the MIDI ports of this machine, and what comes in."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the commands and their options."""
    parser = subparsers.add_parser("midi", help="MIDI ports, and what comes in")
    commands = parser.add_subparsers(dest="midi_command", required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="name the ports there are")
    listing.set_defaults(run_midi=_list)
    monitor = commands.add_parser("monitor", help="print what comes in")
    monitor.add_argument(
        "port", nargs="?", default="", metavar="PORT", help="number, name or a part of it"
    )
    monitor.set_defaults(run_midi=_monitor)


def run(arguments: argparse.Namespace) -> int:
    """Run the command that was asked for."""
    arguments.run_midi(arguments)
    return 0


def _list(_arguments: argparse.Namespace) -> None:
    from genmusic.midi.ports import open_backend

    backend = open_backend()
    for direction, names in (
        ("in", backend.get_input_names()),
        ("out", backend.get_output_names()),
    ):
        for number, name in enumerate(names):
            sys.stdout.write(f"{direction:3} {number:2}  {name}\n")


def _monitor(arguments: argparse.Namespace) -> None:
    from genmusic.midi.ports import find_port, open_backend

    backend = open_backend()
    name = find_port(backend.get_input_names(), arguments.port)
    sys.stdout.write(f"listening to {name}; Ctrl-C ends\n")
    with backend.open_input(name) as port:
        for message in port:
            sys.stdout.write(f"{message}\n")
            sys.stdout.flush()
