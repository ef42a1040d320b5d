"""Virtual-analogue patches: two saws, a filter, an envelope."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.rules import Number, rule
from genmusic.synthesis.held import FOREVER_QUANTA, HeldPatch
from genmusic.synthesis.voicing import ANY_PHASE, Voicing, cents
from genmusic.units import QUANTUM, SAMPLE_RATE, exp2, hz_to_increment, pitch_to_hz

# A saw is about 6 dB louder than a sine of the same peak; two of them, 3 dB more.
SAWS_DB = -9.0
DETUNE_VARIES = 0.15  # share of the detuning by which a note's differs


@dataclass(frozen=True, slots=True, kw_only=True)
class SawPatch(HeldPatch):
    """Two detuned saws (worst alias -93 dB), a low-pass filter, an envelope."""

    detune_cents: float = rule(Number(0.0, 50.0, "cents"), "of each saw, up and down", 4.0)
    vibrato_cents: float = rule(Number(0.0, 100.0, "cents"), "depth", 0.0)
    vibrato_hz: float = rule(Number(0.1, 12.0, "Hz"), "rate", 5.2)
    vibrato_onset_seconds: float = rule(Number(0.01, 5.0, "s"), "until it is full", 0.6)
    drive: float = rule(Number(0.0, 16.0), "gain into a soft saturation; 0 leaves it out", 0.0)

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch."""
        up = hz_to_increment(pitch_to_hz(pitch + self.detune_cents / 100.0))
        down = hz_to_increment(pitch_to_hz(pitch - self.detune_cents / 100.0))
        settings = self.shape | {
            "vibrato_depth": exp2(self.vibrato_cents / 1200.0) - 1.0,
            "vibrato_growth": QUANTUM / (self.vibrato_onset_seconds * SAMPLE_RATE),
            "drive": self.drive * self.lift,
            "coefficient_1": 1.0,  # a filter that is closed
        }
        whole = {
            "phase_1": 0,
            "phase_2": 0,
            "vibrato_phase": 0,
            "increment_1": up,
            "increment_2": down,
            "vibrato_step": hz_to_increment(self.vibrato_hz * QUANTUM),
        }
        varied = {
            "phase_1": ANY_PHASE,
            "phase_2": ANY_PHASE,
            "vibrato_phase": ANY_PHASE,
            "increment_1": cents(up, DETUNE_VARIES * self.detune_cents),
            "increment_2": cents(down, DETUNE_VARIES * self.detune_cents),
        }
        touched = self.touched(pitch, SAWS_DB)
        if self.drive > 0.0:  # the lift lies before the saturation
            touched["level"] /= self.lift
        return Voicing(
            settings, touched, whole, self.release_quanta, FOREVER_QUANTA, 0, varied, self.falls
        )
