"""Saws as straight lines, and the edges at which they fall, one by one.

Between its edges a saw is a line, and the sum of two is one too, which costs a frame one operation.
Only around its edge, nine frames of a period, is a saw the polynomial of `kernels.oscillators`. So
a control period of sixteen voices is a line for each, and a correction for every saw that passes
its edge in it, sixteen frames at a time: a saw of 220 Hz does in one period out of nine.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int64 as i64

from kernels._jit import fragment
from kernels._types import Floats, Ints, IntVector, Vector
from kernels.lanes import CONTROL_FRAMES, LANES, QUANTUM
from kernels.masks import lanes_below, lowest_bit
from kernels.oscillators import FULL_SCALE, REACH_FRAMES, edge, saw_width
from kernels.runs import Four, turned_fours
from kernels.simd import (
    fma,
    lane_numbers,
    lesser_of,
    load,
    load_fours,
    load_int,
    load_splat,
    shift_left,
    splat,
    store,
    to_float,
    to_int,
    unsigned_to_float,
)

SAWS = 2 * LANES  # two of each voice
PERIODS = QUANTUM // CONTROL_FRAMES
EDGES = 0  # places on the sheet: for each lane its corrections of a quantum,
ENDS = EDGES + QUANTUM * LANES  # and for each saw how far each control period takes it beyond
STEPS = ENDS + PERIODS * SAWS  # its edge, by how much it moves a frame, how far the edge reaches
REACHES = STEPS + SAWS  # to either side, and its width (`oscillators.saw_width`):
WIDTHS = REACHES + SAWS  # all of a phase
SHEET = WIDTHS + SAWS
WIDEST_REACH = 2.0**31 - 2.0**8  # half a turn, as an int can hold it
TURN = 2.0**32
HIGH = TURN / 28.0  # a control period and two reaches are 25 frames; vibrato may raise a saw
CONTROL_BITS = 4
LAST = CONTROL_FRAMES - 1
LANE_BITS = 4
Saw: TypeAlias = tuple[IntVector, IntVector, Vector, Vector]
"""Of each voice: its phase, by how much it moves in a control period, how far its edge reaches, and
where a control period must end for it to have come near.
"""


@fragment
def line_from(end: Vector, slope: Vector) -> Vector:
    """Where the sum of saws is at the first frame of a control period, but for their edges."""
    return fma(splat(f32(-LAST)), slope, end)


@fragment
def begin_saw(row: int, increment: Vector, phases: Ints, sheet: Floats) -> tuple[Saw, bool]:
    """Get one saw of each voice ready for a quantum, in which it moves by so much a frame.

    ``row`` is where its phases stand, and in each part of the sheet all that belongs to it. The
    second is whether one is so high that a control period may see two of its edges.
    """
    step = to_int(increment)
    slope = to_float(step)
    reach = lesser_of(slope * splat(f32(REACH_FRAMES)), splat(f32(WIDEST_REACH)))
    store(sheet, STEPS + row, slope)
    store(sheet, REACHES + row, reach)
    store(sheet, WIDTHS + row, saw_width(slope))
    saw = load_int(phases, row), shift_left(step, CONTROL_BITS), reach, _bound(slope, reach)
    return saw, bool(lanes_below(splat(f32(HIGH)), slope) != 0)


@fragment
def _bound(slope: Vector, reach: Vector) -> Vector:
    """Below which a control period must end for a saw to have come near its edge in it."""
    return fma(slope, splat(f32(LAST)), reach)


@fragment
def move_saw(row: int, period: int, saw: Saw, sheet: Floats) -> tuple[Saw, Vector, int]:
    """Move a saw by a control period, to where its line ends.

    The third is which saws came near their edge, a bit each. Their line is that of a saw which has
    passed it, even where they have not yet.
    """
    phase, steps, reach, bound = saw
    phase = phase + steps
    end = unsigned_to_float(phase + to_int(reach)) - reach
    store(sheet, ENDS + period * SAWS + row, end)
    return (phase, steps, reach, bound), end, int(lanes_below(end, bound))


@fragment
def _correction(number: int, sheet: Floats) -> Vector:
    """What a saw differs from its line in a control period: before its edge it is a turn above."""
    frames, full = lane_numbers() - splat(f32(LAST)), splat(f32(FULL_SCALE))
    saw = number & (SAWS - 1)
    phase = fma(frames, load_splat(sheet, STEPS + saw), load_splat(sheet, ENDS + number))
    return full - edge(phase * load_splat(sheet, WIDTHS + saw))


@fragment
def _place_of(number: int) -> int:
    """Where the corrections of a saw lie in a control period."""
    return EDGES + (number & (LANES - 1)) * QUANTUM + number // SAWS * CONTROL_FRAMES


@fragment
def lay_edges(near: int, row: int, sheet: Floats) -> None:
    """Write what saws differ from their lines: those whose bit is set, the first being at ``row``.

    Rows are those of all control periods. What stands where no bit is set is of another quantum.
    """
    left, first_saws = near, near << LANES
    while left != 0:
        bit = lowest_bit(left)
        left &= left - 1
        beside = splat(f32((first_saws >> bit) & (bit >> LANE_BITS) & 1))
        place = _place_of(row + bit)
        store(sheet, place, fma(load(sheet, place), beside, _correction(row + bit, sheet)))


@fragment
def add_earlier_edges(sheet: Floats) -> None:
    """Add what saws differ for having passed more than one edge, all from the first on."""
    for row in range(0, PERIODS * SAWS, LANES):
        saws = row & (SAWS - 1)
        near, bound = i64(1), _bound(load(sheet, STEPS + saws), load(sheet, REACHES + saws))
        while near != 0:
            end = load(sheet, ENDS + row) + splat(f32(TURN))
            store(sheet, ENDS + row, end)
            near = int(lanes_below(end, bound))
            left = near
            while left != 0:
                number = row + lowest_bit(left)
                left &= left - 1
                place = _place_of(number)
                store(sheet, place, load(sheet, place) + _correction(number, sheet))


@fragment
def cornered(near: int) -> int:
    """The lanes of a control period in which either saw came near its edge, a bit each."""
    return near | near >> LANES


@fragment
def edges_at(frame: int, sheet: Floats) -> Four:
    """The corrections of four frames of a quantum, for each lane."""
    lane, four = 4 * QUANTUM, EDGES + frame
    return turned_fours(
        load_fours(sheet, four, lane),
        load_fours(sheet, four + QUANTUM, lane),
        load_fours(sheet, four + 2 * QUANTUM, lane),
        load_fours(sheet, four + 3 * QUANTUM, lane),
    )
