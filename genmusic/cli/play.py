"""``genmusic play``: music on this machine's sound device."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from genmusic.cli.arguments import add_music_arguments, open_music, whole_number
from genmusic.errors import DeviceError

if TYPE_CHECKING:
    from genmusic.cli.hands import Hands
    from genmusic.cli.stage import Scene
    from genmusic.playback.devices import DeviceChoice
    from genmusic.playback.output import DeviceOutput
    from genmusic.processes import Report

LOOK_SECONDS = 0.08
LONGEST_SECONDS = 86_400


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser("play", help="play on this machine's sound device")
    add_music_arguments(parser)
    add_device_arguments(parser)
    parser.add_argument("--list", action="store_true", help="name the devices there are, and end")
    parser.add_argument(
        "--seconds",
        type=whole_number(1, LONGEST_SECONDS),
        default=0,
        metavar="N",
        help="end after so long (default: play on)",
    )


def add_device_arguments(parser: argparse.ArgumentParser) -> None:
    """Which device, and how much of a delay."""
    parser.add_argument(
        "--device", default="", metavar="D", help="its number, or a part of its name"
    )
    parser.add_argument(
        "--api",
        default="",
        metavar="A",
        help="a part of the host interface's name, such as jack, alsa or pulse",
    )
    parser.add_argument(
        "--period",
        type=whole_number(0, 4096),
        default=0,
        metavar="N",
        help="frames that the device asks for at a time (default: as the device likes)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Play until told to end."""
    from genmusic.playback.devices import DeviceChoice, list_devices

    if arguments.list:
        for device in list_devices():
            mark = "*" if device.is_default else " "
            sys.stdout.write(f"{mark} {device.number:3}  {device.name}  ({device.api})\n")
        return 0
    with _playing(arguments, DeviceChoice(arguments.device, arguments.api)) as (hands, output):
        _watch(hands, output, arguments.seconds)
    return 0


@contextmanager
def _playing(
    arguments: argparse.Namespace, choice: DeviceChoice
) -> Iterator[tuple[Hands, DeviceOutput]]:
    from genmusic.cli.hands import Hands
    from genmusic.playback.output import DeviceOutput
    from genmusic.playback.player import Player
    from genmusic.session.clock import monotonic_seconds
    from genmusic.session.engine import Engine

    library, controls = open_music(arguments)
    engine = Engine(library, arguments.seed, controls)
    output = DeviceOutput(choice, arguments.period, monotonic_seconds)
    player = Player(engine, output.ring)
    player.start()
    try:
        yield Hands(player, tuple(library.styles)), output
    finally:
        player.stop()
        output.close()


def _watch(hands: Hands, output: DeviceOutput, seconds: int) -> None:
    """Obey the keys, keep the device playing and show what goes on, until it is over."""
    from genmusic.cli.hands import QUIT
    from genmusic.cli.keys import keyboard
    from genmusic.cli.stage import picture
    from genmusic.units import SAMPLE_RATE

    last_frame = seconds * SAMPLE_RATE if seconds else math.inf
    has_played = False
    with keyboard() as keys, picture() as show:
        while output.ring.played < last_frame:
            report = output.look()
            has_played |= report.state == "working"
            if report.state == "lost" and not has_played:
                raise DeviceError(report.text)
            key = keys.read(LOOK_SECONDS)
            if key == QUIT:
                return
            hands.press(key)
            show(_scene(hands, output, report))


def _scene(hands: Hands, output: DeviceOutput, report: Report) -> Scene:
    from genmusic.cli.stage import Scene

    player, ring = hands.player, output.ring
    return Scene(
        report,
        player.bar_now(),
        ring.played,
        player.controls(),
        player.meter,
        ring.late_callbacks,
        hands.paused,
        hands.notice,
    )
