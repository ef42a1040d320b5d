"""Drums: a swept tone, a second tone, and noise and metal through a filter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genmusic.rules import Integer, Number, rule
from genmusic.seeding import derive
from genmusic.synthesis import arrays
from genmusic.synthesis.voicing import (
    ANY_PHASE,
    ANY_SEED,
    SIXTY_DB_OCTAVES,
    VELOCITY_GAINS,
    Doubles,
    Longs,
    cents,
    chances,
    decay_per_frame,
    decay_per_step,
)
from genmusic.units import LOG2_10, QUANTUM, SAMPLE_RATE, db_to_gain, hz_to_increment, log2
from kernels._types import Lanes
from kernels.kits import COUNTERS, SETTINGS, STATES, WHOLE_SETTINGS
from kernels.lanes import BRIGHT, LANE_FACTS, LANES
from kernels.memory import Number as Kind
from kernels.memory import aligned

# Of three carriers and their modulators, to `metal_hz`; no two are in a simple ratio.
PLATE_RATIOS = (4.12, 1.0, 5.43, 1.483, 6.79, 1.8)
_PLATES = tuple(enumerate(PLATE_RATIOS, start=1))
_VARIED = (  # what differs by the same chance
    ("seed",),
    ("cutoff_octaves",),
    ("increment", "second_increment"),
    *((f"plate_phase_{number}",) for number, _ in _PLATES),
    tuple(f"plate_increment_{number}" for number, _ in _PLATES),
)
TILE = QUANTUM * LANES

TONE_OVER_DB = -80.0  # of full scale: nobody hears what a drum does below
HISS_OVER_DB = -72.0  # of full scale, for noise and metal, which are wide and mostly filtered out
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
class Hit:
    """A drum that is struck as hard as can be; other hits are the same, softer."""

    drum: Drum
    brightness_octaves: float  # of cutoff, up or down

    @property
    def longest_quanta(self) -> Longs:
        """Until each of its parts is 60 dB below where it began, or below hearing.

        Whole quanta, for each velocity.
        """
        drum, peaks = self.drum, VELOCITY_GAINS * db_to_gain(self.drum.level_db)
        hiss = _sounds(drum.noise * peaks, drum.noise_seconds, HISS_OVER_DB)
        noise = drum.bursts * drum.burst_seconds + hiss
        tones = _sounds(max(drum.tone, drum.second) * peaks, drum.tone_seconds, TONE_OVER_DB)
        metal = _sounds(drum.metal * peaks, drum.metal_seconds, HISS_OVER_DB)
        seconds = np.maximum(np.maximum(noise, tones), np.maximum(metal, FADE_SECONDS))
        frames: Longs = np.rint(seconds * SAMPLE_RATE).astype(np.int64)
        return -(-frames // QUANTUM)

    def takes(self, brights: Doubles) -> Lanes:
        """What `kernels.drums.record_drum` is told of sixteen takes; ``brights`` are 0..1."""
        away = chances(derive(0, repr(self)), len(_VARIED) * LANES).reshape(-1, LANES)
        chance = {name: away[number] for number, names in enumerate(_VARIED) for name in names}
        varied = {name: by * chance[name] for name, by in self._varied.items()}
        still = np.zeros(LANES)
        real = [self._settings.get(name, 0.0) + varied.get(name, still) for name in SETTINGS]
        steps = [self._whole_settings[name] + varied.get(name, still) for name in WHOLE_SETTINGS]
        facts = aligned(LANE_FACTS, np.float32)
        facts[BRIGHT : BRIGHT + LANES] = brights
        whole = np.stack(steps).astype(np.int64).astype(np.int32)
        return (
            _in_lanes(np.stack(real).astype(np.float32)),
            _in_lanes(whole),
            aligned(STATES * LANES, np.float32),
            aligned(COUNTERS * LANES, np.int32),
            facts,
            aligned(TILE, np.float32),
            aligned(TILE, np.float32),
        )

    @property
    def _settings(self) -> dict[str, float]:
        drum = self.drum
        return (
            _levels(drum)
            | _envelopes(drum)
            | {
                "cutoff_octaves": log2(drum.cutoff_hz),
                "brightness_octaves": self.brightness_octaves,
                "damping": 1.0 / drum.resonance,
                "low": drum.low,
                "band": drum.band,
                "high": drum.high,
            }
        )

    @property
    def _whole_settings(self) -> dict[str, int]:
        drum = self.drum
        steps = {f"plate_increment_{n}": drum.metal_hz * ratio for n, ratio in _PLATES}
        steps |= {"increment": drum.tone_hz, "second_increment": drum.second_hz}
        begins = dict.fromkeys((name for name in WHOLE_SETTINGS if "phase" in name), 0)
        increments = {name: hz_to_increment(hz) for name, hz in steps.items()}
        return begins | increments | {"seed": ANY_SEED[0]}

    @property
    def _varied(self) -> dict[str, float]:
        """How far takes differ."""
        whole = self._whole_settings.items()
        steps = {name: cents(step, NO_TWO_ALIKE_CENTS) for name, step in whole if "incr" in name}
        phases = dict.fromkeys((f"plate_phase_{number}" for number, _ in _PLATES), ANY_PHASE)
        return steps | phases | {"seed": ANY_SEED[1], "cutoff_octaves": NO_TWO_ALIKE_OCTAVES}


def _in_lanes(rows: NDArray[Kind]) -> NDArray[Kind]:
    lanes = aligned(rows.size, rows.dtype.type)
    lanes[:] = rows.reshape(-1)
    return lanes


def _levels(drum: Drum) -> dict[str, float]:
    peak = db_to_gain(drum.level_db)
    return {
        "tone": drum.tone * peak,
        "second_tone": drum.second * peak,
        "noise": drum.noise * peak,
        "metal": 0.5 * drum.metal * peak,
        "burst_level": drum.noise * peak,
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


def _sounds(levels: Doubles, seconds: float, over_db: float) -> Doubles:
    """How long what falls by 60 dB in some seconds is heard, from levels on."""
    heard = levels > 0.0
    octaves = arrays.log2(np.where(heard, levels, 1.0)) - over_db * (LOG2_10 / 20.0)
    times = seconds * np.clip(octaves / SIXTY_DB_OCTAVES, 0.0, 1.0)
    return np.where(heard, times, 0.0)
