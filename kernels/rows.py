"""From voices to part buses: the row that each of up to sixteen voices has, and what adds them.

A row is a ring of two quanta: what a voice has rendered last, and what before. A voice sounds up to
63 frames later than its quanta begin, so what it gives to a quantum of its bus is a window over
both. Voices of one bus are added up in registers before the bus is touched: memory is what adding
costs. Sums are of whole numbers, so their order does not matter.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import Floats, Ints, IntVector, Vector
from kernels.buses import SILENT, STEPS, STRIDE, WHOLE
from kernels.simd import (
    LANES,
    fma,
    greater_of,
    lane_numbers,
    load,
    load_int,
    splat,
    splat_int,
    store,
    store_int,
    to_int,
)
from kernels.voices import FADE_QUANTA, QUANTUM

RING = 2 * QUANTUM
ROW = RING + LANES  # the first frames of the ring are repeated behind its end
LASTS, HOLDS, FADES, PLACES, SAYS, DELAYS = (LANES * span for span in range(6))
"""Places in the spans of sixteen voices in a block: for how many quanta of it a voice sounds, is
held, and does not fade yet; its bus and quantum at the start, and where the bus says whether that
quantum holds anything; and how many frames later it sounds.
"""
LEFT, RIGHT = 0, LANES  # places in the sides: gains
Sums: TypeAlias = tuple[IntVector, IntVector, IntVector, IntVector]
"""One side of a quantum."""


@fragment
def begin_at(step: int) -> int:
    """Where in a row the quantum of a step is written."""
    return (step & 1) * QUANTUM


@fragment
def _silence(row: int, begin: int, rows: Floats) -> None:
    for t in range(row + begin, row + begin + QUANTUM, LANES):
        store(rows, t, splat(f32(0.0)))


@fragment
def clear_rows(voices: int, rows: Floats) -> None:
    """Let voices have given nothing before their first step."""
    for lane in range(voices):
        _silence(lane * ROW, begin_at(1), rows)


@fragment
def fade(row: int, begin: int, age: int, rows: Floats) -> None:
    """Fade a quantum, ``age`` frames after the voice began to."""
    for t in range(0, QUANTUM, LANES):
        rest = lane_numbers() + splat(f32(age + t))
        level = fma(rest, splat(f32(-1.0 / (FADE_QUANTA * QUANTUM))), splat(f32(1.0)))
        place = row + begin + t
        store(rows, place, load(rows, place) * greater_of(level, splat(f32(0.0))))


@fragment
def finish_rows(voices: int, step: int, spans: Ints, rows: Floats) -> None:
    """Fade what ends soon, silence what has ended, and close the rings, after each step."""
    begin = begin_at(step)
    for lane in range(voices):
        row = lane * ROW
        if step >= spans[LASTS + lane]:
            _silence(row, begin, rows)
        elif step >= spans[FADES + lane]:
            fade(row, begin, (step - spans[FADES + lane]) * QUANTUM, rows)
        if begin == 0:
            store(rows, row + RING, load(rows, row))


@fragment
def _added(total: IntVector, x: Vector, side: Vector) -> IntVector:
    return total + to_int(x * side)


@fragment
def add_sound(
    sound: tuple[Vector, Vector, Vector, Vector],
    left: Vector,
    right: Vector,
    sums: tuple[Sums, Sums],
) -> tuple[Sums, Sums]:
    """Add a quantum to both sides, in steps of a bus."""
    (a, b, c, d), (lefts, rights) = sound, sums
    return (
        (_added(lefts[0], a, left), _added(lefts[1], b, left),
         _added(lefts[2], c, left), _added(lefts[3], d, left)),
        (_added(rights[0], a, right), _added(rights[1], b, right),
         _added(rights[2], c, right), _added(rights[3], d, right)),
    )  # fmt: skip


@fragment
def _add_voice(
    lane: int, step: int, delay: int, sides: Floats, rows: Floats, sums: tuple[Sums, Sums]
) -> tuple[Sums, Sums]:
    """Add the window of one voice."""
    first, row, turn = begin_at(step) - delay, lane * ROW, RING - 1
    left = splat(f32(sides[LEFT + lane] * f32(STEPS)))
    right = splat(f32(sides[RIGHT + lane] * f32(STEPS)))
    a = load(rows, row + (first & turn))
    b = load(rows, row + ((first + LANES) & turn))
    c = load(rows, row + ((first + 2 * LANES) & turn))
    d = load(rows, row + ((first + 3 * LANES) & turn))
    return add_sound((a, b, c, d), left, right, sums)


@fragment
def _give(x: IntVector, adds: bool, place: int, buses: Ints) -> None:
    store_int(buses, place, x + load_int(buses, place) if adds else x)


@fragment
def _give_side(side: Sums, adds: bool, place: int, buses: Ints) -> None:
    _give(side[0], adds, place, buses)
    _give(side[1], adds, place + LANES, buses)
    _give(side[2], adds, place + 2 * LANES, buses)
    _give(side[3], adds, place + 3 * LANES, buses)


@fragment
def add_sums(sums: tuple[Sums, Sums], place: int, says: int, buses: Ints) -> None:
    """Add both sides to a quantum of a bus, or begin it."""
    if buses[says] == SILENT:
        buses[says] = WHOLE
        _give_side(sums[0], False, place, buses)
        _give_side(sums[1], False, place + STRIDE, buses)
    else:
        _give_side(sums[0], True, place, buses)
        _give_side(sums[1], True, place + STRIDE, buses)


@fragment
def add_rows(voices: int, step: int, spans: Ints, sides: Floats, rows: Floats, buses: Ints) -> None:
    """Add what voices give to the quantum of their buses that a step belongs to.

    The step after a voice's last one brings what its delay has held back.
    """
    none = splat_int(i32(0))
    lane = 0
    while lane < voices:
        place, says = int(spans[PLACES + lane]), int(spans[SAYS + lane])
        sums, sounds = ((none, none, none, none), (none, none, none, none)), False
        while lane < voices and spans[PLACES + lane] == place:
            delay, ends = int(spans[DELAYS + lane]), int(spans[LASTS + lane])
            if step < ends or (step == ends and delay > 0):
                sums, sounds = _add_voice(lane, step, delay, sides, rows, sums), True
            lane += 1
        if sounds:  # else the step may lie beyond the block, and beyond the last bus
            add_sums(sums, place + step * QUANTUM, says + step, buses)
