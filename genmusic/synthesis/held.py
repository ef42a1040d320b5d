"""What patches of held notes have in common: an envelope, and a filter that follows it."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.rules import Number, rule
from genmusic.synthesis.voicing import (
    SIXTY_DB_OCTAVES,
    TOUCHES,
    VELOCITY_GAINS,
    Doubles,
    decay_per_step,
    quanta,
    steps,
)
from genmusic.units import MIDDLE_C_PITCH, SAMPLE_RATE, db_to_gain, log2, sine
from kernels.envelopes import RELEASE_TARGET
from kernels.voices import FALLS

FOREVER_QUANTA = 1 << 30  # a held note never ends by itself
NO_AIR_HZ = SAMPLE_RATE / 2.0
FALL_DB = 10.0  # in a step in which an envelope falls from its peak towards sustain


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPatch:
    """An envelope with attack, decay, sustain and release, and a low-pass filter."""

    level_db: float = rule(Number(-40.0, 12.0, "dB"), "loudness")
    attack_seconds: float = rule(Number(0.001, 5.0, "s"), "from silence to the peak")
    decay_seconds: float = rule(Number(0.01, 20.0, "s"), "from the peak to sustain, to -60 dB")
    sustain: float = rule(Number(0.0, 1.0), "level while held, of the peak")
    release_seconds: float = rule(Number(0.01, 10.0, "s"), "from note end to -60 dB")
    cutoff_hz: float = rule(Number(20.0, 16_000.0, "Hz"), "of the filter at middle C")
    cutoff_follows: float = rule(Number(0.0, 1.5), "octaves of cutoff per octave of pitch", 0.5)
    envelope_octaves: float = rule(Number(0.0, 8.0, "octaves"), "of cutoff at the peak", 0.0)
    brightness_octaves: float = rule(Number(0.0, 4.0, "octaves"), "of cutoff, up or down", 1.2)
    velocity_octaves: float = rule(Number(0.0, 4.0, "octaves"), "of cutoff, by touch", 1.2)
    resonance: float = rule(Number(0.5, 10.0), "Q of the filter", 0.75)
    air_hz: float = rule(
        Number(500.0, NO_AIR_HZ, "Hz"), "the filter falls by 12 dB an octave up to it, then by 6",
        NO_AIR_HZ,
    )  # fmt: skip
    width: float = rule(Number(0.0, 1.0), "spread of notes between left and right", 0.0)

    @property
    def release_quanta(self) -> int:
        """From note end at the peak to silence."""
        return self._release_quanta(1.0)

    def _release_quanta(self, level: float) -> int:
        """From a level of the envelope to silence, which it reaches, as it aims below zero."""
        share = log2(1.0 - level / RELEASE_TARGET) / SIXTY_DB_OCTAVES  # of a release to -60 dB
        return quanta(self.release_seconds * share) + 1

    @property
    def falls(self) -> tuple[int, ...]:
        """When the envelope has its peak, how it falls from there, and what is left to release."""
        above = [db_to_gain(-FALL_DB * step) for step in range(1, FALLS + 1)]
        left = [self._release_quanta(self.sustain + (1.0 - self.sustain) * gain) for gain in above]
        return quanta(self.attack_seconds), quanta(self.decay_seconds * FALL_DB / 60.0), *left

    @property
    def shape(self) -> dict[str, float]:
        """The kernel's settings of envelope and filter that are the same for all notes."""
        return {
            "attacking": 1.0,
            "attack_step": 1.0 / steps(self.attack_seconds),
            "decay_rate": 1.0 - decay_per_step(self.decay_seconds),
            "sustain": self.sustain,
            "release_rate": 1.0 - decay_per_step(self.release_seconds),
            "envelope_octaves": self.envelope_octaves,
            "brightness_octaves": self.brightness_octaves,
            "damping": 1.0 / self.resonance,
            "past": 2.0 / self.lift - 1.0,
        }

    @property
    def lift(self) -> float:
        """What the newest of the two frames in each mean that the low-pass is weighs, 1 or more.

        A zero behind two poles: bilinear as they are, the mean of two frames and so much of their
        difference.
        """
        turns = 0.5 * self.air_hz / SAMPLE_RATE
        return 1.0 + sine(turns + 0.25) / sine(turns)

    def touched(self, pitch: float, level_db: float) -> dict[str, Doubles]:
        """Those that the touch decides; ``level_db`` is added to the patch's."""
        octaves = (pitch - MIDDLE_C_PITCH) / 12.0
        cutoff = log2(self.cutoff_hz) + octaves * self.cutoff_follows
        return {
            "level": db_to_gain(self.level_db + level_db) * self.lift * VELOCITY_GAINS,
            "cutoff_octaves": cutoff + TOUCHES * self.velocity_octaves,
        }
