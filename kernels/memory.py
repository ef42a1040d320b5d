"""Memory that begins with a line of the cache; a pointer from an address; the time.

The last two are what a callback needs and no array gives.
"""

from __future__ import annotations

import math
import mmap
from contextlib import suppress
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from kernels import _vectors

_BYTE, _INT, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_CLOCK_MONOTONIC = 1
_NS = 1_000_000_000


LINE_BYTES = 64  # of the cache: sixteen floats
Number = TypeVar("Number", np.float32, np.int32)


def aligned(size: int, kind: type[Number]) -> NDArray[Number]:
    """Zeros, (size,) of four bytes each, of which no aligned sixteen lie across two lines."""
    zeros = np.zeros(size + LINE_BYTES // 4, kind)
    begin = -zeros.ctypes.data % LINE_BYTES // 4
    return zeros[begin : begin + size]


def reserved(
    shape: tuple[int, ...], kind: type[Number], in_huge_pages: bool = False
) -> NDArray[Number]:
    """Zeros of four bytes each, of which only the pages that were written to take memory.

    Those from NumPy would take huge pages, of 2 MB each; what grows, a jump for each growth. Huge
    ones are for what is read a little here and a little there: a processor knows where some
    thousand pages lie, and has to look up all others.
    """
    count = math.prod(shape)
    size = max(count * np.dtype(kind).itemsize, 1)
    place = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if in_huge_pages and hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):  # a system may have none
            place.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(place, kind, count).reshape(shape)


@intrinsic
def pointer_to(_typing: Any, address: Any) -> Any:
    """The pointer that an int64 holds, for `numba.carray`."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), generate


@intrinsic
def monotonic_ns(_typing: Any) -> Any:
    """The machine's monotonic clock, which Python's ``time.monotonic_ns`` reads too."""

    def generate(_context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        timespec = cgutils.alloca_once(builder, ir.LiteralStructType([_LONG, _LONG]))
        signature = ir.FunctionType(ir.IntType(32), [ir.IntType(32), timespec.type])
        clock_gettime = cgutils.get_or_insert_function(builder.module, signature, "clock_gettime")
        builder.call(clock_gettime, [ir.Constant(ir.IntType(32), _CLOCK_MONOTONIC), timespec])
        seconds = builder.load(cgutils.gep_inbounds(builder, timespec, 0, 0))
        nanoseconds = builder.load(cgutils.gep_inbounds(builder, timespec, 0, 1))
        return builder.add(builder.mul(seconds, ir.Constant(_LONG, _NS)), nanoseconds)

    return types.int64(), generate


_READ, _KEEP, _DATA = ir.Constant(_INT, 0), ir.Constant(_INT, 3), ir.Constant(_INT, 1)


@intrinsic
def prefetch(_typing: Any, array: Any, index: Any) -> Any:
    """Have the cache fetch the line of an element that will be read soon; any index will do."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, number = arguments
        where = _vectors.pointer_to(builder, place, number, _BYTE)
        wanted = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), _INT, _INT, _INT])
        name = "llvm.prefetch.p0i8"
        fetch = cgutils.get_or_insert_function(builder.module, wanted, name)
        builder.call(fetch, [where, _READ, _KEEP, _DATA])
        return context.get_dummy_value()

    return types.void(array, index), generate
