"""Units of time, pitch and level, and the conversions between them.

Everything here is plain IEEE arithmetic (no libm), so that a receipt gives the same numbers on
every machine: ``pow`` and ``exp`` may differ in the last bit from one libm to another.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Numbers = TypeVar("Numbers", float, "NDArray[np.float64]")

SAMPLE_RATE = 48_000  # frames per second
QUANTUM = 64  # frames; the smallest unit of rendering
TICKS_PER_BEAT = 960  # divisible by 3, 5 and 64
CONCERT_A_HZ = 440.0
CONCERT_A_PITCH = 69
MIDDLE_C_PITCH = 60

REMEMBERED = 4_096
"""Powers and logarithms: notes of a sound have most of theirs in common. What was
asked for longest ago gives way: a larger store grows for hours and saves nothing."""
LOG2_10 = 3.321928094887362
LOG2_E = 1.4426950408889634
SQRT_HALF = 0.7071067811865476
TWO_OVER_LN_2 = 2.8853900817779268
TWO_PI = 6.283185307179586
# Taylor terms ln(2)^k / k! of 2^x; with |x| <= 0.5 the error is below 1e-15.
_EXP2_TERMS = (
    1.0,
    0.6931471805599453,
    0.24022650695910072,
    0.05550410866482158,
    0.009618129107628477,
    0.0013333558146428443,
    0.00015403530393381608,
    1.525273380405984e-05,
    1.3215486790144307e-06,
    1.0178086009239699e-07,
    7.054911620801121e-09,
    4.4455382718708114e-10,
    2.5678435993488202e-11,
)


@lru_cache(maxsize=REMEMBERED)
def exp2(exponent: float) -> float:
    """Two to a power, the same bits on every machine."""
    whole = math.floor(exponent + 0.5)
    return math.ldexp(power(exponent - whole), whole)


def power(fraction: Numbers) -> Numbers:
    """Two to a power of -0.5..0.5, one or many."""
    result = 0.0 * fraction
    for term in reversed(_EXP2_TERMS):
        result = result * fraction + term
    return result


@lru_cache(maxsize=REMEMBERED)
def log2(value: float) -> float:
    """The power to which two must be raised to give a positive value; the inverse of `exp2`."""
    mantissa, whole = math.frexp(value)
    if mantissa < SQRT_HALF:
        mantissa, whole = 2.0 * mantissa, whole - 1
    return whole + logarithm(mantissa)


def logarithm(mantissa: Numbers) -> Numbers:
    """The power to which two must be raised to give a value of sqrt(0.5)..sqrt(2), one or many."""
    # ln(m) = 2 artanh((m - 1) / (m + 1)); below sqrt(2) the 13 odd terms leave less than 1e-16.
    ratio = (mantissa - 1.0) / (mantissa + 1.0)
    square = ratio * ratio
    total = 0.0 * square
    for odd in range(25, 0, -2):
        total = total * square + 1.0 / odd
    return total * ratio * TWO_OVER_LN_2


def db_to_gain(level_db: float) -> float:
    """Level in dB to linear gain."""
    return exp2(level_db * (LOG2_10 / 20.0))


def pitch_to_hz(pitch: float) -> float:
    """MIDI note number (fractions allowed) to Hz; 69 is 440 Hz."""
    return CONCERT_A_HZ * exp2((pitch - CONCERT_A_PITCH) / 12.0)


def hz_to_increment(frequency_hz: float) -> int:
    """Phase step per frame of a 32-bit phase accumulator."""
    return round(frequency_hz * (2.0**32 / SAMPLE_RATE))


def seconds_to_frames(seconds: float) -> int:
    """Seconds to the nearest frame."""
    return round(seconds * SAMPLE_RATE)


def frames_to_seconds(frames: int) -> float:
    """Frames to seconds."""
    return frames / SAMPLE_RATE


def quantum_at_or_after(frame: int) -> int:
    """The first quantum boundary (as a frame) that is not before ``frame``."""
    return -(-frame // QUANTUM) * QUANTUM


def beat_frames(tempo_bpm: float) -> int:
    """Whole frames in one beat at a tempo."""
    return round(60.0 * SAMPLE_RATE / tempo_bpm)


def sine(turns: float) -> float:
    """Sine of an angle in turns, the same bits on every machine."""
    turns -= math.floor(turns + 0.5)
    if abs(turns) > 0.25:
        turns = math.copysign(0.5, turns) - turns
    return wave(turns)


def wave(turns: Numbers) -> Numbers:
    """Sine of an angle of at most a quarter turn either way, one or many."""
    angle = turns * TWO_PI
    square = angle * angle
    # The series x - x^3/3! + ... as a nested product; below a quarter turn 21 leaves 1e-16.
    total = 1.0 + 0.0 * square
    for odd in range(21, 1, -2):
        total = 1.0 - square * total / ((odd - 1) * odd)
    return angle * total
