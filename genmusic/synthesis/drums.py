"""Drum kits: one sound for each note of the General MIDI percussion map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from genmusic.synthesis.voicing import Chance, Voicing, decay_per_frame, quanta, velocity_gain
from genmusic.units import db_to_gain, exp2, hz_to_increment

SOUNDS_TO_SILENCE = 1.4  # of the longest decay to -60 dB: about -84 dB


@dataclass(frozen=True, slots=True)
class Drum:
    """One drum: a swept tone, a second tone, filtered noise."""

    level_db: float
    tone_hz: float = 100.0
    tone: float = 0.0
    tone_seconds: float = 0.1
    sweep_octaves: float = 0.0
    sweep_seconds: float = 0.05
    second_hz: float = 100.0
    second: float = 0.0
    noise: float = 0.0
    noise_seconds: float = 0.1
    cutoff_octaves: float = 12.0  # log2 of Hz
    resonance: float = 0.7
    outputs: tuple[float, float, float] = (0.0, 0.0, 1.0)  # low, band, high


@dataclass(frozen=True, slots=True)
class Kit:
    """A drum for each pitch; a pitch that is missing plays ``instead``."""

    drums: Mapping[int, Drum]
    instead: int
    brightness_octaves: float = 0.5
    width: float = 0.3
    pool: str = "drums"

    def voicing(self, pitch: int, velocity: int, chance: Chance) -> Voicing:
        """The settings of one voice."""
        drum = self.drums.get(pitch, self.drums[self.instead])
        peak = db_to_gain(drum.level_db) * velocity_gain(velocity)
        bend = exp2(0.02 * chance.signed())  # no two hits are alike
        settings = {
            "tone": drum.tone * peak,
            "second_tone": drum.second * peak,
            "noise": drum.noise * peak,
            "sweep": drum.sweep_octaves,
            "tone_decay": decay_per_frame(drum.tone_seconds),
            "second_tone_decay": decay_per_frame(drum.tone_seconds),
            "noise_decay": decay_per_frame(drum.noise_seconds),
            "sweep_decay": decay_per_frame(drum.sweep_seconds),
            "cutoff_octaves": drum.cutoff_octaves + 0.05 * chance.signed(),
            "brightness_octaves": self.brightness_octaves,
            "damping": 1.0 / drum.resonance,
            "low": drum.outputs[0],
            "band": drum.outputs[1],
            "high": drum.outputs[2],
        }
        whole = {
            "phase": 0,
            "second_phase": 0,
            "seed": chance.seed(),
            "increment": hz_to_increment(drum.tone_hz * bend),
            "second_increment": hz_to_increment(drum.second_hz * bend),
        }
        longest = quanta(SOUNDS_TO_SILENCE * max(drum.tone_seconds, drum.noise_seconds))
        return Voicing(settings, whole, longest, longest)
