"""Maps: what the knobs, faders and buttons of a controller do, as TOML files.

A map may be learned as well as written; what is learned is saved whole or not at all.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import tomli_w

from genmusic.controls.spec import TABLE
from genmusic.errors import DeviceError
from genmusic.midi.zones import Zone
from genmusic.names import CUES, pitch_name
from genmusic.rules import Choice, Integer, ListOf, Number, Table, Text, read_table, read_toml, rule

SUFFIX = ".toml"
PORT_LETTERS = 60
TAKEOVERS = ("none", "pickup", "scaled")
ACTIONS = (
    "next_piece",
    "next_style",
    "pause",
    "panic",
    *CUES,
)
"""What a button can do besides moving a control."""

TURNED = tuple(c.name for c in TABLE if c.kind == "number")
SWITCHED = tuple(c.name for c in TABLE if c.kind == "switch")
ANY_CHANNEL = 0
MODULATION, DATA_ENTRY, SUSTAIN, LAST_FREE = 1, 6, 64, 119
NOT_FOR_KNOBS = frozenset({0, 32, DATA_ENTRY, 38, SUSTAIN, 66, 67, *range(96, 102)})
"""Controllers with a meaning of their own: bank, data entry, pedals, parameter numbers; those above
119 are channel mode messages."""
_FOLDER = Path(__file__).parent.parent / "midi_maps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """A knob or fader that moves one control."""

    cc: int = rule(Integer(0, LAST_FREE), "controller number")
    channel: int = rule(Integer(0, 16), "MIDI channel, 0 for any", ANY_CHANNEL)
    control: str = rule(Choice(TURNED), "the control it moves")
    low: float = rule(Number(0.0, 1.0), "share of the control's range at the knob's left end", 0.0)
    high: float = rule(Number(0.0, 1.0), "share of the range at its right end", 1.0)
    curve: float = rule(
        Number(0.1, 10.0), "power of the way between: 1 even, more for a slow beginning", 1.0
    )
    takeover: str = rule(
        Choice(TAKEOVERS),
        "what happens when the knob is not where the control is: it jumps, waits, or closes in",
        "pickup",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button or pad: an action, or a control that it switches."""

    cc: int = rule(Integer(-1, LAST_FREE), "controller number, -1 when it sends notes", -1)
    note: int = rule(Integer(-1, 127), "note number, -1 when it sends a controller", -1)
    channel: int = rule(Integer(0, 16), "MIDI channel, 0 for any", ANY_CHANNEL)
    does: str = rule(Choice((*ACTIONS, *SWITCHED)), "an action, or the switch it turns over")


@dataclass(frozen=True, slots=True, kw_only=True)
class MidiMap:
    """Everything a controller does."""

    title: str = rule(Text(60), "name for people")
    port: str = rule(Text(PORT_LETTERS), "a part of the name of its port; empty: any port", "")
    knobs: tuple[Knob, ...] = rule(ListOf(Table(Knob), 0, 64), "knobs and faders", ())
    buttons: tuple[Button, ...] = rule(ListOf(Table(Button), 0, 64), "buttons and pads", ())
    zones: tuple[Zone, ...] = rule(ListOf(Table(Zone), 0, 8), "what keys are for", ())


def default_map() -> MidiMap:
    """The controller numbers of the table of controls, on any port and channel."""
    knobs = [
        Knob(cc=control.midi_cc, control=control.name)
        for control in TABLE
        if control.midi_cc is not None
    ]
    return MidiMap(title="genmusic", knobs=tuple(knobs))


def shipped_maps() -> dict[str, Path]:
    """The files of the maps that come with the product, by name."""
    return {path.stem: path for path in sorted(_FOLDER.glob(f"*{SUFFIX}"))}


def load_map(path: Path) -> MidiMap:
    """Read a map; a `RuleError` names file, line and key of the first fault."""
    table, place = read_toml(path)
    found = read_table(MidiMap, table, place)
    for number, zone in enumerate(found.zones):
        if not zone.keys:
            raise place.at("zones").at(number).error("must have its low key below its high one")
    for number, button in enumerate(found.buttons):
        if (button.cc < 0) == (button.note < 0):
            there = place.at("buttons").at(number)
            raise there.error("must have either a cc or a note")
    return found


def read_maps(given: Sequence[Path], own: Path) -> list[MidiMap]:
    """The maps given, then those of a folder of one's own, then the shipped ones.

    Raises
    ------
    RuleError
        One of them is faulty.
    """
    learned = sorted(own.glob(f"*{SUFFIX}")) if own.is_dir() else []
    return [load_map(path) for path in (*given, *learned, *shipped_maps().values())]


def learned_file(own: Path, learned: MidiMap) -> Path:
    """Where the map of a port is kept."""
    words = re.findall(r"[a-z0-9]+", learned.port.lower())
    return own / ("-".join(words or ["any"])[:40] + SUFFIX)


def map_for(port: str, maps: Iterable[MidiMap]) -> MidiMap:
    """The first map whose port is a part of the name, or the default."""
    fitting = (each for each in maps if each.port and each.port.lower() in port.lower())
    return next(fitting, replace(default_map(), port=port[:PORT_LETTERS]))


def with_knob(old: MidiMap, knob: Knob) -> MidiMap:
    """The map with a learned knob, which takes the place of one with the same controller."""
    kept = [k for k in old.knobs if (k.cc, k.channel) != (knob.cc, knob.channel)]
    return replace(old, knobs=(*kept, knob))


def save_map(path: Path, saved: MidiMap) -> None:
    """Write a map so that `load_map` reads it back equal; another file of that name is replaced.

    Raises
    ------
    DeviceError
        The folder cannot be written; what was there is still there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=SUFFIX)
        with os.fdopen(descriptor, "w") as file:
            file.write(to_toml(saved))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise DeviceError(f"the map cannot be saved as {path} ({error.strerror})") from error


def to_toml(written: MidiMap) -> str:
    """The text of a map file; keys at their default are left out."""
    knobs = [_given(knob) for knob in written.knobs]
    buttons = [_given(button) for button in written.buttons]
    zones = [
        {key: pitch_name(v) if key in _KEYS_OF_ZONE else v for key, v in _given(zone).items()}
        for zone in written.zones
    ]
    table = {
        "title": written.title,
        "port": written.port,
        "knobs": knobs,
        "buttons": buttons,
        "zones": zones,
    }
    text: str = tomli_w.dumps(table)
    return text


_KEYS_OF_ZONE = ("low", "high")


def _given(row: Knob | Button | Zone) -> dict[str, Any]:
    values = {entry.name: (getattr(row, entry.name), entry.default) for entry in fields(row)}
    return {name: value for name, (value, default) in values.items() if value != default}
