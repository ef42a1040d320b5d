"""Vector types for Numba: sixteen float32 or int32 lanes held in registers.

Why explicit vectors: nothing depends on the auto-vectoriser, filter state stays in registers
inside the time loop, and LLVM lowers the same code to one zmm, two ymm or four xmm registers.
No fast-math flag is attached; ``+ - * /`` are IEEE and the only fused operation is the explicit
`fma`, so results are the same bits on every CPU.

Everything here is called from kernels only; indices count array elements, loads and stores need
no alignment.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

LANES = 16

_FLOAT = ir.FloatType()
_INT = ir.IntType(32)
_FLOATS = ir.VectorType(_FLOAT, LANES)
_INTS = ir.VectorType(_INT, LANES)


class Float32x16(types.Type):
    """Sixteen float32 lanes."""

    def __init__(self) -> None:
        super().__init__(name="f32x16")


class Int32x16(types.Type):
    """Sixteen int32 lanes; arithmetic wraps."""

    def __init__(self) -> None:
        super().__init__(name="i32x16")


f32x16 = Float32x16()
i32x16 = Int32x16()


@register_model(Float32x16)
class _FloatModel(models.PrimitiveModel):
    def __init__(self, manager: Any, fe_type: Any) -> None:
        super().__init__(manager, fe_type, _FLOATS)


@register_model(Int32x16)
class _IntModel(models.PrimitiveModel):
    def __init__(self, manager: Any, fe_type: Any) -> None:
        super().__init__(manager, fe_type, _INTS)


def _define_operator(operation: Any, names: Mapping[Any, str]) -> None:
    """Let an operator take two vectors of a type, by the instruction of that name."""

    @infer_global(operation)
    class _Template(AbstractTemplate):
        # Asked before the templates of Numba for any processor, of which there are dozens: to try
        # those in vain takes a twentieth of all compiling.
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


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, to: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), to.as_pointer())


def _load(builder: Any, pointer: Any) -> Any:
    value = builder.load(pointer)
    value.align = 4
    return value


def _store(builder: Any, value: Any, pointer: Any) -> None:
    builder.store(value, pointer).align = 4


def _broadcast(builder: Any, scalar: Any, vector: Any) -> Any:
    undefined = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(_INT, 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(_INTS, [0] * LANES))


def _call(builder: Any, name: str, result: Any, *args: Any) -> Any:
    module = builder.module
    function = module.globals.get(name)
    if function is None:
        function = ir.Function(module, ir.FunctionType(result, [a.type for a in args]), name)
    return builder.call(function, args)


@intrinsic
def load(typingctx: Any, array: Any, index: Any) -> Any:
    """Sixteen floats of a flat float32 array, from element ``index`` on."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _load(builder, _pointer(context, builder, sig.args[0], args[0], args[1], _FLOATS))

    return f32x16(array, types.intp), generate


@intrinsic
def load_int(typingctx: Any, array: Any, index: Any) -> Any:
    """Sixteen ints of a flat int32 array, from element ``index`` on."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _load(builder, _pointer(context, builder, sig.args[0], args[0], args[1], _INTS))

    return i32x16(array, types.intp), generate


@intrinsic
def store(typingctx: Any, array: Any, index: Any, value: Any) -> Any:
    """Write sixteen floats."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, sig.args[0], args[0], args[1], _FLOATS)
        _store(builder, args[2], pointer)
        return context.get_dummy_value()

    return types.void(array, types.intp, f32x16), generate


@intrinsic
def store_int(typingctx: Any, array: Any, index: Any, value: Any) -> Any:
    """Write sixteen ints."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, sig.args[0], args[0], args[1], _INTS)
        _store(builder, args[2], pointer)
        return context.get_dummy_value()

    return types.void(array, types.intp, i32x16), generate


@intrinsic
def splat(typingctx: Any, scalar: Any) -> Any:
    """One float32 in all lanes."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _broadcast(builder, args[0], _FLOATS)

    return f32x16(types.float32), generate


@intrinsic
def splat_int(typingctx: Any, scalar: Any) -> Any:
    """One int32 in all lanes."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _broadcast(builder, args[0], _INTS)

    return i32x16(types.int32), generate


@intrinsic
def lane_numbers(typingctx: Any) -> Any:
    """0, 1, 2 … 15 as floats."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return ir.Constant(_FLOATS, [float(lane) for lane in range(LANES)])

    return f32x16(), generate


