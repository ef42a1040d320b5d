"""``genmusic perform``: conduct the music by MIDI."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genmusic.cli.arguments import add_music_arguments
from genmusic.cli.play import add_device_arguments, list_devices
from genmusic.errors import ProtocolError, RuleError
from genmusic.midi.zones import ROLES, Zone
from genmusic.rules import read_table
from genmusic.rules.place import Place
from genmusic.units import QUANTUM

if TYPE_CHECKING:
    from genmusic.cli.podium import Podium
    from genmusic.playback.hands import Hands

MOST_EARLY_MS = 1_000.0
HOST, HIGHEST_PORT = "127.0.0.1", 65_535
MIDI_CLOCK, LINK = "midi", "link"
PERIOD, LONGEST_PERIOD = 128, 2048  # frames: the delay of a key


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser("perform", help="conduct the music by MIDI")
    add_music_arguments(parser)
    add_device_arguments(parser, _quanta, PERIOD)
    _add_listening(parser)
    _add_sending(parser)
    _add_room(parser)
    _add_keeping(parser)


def _add_keeping(parser: argparse.ArgumentParser) -> None:
    """What is kept of it."""
    parser.add_argument(
        "--export",
        type=_midi_file,
        metavar="FILE",
        help="at the end, write what was heard of all parts and of the keys as MIDI (.mid)",
    )
    parser.add_argument(
        "--log",
        type=Path,
        metavar="FILE",
        help="at the end, write what was asked of the music, for genmusic render --log",
    )


def _add_listening(parser: argparse.ArgumentParser) -> None:
    """What comes in, and what it does."""
    parser.add_argument(
        "--instrument",
        default="",
        metavar="PATCH",
        help="what the keys play (default: the sound of the style's melody)",
    )
    parser.add_argument(
        "--midi",
        action="append",
        default=[],
        metavar="PORT",
        help="a part of the name of a port to listen to; may be repeated (default: every port)",
    )
    parser.add_argument(
        "--map",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="what a controller does, a .toml file; may be repeated",
    )
    parser.add_argument(
        "--clock",
        nargs="?",
        const=MIDI_CLOCK,
        choices=(MIDI_CLOCK, LINK),
        help="follow a MIDI clock that comes in, or with link an Ableton Link session",
    )
    parser.add_argument(
        "--role",
        type=_zone,
        action="append",
        default=[],
        metavar="ROLE[=KEYS]",
        help=f"what keys are for: {', '.join(ROLES)}; such as harmony=C1-B3, or melody for all "
        "others; may be repeated",
    )


def _add_sending(parser: argparse.ArgumentParser) -> None:
    """What goes out."""
    parser.add_argument(
        "--send",
        nargs="?",
        const="",
        metavar="PORT",
        help="send every part as MIDI, to a port or, without a name, from one of our own",
    )
    parser.add_argument("--send-clock", action="store_true", help="send a MIDI clock with it")
    parser.add_argument(
        "--early",
        type=_milliseconds,
        default=0.0,
        metavar="MS",
        help="send by so much earlier, for gear that is slow (default: 0; negative: later)",
    )


def _add_room(parser: argparse.ArgumentParser) -> None:
    """Who hears it besides."""
    parser.add_argument("--room", type=_room, metavar="NAME", help="let an audience hear it there")
    parser.add_argument(
        "--server",
        metavar="URL",
        help="the server of the room (default: one of our own, for as long as this plays)",
    )
    parser.add_argument(
        "--listen",
        type=_address,
        default=(HOST, 0),
        metavar="HOST:PORT",
        help=f"where our own server listens (default: {HOST}, at a free port)",
    )
    parser.add_argument(
        "--token",
        default="",
        metavar="TOKEN",
        help="what lets us lead the room; better in GENMUSIC_ROOM_TOKEN, where nobody sees it",
    )
    parser.add_argument(
        "--who", default="", metavar="NAME", help="what the page calls us (default: somebody)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Play and listen until told to end."""
    if arguments.list:
        list_devices()
        return 0
    from genmusic.cli.audience import place_of
    from genmusic.cli.concert import Concert, give, keys_of, opened
    from genmusic.cli.podium import on_stage, podium

    with (
        place_of(arguments) as place,
        podium(arguments) as (midi, instrument),
        opened(arguments, instrument.make) as (hands, output),
        on_stage(arguments, hands, midi, instrument) as stage,
        stage.in_room(place),
    ):
        if place:
            sys.stdout.write(f"the audience listens at {place.address}\n")
            sys.stdout.flush()
        keys = {**keys_of(hands), "l": stage.learn}
        give(Concert(hands, output, keys), arguments.seconds, stage.turn)
        _keep(arguments, hands, stage)
    return 0


def _keep(arguments: argparse.Namespace, hands: Hands, stage: Podium) -> None:
    """Write the files that were asked for."""
    from genmusic.session.performances import write_performance

    if arguments.log is not None:
        write_performance(arguments.log, hands.player.performance())
    if arguments.export is not None:
        stage.recording.save(arguments.export, hands.patches)


def _midi_file(text: str) -> Path:
    if not text.endswith(".mid"):
        raise argparse.ArgumentTypeError(f"must be a .mid file, got {text:.60}")
    return Path(text)


def _quanta(text: str) -> int:
    frames = int(text) if text.isdecimal() else 0
    if not QUANTUM <= frames <= LONGEST_PERIOD or frames % QUANTUM:
        raise argparse.ArgumentTypeError(
            f"must be a multiple of {QUANTUM} up to {LONGEST_PERIOD}, got {text:.40}"
        )
    return frames


def _zone(text: str) -> Zone:
    """A role, and the keys that have it."""
    role, _, keys = text.partition("=")
    low, _, high = keys.partition("-")
    given = {"role": role} | ({"low": low, "high": high} if keys else {})
    try:
        zone = read_table(Zone, given, Place("zone", ""))
    except RuleError:
        zone = None
    if zone is None or not zone.keys:
        raise argparse.ArgumentTypeError(
            f"must be one of {', '.join(ROLES)}, alone or with two keys as in harmony=C1-B3, "
            f"got {text:.40}"
        )
    return zone


def _room(text: str) -> str:
    from genmusic.session.room.names import check_name

    try:
        check_name(text)
    except ProtocolError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not (host and port.isdecimal() and int(port) <= HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"must be HOST:PORT, got {text:.60}")
    return host, int(port)


def _milliseconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if not abs(value) <= MOST_EARLY_MS:
        raise argparse.ArgumentTypeError(
            f"must be milliseconds in -{MOST_EARLY_MS:g}..{MOST_EARLY_MS:g}, got {text:.40}"
        )
    return value
