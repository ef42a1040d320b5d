"""Saws as straight lines, and the edges at which they fall, one by one.

Between its edges a saw is a line, and the sum of two is one too, which costs a frame one operation.
Only around its edge, nine frames of a period, is a saw the polynomial of `kernels.oscillators`. So
a control period of sixteen voices is a line for each, and a correction for every saw that passes
its edge in it, sixteen frames at a time: a saw of 220 Hz does in one period out of nine.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int64 as i64

from kernels._jit import fragment
from kernels._types import Floats, Ints, IntVector, Vector
from kernels.lanes import CONTROL_FRAMES, LANES, QUANTUM
from kernels.oscillators import FULL_SCALE, REACH_FRAMES, edge, saw_width
from kernels.shuffles import transpose
from kernels.simd import (
    fma,
    lane_numbers,
    lanes_below,
    lesser_of,
    load,
    load_int,
    lowest_bit,
    shift_left,
    splat,
    store,
    store_int,
    to_float,
    to_int,
    unsigned_to_float,
)

SAWS = 2 * LANES  # two of each voice
PERIODS = QUANTUM // CONTROL_FRAMES
EDGES = 0  # places on the sheet: for each lane its corrections of a quantum,
ENDS = EDGES + QUANTUM * LANES  # and for each saw how far each control period takes it beyond
STEPS = ENDS + PERIODS * SAWS  # its edge, by how much it moves a frame, how far the edge reaches
REACHES = STEPS + PERIODS * SAWS  # to either side, and its width (`oscillators.saw_width`):
WIDTHS = REACHES + SAWS  # all of a phase
SHEET = WIDTHS + SAWS
WIDEST_REACH = 2.0**31 - 2.0**8  # half a turn, as an int can hold it
TURN = 2.0**32
HIGH = TURN / 28.0  # a control period and two reaches are 25 frames; vibrato may raise a saw
CONTROL_BITS = 4
LAST = CONTROL_FRAMES - 1


@fragment
def line_at(frame: int, end: Vector, slope: Vector) -> Vector:
    """Where the sum of saws is at a frame of a control period, but for their edges."""
    return fma(splat(f32(frame - LAST)), slope, end)


@fragment
def set_edges(row: int, increment: Vector, sheet: Floats) -> bool:
    """Tell of a saw by how much it moves a frame, more or less.

    Returns whether it is so high that a control period may see two of its edges.
    """
    reach = lesser_of(increment * splat(f32(REACH_FRAMES)), splat(f32(WIDEST_REACH)))
    store(sheet, WIDTHS + row, saw_width(increment))
    store(sheet, REACHES + row, reach)
    return bool(lanes_below(splat(f32(HIGH)), increment) != 0)


@fragment
def _near(end: Vector, step: Vector, reach: Vector) -> int:
    """Which of sixteen saws came near their edge in a control period: a bit each."""
    return int(lanes_below(fma(step, splat(f32(-LAST)), end), reach))


@fragment
def move_saw(
    row: int, period: int, step: IntVector, phases: Ints, sheet: Floats
) -> tuple[Vector, Vector, int]:
    """Move one saw of each voice by a control period, to where its line ends; its slope.

    ``row`` is where its phases stand, and in each part of the sheet all that belongs to it. The
    third is which of them came near their edge, a bit each. Their line is that of a saw which has
    passed it, even where they have not yet.
    """
    phase = load_int(phases, row) + shift_left(step, CONTROL_BITS)
    store_int(phases, row, phase)
    reach, slope = load(sheet, REACHES + row), to_float(step)
    end = unsigned_to_float(phase + to_int(reach)) - reach
    store(sheet, ENDS + period * SAWS + row, end)
    store(sheet, STEPS + period * SAWS + row, slope)
    return end - splat(f32(FULL_SCALE)), slope, _near(end, slope, reach)


@fragment
def clear_edges(sheet: Floats) -> None:
    """Correct nothing yet."""
    for place in range(EDGES, EDGES + QUANTUM * LANES, LANES):
        store(sheet, place, splat(f32(0.0)))


@fragment
def add_edges(near: int, row: int, sheet: Floats) -> None:
    """Add what saws differ from their lines: those whose bit is set, the first being at ``row``.

    Rows are those of all control periods. Before its edge a saw is a full turn above its line.
    """
    frames, full = lane_numbers() - splat(f32(LAST)), splat(f32(FULL_SCALE))
    while near != 0:
        number = row + lowest_bit(near)
        near &= near - 1
        place = EDGES + (number & (LANES - 1)) * QUANTUM + number // SAWS * CONTROL_FRAMES
        phase = fma(frames, splat(sheet[STEPS + number]), splat(sheet[ENDS + number]))
        here = edge(phase * splat(sheet[WIDTHS + (number & (SAWS - 1))]))
        store(sheet, place, load(sheet, place) + (full - here))


@fragment
def add_earlier_edges(sheet: Floats) -> None:
    """Add what saws differ for having passed more than one edge, all from the first on."""
    for row in range(0, PERIODS * SAWS, LANES):
        near, reach = i64(1), load(sheet, REACHES + (row & (SAWS - 1)))
        while near != 0:
            end = load(sheet, ENDS + row) + splat(f32(TURN))
            store(sheet, ENDS + row, end)
            near = _near(end, load(sheet, STEPS + row), reach)
            add_edges(near, row, sheet)


@fragment
def lay_edges(sheet: Floats, tile: Floats) -> None:
    """Bring the corrections to the frames of a tile."""
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        transpose(sheet, EDGES + t0, QUANTUM, tile, t0 * LANES, LANES)
