# ruff: noqa: RUF009 - rule() makes a dataclass field
"""Patches of struck strings: stiff, in pairs that drift apart, damped by felt."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from genmusic.rules import Number, Table, rule
from genmusic.synthesis import arrays
from genmusic.synthesis.drums import Hit
from genmusic.synthesis.hits import HITS, Hits
from genmusic.synthesis.modes import (
    HIGHEST_MODE_HZ,
    Blow,
    Resonances,
    bank,
    varied,
    whole_settings,
)
from genmusic.synthesis.voicing import (
    RELEASED_TO_SILENCE,
    SOUNDS_TO_SILENCE,
    VELOCITY_GAINS,
    Doubles,
    Voicing,
    chances,
    damped,
    decay_per_frame,
    fading,
    quanta,
)
from genmusic.units import LOG2_10, MIDDLE_C_PITCH, db_to_gain, exp2, log2, pitch_to_hz
from kernels.pianos import MODES

MOST_PARTIALS = 44
PARTIALS_OF_BOTH = 64  # strings: so the second of the lowest has twenty
LEAST_AT_A_NODE = 0.12  # a hammer is wide: no partial is quite missing
BOARD_DB = 2.5  # by which the soundboard favours some partials
# Inharmonicity as two lines in log2 over the pitch, wound strings and plain ones: F. Rigaud,
# B. David, L. Daudet, "A parametric model and estimation techniques for the inharmonicity and
# tuning of the piano", 2013.
WOUND = (-0.1222, -8.396)
PLAIN = (0.1336, -19.68)


@dataclass(frozen=True, slots=True)
class PianoPatch:
    """A struck string with up to 44 partials, the lower ones of them on two strings."""

    level_db: float = rule(Number(-40.0, 12.0, "dB"), "loudness")
    seconds: float = rule(Number(0.1, 60.0, "s"), "of the first stage at middle C, to -60 dB")
    decay_follows: float = rule(Number(0.0, 2.0), "octaves of shorter decay per octave")
    loss_hz: float = rule(Number(100.0, 16_000.0, "Hz"), "where partials die twice as fast")
    after_level: float = rule(Number(0.0, 1.0), "of the second stage, share of the first")
    after_times: float = rule(Number(1.0, 8.0), "how much longer the second stage lasts")
    hammer_hz: float = rule(Number(50.0, 12_000.0, "Hz"), "above it the hammer is soft")
    hammer_follows: float = rule(Number(0.0, 1.5), "octaves of that per octave of pitch")
    release_seconds: float = rule(Number(0.01, 10.0, "s"), "of the damper at middle C, to -60 dB")
    undamped_pitch: float = rule(Number(0.0, 128.0), "from this MIDI note on there is no damper")
    blow: Blow = rule(Table(Blow), "the hammer")
    detune_cents: float = rule(Number(0.0, 3.0, "cents"), "of two strings at middle C", 0.9)
    stiffness: float = rule(Number(0.0, 4.0), "of the strings, to a grand's", 1.0)
    strike_place: float = rule(Number(0.02, 0.5), "of the hammer along the string", 0.12)
    hammer_slope: float = rule(Number(0.2, 3.0), "of partials above it, in 12 dB per octave", 1.0)
    board_hz: float = rule(Number(10.0, 500.0, "Hz"), "below it the soundboard is weak", 90.0)
    high_db: float = rule(Number(-36.0, 36.0, "dB"), "level of the highest partials", 0.0)
    high_hz: float = rule(Number(500.0, 16_000.0, "Hz"), "half of that is reached here", 5000.0)
    release_follows: float = rule(Number(0.0, 2.0), "octaves of shorter damping per octave", 0.4)
    width: float = rule(Number(0.0, 1.0), "spread of notes between left and right", 0.0)

    @property
    def hits(self) -> tuple[Hit, ...]:
        """What is recorded."""
        return self.blow.knocks

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch."""
        return self.voicing_from(HITS, pitch)

    def voicing_from(self, recordings: Hits, pitch: float) -> Voicing:
        """The settings of the voices of a pitch whose knock is in some recordings."""
        knock = self.blow.knock_in(recordings)
        octaves = (pitch - MIDDLE_C_PITCH) / 12.0
        longest = self.seconds * self.after_times * exp2(-self.decay_follows * octaves)
        release, damper = longest, 0.0
        if pitch < self.undamped_pitch:
            release = self.release_seconds * exp2(-self.release_follows * octaves)
            damper = 1.0 - decay_per_frame(release)
            release = damped(release, longest)
        first, second = self.resonances(pitch)
        _, levels, seconds, _ = map(np.concatenate, zip(first, second, strict=True))
        settings = {
            "damper": damper,
            **self.blow.settings(knock),
            **bank(first, MODES, second),
        }
        touched = {"level": db_to_gain(self.level_db) * VELOCITY_GAINS} | self.blow.touched(pitch)
        return Voicing(
            settings,
            touched,
            whole_settings(knock),
            quanta(RELEASED_TO_SILENCE * release),
            quanta(SOUNDS_TO_SILENCE * longest),
            varied=varied(knock),
            falls=fading(levels, seconds, release),
        )

    def partials_hz(self, pitch: float, numbers: Doubles) -> Doubles:
        """Frequencies of partials; the first is the note, the others are stretched."""
        stiff = self.stiffness * inharmonicity(pitch)
        stretch = np.sqrt((1.0 + stiff * numbers * numbers) / (1.0 + stiff))
        return pitch_to_hz(pitch) * numbers * stretch

    def resonances(self, pitch: float) -> tuple[Resonances, Resonances]:
        """The partials of both strings."""
        first = self._partials(pitch)
        second = self._after(pitch, first)
        return first, second.at(np.arange(len(first.hz))[: PARTIALS_OF_BOTH - len(first.hz)])

    def _partials(self, pitch: float) -> Resonances:
        octaves = (pitch - MIDDLE_C_PITCH) / 12.0
        longest = self.seconds * exp2(-self.decay_follows * octaves)
        corner = self.hammer_hz * exp2(self.hammer_follows * octaves)
        numbers = np.arange(1.0, MOST_PARTIALS + 1.0)
        hz = self.partials_hz(pitch, numbers)
        reached = int(np.count_nonzero(hz < HIGHEST_MODE_HZ))
        hz, numbers = hz[:reached], numbers[:reached]
        levels = self._levels(numbers, hz, corner) * _board_responses(pitch, reached)
        losses = 1.0 + (hz / self.loss_hz) * (hz / self.loss_hz)
        powers = levels * levels
        whole = math.sqrt(arrays.total(powers))
        # A harder blow tilts the spectrum about its own middle.
        middle = log2(arrays.total(powers * hz) / (whole * whole))
        return Resonances(
            hz,
            levels * (self._shelf(hz) / whole),
            longest * losses[0] / losses,
            arrays.log2(hz) - middle,
        )

    def _levels(self, numbers: Doubles, hz: Doubles, corner_hz: float) -> Doubles:
        places = arrays.sine(0.5 * numbers * self.strike_place)
        places = np.copysign(np.maximum(np.abs(places), LEAST_AT_A_NODE), places)
        above = hz / corner_hz
        softness = arrays.exp2(-self.hammer_slope * arrays.log2(1.0 + above * above))
        board = hz / (hz + self.board_hz)
        return places * softness * board * board

    def _shelf(self, hz: Doubles) -> Doubles:
        """A shelf of two poles behind the string: what an equaliser would do, and costs nothing."""
        root, ratios = db_to_gain(0.5 * self.high_db), hz / self.high_hz
        squares = ratios * ratios
        return (1.0 + root * squares) / (1.0 + squares / root)

    def _after(self, pitch: float, first: Resonances) -> Resonances:
        """The same partials once more, weaker, longer, a little apart each in its own way."""
        # Beats alike over the keyboard; the lowest strings would be out of tune for it.
        octaves = max((pitch - MIDDLE_C_PITCH) / 12.0, -1.0)
        apart = self.detune_cents * exp2(-0.5 * octaves)
        cents = apart * (1.0 + 0.4 * chances(int(pitch), len(first.hz)))
        return Resonances(
            first.hz * arrays.exp2(cents / 1200.0),
            first.level * self.after_level,
            first.seconds * self.after_times,
            first.tilt,
        )


def _board_responses(pitch: float, partials: int) -> Doubles:
    """What a soundboard's many modes do to each partial: a few dB, and either sign."""
    sizes, signs = chances(-int(pitch), 2 * partials).reshape(partials, 2).T
    gains = arrays.exp2(BOARD_DB * sizes * (LOG2_10 / 20.0))
    return np.where(signs < 0.0, gains, -gains)


def inharmonicity(pitch: float) -> float:
    """B of f_n = n f_0 sqrt(1 + B n^2) of a grand piano's string."""
    return sum(exp2(slope * pitch + start) for slope, start in (WOUND, PLAIN))
