"""A concert in the terminal: music on the device, hands on the keys, a picture of what plays."""

from __future__ import annotations

import argparse
import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from genmusic.cli.arguments import open_music
from genmusic.cli.keys import Keys, keyboard
from genmusic.cli.progress import notice
from genmusic.cli.stage import Scene, picture
from genmusic.config import style_folder
from genmusic.errors import DeviceError
from genmusic.playback.compiling import compiled_callback
from genmusic.playback.devices import DeviceChoice
from genmusic.playback.hands import Hands, patches_of
from genmusic.playback.output import DeviceOutput
from genmusic.playback.player import Player
from genmusic.processes import Report
from genmusic.session.clock import monotonic_seconds
from genmusic.session.closing import bars_within
from genmusic.session.engine import Engine
from genmusic.session.watching import StyleWatch
from genmusic.units import SAMPLE_RATE

TURN_SECONDS = 0.01
TURNS_PER_PICTURE = 8
QUIT = "q"
CUE_KEYS = {"x": "next_section", "b": "build", "k": "break", "h": "hold", "e": "ending"}


@dataclass(frozen=True, slots=True)
class Concert:
    """Everything that takes part."""

    hands: Hands
    output: DeviceOutput
    keys: Mapping[str, Callable[[], None]]  # what else the keys do


LiveKeysMaker = Callable[[Mapping[str, str]], Sequence[str]]
"""From the patches of the style that begins to what `DeviceOutput` wants to know of live keys."""


@contextmanager
def opened(
    arguments: argparse.Namespace,
    live_keys: LiveKeysMaker = lambda _patches: (),
    closing_seconds: int = 0,
) -> Iterator[tuple[Hands, DeviceOutput]]:
    """The music that the arguments ask for, on the device that they ask for.

    It comes to its end within ``closing_seconds``; 0 for music that goes on.
    """
    library, controls = open_music(arguments)
    if closing_seconds:
        bars = bars_within(library, arguments.seed, controls, closing_seconds)
        controls = {"length_bars": bars, **controls}
    engine = Engine(library, arguments.seed, controls, follows_edits=True)
    choice = DeviceChoice(arguments.device, arguments.api)
    keys = live_keys(patches_of(library, str(engine.controls()["style"])))
    with notice("genmusic tunes its instruments (the first start compiles them) …"):
        compiled_callback(with_keys=bool(keys))
    output = DeviceOutput(choice, arguments.period, monotonic_seconds, keys)
    player = Player(engine, output.ring)
    player.start()
    try:
        with StyleWatch(library, style_folder()):
            yield Hands(player, library), output
    finally:
        player.stop()
        output.close()


def keys_of(hands: Hands) -> dict[str, Callable[[], None]]:
    """What the keys do that every concert has."""
    return {
        "right": lambda: hands.step("valence", 1),
        "left": lambda: hands.step("valence", -1),
        "up": lambda: hands.step("arousal", 1),
        "down": lambda: hands.step("arousal", -1),
        "T": lambda: hands.step("tension", 1),
        "t": lambda: hands.step("tension", -1),
        "s": lambda: hands.act("next_style"),
        "n": lambda: hands.act("next_piece"),
        " ": lambda: hands.act("pause"),
        "p": lambda: hands.act("panic"),
        **{key: partial(hands.act, cue) for key, cue in CUE_KEYS.items()},
    }


def give(concert: Concert, seconds: int, turn: Callable[[], str] = str) -> None:
    """Obey the keys, keep the device playing and show what goes on, until it is over.

    Parameters
    ----------
    concert
        Who takes part.
    seconds
        How long; 0 until told to end.
    turn
        What else is to be done a hundred times a second; it returns a line to show.

    Raises
    ------
    DeviceError
        The device could not be opened at all.
    """
    last_frame = seconds * SAMPLE_RATE if seconds else math.inf
    has_played, turns = False, 0
    with keyboard() as keys, picture() as show, _notices(concert.hands):
        while concert.output.ring.played < last_frame and _obey(keys, concert):
            line = turn()
            if turns % TURNS_PER_PICTURE == 0:
                report = concert.output.look()
                has_played |= report.state == "working"
                if report.state == "lost" and not has_played:
                    raise DeviceError(report.text)
                show(_scene(concert, report, line))
            turns += 1


def _obey(keys: Keys, concert: Concert) -> bool:
    """Do what a pressed key is for; false when it ends the concert."""
    key = keys.read(TURN_SECONDS)
    if key in concert.keys:
        concert.keys[key]()
    return key != QUIT


def _scene(concert: Concert, report: Report, line: str) -> Scene:
    hands, ring = concert.hands, concert.output.ring
    return Scene(
        report,
        hands.player.bar_now(),
        hands.player.heard_frame,
        hands.player.controls(),
        hands.player.meter,
        ring.late_callbacks,
        hands.paused,
        hands.notice,
        line,
    )


@contextmanager
def _notices(hands: Hands) -> Iterator[None]:
    """Show in the picture what would be logged: an edited style, or what is wrong with it."""

    class Show(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            hands.notice = record.getMessage()

    logger, show = logging.getLogger("genmusic"), Show(logging.INFO)
    logger.addHandler(show)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(show)
        logger.propagate = True
