# ruff: noqa: RUF009 - rule() makes a dataclass field
"""Patches of struck bars and glasses, and what every bank of modes is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.rules import BandRules, ListOf, Number, Table, rule
from genmusic.synthesis import arrays
from genmusic.synthesis.drums import Drum, Hit
from genmusic.synthesis.hits import HITS, Hits, Place
from genmusic.synthesis.tone import response
from genmusic.synthesis.voicing import (
    CONTROL_FRAMES,
    RELEASED_TO_SILENCE,
    SIXTY_DB_OCTAVES,
    SOUNDS_TO_SILENCE,
    TOUCHES,
    VELOCITY_GAINS,
    Doubles,
    Voicing,
    damped,
    decay_per_frame,
    fading,
    quanta,
)
from genmusic.units import (
    LOG2_10,
    MIDDLE_C_PITCH,
    QUANTUM,
    SAMPLE_RATE,
    db_to_gain,
    exp2,
    hz_to_increment,
    log2,
    pitch_to_hz,
)
from kernels.modes import MODES, MOST_MODES
from kernels.waves import SPAN

HIGHEST_MODE_HZ = 16_000.0
QUARTER_TURN = -(2**30)  # a phase: the motor begins with open tubes
SILENT_DB = -80.0
INAUDIBLE_DB = -90.0  # of a mode: the kernel lets it sleep
QUARTER_PI = 0.7853981633974483
NO_TWO_ALIKE = 0.12  # octaves of level per octave that blows differ by
NO_KNOCK = Place(0, 0, 1, 1)
DARK_LIMIT, HARD_LIMIT = -3.0, 3.0  # of the hardness, in octaves of level per octave


class Resonances(NamedTuple):
    """The modes of one note, (modes,) each; of two strings (2, modes)."""

    hz: Doubles
    level: Doubles  # peak amplitude, share of the voice
    seconds: Doubles  # to -60 dB
    tilt: Doubles  # octaves above the first mode: what a harder blow brings out

    @property
    def audible_seconds(self) -> Doubles:
        """How long each is above `INAUDIBLE_DB`."""
        sounds = self.level != 0.0
        levels = np.where(sounds, np.abs(self.level), 1.0)
        octaves = arrays.log2(levels) - INAUDIBLE_DB * (LOG2_10 / 20.0)
        return np.where(sounds, self.seconds * octaves / SIXTY_DB_OCTAVES, 0.0)

    def at(self, modes: NDArray[np.intp]) -> Resonances:
        """Some of them, in an order."""
        return Resonances(*(column[..., modes] for column in self))

    def beside(self, second: Resonances) -> Resonances:
        """The same with those of a second string, which may be fewer: the others are silent."""
        pairs = np.empty((len(self), 2, len(self.hz)))
        for pair, own, others, silent in zip(pairs, self, second, SILENCE, strict=True):
            pair[0], pair[1] = own, silent
            pair[1, : len(others)] = others
        return Resonances(*pairs)


SILENCE = Resonances(*np.array((0.0, 0.0, 1.0, 0.0)))
NO_RESONANCES = Resonances(*np.empty((len(SILENCE), 0)))


def bank(first: Resonances, modes: int, second: Resonances = NO_RESONANCES) -> dict[str, float]:
    """The kernel's settings of up to so many modes; those out of hearing are left out.

    ``second`` are those of a second string, as far as it has any. The first mode stays first, which
    a motor may move. Of the others those that are over first are last.
    """
    audible = np.flatnonzero((first.hz < HIGHEST_MODE_HZ) & (first.level != 0.0))[:modes]
    if not audible.size:
        return {"second_share": 1.0}
    pair = first.beside(second).at(audible)
    lasting = pair.audible_seconds.max(axis=0)[1:]
    pair = pair.at(np.concatenate(([0], 1 + np.argsort(-lasting, kind="stable"))))
    kept = arrays.exp2(-SIXTY_DB_OCTAVES / (pair.seconds * SAMPLE_RATE))
    losses = 1.0 - kept
    settings = {"second_share": float(losses[1, 0] / losses[0, 0])}
    columns = {"tilt": pair.tilt[0], "loss": losses[0]} | _places_and_turns(pair, losses)
    for name, values in columns.items():
        settings.update(zip(_names(name), values.tolist(), strict=False))
    return settings


@cache
def _names(name: str) -> tuple[str, ...]:
    """A setting of each mode."""
    return tuple(f"{name}_{mode}" for mode in range(MOST_MODES))


def _places_and_turns(pair: Resonances, losses: Doubles) -> dict[str, Doubles]:
    """Where a blow on the axis brings both strings by the middle of the first span; and turns.

    Those of the first by half a frame, of which nothing is lost, of the second by a whole one.
    """
    middle = (SPAN - 1) / 2.0 / SAMPLE_RATE
    levels = pair.level * arrays.exp2(-SIXTY_DB_OCTAVES * middle / pair.seconds)
    places, turns = middle * pair.hz, pair.hz / [[2.0 * SAMPLE_RATE], [SAMPLE_RATE]]
    sines = arrays.sine(np.stack((places + 0.25, places, turns / 2.0, turns)))
    radii = 1.0 - losses * [[0.0], [1.0]]
    alongs, ups = levels * sines[0], levels * sines[1]
    turn_alongs = (radii - 1.0) - 2.0 * radii * sines[2] * sines[2]
    turn_ups = radii * sines[3]
    return {
        "first_along": alongs[0],
        "first_up": ups[0],
        "second_along": alongs[1],
        "second_up": ups[1],
        "half_along": turn_alongs[0],
        "half_up": turn_ups[0],
        "second_turn_along": turn_alongs[1],
        "second_turn_up": turn_ups[1],
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

    def touched(self, pitch: float) -> dict[str, Doubles]:
        """The kernel's settings that depend on how hard a note is struck."""
        octaves = (pitch - MIDDLE_C_PITCH) / 12.0
        softer = arrays.exp2(-0.6 * TOUCHES - self.onset_follows * octaves)  # soft blows linger
        steps = np.maximum(1.0, self.onset_seconds * softer * SAMPLE_RATE / CONTROL_FRAMES)
        hardness = self.hardness + self.velocity * TOUCHES
        return {
            "onset_step": 1.0 / steps,
            "hardness": np.clip(hardness, DARK_LIMIT, HARD_LIMIT),
        }

    @property
    def knocks(self) -> tuple[Hit, ...]:
        """The knock, if there is one, as what it is: a drum."""
        if self.knock_db <= SILENT_DB:
            return ()
        q = 1.0 / self.knock_width
        noise = Drum(
            0.0, noise=1.0, noise_seconds=self.knock_seconds, cutoff_hz=self.knock_hz, resonance=q,
            band=1.0, high=0.0,
        )  # fmt: skip
        return (Hit(noise, brightness_octaves=0.0),)

    def knock_in(self, recordings: Hits) -> Place:
        """Where takes of the knock are."""
        return next(map(recordings.place_of, self.knocks), NO_KNOCK)

    def settings(self, knock: Place) -> dict[str, float]:
        """Those that are the same for all blows."""
        take = 0.5 * knock.takes
        return {"brightness": self.brightness, "knock": self._knock_gain(), "take": take}

    def _knock_gain(self) -> float:
        """Makes up for what the band leaves of white noise: its share of the spectrum, times Q."""
        passed = QUARTER_PI * self.knock_hz / (SAMPLE_RATE / 4.0) / self.knock_width
        return db_to_gain(self.knock_db) / math.sqrt(passed)


