"""FM patches: two pairs of operators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genmusic.rules import ListOf, Number, Table, rule
from genmusic.synthesis.voicing import (
    RELEASED_TO_SILENCE,
    SOUNDS_TO_SILENCE,
    VELOCITIES,
    VELOCITY_GAINS,
    Doubles,
    Voicing,
    cents,
    damped,
    decay_per_step,
    fading,
    quanta,
    steps,
)
from genmusic.units import MIDDLE_C_PITCH, db_to_gain, exp2, hz_to_increment, pitch_to_hz

# Side bands of an index of b radians matter up to about the (b + 2.5)th (J. Carson's rule, and some
# more for -50 dB); from 30 kHz on they would fold back to where they are heard.
SIDE_BANDS, HIGHEST_SIDE_BAND_HZ = 2.5, 30_000.0
RADIANS = 3.141592653589793
SOFT_INDEX = 0.3  # share of the modulation that the softest touch keeps
OFF_CENTS = 0.6  # by which two notes differ


@dataclass(frozen=True, slots=True)
class Pair:
    """A modulator on a carrier."""

    level: float = rule(Number(0.0, 1.0), "share of the voice")
    ratio: float = rule(Number(0.25, 16.0), "carrier's frequency to the note's")
    modulator_ratio: float = rule(Number(0.25, 16.0), "modulator's frequency to the note's")
    index: float = rule(Number(0.0, 4.0, "radians / pi"), "modulation at the hardest touch")
    carrier_seconds: float = rule(Number(0.05, 60.0, "s"), "to -60 dB at middle C")
    modulator_seconds: float = rule(Number(0.05, 60.0, "s"), "to -60 dB at middle C")
    detune_cents: float = rule(Number(-50.0, 50.0, "cents"), "from the note", 0.0)


@dataclass(frozen=True, slots=True)
class FmPatch:
    """Two pairs of sine operators, each a modulator on a carrier."""

    level_db: float = rule(Number(-40.0, 12.0, "dB"), "loudness")
    pairs: tuple[Pair, ...] = rule(ListOf(Table(Pair), 2, 2), "the two pairs")
    attack_seconds: float = rule(Number(0.001, 5.0, "s"), "from silence to the peak", 0.003)
    release_seconds: float = rule(Number(0.01, 10.0, "s"), "from note end to -60 dB", 0.3)
    brightness_octaves: float = rule(Number(0.0, 4.0, "octaves"), "of modulation, up or down", 1.0)
    decay_follows: float = rule(Number(0.0, 2.0), "octaves of shorter decay per octave", 0.5)
    width: float = rule(Number(0.0, 1.0), "spread of notes between left and right", 0.0)

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch."""
        shorter = exp2(-self.decay_follows * (pitch - MIDDLE_C_PITCH) / 12.0)
        settings = {
            "attack_step": 1.0 / steps(self.attack_seconds),
            "release": decay_per_step(self.release_seconds),
            "brightness_octaves": self.brightness_octaves,
        }
        whole: dict[str, int] = {}
        touched: dict[str, Doubles] = {}
        peaks = db_to_gain(self.level_db - 3.0) * VELOCITY_GAINS
        for number, pair in enumerate(self.pairs, start=1):
            settings |= _pair_settings(number, pair, shorter)
            touched |= {f"level_{number}": peaks * pair.level, f"index_{number}": _indices(pair)}
            whole |= _pair_phases(number, pair, pitch)
        levels, seconds = np.array([(pair.level, pair.carrier_seconds) for pair in self.pairs]).T
        seconds = seconds * shorter
        longest = float(seconds.max())
        steady = {name: step for name, step in whole.items() if "increment" in name}
        varied = {name: cents(step, OFF_CENTS) for name, step in steady.items()}
        release = damped(self.release_seconds, longest)
        return Voicing(
            settings,
            touched,
            whole,
            quanta(RELEASED_TO_SILENCE * release),
            quanta(SOUNDS_TO_SILENCE * longest),
            varied=varied,
            falls=fading(levels, seconds, release),
        )


def _indices(pair: Pair) -> Doubles:
    return pair.index * (SOFT_INDEX + (1.0 - SOFT_INDEX) * VELOCITIES / 127.0)


def _pair_settings(number: int, pair: Pair, shorter: float) -> dict[str, float]:
    return {
        f"carrier_{number}": 1.0,
        f"modulator_{number}": 1.0,
        f"carrier_{number}_decay": decay_per_step(pair.carrier_seconds * shorter),
        f"modulator_{number}_decay": decay_per_step(pair.modulator_seconds * shorter),
    }


def _pair_phases(number: int, pair: Pair, pitch: float) -> dict[str, int]:
    note_hz = pitch_to_hz(pitch + pair.detune_cents / 100.0)
    modulator_hz = note_hz * pair.modulator_ratio
    side_bands = pair.index * RADIANS + SIDE_BANDS
    while note_hz * pair.ratio + side_bands * modulator_hz > HIGHEST_SIDE_BAND_HZ:
        modulator_hz /= 2.0
    return {
        f"carrier_phase_{number}": 0,
        f"modulator_phase_{number}": 0,
        f"carrier_increment_{number}": hz_to_increment(note_hz * pair.ratio),
        f"modulator_increment_{number}": hz_to_increment(modulator_hz),
    }
