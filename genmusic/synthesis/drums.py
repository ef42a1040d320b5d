"""Drum kits: one sound for each note of the General MIDI percussion map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from genmusic.rules import Integer, ListOf, MapOf, Number, Table, Text, rule
from genmusic.synthesis import arrays
from genmusic.synthesis.voicing import (
    ANY_PHASE,
    ANY_SEED,
    SIXTY_DB_OCTAVES,
    SOUNDS_TO_SILENCE,
    VELOCITY_GAINS,
    Doubles,
    Longs,
    Voicing,
    cents,
    decay_per_frame,
    decay_per_step,
)
from genmusic.units import LOG2_10, QUANTUM, SAMPLE_RATE, db_to_gain, hz_to_increment, log2

# Of three carriers and their modulators, to `metal_hz`; no two are in a simple ratio.
PLATE_RATIOS = (4.12, 1.0, 5.43, 1.483, 6.79, 1.8)

TONE_OVER_DB = -90.0  # of full scale: nobody hears what a drum does below
HISS_OVER_DB = -80.0  # of full scale, for noise and metal, which are wide and mostly filtered out
FADE_SECONDS = 0.006  # with which every voice ends
NO_TWO_ALIKE_CENTS, NO_TWO_ALIKE_OCTAVES = 24.0, 0.05  # of tones, of the noise's filter


@dataclass(frozen=True, slots=True)
class Drum:
    """One drum: a swept tone, a second tone, and noise and metal through a filter."""

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
    noise_rise: float = rule(Number(0.0, 0.5, "s"), "of the noise from nothing", 0.0)
    bursts: int = rule(Integer(0, 6), "of noise before the last, as hands clap", 0)
    burst_seconds: float = rule(Number(0.002, 0.1, "s"), "from one burst to the next", 0.011)
    metal: float = rule(Number(0.0, 2.0), "amount of the ringing of plates", 0.0)
    metal_hz: float = rule(Number(50.0, 1_500.0, "Hz"), "size of the plates", 500.0)
    metal_seconds: float = rule(Number(0.005, 10.0, "s"), "of the ringing, to -60 dB", 0.3)
    metal_index: float = rule(Number(0.1, 4.0), "density of their partials", 1.2)
    cutoff_hz: float = rule(Number(20.0, 16_000.0, "Hz"), "of the noise's filter", 4_000.0)
    resonance: float = rule(Number(0.5, 10.0), "Q of the noise's filter", 0.7)
    low: float = rule(Number(0.0, 1.0), "noise and metal below the cutoff", 0.0)
    band: float = rule(Number(0.0, 1.0), "noise and metal around the cutoff", 0.0)
    high: float = rule(Number(0.0, 1.0), "noise and metal above the cutoff", 1.0)


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

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch."""
        key = str(int(pitch))
        drum = self.drums.get(key, self.drums[self.instead])
        peaks = db_to_gain(drum.level_db) * VELOCITY_GAINS
        settings = _envelopes(drum) | {
            "cutoff_octaves": log2(drum.cutoff_hz),
            "brightness_octaves": self.brightness_octaves,
            "damping": 1.0 / drum.resonance,
            "low": drum.low,
            "band": drum.band,
            "high": drum.high,
        }
        whole = {
            "phase": 0,
            "second_phase": 0,
            "seed": ANY_SEED[0],
            "increment": hz_to_increment(drum.tone_hz),
            "second_increment": hz_to_increment(drum.second_hz),
        }
        varied = {"seed": ANY_SEED[1], "cutoff_octaves": NO_TWO_ALIKE_OCTAVES}
        for number, ratio in enumerate(PLATE_RATIOS, start=1):
            whole[f"plate_phase_{number}"] = 0
            whole[f"plate_increment_{number}"] = hz_to_increment(drum.metal_hz * ratio)
            varied[f"plate_phase_{number}"] = ANY_PHASE
        steady = {name: step for name, step in whole.items() if "increment" in name}
        varied |= {name: cents(step, NO_TWO_ALIKE_CENTS) for name, step in steady.items()}
        longest = _longest_quanta(drum, peaks)
        group = self._group(key)
        return Voicing(settings, _levels(drum, peaks), whole, longest, longest, group, varied)

    def _group(self, key: str) -> int:
        """The number of the group of keys that choke each other; 0 for a key of none."""
        return next((number for number, keys in enumerate(self.choke, start=1) if key in keys), 0)


def _levels(drum: Drum, peaks: Doubles) -> dict[str, Doubles]:
    return {
        "tone": drum.tone * peaks,
        "second_tone": drum.second * peaks,
        "noise": drum.noise * peaks,
        "metal": 0.5 * drum.metal * peaks,
        "burst_level": drum.noise * peaks,
    }


def _envelopes(drum: Drum) -> dict[str, float]:
    return {
        "metal_decay": decay_per_frame(drum.metal_seconds),
        "metal_index": drum.metal_index,
        "sweep": drum.sweep_octaves,
        "tone_decay": decay_per_frame(drum.tone_seconds),
        "second_tone_decay": decay_per_frame(drum.tone_seconds),
        "noise_decay": decay_per_frame(drum.noise_seconds),
        "sweep_decay": decay_per_step(drum.sweep_seconds),
    } | _bursts(drum)


def _bursts(drum: Drum) -> dict[str, float]:
    wait = max(1, round(drum.burst_seconds * SAMPLE_RATE / QUANTUM))
    return {
        "bursts": float(drum.bursts),
        "wait": float(wait) + 1.0,  # counted down before the first quantum
        "burst_wait": float(wait),
        "burst_decay": decay_per_frame(3.0 * drum.burst_seconds),
        "rise_rate": 1.0 - decay_per_frame(drum.noise_rise) if drum.noise_rise else 1.0,
    }


def _longest_quanta(drum: Drum, peaks: Doubles) -> Longs:
    """Until each of its parts is 72 dB below where it began, or below hearing, whole quanta."""
    hiss = _sounds(drum.noise * peaks, drum.noise_seconds, HISS_OVER_DB)
    noise = drum.bursts * drum.burst_seconds + hiss
    tones = _sounds(max(drum.tone, drum.second) * peaks, drum.tone_seconds, TONE_OVER_DB)
    metal = _sounds(drum.metal * peaks, drum.metal_seconds, HISS_OVER_DB)
    seconds = np.maximum(np.maximum(noise, tones), np.maximum(metal, FADE_SECONDS))
    frames: Longs = np.rint(seconds * SAMPLE_RATE).astype(np.int64)
    return -(-frames // QUANTUM)


def _sounds(levels: Doubles, seconds: float, over_db: float) -> Doubles:
    """How long what falls by 60 dB in some seconds is heard, from levels on."""
    heard = levels > 0.0
    octaves = arrays.log2(np.where(heard, levels, 1.0)) - over_db * (LOG2_10 / 20.0)
    times = seconds * np.clip(octaves / SIXTY_DB_OCTAVES, 0.0, SOUNDS_TO_SILENCE)
    return np.where(heard, times, 0.0)
