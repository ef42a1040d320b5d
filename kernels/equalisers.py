"""Three bands for each strip: low shelf, bell, high shelf; one after the other, in time lanes.

A band that is flat is not there: it costs nothing, changes no bit and remembers nothing. A band
whose bus is silent and which has died away is silent, too. What is filtered is left in its bus as
floats.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import Float, Floats, Ints, Vector
from kernels.buses import FLOATS, SILENT, SOUNDING, STRIDE, is_sounding, read_bus
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import ramp
from kernels.rings import QUIETEST
from kernels.scans import (
    Matrix,
    factors_of,
    matrices_of,
    powers_of,
    powers_of_matrix,
    recalled,
    recalled_pair,
)
from kernels.shuffles import after
from kernels.simd import float_to_bits, fma, lane_numbers, splat, store, store_int, where_less

LOW_PACE, LOW_RISE, MID_PACE, MID_WIDTH, MID_RISE, HIGH_PACE, HIGH_RISE = range(7)
BANDS = 7  # rows
RISES = (LOW_RISE, MID_RISE, HIGH_RISE)
LOW, BELL, HIGH = 0, 1, 3  # where each side of a strip remembers its bands; a bell has two
MEMORIES = 4
Rise: TypeAlias = tuple[Float, Float]
"""Half of a band's gain less 1 at both ends of a quantum; both 0: the band is flat."""


@fragment
def _rise(bands: Floats, strip: int, row: int, quantum: int) -> Rise:
    return bands[strip, row, quantum], bands[strip, row, quantum + 1]


@fragment
def _is_flat(rise: Rise) -> bool:
    return bool((rise[0] == f32(0.0)) & (rise[1] == f32(0.0)))


@fragment
def _first() -> Vector:
    """1 in the first lane, else 0."""
    return where_less(lane_numbers(), splat(f32(1.0)), splat(f32(1.0)), splat(f32(0.0)))


@fragment
def _rests(strip: int, memory: tuple[int, int], held: int, memories: Floats) -> bool:
    """Whether a band has nothing to do: nothing comes in, and next to nothing is remembered."""
    if held != SILENT:
        return False
    largest = f32(0.0)
    for side in range(2):
        for k in range(memory[0], memory[0] + memory[1]):
            largest = max(largest, abs(memories[strip, side * MEMORIES + k]))
    return bool(largest < f32(QUIETEST))


@fragment
def _forget(strip: int, memory: tuple[int, int], memories: Floats) -> None:
    for side in range(2):
        for k in range(memory[0], memory[0] + memory[1]):
            memories[strip, side * MEMORIES + k] = f32(0.0)


@fragment
def _last_of(x: Vector, scratch: Floats) -> Float:
    store(scratch, 0, x)
    return scratch[LANES - 1]


@fragment
def _shelve(
    quanta: int, strip: int, high: bool, bands: Floats, scratch: Floats, memories: Floats,
    buses: Ints,
) -> None:  # fmt: skip
    """Run both sides of a strip through one of its shelves."""
    row, memory = (HIGH_PACE, HIGH) if high else (LOW_PACE, LOW)
    pace = bands[strip, row, 0]
    keep = factors_of(f32(1.0) - pace)
    powers = powers_of(f32(1.0) - pace, keep, _first())
    for quantum in range(quanta):
        rise = _rise(bands, strip, row + 1, quantum)
        held = is_sounding(buses, strip, quantum)
        if _is_flat(rise) or _rests(strip, (memory, 1), held, memories):
            _forget(strip, (memory, 1), memories)
            continue
        if bands[strip, row, quantum] != pace:
            pace = bands[strip, row, quantum]
            keep = factors_of(f32(1.0) - pace)
            powers = powers_of(f32(1.0) - pace, keep, _first())
        for side in range(2):
            place = side * MEMORIES + memory
            begin = (2 * strip + side) * STRIDE + quantum * QUANTUM
            before = splat(memories[strip, place])
            for t in range(0, QUANTUM, LANES):
                x = read_bus(buses, begin + t, held)
                here = recalled(splat(pace) * x, before, keep, powers)
                passed = after(before, here) + here  # twice what a low-pass lets through
                if high:
                    passed = (x + x) - passed
                y = fma(ramp(rise[0], rise[1], t), passed, x)
                store_int(buses, begin + t, float_to_bits(y))
                before = here
            memories[strip, place] = _last_of(before, scratch)
        buses[2 * strip * STRIDE + SOUNDING + quantum] = i32(FLOATS)