def whole_settings(knock: Place, tremolo_step: int = 0) -> dict[str, int]:
    """Of a note; discs begin to turn with it."""
    takes = {"row": knock.row, "quanta": knock.quanta, "takes": knock.takes}
    return takes | {"tremolo_phase": QUARTER_TURN, "tremolo_step": tremolo_step}


def varied(knock: Place) -> dict[str, float]:
    """How far blows differ."""
    return {"take": 0.5 * knock.takes, "hardness": NO_TWO_ALIKE}


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
    tone: BandRules = rule(Table(BandRules), "three bands, worked into the modes", BandRules())

    @property
    def hits(self) -> tuple[Hit, ...]:
        """What is recorded."""
        return self.blow.knocks

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch."""
        return self.voicing_from(HITS, pitch)

    def voicing_from(self, recordings: Hits, pitch: float) -> Voicing:
        """The settings of the voices of a pitch whose knock is in some recordings."""
        knock, modes = self.blow.knock_in(recordings), self.resonances(pitch)
        settings = {
            "damper": 1.0 - decay_per_frame(self.release_seconds),
            "tremolo_depth": 1.0 - db_to_gain(-self.tremolo_db),
            **self.blow.settings(knock),
            **bank(modes, MODES),
        }
        touched = {"level": db_to_gain(self.level_db) * VELOCITY_GAINS} | self.blow.touched(pitch)
        step = hz_to_increment(self.tremolo_hz * QUANTUM)
        longest = max(mode.seconds for mode in self.modes) * self._shorter(pitch)
        release = damped(self.release_seconds, longest)
        return Voicing(
            settings,
            touched,
            whole_settings(knock, step),
            quanta(RELEASED_TO_SILENCE * release),
            quanta(SOUNDS_TO_SILENCE * longest),
            varied=varied(knock),
            falls=fading(modes.level, modes.seconds, release),
        )

    def resonances(self, pitch: float) -> Resonances:
        """The modes of one note."""
        note_hz, shorter = pitch_to_hz(pitch), self._shorter(pitch)
        rows = [
            (
                note_hz * mode.ratio * exp2(mode.detune_cents / 1200.0),
                mode.level,
                mode.seconds * shorter,
                log2(mode.ratio),
            )
            for mode in self.modes
        ]
        plain = Resonances(*np.array(rows).T)
        return plain._replace(level=plain.level * response(self.tone, plain.hz))

    def _shorter(self, pitch: float) -> float:
        return exp2(-self.decay_follows * (pitch - MIDDLE_C_PITCH) / 12.0)
