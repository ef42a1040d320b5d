"""Vector types for Numba: sixteen float32 or int32 lanes held in registers.

Why explicit vectors: nothing depends on the auto-vectoriser, filter state stays in registers
inside the time loop, and LLVM lowers the same code to one zmm, two ymm or four xmm registers.
No fast-math flag is attached; ``+ - * /`` are IEEE and the only fused operation is the explicit
`fma`, so results are the same bits on every CPU.

Everything here is called from kernels only; indices count array elements, loads and stores need
no alignment. Lanes that change places are in `kernels.shuffles`, which of
them something is true of in `kernels.masks`.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin

from kernels._vectors import (
    FLOAT,
    FLOATS,
    FOUR_FLOATS,
    INT,
    INTS,
    broadcast,
    call,
    load_at,
    pointer_to,
    store_at,
)
from kernels._vectors import LANES as LANES
from kernels._vectors import f32x16 as f32x16
from kernels._vectors import i32x16 as i32x16


def _define_operator(operation: Any, names: Mapping[Any, str]) -> None:
    """Let an operator take two vectors of a type, by the instruction of that name."""

    @infer_global(operation)
    class _Template(AbstractTemplate):
        # Asked before the templates of Numba that are for any processor: see `kernels._first`.
        metadata = {"target": "cpu"}  # noqa: RUF012 - numba reads it as a dict

        def generic(self, args: Any, kws: Any) -> Any:
            vector = args[0]
            fits = vector in names and args == (vector, vector)
            return signature(vector, *args) if fits else None

    for vector, name in names.items():
        lower_builtin(operation, vector, vector)(
            lambda context, builder, sig, args, name=name: getattr(builder, name)(*args)
        )


for _operation, _names in (
    (operator.add, {f32x16: "fadd", i32x16: "add"}),
    (operator.sub, {f32x16: "fsub", i32x16: "sub"}),
    (operator.mul, {f32x16: "fmul", i32x16: "mul"}),
    (operator.truediv, {f32x16: "fdiv"}),
    (operator.xor, {i32x16: "xor"}),
    (operator.and_, {i32x16: "and_"}),
    (operator.or_, {i32x16: "or_"}),
):
    _define_operator(_operation, _names)


@intrinsic
def load(typingctx: Any, array: Any, index: Any) -> Any:
    """Sixteen floats of a flat float32 array, from element ``index`` on."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return load_at(builder, pointer_to(builder, args[0], args[1], FLOATS))

    return f32x16(array, types.intp), generate


@intrinsic
def load_fours(typingctx: Any, array: Any, index: Any, step: Any) -> Any:
    """Four times four floats of a flat float32 array; their firsts are ``step`` apart."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        def joined(parts: list[Any]) -> Any:
            count = 2 * parts[0].type.count
            lanes = ir.Constant(ir.VectorType(INT, count), list(range(count)))
            return builder.shuffle_vector(parts[0], parts[1], lanes)

        steps = [builder.mul(args[2], ir.Constant(args[2].type, n)) for n in range(4)]
        places = [pointer_to(builder, args[0], builder.add(args[1], n), FOUR_FLOATS) for n in steps]
        fours = [load_at(builder, place) for place in places]
        return joined([joined(fours[:2]), joined(fours[2:])])

    return f32x16(array, types.intp, types.intp), generate


@intrinsic
def load_int(typingctx: Any, array: Any, index: Any) -> Any:
    """Sixteen ints of a flat int32 array, from element ``index`` on."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return load_at(builder, pointer_to(builder, args[0], args[1], INTS))

    return i32x16(array, types.intp), generate


@intrinsic
def store(typingctx: Any, array: Any, index: Any, value: Any) -> Any:
    """Write sixteen floats."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = pointer_to(builder, args[0], args[1], FLOATS)
        store_at(builder, args[2], pointer)
        return context.get_dummy_value()

    return types.void(array, types.intp, f32x16), generate


@intrinsic
def store_int(typingctx: Any, array: Any, index: Any, value: Any) -> Any:
    """Write sixteen ints."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = pointer_to(builder, args[0], args[1], INTS)
        store_at(builder, args[2], pointer)
        return context.get_dummy_value()

    return types.void(array, types.intp, i32x16), generate


@intrinsic
def splat(typingctx: Any, scalar: Any) -> Any:
    """One float32 in all lanes."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return broadcast(builder, args[0], FLOATS)

    return f32x16(types.float32), generate


@intrinsic
def load_splat(typingctx: Any, array: Any, index: Any) -> Any:
    """One float of a flat float32 array in all lanes.

    As `splat` of an element, without asking whether the index counts from the end: in a loop of
    eight of them that took as long as what was done with them.
    """

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = pointer_to(builder, args[0], args[1], FLOAT)
        return broadcast(builder, load_at(builder, place), FLOATS)

    return f32x16(array, types.intp), generate


@intrinsic
def load_one(typingctx: Any, array: Any, index: Any) -> Any:
    """One int of a flat int32 array, which is not asked for from its end, as in `load_splat`."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = pointer_to(builder, args[0], args[1], INT)
        return builder.sext(load_at(builder, place), ir.IntType(64))

    return types.int64(array, types.intp), generate


