# ruff: noqa: RUF009 - rule() makes a dataclass field
"""Patches of struck bars and glasses, and what every bank of modes is made of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, zip_longest
from typing import NamedTuple

from genmusic.rules import ListOf, Number, Table, rule
from genmusic.synthesis.voicing import (
    ANY_SEED,
    SIXTY_DB_OCTAVES,
    SOUNDS_TO_SILENCE,
    Voicing,
    decay_per_frame,
    quanta,
    steps,
    velocity_gain,
)
from genmusic.units import (
    LOG2_10,
    QUANTUM,
    SAMPLE_RATE,
    db_to_gain,
    exp2,
    hz_to_increment,
    log2,
    pitch_to_hz,
    sine,
)
from kernels.modes import MODES
from kernels.waves import SPAN

MIDDLE_C_PITCH = 60
LOUD_VELOCITY = 96  # plays the patch as written
HIGHEST_MODE_HZ = 16_000.0
QUARTER_TURN = -(2**30)  # a phase: the motor begins with open tubes
SILENT_DB = -80.0
INAUDIBLE_DB = -100.0  # of a mode: the kernel lets it sleep
QUARTER_PI = 0.7853981633974483
NO_TWO_ALIKE = 0.12  # octaves of level per octave that blows differ by
KNOCK_VARIES = 0.07  # share of its middle by which knocks differ
DARK_LIMIT, HARD_LIMIT = -3.0, 3.0  # of the hardness, in octaves of level per octave


class Resonance(NamedTuple):
    """One mode of one note."""

    hz: float
    level: float  # peak amplitude, share of the voice
    seconds: float  # to -60 dB
    tilt: float  # octaves above the first mode: what a harder blow brings out

    @property
    def audible_seconds(self) -> float:
        """How long it is above `INAUDIBLE_DB`."""
        if self.level == 0.0:
            return 0.0
        octaves = log2(abs(self.level)) - INAUDIBLE_DB * (LOG2_10 / 20.0)
        return self.seconds * octaves / SIXTY_DB_OCTAVES


SILENCE = Resonance(0.0, 0.0, 1.0, 0.0)


def bank(
    resonances: Iterable[Resonance], modes: int, second: Iterable[Resonance] = ()
) -> dict[str, float]:
    """The kernel's settings of up to so many modes; those out of hearing are left out.

    ``second`` are those of a second string, as far as it has any. The first mode stays first, which
    a motor may move. Of the others those that are over first are last.
    """
    pairs = zip_longest(resonances, second, fillvalue=SILENCE)
    audible = (pair for pair in pairs if pair[0].hz < HIGHEST_MODE_HZ and pair[0].level != 0.0)
    first, others = list(islice(audible, 1)), islice(audible, modes - 1)
    lasting = sorted(others, key=lambda pair: -max(one.audible_seconds for one in pair))
    settings: dict[str, float] = {"second_share": 1.0}
    for mode, (one, other) in enumerate(first + lasting):
        settings |= {f"tilt_{mode}": one.tilt, f"loss_{mode}": _loss(one)}
        settings |= _first_place("first", mode, one) | _first_place("second", mode, other)
        settings |= _turn("half", mode, one.hz / (2.0 * SAMPLE_RATE), 1.0)
        settings |= _turn("second_turn", mode, other.hz / SAMPLE_RATE, 1.0 - _loss(other))
    for one, other in first:
        settings["second_share"] = _loss(other) / _loss(one)
    return settings


def _loss(resonance: Resonance) -> float:
    """What it loses in a frame."""
    return 1.0 - decay_per_frame(resonance.seconds)


def _turn(name: str, mode: int, turns: float, radius: float) -> dict[str, float]:
    """What a number of the plane differs from one."""
    chord = sine(turns / 2.0)
    return {
        f"{name}_along_{mode}": (radius - 1.0) - 2.0 * radius * chord * chord,
        f"{name}_up_{mode}": radius * sine(turns),
    }


def _first_place(name: str, mode: int, resonance: Resonance) -> dict[str, float]:
    """Where a blow on the axis brings a string by the middle of the first span."""
    middle = (SPAN - 1) / 2.0 / SAMPLE_RATE
    level = resonance.level * exp2(-SIXTY_DB_OCTAVES * middle / resonance.seconds)
    turns = middle * resonance.hz
    return {
        f"{name}_along_{mode}": level * sine(turns + 0.25),
        f"{name}_up_{mode}": level * sine(turns),
    }


@dataclass(frozen=True, slots=True)
class Blow:
    """What strikes: mallet or hammer."""

    onset_seconds: float = rule(Number(0.0003, 0.05, "s"), "of the contact at middle C", 0.001)
    onset_follows: float = rule(Number(0.0, 1.0), "octaves of shorter contact per octave", 0.5)
    hardness: float = rule(Number(-2.0, 2.0, "octaves"), "of level per octave", 0.0)
    velocity: float = rule(Number(0.0, 4.0, "octaves"), "of level per octave, by touch", 1.5)
    brightness: float = rule(Number(0.0, 2.0, "octaves"), "of level per octave, up or down", 0.5)
    knock_db: float = rule(Number(SILENT_DB, 0.0, "dB"), "of the noise of the blow", SILENT_DB)
    knock_hz: float = rule(Number(40.0, 12_000.0, "Hz"), "middle of that noise", 500.0)
    knock_seconds: float = rule(Number(0.005, 1.0, "s"), "of that noise, to -60 dB", 0.06)
    knock_width: float = rule(Number(0.1, 8.0), "of that noise, 1/Q", 1.2)

    def settings(self, pitch: float, velocity: int) -> dict[str, float]:
        """The kernel's settings that depend on how the note is struck."""
        touch = (velocity - LOUD_VELOCITY) / 127.0
        octaves = (pitch - MIDDLE_C_PITCH) / 12.0
        softer = exp2(-0.6 * touch - self.onset_follows * octaves)  # a soft blow lingers
        hardness = self.hardness + self.velocity * touch
        return {
            "onset_step": 1.0 / steps(self.onset_seconds * softer),
            "hardness": min(max(hardness, DARK_LIMIT), HARD_LIMIT),
            "brightness": self.brightness,
            "noise": self._knock_gain(),
            "noise_decay": decay_per_frame(self.knock_seconds),
            "noise_cutoff": self.knock_hz,
            "noise_damping": self.knock_width,
        }

    @property
    def varied(self) -> dict[str, float]:
        """How far blows differ."""
        cutoff = KNOCK_VARIES * self.knock_hz
        return {"seed": ANY_SEED[1], "hardness": NO_TWO_ALIKE, "noise_cutoff": cutoff}

    def _knock_gain(self) -> float:
        """Makes up for what the band leaves of white noise: its share of the spectrum, times Q."""
        if self.knock_db <= SILENT_DB:
            return 0.0
        passed = QUARTER_PI * self.knock_hz / (SAMPLE_RATE / 4.0) / self.knock_width
        return db_to_gain(self.knock_db) / math.sqrt(passed)


