"""Recursive filters in run lanes: both sides of a quantum, each as eight runs of eight frames.

Eight vectors hold the first, second … eighth frame of all runs. What a filter remembers goes on
from vector to vector, all runs at once and each as if nothing came before it; what the runs before
have left is then summed over the lanes of a side in three steps, each of which doubles how far back
they reach (Hillis, Steele, "Data parallel algorithms", 1986), and added to every frame.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Vector
from kernels.matrices import Matrix, Pair
from kernels.shuffles import (
    even_fours,
    first_halves,
    first_pairs,
    fours_of_first_halves,
    fours_of_last_halves,
    last_halves,
    last_pairs,
    odd_fours,
    of_run_1,
    of_run_2,
    of_run_4,
)
from kernels.simd import fma, splat

RUN, RUNS = 8, 8  # frames of a run, runs of a side
STEPS = 3  # of a sum over the runs of a side
Quantum: TypeAlias = tuple[Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector]
"""Both sides of a quantum: in frames, left then right; or in runs, frame by frame of all."""
Four: TypeAlias = tuple[Vector, Vector, Vector, Vector]
Three: TypeAlias = tuple[Vector, Vector, Vector]


@fragment
def lane_of(run: int) -> int:
    """Which lane holds a run of the left side; that of the right one is eight farther."""
    return run % 2 * 4 + run // 2


@fragment
def turned_fours(a: Vector, b: Vector, c: Vector, d: Vector) -> Four:
    """Turn sixteen numbers of four vectors, four of each, four times."""
    p, q, r, s = first_pairs(a, b), last_pairs(a, b), first_pairs(c, d), last_pairs(c, d)
    return first_halves(p, r), last_halves(p, r), first_halves(q, s), last_halves(q, s)


@fragment
def to_runs(x: Quantum) -> Quantum:
    """From frames to runs."""
    a, b, c, d = turned_fours(x[0], x[1], x[2], x[3])
    e, f, g, h = turned_fours(x[4], x[5], x[6], x[7])
    return (
        even_fours(a, e), even_fours(b, f), even_fours(c, g), even_fours(d, h),
        odd_fours(a, e), odd_fours(b, f), odd_fours(c, g), odd_fours(d, h),
    )  # fmt: skip


@fragment
def to_frames(x: Quantum) -> Quantum:
    """From runs to frames."""
    a, b, c, d = turned_fours(
        fours_of_first_halves(x[0], x[4]), fours_of_first_halves(x[1], x[5]),
        fours_of_first_halves(x[2], x[6]), fours_of_first_halves(x[3], x[7]),
    )  # fmt: skip
    e, f, g, h = turned_fours(
        fours_of_last_halves(x[0], x[4]), fours_of_last_halves(x[1], x[5]),
        fours_of_last_halves(x[2], x[6]), fours_of_last_halves(x[3], x[7]),
    )  # fmt: skip
    return a, b, c, d, e, f, g, h


@fragment
def summed(x: Vector, keep: Three) -> Vector:
    """Each run with all before it; ``keep`` is what 1, 2 and 4 runs leave, in all lanes."""
    none = splat(f32(0.0))
    x = fma(keep[0], of_run_1(none, x), x)
    x = fma(keep[1], of_run_2(none, x), x)
    return fma(keep[2], of_run_4(none, x), x)


@fragment
def added(x: Vector, y: Vector, earlier: Pair, turn: Matrix) -> Pair:
    """A pair with what a matrix leaves of an earlier one."""
    return (
        fma(splat(turn[1]), earlier[1], fma(splat(turn[0]), earlier[0], x)),
        fma(splat(turn[3]), earlier[1], fma(splat(turn[2]), earlier[0], y)),
    )


@fragment
def summed_pair(x: Pair, turns: tuple[Matrix, Matrix, Matrix]) -> Pair:
    """As `summed`, of two values that a matrix mixes from frame to frame."""
    none = splat(f32(0.0))
    x = added(x[0], x[1], (of_run_1(none, x[0]), of_run_1(none, x[1])), turns[0])
    x = added(x[0], x[1], (of_run_2(none, x[0]), of_run_2(none, x[1])), turns[1])
    return added(x[0], x[1], (of_run_4(none, x[0]), of_run_4(none, x[1])), turns[2])
