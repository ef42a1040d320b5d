"""Virtual-analogue patches: two saws, a filter, an envelope."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.rules import Number, rule
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

MIDDLE_C_PITCH = 60
LOUD_VELOCITY = 96  # plays the patch as written
FOREVER_QUANTA = 1 << 30  # a held saw never ends by itself


@dataclass(frozen=True, slots=True)
class SawPatch:
    """Two detuned saws (degree-9 BLEP: worst alias -52 dB), a low-pass filter, an envelope."""

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
    resonance: float = rule(Number(0.5, 10.0), "Q of the filter", 0.8)
    detune_cents: float = rule(Number(0.0, 50.0, "cents"), "of each saw, up and down", 4.0)
    vibrato_cents: float = rule(Number(0.0, 100.0, "cents"), "depth", 0.0)
    vibrato_hz: float = rule(Number(0.1, 12.0, "Hz"), "rate", 5.2)
    vibrato_onset_seconds: float = rule(Number(0.01, 5.0, "s"), "until it is full", 0.6)
    drive: float = rule(Number(0.0, 16.0), "gain into a soft saturation; 0 leaves it out", 0.0)
    width: float = rule(Number(0.0, 1.0), "spread of notes between left and right", 0.0)

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
            "cutoff_octaves": log2(self.cutoff_hz)
            + octaves * self.cutoff_follows
            + touch * self.velocity_octaves,
            "envelope_octaves": self.envelope_octaves,
            "brightness_octaves": self.brightness_octaves,
            "damping": 1.0 / self.resonance,
            "width_1": SAMPLE_RATE / (8.0 * pair_hz[0]),
            "width_2": SAMPLE_RATE / (8.0 * pair_hz[1]),
            "vibrato_depth": exp2(self.vibrato_cents / 1200.0) - 1.0,
            "vibrato_growth": 1.0 / steps(self.vibrato_onset_seconds),
            "drive": self.drive,
        }