@dataclass(frozen=True, slots=True)
class Mode:
    """One mode of vibration."""

    ratio: float = rule(Number(0.25, 64.0), "frequency to the note's")
    level: float = rule(Number(0.0, 1.0), "share of the voice")
    seconds: float = rule(Number(0.01, 60.0, "s"), "to -60 dB at middle C")
    detune_cents: float = rule(Number(-50.0, 50.0, "cents"), "from that ratio", 0.0)


@dataclass(frozen=True, slots=True)
class ModalPatch:
    """A struck body with up to sixteen modes; the first is the note."""

    level_db: float = rule(Number(-40.0, 12.0, "dB"), "loudness")
    modes: tuple[Mode, ...] = rule(ListOf(Table(Mode), 1, MODES), "the modes, the note first")
    release_seconds: float = rule(Number(0.01, 60.0, "s"), "of the damper, to -60 dB")
    blow: Blow = rule(Table(Blow), "what strikes")
    decay_follows: float = rule(Number(0.0, 2.0), "octaves of shorter decay per octave", 0.7)
    tremolo_db: float = rule(Number(0.0, 40.0, "dB"), "of the first mode, by a motor", 0.0)
    tremolo_hz: float = rule(Number(0.1, 12.0, "Hz"), "speed of the motor", 5.0)
    width: float = rule(Number(0.0, 1.0), "spread of notes between left and right", 0.0)

    def voicing(self, pitch: float, velocity: int) -> Voicing:
        """The settings of one voice."""
        settings = {
            "level": db_to_gain(self.level_db) * velocity_gain(velocity),
            "damper": 1.0 - decay_per_frame(self.release_seconds),
            "tremolo_depth": 1.0 - db_to_gain(-self.tremolo_db),
            **self.blow.settings(pitch, velocity),
            **_bar(self, pitch),
        }
        whole = {
            "seed": ANY_SEED[0],
            "tremolo_phase": QUARTER_TURN,
            "tremolo_step": hz_to_increment(self.tremolo_hz * QUANTUM),
        }
        longest = max(mode.seconds for mode in self.modes) * self._shorter(pitch)
        return Voicing(
            settings,
            whole,
            quanta(SOUNDS_TO_SILENCE * min(self.release_seconds, longest)),
            quanta(SOUNDS_TO_SILENCE * longest),
            varied=self.blow.varied,
        )

    def resonances(self, pitch: float) -> list[Resonance]:
        """The modes of one note."""
        note_hz, shorter = pitch_to_hz(pitch), self._shorter(pitch)
        return [
            Resonance(
                note_hz * mode.ratio * exp2(mode.detune_cents / 1200.0),
                mode.level,
                mode.seconds * shorter,
                log2(mode.ratio),
            )
            for mode in self.modes
        ]

    def _shorter(self, pitch: float) -> float:
        return exp2(-self.decay_follows * (pitch - MIDDLE_C_PITCH) / 12.0)


@lru_cache(maxsize=512)
def _bar(patch: ModalPatch, pitch: float) -> Mapping[str, float]:
    return bank(patch.resonances(pitch), MODES)