@fragment
def _turn_of(pace: float, width: float) -> Matrix:
    """What a bell's two memories become in a frame.

    The trapezoidal state-variable filter (Simper 2013), its two states solved for the next ones.
    """
    one, two = f32(1.0), f32(2.0)
    a1 = one / (one + pace * (pace + width))
    a2 = pace * a1
    return two * a1 - one, -two * a2, two * a2, one - two * pace * a2


@fragment
def _ring(
    quanta: int, strip: int, bands: Floats, scratch: Floats, memories: Floats, buses: Ints
) -> None:
    """Run both sides of a strip through its bell."""
    pace, width = bands[strip, MID_PACE, 0], bands[strip, MID_WIDTH, 0]
    turn = _turn_of(pace, width)
    turns = matrices_of(turn)
    powers = powers_of_matrix(turn, turns, _first())
    for quantum in range(quanta):
        rise = _rise(bands, strip, MID_RISE, quantum)
        held = is_sounding(buses, strip, quantum)
        if _is_flat(rise) or _rests(strip, (BELL, 2), held, memories):
            _forget(strip, (BELL, 2), memories)
            continue
        now = bands[strip, MID_PACE, quantum], bands[strip, MID_WIDTH, quantum]
        if now[0] != pace or now[1] != width:
            pace, width = now
            turn = _turn_of(pace, width)
            turns = matrices_of(turn)
            powers = powers_of_matrix(turn, turns, _first())
        for side in range(2):
            place = side * MEMORIES + BELL
            begin = (2 * strip + side) * STRIDE + quantum * QUANTUM
            before = splat(memories[strip, place]), splat(memories[strip, place + 1])
            for t in range(0, QUANTUM, LANES):
                x = read_bus(buses, begin + t, held)
                driven = splat(turn[2]) * x, splat(turn[2] * pace) * x
                here = recalled_pair(driven, before, turns, powers)
                passed = after(before[0], here[0]) + here[0]
                y = fma(ramp(rise[0], rise[1], t), passed, x)
                store_int(buses, begin + t, float_to_bits(y))
                before = here
            memories[strip, place] = _last_of(before[0], scratch)
            memories[strip, place + 1] = _last_of(before[1], scratch)
        buses[2 * strip * STRIDE + SOUNDING + quantum] = i32(FLOATS)


@fragment
def _has(quanta: int, strip: int, row: int, bands: Floats) -> bool:
    """Whether a band is not flat throughout a block."""
    border = 0
    while border < quanta and bands[strip, row, border] == f32(0.0):
        border += 1
    return bool(bands[strip, row, border] != f32(0.0))


@fragment
def equalise(
    quanta: int,
    first: int,
    last: int,
    bands: Floats,
    scratch: Floats,
    memories: Floats,
    buses: Ints,
) -> None:
    """Equalise some part buses in place.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    first, last : int
        The strips from the first up to the last, which is left out.
    bands : (strips, 7, quanta + 1) float32
        For each strip, at each quantum border: pace of the low shelf, 0..2, and half of its gain
        less 1; pace and width (1 / Q) of the bell, and half of its gain less 1 times the width;
        pace of the high shelf, 0..2, and half of its gain less 1. A strip whose three gains are
        zero is left as it is.
    scratch : (16,) float32
    memories : (strips, 8) float32, in/out
        Four of the left and four of the right side.
    buses : (strips * 2 * `STRIDE`,) int32, in/out
        As in `kernels.buses`.
    """
    for strip in range(first, last):
        if _has(quanta, strip, LOW_RISE, bands):
            _shelve(quanta, strip, False, bands, scratch, memories, buses)
        else:
            _forget(strip, (LOW, 1), memories)
        if _has(quanta, strip, MID_RISE, bands):
            _ring(quanta, strip, bands, scratch, memories, buses)
        else:
            _forget(strip, (BELL, 2), memories)
        if _has(quanta, strip, HIGH_RISE, bands):
            _shelve(quanta, strip, True, bands, scratch, memories, buses)
        else:
            _forget(strip, (HIGH, 1), memories)
