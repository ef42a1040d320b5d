"""The one table of controls: validation, OpenAPI, page, command line, MIDI and docs read it.

A new knob is one line here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from genmusic.controls.calls import read_call
from genmusic.errors import ControlError
from genmusic.names import CUES, MODES, PARTS, PITCH_CLASSES, QUALITIES

Landing = Literal["quantum", "beat", "bar", "phrase", "section"]
Kind = Literal["number", "choice", "switch", "name", "phrase"]
Value = float | str | bool | None
"""A control value; ``None`` means "not set: style and mood decide"."""


@dataclass(frozen=True, slots=True)
class Control:
    """One knob: its range, default, when a change lands, and its MIDI controller.

    ``ramp_seconds`` is how long the continuous part of a change takes; ``lands`` is the musical
    boundary at which the part that composes follows.
    """

    name: str
    text: str
    default: Value
    lands: Landing
    low: float = 0.0
    high: float = 1.0
    unit: str = "0..1"
    choices: tuple[str, ...] = ()
    ramp_seconds: float = 0.0
    midi_cc: int | None = None

    @property
    def kind(self) -> Kind:
        """What a value is: a number, one of the choices, on or off, a free name, a phrase."""
        if self.choices:
            return "choice"
        if self.unit == "name":
            return "name"
        if self.unit == "phrase":
            return "phrase"
        return "switch" if self.unit == "switch" else "number"

    def check(self, value: object) -> Value:
        """The value in its own type, or a `ControlError` with name, range and value."""
        if value is None and self.default is None:
            return None
        if self.kind == "number":
            return self._check_number(value)
        if self.kind == "switch":
            return self._check_switch(value)
        if self.kind == "phrase":
            return self._check_phrase(value)
        return self._check_text(value)

    def _check_number(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ControlError(f"{self.name} must be a number, got {value!r:.60}", self.name)
        if not math.isfinite(value) or not self.low <= value <= self.high:
            raise ControlError(
                f"{self.name} must be in {self.low:g}..{self.high:g}, got {value:g}", self.name
            )
        return float(value)

    def _check_switch(self, value: object) -> bool:
        if value in (True, False, 0, 1):
            return bool(value)
        raise ControlError(f"{self.name} must be true or false, got {value!r:.60}", self.name)

    def _check_phrase(self, value: object) -> str:
        text = value if isinstance(value, str) else repr(value)
        read_call(text)
        return text

    def _check_text(self, value: object) -> str:
        if not isinstance(value, str) or (self.choices and value not in self.choices):
            known = ", ".join(self.choices) or "a name"
            raise ControlError(f"{self.name} must be one of {known}; got {value!r:.60}", self.name)
        return value


MOOD_RAMP_SECONDS = 1.5  # listeners react to a change of mood within 1-3 s (Schubert 2004)
MOST_BEND = 2.0  # semitones at the ends of a pitch wheel, as MIDI instruments have it by default
FADER_RAMP_SECONDS = 0.03  # quick to the ear, slow enough not to click


def _unit(name: str, text: str, lands: Landing, cc: int, ramp_seconds: float = 0.0) -> Control:
    return Control(name, text, 0.5, lands, midi_cc=cc, ramp_seconds=ramp_seconds)


def _mood(name: str, text: str, cc: int) -> Control:
    return Control(name, text, 0.0, "bar", -1.0, 1.0, "-1..1", (), MOOD_RAMP_SECONDS, cc)


def _strip(part: str, number: int) -> tuple[Control, ...]:
    fade = FADER_RAMP_SECONDS
    cc = 40 + number
    return (
        Control(
            f"{part}.level_db", f"{part} fader", 0.0, "quantum", -60.0, 6.0, "dB", (), fade, cc
        ),
        Control(
            f"{part}.mute", f"{part} silent", False, "quantum", unit="switch", ramp_seconds=fade
        ),
        Control(
            f"{part}.solo", f"{part} alone", False, "quantum", unit="switch", ramp_seconds=fade
        ),
    )


CHORDS = tuple(root + quality for root in PITCH_CLASSES for quality in QUALITIES)
"""Every chord by its symbol."""

TABLE: tuple[Control, ...] = (
    _mood("valence", "dark to bright feeling: mode, harmony, register", 20),
    _mood("arousal", "calm to excited: tempo, density, loudness", 21),
    Control("tension", "consonant to dissonant harmony", 0.2, "bar", midi_cc=22),
    _unit("density", "fewer to more notes", "bar", 23),
    _unit("brightness", "dull to brilliant sound", "quantum", 24, 0.1),
    _unit("space", "dry to far away", "quantum", 25, 0.1),
    _unit("novelty", "familiar to surprising turns", "bar", 26),
    _unit("humanize", "machine-like to loose timing", "bar", 27),
    _unit("dynamics", "softer to louder playing", "bar", 29, 0.5),
    Control("bend", "pitch wheel: the melody and the keys that are played, down or up", 0.0,
            "quantum", -MOST_BEND, MOST_BEND, "semitones", (), FADER_RAMP_SECONDS),
    Control("tempo_bpm", "tempo; unset: style and arousal decide", None, "beat", 40.0, 200.0, "bpm",
            midi_cc=28),
    Control("key", "tonic; unset: the style decides", None, "phrase", choices=PITCH_CLASSES),
    Control("chord", "harmony that a player holds; unset: composed", None, "bar", choices=CHORDS),
    Control("cue", "what a conductor asks of the form; unset: nothing", None, "bar", choices=CUES),
    Control("tune_low", "lowest key of a player who has the tune; unset: the composer has it", None,
            "bar", 0.0, 127.0, "keys"),
    Control("tune_high", "highest key of a player who has the tune", None,
            "bar", 0.0, 127.0, "keys"),
    Control("call", "phrase that a player calls, to be answered", None, "bar", unit="phrase"),
    Control("mode", "scale; unset: style and valence decide", None, "phrase", choices=tuple(MODES)),
    Control("length_bars", "bars until the music has come to its end; unset: it goes on", None,
            "section", 1.0, 100_000.0, "bars"),
    Control("style", "the rule file that composes", "evening", "section", unit="name"),
    *(control for number, part in enumerate(PARTS) for control in _strip(part, number)),
)  # fmt: skip

CONTROLS: Mapping[str, Control] = {control.name: control for control in TABLE}


def check_changes(changes: Mapping[str, object]) -> dict[str, Value]:
    """Every named control with its checked value; `ControlError` names the first that is wrong."""
    checked: dict[str, Value] = {}
    for name, value in changes.items():
        if name not in CONTROLS:
            raise ControlError(f"there is no control named {name!r:.40}", str(name)[:40])
        checked[name] = CONTROLS[name].check(value)
    return checked


def defaults() -> dict[str, Value]:
    """Every control at its default."""
    return {control.name: control.default for control in TABLE}
