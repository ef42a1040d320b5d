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
def last_lane(typingctx: Any, x: Any) -> Any:
    """The last lane in all lanes."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _shuffled(builder, args[0], args[0], [LANES - 1] * LANES)

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


def _transposed(builder: Any, rows: list[Any]) -> list[Any]:
    step = 1
    while step < LANES:
        low, high = [], []
        for block in range(0, LANES, 2 * step):
            low += [block + j for j in range(step)] + [LANES + block + j for j in range(step)]
            high += [block + step + j for j in range(step)]
            high += [LANES + block + step + j for j in range(step)]
        swapped = list(rows)
        for i in range(LANES):
            if not i & step:
                pair = rows[i], rows[i | step]
                swapped[i] = builder.shuffle_vector(*pair, ir.Constant(INTS, low))
                swapped[i | step] = builder.shuffle_vector(*pair, ir.Constant(INTS, high))
        rows = swapped
        step *= 2
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
            return pointer_to(context, builder, sig.args[array], args[array], index, FLOATS)

        rows = [load_at(builder, place(t, 0)) for t in range(LANES)]
        for lane, row in enumerate(_transposed(builder, rows)):
            store_at(builder, row, place(lane, 3))
        return context.get_dummy_value()

    sizes = types.intp, types.intp
    return types.void(source, *sizes, target, *sizes), generate
