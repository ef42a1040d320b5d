"""Saws as straight lines, and the edges at which they fall, one by one.

Between its edges a saw is a line, and the sum of six is one too, which costs a frame one operation.
Only around its edge, nine frames of a period, is a saw the polynomial of `kernels.oscillators`. So
a control period of sixteen voices is a line for each, and a correction for every saw that passes
its edge in it, sixteen frames at a time: a saw of 220 Hz does in one period out of nine.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import Floats, Ints, IntVector, Vector
from kernels.lanes import CONTROL_FRAMES, LANES
from kernels.oscillators import EDGE_END, saw
from kernels.shuffles import transpose
from kernels.simd import (
    bits_to_float,
    float_to_bits,
    fma,
    lane_numbers,
    lanes_below,
    lesser_of,
    load,
    load_int,
    lowest_bit,
    shift_left,
    splat,
    splat_int,
    store,
    store_int,
    to_float,
    to_int,
    unsigned_to_float,
)

MOST_SAWS = 6
EDGES = 0  # places on the sheet: for each lane its corrections of a control period
STEPS = EDGES + CONTROL_FRAMES * LANES  # and for each saw by how much its phase moves a frame,
WIDTHS = STEPS + MOST_SAWS * LANES  # and the width of its edge as `kernels.oscillators` has it
SHEET = WIDTHS + MOST_SAWS * LANES
HALF_TURN = i32(-(1 << 31))  # a saw falls at phase 0 and is zero half a turn from there
WIDEST_REACH = 2.0**31 - 2.0**8  # half a turn, as an int can hold it
CONTROL_BITS = 4
LAST = CONTROL_FRAMES - 1


@fragment
def line_at(frame: int, end: Vector, slope: Vector) -> Vector:
    """Where the sum of saws is at a frame of a control period, but for their edges."""
    return fma(splat(f32(frame - LAST)), slope, end)


@fragment
def _passing(phase: IntVector, step: Vector, width: Vector) -> int:
    """Which of sixteen saws come near their edge in the control period that ends here: a bit each.

    That are those which are less beyond its near end than they have moved, and it is wide.
    """
    reach = lesser_of(splat(f32(EDGE_END)) / width, splat(f32(WIDEST_REACH)))
    beyond = unsigned_to_float(phase + to_int(reach))
    return int(lanes_below(beyond, fma(step, splat(f32(CONTROL_FRAMES)), reach + reach)))


@fragment
def move_saw(row: int, step: IntVector, phases: Ints, sheet: Floats) -> tuple[Vector, Vector, int]:
    """Move one saw of each voice by a control period, to where its line ends; its slope.

    ``row`` is where its phases stand, and in each part of the sheet all that belongs to it. The
    third is which of them pass their edge, a bit each.
    """
    phase = load_int(phases, row) + shift_left(step, CONTROL_BITS)
    store_int(phases, row, phase)
    store(sheet, STEPS + row, bits_to_float(step))
    slope = to_float(step)
    passing = _passing(phase, slope, load(sheet, WIDTHS + row))
    return to_float(phase ^ splat_int(HALF_TURN)), slope, passing


@fragment
def clear_edges(sheet: Floats) -> None:
    """Correct nothing yet."""
    for place in range(EDGES, EDGES + CONTROL_FRAMES * LANES, LANES):
        store(sheet, place, splat(f32(0.0)))


@fragment
def add_edges(passing: int, row: int, phases: Ints, sheet: Floats) -> None:
    """Add what saws differ from their lines: those whose bit is set, the first being at ``row``."""
    frames = lane_numbers() - splat(f32(LAST))
    while passing != 0:
        number = row + lowest_bit(passing)
        passing &= passing - 1
        place = EDGES + (number & (LANES - 1)) * CONTROL_FRAMES
        end, step = splat_int(phases[number]), float_to_bits(splat(sheet[STEPS + number]))
        line = fma(frames, to_float(step), to_float(end ^ splat_int(HALF_TURN)))
        now = saw(end + step * to_int(frames), splat(sheet[WIDTHS + number]))
        store(sheet, place, load(sheet, place) + (now - line))


@fragment
def lay_edges(sheet: Floats, t0: int, tile: Floats) -> None:
    """Bring the corrections to the frames of a tile."""
    transpose(sheet, EDGES, CONTROL_FRAMES, tile, t0 * LANES, LANES)
