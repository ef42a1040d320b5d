"""What a patch makes of a note: the settings of one voice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from genmusic.units import QUANTUM, SAMPLE_RATE, exp2

SIXTY_DB_OCTAVES = 9.965784284662087  # log2 of 1000: a decay time is to -60 dB
SOUNDS_TO_SILENCE = 1.2  # of a decay to -60 dB: a voice ends 72 dB below where it began
CONTROL_FRAMES = 16  # the grid on which voices move
ANY_PHASE = 2.0**31  # as far as a phase may lie from another
ANY_SEED = (2**30 + 1, 2.0**30 - 2.0**8)  # middle and reach of seeds that are never zero
_MIX = 0x9E3779B97F4A7C15
_WORD = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class Voicing:
    """Settings of one voice, by the names of its kernel's tables, and how long it lives."""

    settings: Mapping[str, float]
    whole_settings: Mapping[str, int]
    release_quanta: int  # from note end to silence
    longest_quanta: int  # from note start to silence, however long it is held
    choke: int = 0  # voices of a bus with the same number silence each other; 0: none
    varied: Mapping[str, float] = field(default_factory=dict)  # how far settings of notes differ


class Patch(Protocol):
    """Settings of a sound."""

    @property
    def width(self) -> float:
        """How far its notes spread from the part's place, 0..1."""
        ...

    def voicing(self, pitch: float, velocity: int) -> Voicing:
        """The settings of one voice; the pitch may lie between keys."""
        ...


@dataclass(slots=True)
class Chance:
    """Small numbers that depend on where one starts.

    A splitmix64 sequence (Steele, Lea, Flood 2014).
    """

    state: int

    def bits(self) -> int:
        """The next 32 bits."""
        self.state = (self.state + _MIX) & _WORD
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _WORD
        return (z ^ (z >> 31)) >> 32

    def signed(self) -> float:
        """A number in -1..1."""
        return (self.bits() - 2**31) / 2**31


def velocity_gain(velocity: int) -> float:
    """Linear gain of a velocity 1..127: 9 dB for each halving (an exponent of 1.5)."""
    touch = velocity / 127.0
    return touch * math.sqrt(touch)


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
