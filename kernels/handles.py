"""Handles: what a kernel reads bar after bar, handed over as one array of words.

Numba unpacks every argument of a call, a named tuple of arrays array by array: that takes longer
than some kernels. The words are the same values as the machine has them inside a kernel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from llvmlite import ir
from numba import typeof
from numba.extending import intrinsic

from kernels._types import Longs

T = TypeVar("T")
_LONG = ir.IntType(64)
_Aggregate = (ir.LiteralStructType, ir.ArrayType)


@dataclass(frozen=True, slots=True, eq=False)
class Handle(Generic[T]):
    """Integers, floats, arrays, and tuples of such, which it keeps alive, and their words."""

    values: T
    words: Longs = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", np.array(_words(self.values), np.int64))


def _words(value: Any) -> list[int]:
    if isinstance(value, tuple):
        return [word for one in value for word in _words(one)]
    if isinstance(value, np.ndarray):  # as Numba has it; nobody counts references to it
        return [0, 0, value.size, value.itemsize, value.ctypes.data, *value.shape, *value.strides]
    return [int(np.float64(value).view(np.int64)) if isinstance(value, float) else int(value)]


def reader(sample: T) -> Any:
    """Make the function by which kernels read the words of values of the same types as a sample."""
    kind = typeof(sample)

    @intrinsic
    def read(_typing: Any, words: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            first = context.make_array(signature.args[0])(context, builder, arguments[0]).data
            return _read(builder, first, 0, context.get_value_type(kind))[0]

        return kind(words), generate

    return read


def _read(builder: Any, words: Any, place: int, kind: Any) -> tuple[Any, int]:
    """A value of a type from a place on, and the place behind it."""
    if not isinstance(kind, _Aggregate):
        pointer = builder.gep(words, [ir.Constant(_LONG, place)])
        return builder.load(builder.bitcast(pointer, kind.as_pointer())), place + 1
    whole = ir.Constant(kind, ir.Undefined)
    parts = kind.elements if isinstance(kind, ir.LiteralStructType) else [kind.element] * kind.count
    for number, part in enumerate(parts):
        value, place = _read(builder, words, place, part)
        whole = builder.insert_value(whole, value, number)
    return whole, place