@intrinsic
def splat_int(typingctx: Any, scalar: Any) -> Any:
    """One int32 in all lanes."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return broadcast(builder, args[0], INTS)

    return i32x16(types.int32), generate


@intrinsic
def lane_numbers(typingctx: Any) -> Any:
    """0, 1, 2 … 15 as floats."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return ir.Constant(FLOATS, [float(lane) for lane in range(LANES)])

    return f32x16(), generate


@intrinsic
def fma(typingctx: Any, x: Any, y: Any, z: Any) -> Any:
    """``x * y + z``, rounded once."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return call(builder, "llvm.fma.v16f32", FLOATS, *args)

    return f32x16(f32x16, f32x16, f32x16), generate


@intrinsic
def fnma(typingctx: Any, x: Any, y: Any, z: Any) -> Any:
    """``z - x * y``, rounded once."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return call(builder, "llvm.fma.v16f32", FLOATS, builder.fneg(args[0]), args[1], args[2])

    return f32x16(f32x16, f32x16, f32x16), generate


@intrinsic
def greater_of(typingctx: Any, x: Any, y: Any) -> Any:
    """The larger of two lanes (``y`` where they do not compare)."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", *args), *args)

    return f32x16(f32x16, f32x16), generate


@intrinsic
def lesser_of(typingctx: Any, x: Any, y: Any) -> Any:
    """The smaller of two lanes (``y`` where they do not compare)."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", *args), *args)

    return f32x16(f32x16, f32x16), generate


@intrinsic
def where_less(typingctx: Any, x: Any, y: Any, then: Any, otherwise: Any) -> Any:
    """``then`` where ``x < y``, else ``otherwise``."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", args[0], args[1]), args[2], args[3])

    return f32x16(f32x16, f32x16, f32x16, f32x16), generate


@intrinsic
def magnitude(typingctx: Any, x: Any) -> Any:
    """Absolute value."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return call(builder, "llvm.fabs.v16f32", FLOATS, *args)

    return f32x16(f32x16), generate


@intrinsic
def square_root(typingctx: Any, x: Any) -> Any:
    """Square root, rounded correctly as IEEE demands."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return call(builder, "llvm.sqrt.v16f32", FLOATS, *args)

    return f32x16(f32x16), generate


@intrinsic
def nearest(typingctx: Any, x: Any) -> Any:
    """Round to the nearest whole number, ties to even."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return call(builder, "llvm.rint.v16f32", FLOATS, *args)

    return f32x16(f32x16), generate


@intrinsic
def to_float(typingctx: Any, x: Any) -> Any:
    """Signed ints as floats."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.sitofp(args[0], FLOATS)

    return f32x16(i32x16), generate


@intrinsic
def unsigned_to_float(typingctx: Any, x: Any) -> Any:
    """Ints as floats, read as 0 to 2^32 - 1."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.uitofp(args[0], FLOATS)

    return f32x16(i32x16), generate


@intrinsic
def to_int(typingctx: Any, x: Any) -> Any:
    """Floats cut to ints; the caller keeps them within int32, outside is undefined."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.fptosi(args[0], INTS)

    return i32x16(f32x16), generate


@intrinsic
def bits_to_float(typingctx: Any, x: Any) -> Any:
    """The same 32 bits, read as a float."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], FLOATS)

    return f32x16(i32x16), generate


@intrinsic
def float_to_bits(typingctx: Any, x: Any) -> Any:
    """The same 32 bits, read as an int."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], INTS)

    return i32x16(f32x16), generate


@intrinsic
def largest_magnitude(typingctx: Any, x: Any) -> Any:
    """The largest absolute value of lanes given as bits, which are ordered as their values are."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        plain = builder.and_(args[0], broadcast(builder, ir.Constant(INT, 0x7FFFFFFF), INTS))
        largest = call(builder, "llvm.vector.reduce.umax.v16i32", INT, plain)
        return builder.bitcast(largest, FLOAT)

    return types.float32(i32x16), generate


@intrinsic
def largest_lane(typingctx: Any, x: Any) -> Any:
    """The largest of all lanes, none of which is NaN."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return call(builder, "llvm.vector.reduce.fmax.v16f32", FLOAT, *args)

    return types.float32(f32x16), generate


@intrinsic
def shift_left(typingctx: Any, x: Any, bits: Any) -> Any:
    """Shift every lane left by the same number of bits."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.shl(args[0], broadcast(builder, builder.trunc(args[1], INT), INTS))

    return i32x16(i32x16, types.int64), generate


@intrinsic
def shift_right(typingctx: Any, x: Any, bits: Any) -> Any:
    """Shift every lane right by the same number of bits, filling with zeros."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.lshr(args[0], broadcast(builder, builder.trunc(args[1], INT), INTS))

    return i32x16(i32x16, types.int64), generate
