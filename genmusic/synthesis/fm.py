"""FM patches: two pairs of operators."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.synthesis.voicing import (
    Chance,
    Voicing,
    decay_per_step,
    quanta,
    steps,
    velocity_gain,
)
from genmusic.units import db_to_gain, exp2, hz_to_increment, pitch_to_hz

MIDDLE_C_PITCH = 60
HIGHEST_MODULATOR_HZ = 12_000.0  # above it a side band would fold back
SOFT_INDEX = 0.45  # share of the modulation that the softest touch keeps


@dataclass(frozen=True, slots=True)
class Pair:
    """A modulator on a carrier."""

    level: float  # share of the voice
    ratio: float  # carrier to note
    modulator_ratio: float  # modulator to note
    index: float  # radians / pi
    carrier_seconds: float  # to -60 dB at middle C
    modulator_seconds: float
    detune_cents: float = 0.0


@dataclass(frozen=True, slots=True)
class FmPatch:
    """Settings of an FM sound."""

    level_db: float
    pairs: tuple[Pair, Pair]
    attack_seconds: float
    release_seconds: float
    brightness_octaves: float
    decay_follows: float = 0.5  # octaves of shorter decay per octave of pitch
    width: float = 0.0
    pool: str = "fm"

    def voicing(self, pitch: int, velocity: int, chance: Chance) -> Voicing:
        """The settings of one voice."""
        shorter = exp2(-self.decay_follows * (pitch - MIDDLE_C_PITCH) / 12.0)
        settings = {
            "attack_step": 1.0 / steps(self.attack_seconds),
            "release": decay_per_step(self.release_seconds),
            "brightness_octaves": self.brightness_octaves,
        }
        whole: dict[str, int] = {}
        peak = db_to_gain(self.level_db - 3.0) * velocity_gain(velocity)
        for number, pair in enumerate(self.pairs, start=1):
            settings |= _pair_settings(number, pair, peak, shorter, velocity)
            whole |= _pair_phases(number, pair, pitch, chance)
        longest = max(pair.carrier_seconds for pair in self.pairs) * shorter
        return Voicing(settings, whole, quanta(1.4 * self.release_seconds), quanta(1.4 * longest))


def _pair_settings(
    number: int, pair: Pair, peak: float, shorter: float, velocity: int
) -> dict[str, float]:
    touch = SOFT_INDEX + (1.0 - SOFT_INDEX) * velocity / 127.0
    return {
        f"carrier_{number}": 1.0,
        f"modulator_{number}": 1.0,
        f"level_{number}": peak * pair.level,
        f"carrier_{number}_decay": decay_per_step(pair.carrier_seconds * shorter),
        f"modulator_{number}_decay": decay_per_step(pair.modulator_seconds * shorter),
        f"index_{number}": pair.index * touch,
    }


def _pair_phases(number: int, pair: Pair, pitch: int, chance: Chance) -> dict[str, int]:
    note_hz = pitch_to_hz(pitch + (pair.detune_cents + 0.6 * chance.signed()) / 100.0)
    modulator_hz = note_hz * pair.modulator_ratio
    while modulator_hz > HIGHEST_MODULATOR_HZ:
        modulator_hz /= 2.0
    return {
        f"carrier_phase_{number}": 0,
        f"modulator_phase_{number}": 0,
        f"carrier_increment_{number}": hz_to_increment(note_hz * pair.ratio),
        f"modulator_increment_{number}": hz_to_increment(modulator_hz),
    }
