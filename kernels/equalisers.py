"""Three bands for each strip: low shelf, bell, high shelf; one after the other, in time lanes.

A band that is flat is not there: it costs nothing, changes no bit and remembers nothing. A strip
whose bus is silent and whose filters have died away is silent, too. What is filtered is left in
its bus as floats.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Float, Floats, Ints, Vector
from kernels.buses import FLOATS, SILENT, SOUNDING, STRIDE, is_sounding, read_bus
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import ramp
from kernels.rings import QUIETEST
from kernels.scans import (
    factors_of,
    matrices_of,
    powers_of,
    powers_of_matrix,
    recalled,
    recalled_pair,
)
from kernels.simd import (
    after,
    float_to_bits,
    fma,
    lane_numbers,
    load,
    splat,
    store,
    store_int,
    where_less,
)

LOW_PACE, LOW_RISE, MID_PACE, MID_WIDTH, MID_RISE, HIGH_PACE, HIGH_RISE = range(7)
BANDS = 7  # rows
RISES = (LOW_RISE, MID_RISE, HIGH_RISE)
LOW, BELL, BELL_OTHER, HIGH = range(4)  # what each side of a strip remembers
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
def _has_died_away(strip: int, memories: Floats) -> bool:
    """Whether the filters of a strip remember next to nothing; then they forget it."""
    largest = f32(0.0)
    for k in range(2 * MEMORIES):
        largest = max(largest, abs(memories[strip, k]))
    if largest >= f32(QUIETEST):
        return False
    _forget(strip, 0, 2 * MEMORIES, memories)
    return True


@fragment
def _forget(strip: int, first: int, count: int, memories: Floats) -> None:
    for k in range(first, first + count):
        memories[strip, k] = f32(0.0)


@fragment
def _last_of(x: Vector, rows: Floats) -> Float:
    """The last lane; the end of the rows is room for it."""
    store(rows, 2 * QUANTUM, x)
    return rows[2 * QUANTUM + LANES - 1]


@fragment
def _low_shelf(pace: float, rise: Rise, strip: int, memories: Floats, rows: Floats) -> None:
    """Run both sides of a quantum through the low shelf."""
    keep = factors_of(f32(1.0) - pace)
    powers = powers_of(keep, _first())
    for side in range(2):
        place, start = side * MEMORIES + LOW, side * QUANTUM
        before = splat(memories[strip, place])
        for t in range(start, start + QUANTUM, LANES):
            x = load(rows, t)
            here = recalled(splat(pace) * x, before, keep, powers)
            gain = ramp(rise[0], rise[1], t - start)
            store(rows, t, fma(gain, after(before, here) + here, x))
            before = here
        memories[strip, place] = _last_of(before, rows)


@fragment
def _high_shelf(pace: float, rise: Rise, strip: int, memories: Floats, rows: Floats) -> None:
    """Run both sides of a quantum through the high shelf."""
    keep = factors_of(f32(1.0) - pace)
    powers = powers_of(keep, _first())
    for side in range(2):
        place, start = side * MEMORIES + HIGH, side * QUANTUM
        before = splat(memories[strip, place])
        for t in range(start, start + QUANTUM, LANES):
            x = load(rows, t)
            here = recalled(splat(pace) * x, before, keep, powers)
            gain = ramp(rise[0], rise[1], t - start)
            store(rows, t, fma(gain, (x + x) - (after(before, here) + here), x))
            before = here
        memories[strip, place] = _last_of(before, rows)


@fragment
def _bell(
    pace: float, width: float, rise: Rise, strip: int, memories: Floats, rows: Floats
) -> None:
    """Run both sides of a quantum through the bell.

    The trapezoidal state-variable filter (Simper 2013), its two states solved for the next ones.
    """
    one, two = f32(1.0), f32(2.0)
    a1 = one / (one + pace * (pace + width))
    a2 = pace * a1
    turn = two * a1 - one, -two * a2, two * a2, one - two * pace * a2
    turns = matrices_of(turn)
    powers = powers_of_matrix(turns, _first())
    for side in range(2):
        place, start = side * MEMORIES + BELL, side * QUANTUM
        before = splat(memories[strip, place]), splat(memories[strip, place + 1])
        for t in range(start, start + QUANTUM, LANES):
            x = load(rows, t)
            driven = splat(turn[2]) * x, splat(turn[2] * pace) * x
            here = recalled_pair(driven, before, turns, powers)
            gain = ramp(rise[0], rise[1], t - start)
            store(rows, t, fma(gain, after(before[0], here[0]) + here[0], x))
            before = here
        memories[strip, place] = _last_of(before[0], rows)
        memories[strip, place + 1] = _last_of(before[1], rows)


@fragment
def _read(strip: int, quantum: int, held: int, buses: Ints, rows: Floats) -> None:
    for side in range(2):
        source = (2 * strip + side) * STRIDE + quantum * QUANTUM
        for t in range(0, QUANTUM, LANES):
            store(rows, side * QUANTUM + t, read_bus(buses, source + t, held))


@fragment
def _write(strip: int, quantum: int, rows: Floats, buses: Ints) -> None:
    for side in range(2):
        target = (2 * strip + side) * STRIDE + quantum * QUANTUM
        for t in range(0, QUANTUM, LANES):
            store_int(buses, target + t, float_to_bits(load(rows, side * QUANTUM + t)))
    buses[2 * strip * STRIDE + SOUNDING + quantum] = i32(FLOATS)


@fragment
def _run(
    strip: int,
    quantum: int,
    bands: Floats,
    rises: tuple[Rise, Rise, Rise],
    memories: Floats,
    rows: Floats,
) -> None:
    """Run the bands that are not flat; the others forget."""
    low, mid, high = rises
    if _is_flat(low):
        _forget(strip, LOW, 1, memories)
        _forget(strip, MEMORIES + LOW, 1, memories)
    else:
        _low_shelf(bands[strip, LOW_PACE, quantum], low, strip, memories, rows)
    if _is_flat(mid):
        _forget(strip, BELL, 2, memories)
        _forget(strip, MEMORIES + BELL, 2, memories)
    else:
        pace, width = bands[strip, MID_PACE, quantum], bands[strip, MID_WIDTH, quantum]
        _bell(pace, width, mid, strip, memories, rows)
    if _is_flat(high):
        _forget(strip, HIGH, 1, memories)
        _forget(strip, MEMORIES + HIGH, 1, memories)
    else:
        _high_shelf(bands[strip, HIGH_PACE, quantum], high, strip, memories, rows)


@kernel
def equalise(
    quanta: int,
    first: int,
    last: int,
    bands: Floats,
    rows: Floats,
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
    rows : (2 * 64 + 16,) float32, scratch
    memories : (strips, 8) float32, in/out
        Four of the left and four of the right side.
    buses : (strips * 2 * `STRIDE`,) int32, in/out
        As in `kernels.buses`.
    """
    for strip in range(first, last):
        for quantum in range(quanta):
            low = _rise(bands, strip, LOW_RISE, quantum)
            mid = _rise(bands, strip, MID_RISE, quantum)
            high = _rise(bands, strip, HIGH_RISE, quantum)
            if _is_flat(low) and _is_flat(mid) and _is_flat(high):
                _forget(strip, 0, 2 * MEMORIES, memories)
                continue
            held = is_sounding(buses, strip, quantum)
            if held == SILENT and _has_died_away(strip, memories):
                continue
            _read(strip, quantum, held, buses, rows)
            _run(strip, quantum, bands, (low, mid, high), memories, rows)
            _write(strip, quantum, rows, buses)
