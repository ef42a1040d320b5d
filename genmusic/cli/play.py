"""``genmusic play``: music on this machine's sound device."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from genmusic.cli.arguments import add_music_arguments, whole_number

LONGEST_SECONDS = 86_400
LONGEST_PERIOD = 4096


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser("play", help="play on this machine's sound device")
    add_music_arguments(parser)
    add_device_arguments(parser, whole_number(0, LONGEST_PERIOD), 0)
    parser.add_argument(
        "--ending",
        action="store_true",
        help="with --seconds: let the music come to its end in that time",
    )


def add_device_arguments(
    parser: argparse.ArgumentParser, read_period: Callable[[str], int], period: int
) -> None:
    """Which device, how much of a delay, and how long; ``period`` is the default, 0 for any."""
    parser.add_argument("--list", action="store_true", help="name the devices there are, and end")
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
        type=read_period,
        default=period,
        metavar="N",
        help=f"frames that the device asks for at a time (default: {period or 'as it likes'})",
    )
    parser.add_argument(
        "--seconds",
        type=whole_number(1, LONGEST_SECONDS),
        default=0,
        metavar="N",
        help="end after so long (default: play on)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Play until told to end."""
    if arguments.list:
        list_devices()
        return 0
    from genmusic.cli.concert import Concert, give, keys_of, opened

    closing = arguments.seconds if arguments.ending else 0
    with opened(arguments, closing_seconds=closing) as (hands, output):
        give(Concert(hands, output, keys_of(hands)), arguments.seconds)
    return 0


def list_devices() -> None:
    """Print the devices there are."""
    from genmusic.playback import devices

    for device in devices.list_devices():
        mark = "*" if device.is_default else " "
        sys.stdout.write(f"{mark} {device.number:3}  {device.name}  ({device.api})\n")