@intrinsic
def fma(typingctx: Any, x: Any, y: Any, z: Any) -> Any:
    """``x * y + z``, rounded once."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _call(builder, "llvm.fma.v16f32", _FLOATS, *args)

    return f32x16(f32x16, f32x16, f32x16), generate


@intrinsic
def fnma(typingctx: Any, x: Any, y: Any, z: Any) -> Any:
    """``z - x * y``, rounded once."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _call(builder, "llvm.fma.v16f32", _FLOATS, builder.fneg(args[0]), args[1], args[2])

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
        return _call(builder, "llvm.fabs.v16f32", _FLOATS, *args)

    return f32x16(f32x16), generate


@intrinsic
def square_root(typingctx: Any, x: Any) -> Any:
    """Square root, rounded correctly as IEEE demands."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _call(builder, "llvm.sqrt.v16f32", _FLOATS, *args)

    return f32x16(f32x16), generate


@intrinsic
def gather(typingctx: Any, array: Any, indices: Any) -> Any:
    """One float of a flat float32 array for each lane, at sixteen places."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        result = ir.Constant(_FLOATS, ir.Undefined)
        for lane in range(LANES):
            number = ir.Constant(_INT, lane)
            place = builder.sext(builder.extract_element(args[1], number), ir.IntType(64))
            value = _load(builder, builder.gep(data, [place]))
            result = builder.insert_element(result, value, number)
        return result

    return f32x16(array, i32x16), generate


@intrinsic
def nearest(typingctx: Any, x: Any) -> Any:
    """Round to the nearest whole number, ties to even."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _call(builder, "llvm.rint.v16f32", _FLOATS, *args)

    return f32x16(f32x16), generate


@intrinsic
def to_float(typingctx: Any, x: Any) -> Any:
    """Signed ints as floats."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.sitofp(args[0], _FLOATS)

    return f32x16(i32x16), generate


@intrinsic
def to_int(typingctx: Any, x: Any) -> Any:
    """Floats cut to ints; the caller keeps them within int32, outside is undefined."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.fptosi(args[0], _INTS)

    return i32x16(f32x16), generate


@intrinsic
def bits_to_float(typingctx: Any, x: Any) -> Any:
    """The same 32 bits, read as a float."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _FLOATS)

    return f32x16(i32x16), generate


@intrinsic
def float_to_bits(typingctx: Any, x: Any) -> Any:
    """The same 32 bits, read as an int."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _INTS)

    return i32x16(f32x16), generate


@intrinsic
def largest_magnitude(typingctx: Any, x: Any) -> Any:
    """The largest absolute value of lanes given as bits, which are ordered as their values are."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        plain = builder.and_(args[0], _broadcast(builder, ir.Constant(_INT, 0x7FFFFFFF), _INTS))
        largest = _call(builder, "llvm.vector.reduce.umax.v16i32", _INT, plain)
        return builder.bitcast(largest, _FLOAT)

    return types.float32(i32x16), generate


@intrinsic
def shift_left(typingctx: Any, x: Any, bits: Any) -> Any:
    """Shift every lane left by the same number of bits."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.shl(args[0], _broadcast(builder, builder.trunc(args[1], _INT), _INTS))

    return i32x16(i32x16, types.int64), generate


@intrinsic
def shift_right(typingctx: Any, x: Any, bits: Any) -> Any:
    """Shift every lane right by the same number of bits, filling with zeros."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.lshr(args[0], _broadcast(builder, builder.trunc(args[1], _INT), _INTS))

    return i32x16(i32x16, types.int64), generate


def _shuffled(builder: Any, x: Any, y: Any, lanes: Iterable[int]) -> Any:
    """Sixteen of the lanes of two vectors; those of the second count from 16 on."""
    return builder.shuffle_vector(x, y, ir.Constant(_INTS, list(lanes)))


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
                swapped[i] = builder.shuffle_vector(*pair, ir.Constant(_INTS, low))
                swapped[i | step] = builder.shuffle_vector(*pair, ir.Constant(_INTS, high))
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
            return _pointer(context, builder, sig.args[array], args[array], index, _FLOATS)

        rows = [_load(builder, place(t, 0)) for t in range(LANES)]
        for lane, row in enumerate(_transposed(builder, rows)):
            _store(builder, row, place(lane, 3))
        return context.get_dummy_value()

    sizes = types.intp, types.intp
    return types.void(source, *sizes, target, *sizes), generate
