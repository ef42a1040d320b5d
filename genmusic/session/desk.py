"""The hands on the faders: one listener's controls as ramps over quanta."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from genmusic.controls.spec import CONTROLS, FADER_RAMP_SECONDS, Value
from genmusic.mixing.automation import Ramp
from genmusic.mixing.console import (
    ECHO_SEND,
    GAIN,
    LONGEST_ECHO_FRAMES,
    REVERB_SEND,
    SHORTEST_ECHO_FRAMES,
    Faders,
    room,
)
from genmusic.mood.mapping import sound_parameters
from genmusic.names import PARTS
from genmusic.rules import Style
from genmusic.units import QUANTUM, SAMPLE_RATE, db_to_gain

MASTER_DB = 7.0  # brings the shipped styles near -16 LUFS before the leveller has listened
MUTED_DB = -60.0  # a fader at its end is silence
ECHO_FADE_QUANTA = 64  # from one echo time to the next: 85 ms
WET_DB = -13.0  # of the eight lines of the reverb, with space at one half
SPACE_DB = 24.0  # from the driest to the widest


def _quanta(seconds: float) -> int:
    return max(1, round(seconds * SAMPLE_RATE / QUANTUM))


FADER_QUANTA = _quanta(FADER_RAMP_SECONDS)


class Desk:
    """Turns control values into moving faders for one listener of a rack."""

    def __init__(self, controls: Mapping[str, Value], style: Style) -> None:
        self._ramps = {name: Ramp(value) for name, value in _targets(controls, style).items()}
        self._room = Ramp(style.mix.hall_seconds)
        self._echo = (LONGEST_ECHO_FRAMES, LONGEST_ECHO_FRAMES)
        self._echo_ramp = Ramp(1.0)
        self._aims = 0  # journeys begun
        self._moves_until = 0  # the quantum at which the last one ends
        self._written: dict[int, int] = {}  # by length of block: aims when it was last at rest

    def copy(self) -> Desk:
        """Faders that go on from here on their own."""
        twin = copy.copy(self)
        twin._ramps = {name: ramp.copy() for name, ramp in self._ramps.items()}
        twin._room, twin._echo_ramp = self._room.copy(), self._echo_ramp.copy()
        twin.forget_written()
        return twin

    def forget_written(self) -> None:
        """Write all faders again: they are others, or no longer as this desk left them."""
        self._written = {}

    def follow(
        self, controls: Mapping[str, Value], style: Style, at: int, changed: str = "style"
    ) -> bool:
        """Aim the faders at what the controls ask for; True if one of them has to move.

        ``at`` is the quantum at which they leave, ``changed`` the control that decides how fast.
        """
        length = max(FADER_QUANTA, _quanta(CONTROLS[changed].ramp_seconds))
        moved = False
        for name, target in _targets(controls, style).items():
            moved |= target != self._ramps[name].target
            self._ramps[name].aim(target, at, length)
        self._room.aim(style.mix.hall_seconds, at, FADER_QUANTA)
        self._set_out(at + length)
        return moved

    def _set_out(self, arrival: int) -> None:
        self._aims += 1
        self._moves_until = max(self._moves_until, arrival)

    def set_echo(self, seconds: float, at: int) -> None:
        """Cross-fade to another echo time, halved until it fits the line."""
        frames = round(seconds * SAMPLE_RATE)
        while frames > LONGEST_ECHO_FRAMES:
            frames //= 2
        frames = max(frames, SHORTEST_ECHO_FRAMES)
        if frames != self._echo[1]:
            self._echo = (self._echo[1], frames)
            self._echo_ramp = Ramp(0.0)
            self._echo_ramp.aim(1.0, at, ECHO_FADE_QUANTA)
            self._set_out(at + ECHO_FADE_QUANTA)

    def fill(self, listener: int, first: int, faders: Faders) -> None:
        """Write this listener's faders for the block that begins at quantum ``first``.

        Faders at rest, which is most of the time, are as they were written the last time.
        """
        quanta = len(faders.rooms)
        if self._written.get(quanta) == self._aims:
            return
        if first >= self._moves_until:
            self._written[quanta] = self._aims
        for number, part in enumerate(PARTS):
            strip = faders.strips[listener * len(PARTS) + number]
            self._ramps[f"{part}.gain"].fill(first, strip[GAIN])
            self._ramps[f"{part}.reverb"].fill(first, strip[REVERB_SEND])
            self._ramps[f"{part}.echo"].fill(first, strip[ECHO_SEND])
        self._ramps["wet"].fill(first, faders.wet[:, listener])
        self._ramps["gain"].fill(first, faders.gain[:, listener])
        self._ramps["wanted"].fill(first, faders.wanted[:, listener])
        self._ramps["brightness"].fill(first, faders.brightness[listener])
        self._echo_ramp.fill(first, faders.echo_fades[listener])
        faders.echo_delays[listener] = self._echo
        self._fill_room(listener, first, faders)

    def _fill_room(self, listener: int, first: int, faders: Faders) -> None:
        """Write the reverb's gains, quantum by quantum where they move."""
        if self._room.rests(first):
            faders.rooms[:, :, listener] = room(self._room.target)
            return
        for q in range(len(faders.rooms)):
            faders.rooms[q, :, listener] = room(self._room.value(first + q))


def _targets(controls: Mapping[str, Value], style: Style) -> dict[str, float]:
    """Where every fader belongs."""
    sound = sound_parameters(controls, style)
    targets = {
        "gain": db_to_gain(MASTER_DB + sound.level_db),
        "wanted": db_to_gain(sound.loudness_db),
        "wet": db_to_gain(WET_DB + (sound.space - 0.5) * SPACE_DB) if sound.space > 0.0 else 0.0,
        "brightness": sound.brightness,
    }
    somebody_solo = any(controls[f"{part}.solo"] for part in PARTS)
    for part in PARTS:
        rules = style.parts.get(part)
        silent = controls[f"{part}.mute"] or (somebody_solo and not controls[f"{part}.solo"])
        fader_db = float(controls[f"{part}.level_db"] or 0.0)
        open_ = rules is not None and not silent and fader_db > MUTED_DB
        targets[f"{part}.gain"] = db_to_gain(rules.level_db + fader_db) if rules and open_ else 0.0
        targets[f"{part}.reverb"] = rules.hall if rules else 0.0
        targets[f"{part}.echo"] = rules.echo if rules else 0.0
    return targets
