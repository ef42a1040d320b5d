"""Ensemble patches: six saws that drift, a filter, an envelope."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.rules import Number, rule
from genmusic.synthesis.saws import FOREVER_QUANTA, LOUD_VELOCITY, MIDDLE_C_PITCH
from genmusic.synthesis.voicing import (
    CONTROL_FRAMES,
    Chance,
    Voicing,
    decay_per_step,
    quanta,
    steps,
    velocity_gain,
)
from genmusic.units import SAMPLE_RATE, db_to_gain, exp2, hz_to_increment, log2, pitch_to_hz
from kernels.ensembles import SAWS


@dataclass(frozen=True, slots=True)
class EnsemblePatch:
    """Six saws (degree-9 BLEP: worst alias -52 dB) that wander around the note, as players do."""

    level_db: float = rule(Number(-40.0, 12.0, "dB"), "loudness")
    attack_seconds: float = rule(Number(0.001, 5.0, "s"), "from silence to the peak")
    decay_seconds: float = rule(Number(0.01, 20.0, "s"), "from the peak to sustain, to -60 dB")
    sustain: float = rule(Number(0.0, 1.0), "level while held, of the peak")
    release_seconds: float = rule(Number(0.01, 10.0, "s"), "from note end to -60 dB")
    cutoff_hz: float = rule(Number(20.0, 16_000.0, "Hz"), "of the filter at middle C")
    cutoff_follows: float = rule(Number(0.0, 1.5), "octaves of cutoff per octave of pitch")
    envelope_octaves: float = rule(Number(0.0, 8.0, "octaves"), "of cutoff at the peak")
    brightness_octaves: float = rule(Number(0.0, 4.0, "octaves"), "of cutoff, up or down", 1.2)
    velocity_octaves: float = rule(Number(0.0, 4.0, "octaves"), "of cutoff, by touch", 1.2)
    resonance: float = rule(Number(0.5, 10.0), "Q of the filter", 0.75)
    detune_cents: float = rule(Number(0.0, 50.0, "cents"), "of the outermost saws", 10.0)
    drift_cents: float = rule(Number(0.0, 30.0, "cents"), "by which each saw wanders", 4.0)
    drift_hz: float = rule(Number(0.05, 8.0, "Hz"), "pace of the wandering", 0.7)
    width: float = rule(Number(0.0, 1.0), "spread of notes between left and right", 0.0)

    def voicing(self, pitch: int, velocity: int, chance: Chance) -> Voicing:
        """The settings of one voice."""
        whole: dict[str, int] = {}
        for number in range(1, SAWS + 1):
            place = (2.0 * number - 1.0 - SAWS) / (SAWS - 1.0)  # -1 .. 1
            cents = self.detune_cents * place + 0.8 * chance.signed()
            pace_hz = self.drift_hz * exp2(0.8 * chance.signed())
            whole |= {
                f"phase_{number}": chance.phase(),
                f"drift_{number}": chance.phase(),
                f"increment_{number}": hz_to_increment(pitch_to_hz(pitch + cents / 100.0)),
                f"drift_step_{number}": hz_to_increment(pace_hz * CONTROL_FRAMES),
            }
        settings = self._settings(pitch, velocity)
        return Voicing(settings, whole, quanta(1.3 * self.release_seconds), FOREVER_QUANTA)

    def _settings(self, pitch: int, velocity: int) -> dict[str, float]:
        octaves = (pitch - MIDDLE_C_PITCH) / 12.0
        touch = (velocity - LOUD_VELOCITY) / 127.0
        # Six saws are as loud as two that are 5 dB louder.
        peak = db_to_gain(self.level_db - 14.0) * velocity_gain(velocity)
        return {
            "attacking": 1.0,
            "level": peak,
            "attack_step": 1.0 / steps(self.attack_seconds),
            "decay_rate": 1.0 - decay_per_step(self.decay_seconds),
            "sustain": self.sustain,
            "release_rate": 1.0 - decay_per_step(self.release_seconds),
            "cutoff_octaves": log2(self.cutoff_hz)
            + octaves * self.cutoff_follows
            + touch * self.velocity_octaves,
            "envelope_octaves": self.envelope_octaves,
            "brightness_octaves": self.brightness_octaves,
            "damping": 1.0 / self.resonance,
            "width": SAMPLE_RATE / (8.0 * pitch_to_hz(pitch)),
            "drift_depth": exp2(self.drift_cents / 1200.0) - 1.0,
        }
