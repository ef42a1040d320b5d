"""Logarithms and powers of two in double precision.

Only sums, products, quotients and bits are used, which are the same on every machine.
"""

from __future__ import annotations

import numpy as np

from kernels._jit import fragment

_MANTISSA = (1 << 52) - 1
_EXPONENT_BIAS = 1023
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
_ONE_BITS = 0x3FF0000000000000


@fragment
def log2(x: float) -> float:
    """Logarithm of a normal positive number, to 1e-13.

    Term after term, here and below: a loop would keep those who ask for many from going abreast.
    """
    bits = np.float64(x).view(np.int64) + (_ONE_BITS - _SQRT_HALF_BITS)
    whole = (bits >> 52) - _EXPONENT_BIAS
    m = np.int64((bits & _MANTISSA) + _SQRT_HALF_BITS).view(np.float64)
    ratio = (m - 1.0) / (m + 1.0)
    square = ratio * ratio
    total = 1.0 / 15.0  # artanh; the next term is under 1e-14
    total = total * square + 1.0 / 13.0
    total = total * square + 1.0 / 11.0
    total = total * square + 1.0 / 9.0
    total = total * square + 1.0 / 7.0
    total = total * square + 1.0 / 5.0
    total = total * square + 1.0 / 3.0
    total = total * square + 1.0
    return whole + ratio * total * 2.8853900817779268  # 2 / ln 2


@fragment
def exp2(x: float) -> float:
    """Two to the power x for -1000 < x < 1000, to 1e-14."""
    whole = np.int64(np.floor(x + 0.5))
    f = (x - whole) * 0.6931471805599453
    total = 1.0 + f * (1.0 / 12.0)
    total = 1.0 + total * f * (1.0 / 11.0)
    total = 1.0 + total * f * (1.0 / 10.0)
    total = 1.0 + total * f * (1.0 / 9.0)
    total = 1.0 + total * f * (1.0 / 8.0)
    total = 1.0 + total * f * (1.0 / 7.0)
    total = 1.0 + total * f * (1.0 / 6.0)
    total = 1.0 + total * f * (1.0 / 5.0)
    total = 1.0 + total * f * (1.0 / 4.0)
    total = 1.0 + total * f * (1.0 / 3.0)
    total = 1.0 + total * f * (1.0 / 2.0)
    total = 1.0 + total * f
    return total * np.int64((whole + _EXPONENT_BIAS) << 52).view(np.float64)
