"""Wavetable patches: organ, choir, flute, bowed strings."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.rules import Number, rule
from genmusic.rules.kinds import Choice
from genmusic.synthesis.held import FOREVER_QUANTA, HeldPatch
from genmusic.synthesis.timbres import TIMBRES, table_place
from genmusic.synthesis.voicing import (
    ANY_PHASE,
    ANY_SEED,
    CONTROL_FRAMES,
    Voicing,
    cents,
    decay_per_step,
    steps,
)
from genmusic.units import MIDDLE_C_PITCH, exp2, hz_to_increment, log2

NOISE_GAIN = 8.0  # of three players: at a breath of 1 the noise is nearly as loud as the tone
TABLES_DB = -24.0  # three players of a period with unit power
PLAYERS = 3.0  # of which one voice has the loudness
OFF_CENTS = 0.4  # by which a note is out of tune


@dataclass(frozen=True, slots=True, kw_only=True)
class WavetablePatch(HeldPatch):
    """A band-limited table (worst alias below -90 dB), noise, a filter."""

    timbre: str = rule(Choice(tuple(TIMBRES)), "what the period holds")
    breath: float = rule(Number(0.0, 4.0), "noise as long as the note", 0.0)
    onset: float = rule(Number(0.0, 4.0), "noise of the start", 0.0)
    onset_seconds: float = rule(Number(0.002, 2.0, "s"), "of that noise, to -60 dB", 0.1)
    noise_hz: float = rule(Number(20.0, 16_000.0, "Hz"), "of the noise's band at middle C", 2_000.0)
    noise_follows: float = rule(Number(0.0, 1.5), "octaves of it per octave of pitch", 0.0)
    noise_resonance: float = rule(Number(0.5, 10.0), "Q of the noise's band", 0.8)
    vibrato_cents: float = rule(Number(0.0, 100.0, "cents"), "depth", 0.0)
    vibrato_hz: float = rule(Number(0.1, 12.0, "Hz"), "rate", 5.2)
    vibrato_onset_seconds: float = rule(Number(0.01, 5.0, "s"), "until it is full", 0.6)
    tremolo: float = rule(Number(0.0, 1.0), "share of the gain that swings along", 0.0)

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch."""
        place = table_place(self.timbre, pitch)
        increment = hz_to_increment(place.hz)
        whole = {
            "phase": 0,
            "vibrato": 0,
            "seed": ANY_SEED[0],
            "increment": increment,
            "vibrato_step": hz_to_increment(self.vibrato_hz * CONTROL_FRAMES),
            "table": place.first,
            "frames": place.frames,
        }
        varied = {
            "phase": ANY_PHASE,
            "vibrato": ANY_PHASE,
            "seed": ANY_SEED[1],
            "increment": cents(increment, OFF_CENTS),
        }
        settings = self.shape | self._breath(pitch) | self._sway()
        touched = self.touched(pitch, TABLES_DB)
        touched["level"] *= PLAYERS
        return Voicing(
            settings, touched, whole, self.release_quanta, FOREVER_QUANTA, 0, varied, self.falls
        )

    def _breath(self, pitch: float) -> dict[str, float]:
        octaves = (pitch - MIDDLE_C_PITCH) / 12.0
        return {
            "breath": NOISE_GAIN / PLAYERS * self.breath,
            "onset": NOISE_GAIN / PLAYERS * self.onset,
            "onset_decay": decay_per_step(self.onset_seconds),
            "noise_octaves": log2(self.noise_hz) + octaves * self.noise_follows,
            "noise_damping": 1.0 / self.noise_resonance,
        }

    def _sway(self) -> dict[str, float]:
        return {
            "vibrato_growth": 1.0 / steps(self.vibrato_onset_seconds),
            "vibrato_depth": exp2(self.vibrato_cents / 1200.0) - 1.0,
            "tremolo_depth": self.tremolo,
        }
