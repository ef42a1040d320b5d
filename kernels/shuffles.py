"""Lanes that change places: within a vector, between two, and between sixteen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from kernels._vectors import FLOATS, INTS, LANES, f32x16, load_at, pointer_to, store_at


def _shuffled(builder: Any, x: Any, y: Any, lanes: Iterable[int]) -> Any:
    """Sixteen of the lanes of two vectors; those of the second count from 16 on."""
    return builder.shuffle_vector(x, y, ir.Constant(INTS, list(lanes)))


@intrinsic
def after(typingctx: Any, before: Any, x: Any) -> Any:
    """Each lane's neighbour on the left; the first one's is the last of ``before``."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _shuffled(builder, args[0], args[1], range(LANES - 1, 2 * LANES - 1))

    return f32x16(f32x16, f32x16), generate


@intrinsic
def backwards(typingctx: Any, x: Any) -> Any:
    """All lanes, the last first."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _shuffled(builder, args[0], args[0], reversed(range(LANES)))

    return f32x16(f32x16), generate


def _turned_by(distance: int) -> Any:
    """What turns lanes to the right by a distance; the last come round to be the first."""

    @intrinsic
    def turned(typingctx: Any, x: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            lanes = [(lane - distance) % LANES for lane in range(LANES)]
            return _shuffled(builder, args[0], args[0], lanes)

        return f32x16(f32x16), generate

    return turned


turned_1, turned_2, turned_4, turned_8 = map(_turned_by, (1, 2, 4, 8))
turned_back = _turned_by(LANES - 1)  # each lane's neighbour on the right


def _picking(lanes: Iterable[int]) -> Any:
    """What picks sixteen of the lanes of two vectors; those of the second count from 16 on."""
    chosen = list(lanes)

    @intrinsic
    def picked(typingctx: Any, x: Any, y: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return _shuffled(builder, args[0], args[1], chosen)

        return f32x16(f32x16, f32x16), generate

    return picked


def _in_quarters(*lanes: int) -> list[int]:
    """The same choice in each quarter of two vectors: 0..3 of the first, 4..7 of the second."""
    return [
        4 * quarter + (lane if lane < 4 else lane - 4 + LANES)
        for quarter in range(4)
        for lane in lanes
    ]


def _whole_quarters(*quarters: int) -> list[int]:
    """Four of the quarters of two vectors; those of the second count from 4 on."""
    return [4 * quarter + lane for quarter in quarters for lane in range(4)]


_SINGLES = _in_quarters(0, 4, 1, 5), _in_quarters(2, 6, 3, 7)
_PAIRS = _in_quarters(0, 1, 4, 5), _in_quarters(2, 3, 6, 7)
_QUARTERS = _whole_quarters(0, 2, 4, 6), _whole_quarters(1, 3, 5, 7)
_HALVES = _whole_quarters(0, 4, 1, 5), _whole_quarters(2, 6, 3, 7)  # a quarter of each in turn

_AFTER = (range(LANES - distance, 2 * LANES - distance) for distance in range(2, 8))
after_2, after_3, after_4, after_5, after_6, after_7 = map(_picking, _AFTER)
"""As `after`, for neighbours that are farther away."""
evens, odds = (_picking(range(first, 2 * LANES, 2)) for first in range(2))
woven_first, woven_last = (
    _picking(
        lane + vector * LANES for lane in range(half, half + LANES // 2) for vector in range(2)
    )
    for half in (0, LANES // 2)
)
"""Lanes of two vectors in turn, those of their first or of their last half."""

first_pairs, last_pairs = map(_picking, _SINGLES)
first_halves, last_halves = map(_picking, _PAIRS)
even_fours, odd_fours = map(_picking, _QUARTERS)
fours_of_first_halves, fours_of_last_halves = map(_picking, _HALVES)


def _lane(side: int, run: int) -> int:
    """Which lane holds a run of a side (`kernels.runs`)."""
    return 8 * side + 4 * (run % 2) + run // 2


RUN_OF_LANE = [run for _, run in sorted((_lane(0, run), run) for run in range(8))] * 2


def _of_run_before(distance: int) -> Any:
    """What gives each run what one some runs earlier has; the first get the last of another."""
    return _picking(
        _lane(lane // 8, (run - distance) % 8) + LANES * (run >= distance)
        for lane, run in enumerate(RUN_OF_LANE)
    )


of_run_1, of_run_2, of_run_4 = map(_of_run_before, (1, 2, 4))


@intrinsic
def of_last_runs(typingctx: Any, x: Any) -> Any:
    """What the last run of each side has, in all lanes of the side."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        lanes = [_lane(lane // 8, 7) for lane in range(LANES)]
        return _shuffled(builder, args[0], args[0], lanes)

    return f32x16(f32x16), generate


@intrinsic
def run_numbers(typingctx: Any) -> Any:
    """Which run is in each lane, as floats."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return ir.Constant(FLOATS, [float(run) for run in RUN_OF_LANE])

    return f32x16(), generate


def _transposed(builder: Any, rows: list[Any]) -> list[Any]:
    """Sixteen rows as sixteen columns, in four rounds of shuffles that are one instruction each.

    Two rounds turn tiles of four by four, which are quarters of rows; two more turn the quarters.
    """
    for distance, (low, high) in ((1, _SINGLES), (2, _PAIRS)):
        turned = list(rows)
        for n in (n for n in range(LANES) if not n & distance):
            turned[n] = _shuffled(builder, rows[n], rows[n | distance], low)
            turned[n | distance] = _shuffled(builder, rows[n], rows[n | distance], high)
        rows = turned
    # Rows 4 r + b are, by the order of rounds, columns b with its two bits swapped.
    rows = [rows[4 * (n // 4) + (n % 4 >> 1 | (n & 1) << 1)] for n in range(LANES)]
    for distance in (4, 8):
        turned = list(rows)
        for n in (n for n in range(LANES) if not n & distance):
            turned[n] = _shuffled(builder, rows[n], rows[n | distance], _QUARTERS[0])
            turned[n | distance] = _shuffled(builder, rows[n], rows[n | distance], _QUARTERS[1])
        rows = turned
    return rows


@intrinsic
def transpose(
    typingctx: Any,
    source: Any,
    start: Any,
    stride: Any,
    target: Any,
    target_start: Any,
    target_stride: Any,
) -> Any:
    """Turn a 16 × 16 tile from one row per frame into one row per lane.

    ``target[target_start + lane * target_stride + t] = source[start + t * stride + lane]``.
    """

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        def place(number: int, array: int) -> Any:
            step = builder.mul(args[array + 2], ir.Constant(args[array + 2].type, number))
            index = builder.add(args[array + 1], step)
            return pointer_to(builder, args[array], index, FLOATS)

        rows = [load_at(builder, place(t, 0)) for t in range(LANES)]
        for lane, row in enumerate(_transposed(builder, rows)):
            store_at(builder, row, place(lane, 3))
        return context.get_dummy_value()

    sizes = types.intp, types.intp
    return types.void(source, *sizes, target, *sizes), generate
