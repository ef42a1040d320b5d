"""``genmusic perform``: conduct the music by MIDI."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genmusic.cli.arguments import add_music_arguments
from genmusic.cli.play import add_device_arguments, list_devices
from genmusic.errors import RuleError
from genmusic.rules.kinds import Pitch
from genmusic.rules.place import Place

if TYPE_CHECKING:
    from genmusic.playback.conducting import Conducting, Learned
    from genmusic.playback.hands import Hands
    from genmusic.playback.output import DeviceOutput

MOST_EARLY_MS = 1_000.0
LEARNT = ("valence", "arousal", "tension", "density", "brightness", "space", "tempo_bpm")
"""The controls that the key ``l`` walks through."""


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser("perform", help="conduct the music by MIDI")
    add_music_arguments(parser)
    add_device_arguments(parser)
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
        "--clock", action="store_true", help="take the tempo from a MIDI clock that comes in"
    )
    parser.add_argument(
        "--harmony",
        type=_zone,
        default=range(0),
        metavar="KEYS",
        help="keys whose chords lead the harmony, such as C1-B3",
    )
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


def run(arguments: argparse.Namespace) -> int:
    """Play and listen until told to end."""
    if arguments.list:
        list_devices()
        return 0
    from genmusic.cli.concert import Concert, give, keys_of, opened

    with (
        opened(arguments) as (hands, output),
        _listening(arguments, hands) as (listen, learn),
        _sending(arguments, hands, output) as send,
    ):

        def turn() -> str:
            return f"{listen()}{send()}"

        keys = {**keys_of(hands), "l": learn}
        give(Concert(hands, output, keys), arguments.seconds, turn)
    return 0


def _zone(text: str) -> range:
    low, _, high = text.partition("-")
    try:
        place = Place("keys", "")
        keys = range(Pitch().read(low, place), Pitch().read(high, place) + 1)
    except RuleError:
        keys = range(0)
    if not keys:
        raise argparse.ArgumentTypeError(f"must be two keys such as C1-B3, got {text:.40}")
    return keys


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


@contextmanager
def _sending(
    arguments: argparse.Namespace, hands: Hands, output: DeviceOutput
) -> Iterator[Callable[[], str]]:
    """What is done at each turn to send the parts; it returns what is wrong."""
    if arguments.send is None:
        yield str
        return
    from genmusic.midi.outlet import MidiOutlet
    from genmusic.playback.score_sender import ScoreSender, Sending
    from genmusic.session.clock import monotonic_seconds

    outlet = MidiOutlet(arguments.send, monotonic_seconds)
    sender = ScoreSender(outlet, hands.patches, arguments.early, sends_clock=arguments.send_clock)
    sending = Sending(sender, hands, output.ring)

    def turn() -> str:
        report = outlet.look()
        sending.turn()
        return f" · sending lost: {report.text}" if report.state == "lost" else ""

    try:
        yield turn
    finally:
        outlet.close()


@contextmanager
def _listening(
    arguments: argparse.Namespace, hands: Hands
) -> Iterator[tuple[Callable[[], str], Callable[[], None]]]:
    """What is done at each turn, and what the key for learning does."""
    from genmusic.config import midi_folder
    from genmusic.midi.input import MidiInput
    from genmusic.midi.maps import read_maps
    from genmusic.playback.conducting import Conducting
    from genmusic.session.clock import monotonic_seconds

    maps = read_maps(arguments.map, midi_folder())
    midi = MidiInput(arguments.midi, monotonic_seconds)
    conducting = Conducting(
        midi, hands, maps, follows_clock=arguments.clock, harmony=arguments.harmony
    )
    learning = _Learning(conducting, hands)

    def turn() -> str:
        report = midi.look()
        for learned in conducting.turn():
            hands.notice = learning.keep(learned)
        if report.state == "lost":
            return f"midi lost: {report.text}; waiting for it"
        return conducting.text

    try:
        yield turn, learning.next
    finally:
        midi.close()


class _Learning:
    """The key that gives knobs to controls, one after the other."""

    def __init__(self, conducting: Conducting, hands: Hands) -> None:
        self._conducting, self._hands, self._number = conducting, hands, -1

    def next(self) -> None:
        """Wait for a knob for the next control of the list; after the last, for none."""
        self._number = (self._number + 2) % (len(LEARNT) + 1) - 1
        control = LEARNT[self._number] if self._number >= 0 else ""
        self._conducting.learn(control)
        self._hands.notice = f"turn a knob for {control}" if control else ""

    def keep(self, learned: Learned) -> str:
        """Save what was learned; what to say of it."""
        from genmusic.config import midi_folder
        from genmusic.midi.maps import learned_file, save_map

        path = learned_file(midi_folder(), learned.map)
        save_map(path, learned.map)
        return f"controller {learned.knob.cc} moves {learned.knob.control}; kept in {path}"
