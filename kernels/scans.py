"""Recursive filters in time lanes: sixteen consecutive frames at once.

What a frame remembers is a sum over the frames before it, weighted with powers of one factor (or
of one matrix). Such sums over sixteen lanes take four steps, each of which doubles how far back
they reach (Hillis, Steele, "Data parallel algorithms", 1986).
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Float, Vector
from kernels.shuffles import last_lane, turned_1, turned_2, turned_4, turned_8
from kernels.simd import fma, lane_numbers, splat, where_less

Factors: TypeAlias = tuple[Vector, Vector, Vector, Vector]
"""A factor to the first, second, fourth and eighth power, 0 in as many lanes from the first on."""
Matrix: TypeAlias = tuple[Float, Float, Float, Float]
"""Two rows of two."""
Spread: TypeAlias = tuple[Vector, Vector, Vector, Vector]
"""A matrix in all lanes but as many as its power."""
Matrices: TypeAlias = tuple[Spread, Spread, Spread, Spread]
Pair: TypeAlias = tuple[Vector, Vector]


@fragment
def _from(lane: int, value: float) -> Vector:
    """A value in all lanes from one on, 0 before."""
    return where_less(lane_numbers(), splat(f32(lane)), splat(f32(0.0)), splat(f32(value)))


@fragment
def factors_of(keep: float) -> Factors:
    """The powers of a factor that `summed` needs."""
    second = keep * keep
    fourth = second * second
    return _from(1, keep), _from(2, second), _from(4, fourth), _from(8, fourth * fourth)


@fragment
def summed(x: Vector, keep: Factors) -> Vector:
    """Each lane with all before it, weighted with powers of a factor."""
    x = fma(keep[0], turned_1(x), x)
    x = fma(keep[1], turned_2(x), x)
    x = fma(keep[2], turned_4(x), x)
    return fma(keep[3], turned_8(x), x)


@fragment
def powers_of(factor: float, keep: Factors, first: Vector) -> Vector:
    """The first, second … sixteenth power of a factor; ``first`` is 1 in the first lane, else 0."""
    return summed(first * splat(factor), keep)


@fragment
def times(a: Matrix, b: Matrix) -> Matrix:
    """The product of two matrices."""
    return (
        f32(a[0] * b[0] + a[1] * b[2]),
        f32(a[0] * b[1] + a[1] * b[3]),
        f32(a[2] * b[0] + a[3] * b[2]),
        f32(a[2] * b[1] + a[3] * b[3]),
    )


@fragment
def _spread(lane: int, turn: Matrix) -> Spread:
    return _from(lane, turn[0]), _from(lane, turn[1]), _from(lane, turn[2]), _from(lane, turn[3])


@fragment
def matrices_of(turn: Matrix) -> Matrices:
    """The powers of a matrix that `summed_pair` needs."""
    second = times(turn, turn)
    fourth = times(second, second)
    eighth = times(fourth, fourth)
    return _spread(1, turn), _spread(2, second), _spread(4, fourth), _spread(8, eighth)


@fragment
def _added(pair: Pair, turned: Pair, turn: Spread) -> Pair:
    x, y = turned
    return (
        fma(turn[1], y, fma(turn[0], x, pair[0])),
        fma(turn[3], y, fma(turn[2], x, pair[1])),
    )


@fragment
def summed_pair(pair: Pair, turns: Matrices) -> Pair:
    """As `summed`, of two values that a matrix mixes from frame to frame."""
    pair = _added(pair, (turned_1(pair[0]), turned_1(pair[1])), turns[0])
    pair = _added(pair, (turned_2(pair[0]), turned_2(pair[1])), turns[1])
    pair = _added(pair, (turned_4(pair[0]), turned_4(pair[1])), turns[2])
    return _added(pair, (turned_8(pair[0]), turned_8(pair[1])), turns[3])


@fragment
def powers_of_matrix(turn: Matrix, turns: Matrices, first: Vector) -> tuple[Pair, Pair]:
    """Both columns of the first, second … sixteenth power of a matrix."""
    left = first * splat(turn[0]), first * splat(turn[2])
    right = first * splat(turn[1]), first * splat(turn[3])
    return summed_pair(left, turns), summed_pair(right, turns)


@fragment
def recalled_pair(pair: Pair, before: Pair, turns: Matrices, powers: tuple[Pair, Pair]) -> Pair:
    """A filter's two memories after each of sixteen frames; ``before`` ends with the last."""
    x, y = last_lane(before[0]), last_lane(before[1])
    own, other = summed_pair(pair, turns)
    left, right = powers
    return (
        fma(right[0], y, fma(left[0], x, own)),
        fma(right[1], y, fma(left[1], x, other)),
    )
