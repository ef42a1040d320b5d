"""Ensemble patches: a group of players that drift apart, a filter, an envelope."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.rules import Integer, Number, rule
from genmusic.rules.kinds import Choice
from genmusic.synthesis.held import FOREVER_QUANTA, HeldPatch
from genmusic.synthesis.recordings import (
    GROUP_TIMBRES,
    RECORDINGS,
    SAW,
    Group,
    Recordings,
    loop_of,
)
from genmusic.synthesis.voicing import (
    CONTROL_FRAMES,
    SIXTY_DB_OCTAVES,
    TOUCHES,
    Voicing,
    steps,
)
from genmusic.synthesis.wavetables import NOISE_GAIN, TABLES_DB
from genmusic.units import SAMPLE_RATE, exp2, log2
from kernels.recordings import LAYERS, LAYERS_APART, MOST_PLAYERS

HARD_VELOCITY = 110
SAWS_DB = -14.0  # six saws are as loud as two that are 5 dB louder


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsemblePatch(HeldPatch):
    """Players (worst alias -90 dB) that wander around the note, read from a recording of them."""

    timbre: str = rule(Choice(GROUP_TIMBRES), "what each plays", SAW)
    players: int = rule(Integer(1, MOST_PLAYERS), "how many they are", 6)
    detune_cents: float = rule(Number(0.0, 50.0, "cents"), "of the outermost players", 10.0)
    drift_cents: float = rule(Number(0.0, 30.0, "cents"), "by which each player wanders", 4.0)
    drift_hz: float = rule(Number(0.05, 8.0, "Hz"), "pace of the wandering", 0.7)
    drift_spread: float = rule(Number(0.0, 1.0), "share by which their paces differ", 0.45)
    breath: float = rule(Number(0.0, 4.0), "noise as long as the note", 0.0)
    noise_hz: float = rule(Number(20.0, 16_000.0, "Hz"), "of the noise's band at middle C", 2_000.0)
    noise_follows: float = rule(Number(0.0, 1.5), "octaves of it per octave of pitch", 0.0)
    noise_resonance: float = rule(Number(0.5, 10.0), "Q of the noise's band", 0.8)

    @property
    def group(self) -> Group:
        """What is recorded."""
        return Group(
            self.timbre, self.players, self.detune_cents, self.drift_cents, self.drift_hz,
            self.drift_spread, 0.5 * NOISE_GAIN * self.breath, self.noise_hz, self.noise_follows,
            self.noise_resonance, self._dark_octaves, self.cutoff_follows, self.resonance,
            2.0 / self.lift - 1.0,
        )  # fmt: skip

    @property
    def _dark_octaves(self) -> float:
        """The brightest layer is what is heard of a hard note that is held at full brightness."""
        swings = self.brightness_octaves + self.velocity_octaves * TOUCHES[HARD_VELOCITY]
        brightest = log2(self.cutoff_hz) + self.envelope_octaves * self.sustain + swings
        return float(brightest - (LAYERS - 1) * LAYERS_APART)

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch."""
        return self.voicing_from(RECORDINGS, pitch)

    def voicing_from(self, recordings: Recordings, pitch: float) -> Voicing:
        """The settings of the voices of a pitch that read some recordings."""
        group, key = self.group, recordings.key_of(pitch)
        quanta, row = loop_of(key).quanta, recordings.row_of(group, key)
        settings = self.shape | self._envelope | {"pace": exp2((pitch - key) / 12.0)}
        touched = self.touched(pitch, SAWS_DB if self.timbre == SAW else TABLES_DB)
        touched["cutoff_octaves"] -= group.darkest(key)
        whole = {"quantum": quanta // 2, "row": row, "quanta": quanta}
        varied = {"quantum": quanta / 2 - 1.0}
        return Voicing(
            settings, touched, whole, self.release_quanta, FOREVER_QUANTA, 0, varied, self.falls
        )

    @property
    def _envelope(self) -> dict[str, float]:
        """The envelope by frames."""
        return {
            "peak_frames": steps(self.attack_seconds) * CONTROL_FRAMES,
            "decay_octaves": -SIXTY_DB_OCTAVES / (self.decay_seconds * SAMPLE_RATE),
            "release_octaves": -SIXTY_DB_OCTAVES / (self.release_seconds * SAMPLE_RATE),
        }
