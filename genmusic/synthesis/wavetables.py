"""Wavetable patches: organ, choir, flute, bowed strings."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.rules import Number, rule
from genmusic.rules.kinds import Choice
from genmusic.synthesis.saws import FOREVER_QUANTA, LOUD_VELOCITY, MIDDLE_C_PITCH
from genmusic.synthesis.timbres import TIMBRES, base_pitch, table_place
from genmusic.synthesis.voicing import (
    CONTROL_FRAMES,
    Chance,
    Voicing,
    decay_per_step,
    quanta,
    steps,
    velocity_gain,
)
from genmusic.units import db_to_gain, exp2, hz_to_increment, log2, pitch_to_hz
from kernels.wavetables import READERS

NOISE_GAIN = 8.0  # of the kernel: at a breath of 1 the noise is nearly as loud as the tone


@dataclass(frozen=True, slots=True)
class WavetablePatch:
    """Three readers of one band-limited period (worst alias below -90 dB), noise, a filter."""

    level_db: float = rule(Number(-40.0, 12.0, "dB"), "loudness")
    timbre: str = rule(Choice(tuple(TIMBRES)), "what the period holds")
    attack_seconds: float = rule(Number(0.001, 5.0, "s"), "from silence to the peak")
    decay_seconds: float = rule(Number(0.01, 20.0, "s"), "from the peak to sustain, to -60 dB")
    sustain: float = rule(Number(0.0, 1.0), "level while held, of the peak")
    release_seconds: float = rule(Number(0.01, 10.0, "s"), "from note end to -60 dB")
    cutoff_hz: float = rule(Number(20.0, 16_000.0, "Hz"), "of the filter at middle C")
    cutoff_follows: float = rule(Number(0.0, 1.5), "octaves of cutoff per octave of pitch", 0.5)
    envelope_octaves: float = rule(Number(0.0, 8.0, "octaves"), "of cutoff at the peak", 0.0)
    brightness_octaves: float = rule(Number(0.0, 4.0, "octaves"), "of cutoff, up or down", 1.0)
    velocity_octaves: float = rule(Number(0.0, 4.0, "octaves"), "of cutoff, by touch", 1.0)
    resonance: float = rule(Number(0.5, 10.0), "Q of the filter", 0.6)
    detune_cents: float = rule(Number(0.0, 50.0, "cents"), "of the outer readers", 0.0)
    breath: float = rule(Number(0.0, 4.0), "noise as long as the note", 0.0)
    onset: float = rule(Number(0.0, 4.0), "noise of the start", 0.0)
    onset_seconds: float = rule(Number(0.002, 2.0, "s"), "of that noise, to -60 dB", 0.1)
    noise_hz: float = rule(Number(20.0, 16_000.0, "Hz"), "of the noise's band at middle C", 2_000.0)
    noise_follows: float = rule(Number(0.0, 1.5), "octaves of it per octave of pitch", 0.0)
    noise_resonance: float = rule(Number(0.5, 10.0), "Q of the noise's band", 0.8)
    vibrato_cents: float = rule(Number(0.0, 100.0, "cents"), "depth", 0.0)
    vibrato_hz: float = rule(Number(0.1, 12.0, "Hz"), "rate", 5.2)
    vibrato_onset_seconds: float = rule(Number(0.01, 5.0, "s"), "until it is full", 0.6)
    vibrato_spread: float = rule(Number(0.0, 1.0), "how far the readers go their own ways", 0.0)
    tremolo: float = rule(Number(0.0, 1.0), "share of the gain that swings along", 0.0)
    width: float = rule(Number(0.0, 1.0), "spread of notes between left and right", 0.0)

    def voicing(self, pitch: int, velocity: int, chance: Chance) -> Voicing:
        """The settings of one voice."""
        whole = self._readers(pitch, chance)
        settings = self._envelope(velocity) | self._colour(pitch, velocity)
        return Voicing(settings, whole, quanta(1.3 * self.release_seconds), FOREVER_QUANTA)

    @property
    def _apart(self) -> bool:
        return self.detune_cents > 0.0 or self.vibrato_spread > 0.0

    def _readers(self, pitch: int, chance: Chance) -> dict[str, int]:
        whole = {"seed": chance.seed(), "table": table_place(self.timbre, pitch)}
        common, off = chance.phase(), 0.4 * chance.signed()
        for number in range(1, READERS + 1):
            cents = off + self.detune_cents * (number - 2 + 0.2 * chance.signed())
            hz = pitch_to_hz(base_pitch(self.timbre, pitch) + cents / 100.0)
            away = self.vibrato_spread * chance.signed()
            swing_hz = self.vibrato_hz * (1.0 + 0.12 * away) * CONTROL_FRAMES
            whole |= {
                # Readers that never part must begin together, or they would cancel.
                f"phase_{number}": chance.phase() if self._apart else 0,
                f"increment_{number}": hz_to_increment(hz),
                f"vibrato_{number}": _wrapped(common + round(away * 2.0**31)),
                f"vibrato_step_{number}": hz_to_increment(swing_hz),
            }
        return whole

    def _envelope(self, velocity: int) -> dict[str, float]:
        return {
            "attacking": 1.0,
            "level": db_to_gain(self.level_db - 24.0) * velocity_gain(velocity),
            "attack_step": 1.0 / steps(self.attack_seconds),
            "decay_rate": 1.0 - decay_per_step(self.decay_seconds),
            "sustain": self.sustain,
            "release_rate": 1.0 - decay_per_step(self.release_seconds),
            "onset": NOISE_GAIN * self.onset,
            "onset_decay": decay_per_step(self.onset_seconds),
            "vibrato_growth": 1.0 / steps(self.vibrato_onset_seconds),
            "vibrato_depth": exp2(self.vibrato_cents / 1200.0) - 1.0,
            "tremolo_depth": self.tremolo,
        }

    def _colour(self, pitch: int, velocity: int) -> dict[str, float]:
        octaves = (pitch - MIDDLE_C_PITCH) / 12.0
        touch = (velocity - LOUD_VELOCITY) / 127.0
        return {
            "cutoff_octaves": log2(self.cutoff_hz)
            + octaves * self.cutoff_follows
            + touch * self.velocity_octaves,
            "envelope_octaves": self.envelope_octaves,
            "brightness_octaves": self.brightness_octaves,
            "damping": 1.0 / self.resonance,
            "noise_octaves": log2(self.noise_hz) + octaves * self.noise_follows,
            "noise_damping": 1.0 / self.noise_resonance,
            "breath": NOISE_GAIN * self.breath,
            "apart": float(self._apart),
        }


def _wrapped(phase: int) -> int:
    """Any phase as an int32."""
    return (phase + 2**31) % 2**32 - 2**31
