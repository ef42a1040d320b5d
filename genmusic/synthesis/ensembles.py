"""Ensemble patches: six saws that drift, a filter, an envelope."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.rules import Number, rule
from genmusic.synthesis.held import FOREVER_QUANTA, HeldPatch
from genmusic.synthesis.voicing import ANY_PHASE, CONTROL_FRAMES, Voicing, cents
from genmusic.units import exp2, hz_to_increment, pitch_to_hz
from kernels.ensembles import SAWS

SAWS_DB = -14.0  # six saws are as loud as two that are 5 dB louder
APART_CENTS = 0.8  # by which the saws of two notes differ
PACE_VARIES = 0.45  # share by which the pace of their wandering does


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsemblePatch(HeldPatch):
    """Six saws (worst alias -93 dB) that wander around the note, as players do."""

    detune_cents: float = rule(Number(0.0, 50.0, "cents"), "of the outermost saws", 10.0)
    drift_cents: float = rule(Number(0.0, 30.0, "cents"), "by which each saw wanders", 4.0)
    drift_hz: float = rule(Number(0.05, 8.0, "Hz"), "pace of the wandering", 0.7)

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch."""
        whole: dict[str, int] = {}
        varied: dict[str, float] = {}
        pace = hz_to_increment(self.drift_hz * CONTROL_FRAMES)
        for number in range(1, SAWS + 1):
            place = (2.0 * number - 1.0 - SAWS) / (SAWS - 1.0)  # -1 .. 1
            increment = hz_to_increment(pitch_to_hz(pitch + self.detune_cents * place / 100.0))
            whole |= {
                f"phase_{number}": 0,
                f"drift_{number}": 0,
                f"increment_{number}": increment,
                f"drift_step_{number}": pace,
            }
            varied |= {
                f"phase_{number}": ANY_PHASE,
                f"drift_{number}": ANY_PHASE,
                f"increment_{number}": cents(increment, APART_CENTS),
                f"drift_step_{number}": PACE_VARIES * pace,
            }
        settings = self.shape | {"drift_depth": exp2(self.drift_cents / 1200.0) - 1.0}
        touched = self.touched(pitch, SAWS_DB)
        return Voicing(settings, touched, whole, self.release_quanta, FOREVER_QUANTA, varied=varied)
