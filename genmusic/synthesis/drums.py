"""Drum kits: one sound for each note of the General MIDI percussion map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from genmusic.rules import ListOf, MapOf, Number, Table, Text, rule
from genmusic.synthesis.voicing import Chance, Voicing, decay_per_frame, quanta, velocity_gain
from genmusic.units import db_to_gain, exp2, hz_to_increment, log2

SOUNDS_TO_SILENCE = 1.4  # of the longest decay to -60 dB: about -84 dB


@dataclass(frozen=True, slots=True)
class Drum:
    """One drum: a swept tone, a second tone, filtered noise."""

    level_db: float = rule(Number(-40.0, 12.0, "dB"), "loudness")
    tone_hz: float = rule(Number(10.0, 12_000.0, "Hz"), "resting pitch of the tone", 100.0)
    tone: float = rule(Number(0.0, 2.0), "amount of the tone", 0.0)
    tone_seconds: float = rule(Number(0.005, 10.0, "s"), "both tones, to -60 dB", 0.1)
    sweep_octaves: float = rule(Number(0.0, 6.0, "octaves"), "above the rest at the start", 0.0)
    sweep_seconds: float = rule(Number(0.005, 10.0, "s"), "of the sweep, to -60 dB", 0.05)
    second_hz: float = rule(Number(10.0, 12_000.0, "Hz"), "pitch of the second tone", 100.0)
    second: float = rule(Number(0.0, 2.0), "amount of the second tone", 0.0)
    noise: float = rule(Number(0.0, 2.0), "amount of the noise", 0.0)
    noise_seconds: float = rule(Number(0.005, 10.0, "s"), "of the noise, to -60 dB", 0.1)
    cutoff_hz: float = rule(Number(20.0, 16_000.0, "Hz"), "of the noise's filter", 4_000.0)
    resonance: float = rule(Number(0.5, 10.0), "Q of the noise's filter", 0.7)
    low: float = rule(Number(0.0, 1.0), "noise below the cutoff", 0.0)
    band: float = rule(Number(0.0, 1.0), "noise around the cutoff", 0.0)
    high: float = rule(Number(0.0, 1.0), "noise above the cutoff", 1.0)


@dataclass(frozen=True, slots=True)
class Kit:
    """A drum for each General MIDI percussion key; one that is missing plays ``instead``."""

    drums: Mapping[str, Drum] = rule(MapOf((), Table(Drum)), "drums by percussion key")
    instead: str = rule(Text(3), "the key that stands for those that are missing", "42")
    brightness_octaves: float = rule(Number(0.0, 4.0, "octaves"), "of cutoff, up or down", 0.5)
    width: float = rule(Number(0.0, 1.0), "spread of hits between left and right", 0.3)
    choke: tuple[tuple[str, ...], ...] = rule(
        ListOf(ListOf(Text(3))), "groups of keys that silence each other", (("42", "44", "46"),)
    )

    def voicing(self, pitch: int, velocity: int, chance: Chance) -> Voicing:
        """The settings of one voice."""
        drum = self.drums.get(str(pitch), self.drums[self.instead])
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
            "cutoff_octaves": log2(drum.cutoff_hz) + 0.05 * chance.signed(),
            "brightness_octaves": self.brightness_octaves,
            "damping": 1.0 / drum.resonance,
            "low": drum.low,
            "band": drum.band,
            "high": drum.high,
        }
        whole = {
            "phase": 0,
            "second_phase": 0,
            "seed": chance.seed(),
            "increment": hz_to_increment(drum.tone_hz * bend),
            "second_increment": hz_to_increment(drum.second_hz * bend),
        }
        longest = quanta(SOUNDS_TO_SILENCE * max(drum.tone_seconds, drum.noise_seconds))
        group = next((keys[0] for keys in self.choke if str(pitch) in keys), "")
        return Voicing(settings, whole, longest, longest, group)
