"""What moves from one control period to the next, planned for four quanta at once.

Lanes are control periods. A quantum follows from the one before it in the same way, however many
are planned together: plans of a note are the same numbers in blocks of any length.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Vector
from kernels.lanes import CONTROL_FRAMES, LANES, QUANTUM
from kernels.simd import lane_numbers, lesser_of, splat, where_less

PERIODS = QUANTUM // CONTROL_FRAMES
PLANNED = LANES // PERIODS  # quanta at once
Fall: TypeAlias = tuple[Vector, float]
"""What is left of an envelope after each control period of a quantum, and after the last."""


@fragment
def in_quanta(a: float, b: float, c: float, d: float) -> Vector:
    """A number for the control periods of each of four quanta."""
    lanes = lane_numbers()
    later = where_less(lanes, splat(f32(3 * PERIODS)), splat(f32(c)), splat(f32(d)))
    later = where_less(lanes, splat(f32(2 * PERIODS)), splat(f32(b)), later)
    return where_less(lanes, splat(f32(PERIODS)), splat(f32(a)), later)


@fragment
def _numbers_in_quanta() -> Vector:
    """Which of its quantum each control period is, from 1 on."""
    firsts = f32(1 - PERIODS), f32(1 - 2 * PERIODS), f32(1 - 3 * PERIODS)
    return lane_numbers() + in_quanta(f32(1.0), *firsts)


@fragment
def _in_periods(a: float, b: float, c: float, d: float) -> Vector:
    """A number for each control period of a quantum."""
    numbers = _numbers_in_quanta()
    later = where_less(numbers, splat(f32(3.5)), splat(f32(c)), splat(f32(d)))
    later = where_less(numbers, splat(f32(2.5)), splat(f32(b)), later)
    return where_less(numbers, splat(f32(1.5)), splat(f32(a)), later)


@fragment
def _after(quanta: int, a: float, b: float, c: float, d: float) -> float:
    """What there is after one to four quanta."""
    return float((a if quanta == 1 else b) if quanta < 3 else (c if quanta == 3 else d))


@fragment
def fall(decay: float) -> Fall:
    """What is left after each control period of a quantum, and after the last."""
    twice = f32(decay * decay)
    fourth = f32(twice * twice)
    return _in_periods(decay, twice, f32(twice * decay), fourth), fourth


@fragment
def falling(value: float, by: Fall, quanta: int) -> tuple[Vector, float]:
    """What falls in every control period: in sixteen of them, and after some quanta."""
    b = f32(value * by[1])
    c = f32(b * by[1])
    d = f32(c * by[1])
    return in_quanta(value, b, c, d) * by[0], _after(quanta, b, c, d, f32(d * by[1]))


@fragment
def rising(value: float, step: float, quanta: int) -> tuple[Vector, float]:
    """What rises to one by a step in every control period, in the same way."""
    fourth, one = f32(step * f32(PERIODS)), f32(1.0)
    b = min(one, f32(value + fourth))
    c = min(one, f32(b + fourth))
    d = min(one, f32(c + fourth))
    risen = in_quanta(value, b, c, d) + _numbers_in_quanta() * splat(f32(step))
    return lesser_of(splat(one), risen), _after(quanta, b, c, d, min(one, f32(d + fourth)))
