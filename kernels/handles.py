"""Handles: what a kernel reads bar after bar, handed over as one array of words.

Numba unpacks every argument of a call, a named tuple of arrays array by array: that takes longer
than some kernels. The words are the same values as the machine has them inside a kernel. A `Handle`
has those of what stays, a `Layout` makes those of numbers that are others at every bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, Generic, TypeVar

import numpy as np
from llvmlite import ir
from numba import typeof
from numba.core import types
from numba.extending import intrinsic

from kernels._elements import data_of
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


class Layout(Generic[T]):
    """How numbers, and tuples of such, of the types of a sample become words in little time."""

    def __init__(self, sample: T) -> None:
        self._spread = _spreader(sample)
        codes = ["d" if isinstance(one, float) else "q" for one in self._spread(sample)]
        self._size, self._pack_into = len(codes), Struct("=" + "".join(codes)).pack_into

    def words(self, values: T) -> Longs:
        """Those of values like the sample."""
        return self.row(*self._spread(values))

    def row(self, *numbers: float) -> Longs:
        """Those of the same numbers one after the other, whatever tuples nest them."""
        words = np.empty(self._size, np.int64)
        self._pack_into(words.data, 0, *numbers)
        return words


def _spreader(sample: Any) -> Callable[[Any], Iterable[Any]]:
    """How the numbers of a tuple are found one after the other, whatever it nests."""
    nested = [(n, _spreader(one)) for n, one in enumerate(sample) if isinstance(one, tuple)]
    begins = [0, *[number + 1 for number, _ in nested]]
    steps = [(slice(begin, n), n, inner) for begin, (n, inner) in zip(begins, nested, strict=False)]
    rest = slice(begins[-1], None)

    def spread(values: Any) -> list[Any]:
        numbers: list[Any] = []
        for before, number, inner in steps:
            numbers += values[before]
            numbers += inner(values[number])
        numbers += values[rest]
        return numbers

    return spread if nested else tuple


def reader(sample: T) -> Any:
    """Make the function by which kernels read the words of values of the same types as a sample.

    It takes the words, or the address of the first of them.
    """
    kind = typeof(sample)

    @intrinsic
    def read(_typing: Any, words: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            first = _first_of(builder, words, arguments[0])
            return _read(builder, first, 0, context.get_value_type(kind))[0]

        return kind(words), generate

    return read


def _first_of(builder: Any, kind: Any, words: Any) -> Any:
    if isinstance(kind, types.Integer):
        return builder.inttoptr(words, _LONG.as_pointer())
    return data_of(builder, words)


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


def writer(sample: T) -> Any:
    """Make the function by which kernels write the words of values of the types of a sample."""
    kind = typeof(sample)

    @intrinsic
    def write(_typing: Any, words: Any, _values: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            first = data_of(builder, arguments[0])
            for place, word in enumerate(_words_within(builder, kind, arguments[1])):
                builder.store(word, builder.gep(first, [ir.Constant(_LONG, place)]))
            return context.get_dummy_value()

        return types.void(words, kind), generate

    return write


def _words_within(builder: Any, kind: Any, value: Any) -> list[Any]:
    """The words of integers, arrays, and tuples of such, as `_words` has them."""
    if isinstance(kind, types.BaseTuple):  # type: ignore[attr-defined]
        parts = [(part, builder.extract_value(value, n)) for n, part in enumerate(kind)]
        return [word for part, one in parts for word in _words_within(builder, part, one)]
    if not isinstance(kind, types.Array):
        return [value]
    nobody = ir.Constant(_LONG, 0)
    _, _, size, each, data, shape, strides = (builder.extract_value(value, n) for n in range(7))
    spans = [
        builder.extract_value(row, axis) for row in (shape, strides) for axis in range(kind.ndim)
    ]
    return [nobody, nobody, size, each, builder.ptrtoint(data, _LONG), *spans]
