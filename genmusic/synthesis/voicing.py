"""What a patch makes of a note: the settings of one voice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from genmusic.synthesis import arrays
from genmusic.units import QUANTUM, SAMPLE_RATE, exp2
from kernels.voices import FALLS

SIXTY_DB_OCTAVES = 9.965784284662087  # log2 of 1000: a decay time is to -60 dB
SOUNDS_TO_SILENCE = 1.2  # of a decay to -60 dB: a voice ends 72 dB below where it began
RELEASED_TO_SILENCE = 0.8  # and one that was let go 48 dB below it, beside what its part plays on
FALL_SHARE = 0.2  # of the longest decay to -60 dB: a step, in which all falls by 12 dB or more
CONTROL_FRAMES = 16  # the grid on which voices move
NO_FALLS = (2**30, 1, *(0 for _ in range(FALLS)))  # what never reaches a peak does not fall
ANY_PHASE = 2.0**31  # as far as a phase may lie from another
ANY_SEED = (2**30 + 1, 2.0**30 - 2.0**8)  # middle and reach of seeds that are never zero
_MIX = 0x9E3779B97F4A7C15
_WORD = 0xFFFFFFFFFFFFFFFF
LOUD_VELOCITY = 96  # plays a patch as written

Doubles = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Voicing:
    """Settings of the voices of a pitch, by the names of their kernel's tables, and their life."""

    settings: Mapping[str, float]  # whatever the touch
    touched: Mapping[str, Doubles]  # the others, for each velocity from 0 to 127
    whole_settings: Mapping[str, int]
    release_quanta: int | Longs  # from note end to silence; of all velocities, or of each
    longest_quanta: int | Longs  # from note start to silence, however long it is held
    choke: int = 0  # voices of a bus with the same number silence each other; 0: none
    varied: Mapping[str, float] = field(default_factory=dict)  # how far settings of notes differ
    falls: tuple[int, ...] = NO_FALLS  # how a held note falls: the rest of `kernels.voices.LIFE`


class Patch(Protocol):
    """Settings of a sound."""

    @property
    def width(self) -> float:
        """How far its notes spread from the part's place, 0..1."""
        ...

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch, which may lie between keys."""
        ...


def chances(seed: int, count: int) -> Doubles:
    """Numbers in -1..1 that depend on where one starts.

    A splitmix64 sequence (Steele, Lea, Flood 2014).
    """
    places = np.arange(1, count + 1, dtype=np.uint64)
    z = np.uint64(seed & _WORD) + places * np.uint64(_MIX)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bits = ((z ^ (z >> np.uint64(31))) >> np.uint64(32)).astype(np.float64)
    return (bits - 2.0**31) / 2.0**31


VELOCITIES = np.arange(128, dtype=np.float64)
TOUCHES = (VELOCITIES - LOUD_VELOCITY) / 127.0
"""How much harder than `LOUD_VELOCITY` each velocity strikes."""
VELOCITY_GAINS = VELOCITIES / 127.0 * np.sqrt(VELOCITIES / 127.0)
"""Linear gain of each velocity: 9 dB for each halving (an exponent of 1.5)."""


def cents(increment: int, away_cents: float) -> float:
    """By how much a phase step differs from one that lies some cents away."""
    return increment * (exp2(away_cents / 1200.0) - 1.0)


@lru_cache(maxsize=4096)
def decay_per_frame(seconds: float) -> float:
    """Factor per frame that falls by 60 dB in ``seconds``."""
    return exp2(-SIXTY_DB_OCTAVES / (seconds * SAMPLE_RATE))


@lru_cache(maxsize=4096)
def decay_per_step(seconds: float) -> float:
    """Factor per control period that falls by 60 dB in ``seconds``."""
    return exp2(-SIXTY_DB_OCTAVES * CONTROL_FRAMES / (seconds * SAMPLE_RATE))


def steps(seconds: float) -> float:
    """Control periods in ``seconds``, at least one."""
    return max(1.0, seconds * SAMPLE_RATE / CONTROL_FRAMES)


def quanta(seconds: float) -> int:
    """Whole quanta in ``seconds``, at least one."""
    return max(1, -(-round(seconds * SAMPLE_RATE) // QUANTUM))


def damped(release_seconds: float, seconds: float) -> float:
    """The time to -60 dB of what is let go, which goes on to die by itself in so many seconds."""
    return release_seconds * seconds / (release_seconds + seconds)


def fading(levels: Doubles, seconds: Doubles, release_seconds: float) -> tuple[int, ...]:
    """How a note of several decays falls while it is held, and what is left of its release then.

    One that has fallen is let go from nearer to where all end, `RELEASED_TO_SILENCE` below the
    beginning.

    Parameters
    ----------
    levels, seconds : (decays,)
        Amplitudes at the beginning, in any unit; times to -60 dB.
    release_seconds : float
        From note end to -60 dB below what is let go.
    """
    step = FALL_SHARE * float(seconds.max())
    passed = step * np.arange(FALLS + 1.0)[:, None]
    powers = arrays.exp2(-2.0 * SIXTY_DB_OCTAVES / seconds * passed) * levels * levels
    octaves = 0.5 * arrays.log2(np.array([arrays.total(power) for power in powers]))
    fallen = (octaves[0] - octaves[1:]) / SIXTY_DB_OCTAVES
    left = np.maximum(RELEASED_TO_SILENCE - fallen, 0.0) * release_seconds
    return 0, quanta(step), *map(quanta, left.tolist())
