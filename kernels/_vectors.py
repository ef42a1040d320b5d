"""The vector types of `kernels.simd`, and what their intrinsics are written with."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import models, register_model

from kernels._elements import data_of

LANES = 16

FLOAT = ir.FloatType()
INT = ir.IntType(32)
FLOATS = ir.VectorType(FLOAT, LANES)
INTS = ir.VectorType(INT, LANES)
TRUTHS = ir.VectorType(ir.IntType(1), LANES)
FOUR_FLOATS = ir.VectorType(FLOAT, 4)


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
        super().__init__(manager, fe_type, FLOATS)


@register_model(Int32x16)
class _IntModel(models.PrimitiveModel):
    def __init__(self, manager: Any, fe_type: Any) -> None:
        super().__init__(manager, fe_type, INTS)


def pointer_to(builder: Any, array: Any, index: Any, to: Any) -> Any:
    """The place of an element of an array, as that of a value of type ``to``."""
    place = builder.gep(data_of(builder, array), [index])
    return builder.bitcast(place, to.as_pointer())


def load_at(builder: Any, pointer: Any) -> Any:
    """What stands at a place, which need not be aligned to more than an element."""
    value = builder.load(pointer)
    value.align = 4
    return value


def store_at(builder: Any, value: Any, pointer: Any) -> None:
    """Write to such a place."""
    builder.store(value, pointer).align = 4


def broadcast(builder: Any, scalar: Any, vector: Any) -> Any:
    """A scalar in all lanes."""
    undefined = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(INT, 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(INTS, [0] * LANES))


def call(builder: Any, name: str, result: Any, *args: Any) -> Any:
    """Call an intrinsic of LLVM by its name."""
    module = builder.module
    function = module.globals.get(name)
    if function is None:
        function = ir.Function(module, ir.FunctionType(result, [a.type for a in args]), name)
    return builder.call(function, args)
