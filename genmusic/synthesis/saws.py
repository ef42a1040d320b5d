"""Virtual-analogue patches: two saws, a filter, an envelope."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.synthesis.voicing import (
    CONTROL_FRAMES,
    Chance,
    Voicing,
    decay_per_step,
    quanta,
    steps,
    velocity_gain,
)
from genmusic.units import SAMPLE_RATE, db_to_gain, exp2, hz_to_increment, pitch_to_hz

MIDDLE_C_PITCH = 60
LOUD_VELOCITY = 96  # plays the patch as written
FOREVER_QUANTA = 1 << 30  # a held saw never ends by itself


@dataclass(frozen=True, slots=True)
class SawPatch:
    """Settings of a saw sound; worst alias -52 dB (degree-9 BLEP)."""

    level_db: float
    attack_seconds: float
    decay_seconds: float
    sustain: float
    release_seconds: float
    cutoff_octaves: float  # log2 of Hz at middle C with the envelope at zero
    cutoff_follows: float  # octaves of cutoff per octave of pitch
    envelope_octaves: float
    brightness_octaves: float
    velocity_octaves: float
    resonance: float  # Q
    detune_cents: float  # of each saw, up and down
    vibrato_cents: float = 0.0
    vibrato_hz: float = 5.2
    vibrato_onset_seconds: float = 0.6
    width: float = 0.0
    pool: str = "saws"

    def voicing(self, pitch: int, velocity: int, chance: Chance) -> Voicing:
        """The settings of one voice."""
        detune = self.detune_cents * (1.0 + 0.15 * chance.signed())
        up_hz = pitch_to_hz(pitch + detune / 100.0)
        down_hz = pitch_to_hz(pitch - detune / 100.0)
        return Voicing(
            self._settings(pitch, velocity, (up_hz, down_hz)),
            {
                "phase_1": chance.phase(),
                "phase_2": chance.phase(),
                "vibrato_phase": chance.phase(),
                "increment_1": hz_to_increment(up_hz),
                "increment_2": hz_to_increment(down_hz),
                "vibrato_step": hz_to_increment(self.vibrato_hz * CONTROL_FRAMES),
            },
            quanta(1.3 * self.release_seconds),
            FOREVER_QUANTA,
        )

    def _settings(
        self, pitch: int, velocity: int, pair_hz: tuple[float, float]
    ) -> dict[str, float]:
        octaves = (pitch - MIDDLE_C_PITCH) / 12.0
        touch = (velocity - LOUD_VELOCITY) / 127.0
        # A saw is about 6 dB louder than a sine of the same peak; two of them, 3 dB more.
        peak = db_to_gain(self.level_db - 9.0) * velocity_gain(velocity)
        return {
            "attacking": 1.0,
            "level": peak,
            "attack_step": 1.0 / steps(self.attack_seconds),
            "decay_rate": 1.0 - decay_per_step(self.decay_seconds),
            "sustain": self.sustain,
            "release_rate": 1.0 - decay_per_step(self.release_seconds),
            "cutoff_octaves": self.cutoff_octaves
            + octaves * self.cutoff_follows
            + touch * self.velocity_octaves,
            "envelope_octaves": self.envelope_octaves,
            "brightness_octaves": self.brightness_octaves,
            "damping": 1.0 / self.resonance,
            "width_1": SAMPLE_RATE / (8.0 * pair_hz[0]),
            "width_2": SAMPLE_RATE / (8.0 * pair_hz[1]),
            "vibrato_depth": exp2(self.vibrato_cents / 1200.0) - 1.0,
            "vibrato_growth": 1.0 / steps(self.vibrato_onset_seconds),
        }
