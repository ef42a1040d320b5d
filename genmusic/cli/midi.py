"""``genmusic midi``: the MIDI ports of this machine, and what comes in."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

from genmusic.errors import DeviceError
from genmusic.midi.mapper import may_be_learned
from genmusic.midi.maps import TURNED, Knob, with_knob

if TYPE_CHECKING:
    from genmusic.midi.input import MidiInput

LOOK_SECONDS = 0.02


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
    learn = commands.add_parser("learn", help="give the next knob that is turned to a control")
    learn.add_argument("control", choices=TURNED, metavar="CONTROL", help="a control with a range")
    learn.add_argument("--midi", default="", metavar="PORT", help="a part of the port's name")
    learn.set_defaults(run_midi=_learn)


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


def _learn(arguments: argparse.Namespace) -> None:
    from genmusic.config import midi_folder
    from genmusic.midi.input import MidiInput
    from genmusic.midi.maps import learned_file, map_for, read_maps, save_map
    from genmusic.session.clock import monotonic_seconds

    maps = read_maps((), midi_folder())
    midi = MidiInput([arguments.midi] if arguments.midi else [], monotonic_seconds)
    sys.stdout.write(f"turn a knob for {arguments.control}; Ctrl-C ends\n")
    sys.stdout.flush()
    try:
        port, knob = _next_knob(midi, arguments.control)
    finally:
        midi.close()
    learned = with_knob(map_for(port, maps), knob)
    path = learned_file(midi_folder(), learned)
    save_map(path, learned)
    sys.stdout.write(f"controller {knob.cc} of {port} moves {knob.control}; kept in {path}\n")


def _next_knob(midi: MidiInput, control: str) -> tuple[str, Knob]:
    """The next knob that is turned, with its port."""
    while True:
        report = midi.look()
        if report.state == "lost":
            raise DeviceError(report.text)
        for message in midi.take()[0]:
            if may_be_learned(message):
                return midi.ports.get(message.port, ""), Knob(cc=message.first, control=control)
        time.sleep(LOOK_SECONDS)
