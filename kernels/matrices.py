"""Matrices of two rows and two columns, and what they turn."""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Float, Vector

Matrix: TypeAlias = tuple[Float, Float, Float, Float]
"""Two rows of two."""
Pair: TypeAlias = tuple[Vector, Vector]


@fragment
def times(a: Matrix, b: Matrix) -> Matrix:
    """The product of two matrices."""
    return (
        f32(a[0] * b[0] + a[1] * b[2]),
        f32(a[0] * b[1] + a[1] * b[3]),
        f32(a[2] * b[0] + a[3] * b[2]),
        f32(a[2] * b[1] + a[3] * b[3]),
    )
