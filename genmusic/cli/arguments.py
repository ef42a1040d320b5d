"""Arguments that several commands share, checked by the table of controls."""

from __future__ import annotations

import argparse
import ipaddress
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from genmusic.config import style_folder
from genmusic.controls.spec import CONTROLS, Control, Value
from genmusic.errors import ControlError
from genmusic.seeding import DEFAULT_SEED, SEED_LIMIT

if TYPE_CHECKING:
    from genmusic.session.library import Library

STYLE_SUFFIX = ".toml"
UNSET = "none"  # leaves tempo, key and mode to style and mood


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and whose options are written out."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - whatever argparse takes
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is, and leave with status 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers in a range, for ``type=``."""
    wanted = f"must be a whole number in {low}..{high}"

    def read(text: str) -> int:
        number = int(text) if text.removeprefix("-").isdecimal() else low - 1
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{wanted}, got {text:.40}")
        return number

    return read


def network(text: str) -> str:
    """An IP address or network, for ``type=``."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be an IP address or a network such as 10.0.0.0/8, got {text:.60}"
        ) from None


def setting(text: str) -> tuple[str, Value]:
    """``NAME=VALUE`` as a control and its checked value, for ``type=``."""
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE, got {text}")
    if name not in CONTROLS:
        raise argparse.ArgumentTypeError(f"there is no control named {name}")
    return name, _checked(CONTROLS[name], value)


def add_music_arguments(parser: argparse.ArgumentParser) -> None:
    """Seed, style, mood and the other controls."""
    parser.add_argument(
        "--seed",
        type=whole_number(0, SEED_LIMIT - 1),
        default=DEFAULT_SEED,
        metavar="N",
        help=f"which piece; the same seed gives the same piece (default: {DEFAULT_SEED})",
    )
    parser.add_argument("--style", metavar="S", help="what composes: a name, or a .toml file")
    parser.add_argument(
        "--scenario",
        type=Path,
        metavar="FILE",
        help="keep to the chords, form, metre and tempo of a MIDI file (.mid)",
    )
    for name in ("valence", "arousal", "tension"):
        control = CONTROLS[name]
        parser.add_argument(
            f"--{name}",
            type=_reader(control),
            metavar="X",
            help=f"{control.text}; {control.low:g}..{control.high:g} (default: {control.default})",
        )
    parser.add_argument(
        "--set",
        type=setting,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any control by its name, such as density=0.8 or drums.mute=on; may be repeated",
    )


def control_values(arguments: argparse.Namespace) -> dict[str, Value]:
    """What `add_music_arguments` read, by control; ``--set`` wins over the named options."""
    named = {name: getattr(arguments, name) for name in ("style", "valence", "arousal", "tension")}
    given = {name: value for name, value in named.items() if value is not None}
    return given | dict(arguments.set)


def open_music(arguments: argparse.Namespace) -> tuple[Library, dict[str, Value]]:
    """The library, with the style of a file and a scenario if they are named; the controls.

    On an empty cache all kernels are compiled meanwhile, on all processors.
    """
    from genmusic.session.compilers import compilers

    with compilers() as wait:
        opened = _open_music(arguments)
        wait(lambda _share: None)
    return opened


def _open_music(arguments: argparse.Namespace) -> tuple[Library, dict[str, Value]]:
    from genmusic.session.library import add_style, open_library

    library, controls = open_library(style_folder()), control_values(arguments)
    if str(arguments.style).endswith(STYLE_SUFFIX):
        library, controls["style"] = add_style(library, Path(arguments.style))
    if arguments.scenario is not None:
        from genmusic.session.scenarios import read_scenario

        library.styles.keep_to(read_scenario(arguments.scenario))
    return library, controls


def _reader(control: Control) -> Callable[[str], Value]:
    return lambda text: _checked(control, text)


def _checked(control: Control, text: str) -> Value:
    try:
        return control.check(_READERS[control.kind](text) if text != UNSET else None)
    except ControlError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


_SWITCHES: Mapping[str, bool] = {"on": True, "true": True, "off": False, "false": False}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text  # the control says what it wants instead


_READERS: Mapping[str, Callable[[str], Any]] = {
    "number": _number,
    "switch": lambda text: _SWITCHES.get(text.lower(), text),
    "choice": str,
    "name": str,
    "phrase": str,
}
