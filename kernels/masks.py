"""Masks: which lanes something is true of, as the bits of a number.

Called from kernels only, as `kernels.simd` is.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from kernels._vectors import LANES, TRUTHS, f32x16, i32x16


def _one_bit_each(builder: Any, lanes: Any) -> Any:
    """What is true of lanes, as a number: bit 0 for the first."""
    return builder.zext(builder.bitcast(lanes, ir.IntType(LANES)), ir.IntType(64))


@intrinsic
def lanes_below(typingctx: Any, x: Any, y: Any) -> Any:
    """In which lanes ``x < y``: bit 0 for the first."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _one_bit_each(builder, builder.fcmp_ordered("<", *args))

    return types.int64(f32x16, f32x16), generate


@intrinsic
def lanes_under(typingctx: Any, x: Any, y: Any) -> Any:
    """In which lanes ``x < y``, both read as 0 to 2^32 - 1: bit 0 for the first."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _one_bit_each(builder, builder.icmp_unsigned("<", *args))

    return types.int64(i32x16, i32x16), generate


@intrinsic
def lanes_alike(typingctx: Any, x: Any, y: Any) -> Any:
    """In which lanes ``x == y``: bit 0 for the first."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _one_bit_each(builder, builder.icmp_unsigned("==", *args))

    return types.int64(i32x16, i32x16), generate


@intrinsic
def add_in(typingctx: Any, bits: Any, x: Any, y: Any) -> Any:
    """``x + y`` in the lanes whose bit is set, bit 0 for the first; ``x`` in the others."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        chosen = builder.bitcast(builder.trunc(args[0], ir.IntType(LANES)), TRUTHS)
        return builder.select(chosen, builder.fadd(args[1], args[2]), args[1])

    return f32x16(types.int64, f32x16, f32x16), generate


@intrinsic
def count_bits(typingctx: Any, bits: Any) -> Any:
    """How many bits are set."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.int64(types.int64), generate


@intrinsic
def lowest_bit(typingctx: Any, bits: Any) -> Any:
    """The number of the lowest bit that is set; one must be."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generate
