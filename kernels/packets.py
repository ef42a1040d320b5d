"""Sound to packets by an encoder written in C, many packets in one call from Python.

Called packet by packet from Python the encoder costs a tenth more: each call gives the GIL away,
and may have to wait until it gets it back.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from kernels._jit import kernel
from kernels._types import Floats, Ints
from kernels._vectors import FLOAT, INT, pointer_to

Bytes = NDArray[np.uint8]
_BYTE, _ADDRESS = ir.IntType(8), ir.IntType(64)
HEAD_BYTES = 2  # before each packet: its length, little endian


@intrinsic
def _call(
    typingctx: Any, function: Any, encoder: Any, pairs: Any, frames: Any, out: Any, begin: Any,
    most: Any,
) -> Any:  # fmt: skip
    """What ``function(encoder, pairs, frames, out + begin, most)`` returns, as of libopus."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        at, held, sound, count, bytes_, first, limit = args
        zero = ir.Constant(_ADDRESS, 0)
        source = pointer_to(builder, sound, zero, FLOAT)
        target = pointer_to(builder, bytes_, first, _BYTE)
        kinds = [_ADDRESS, source.type, INT, target.type, INT]
        called = builder.inttoptr(at, ir.FunctionType(INT, kinds).as_pointer())
        return builder.call(called, [held, source, count, target, limit])

    numbers = (types.int64, types.int64, pairs, types.int32, out, types.int64, types.int32)
    return types.int32(*numbers), generate


@kernel
def encode_packets(
    function: int, encoder: int, sides: Floats, first: int, pairs: Floats, out: Bytes, ends: Ints
) -> int:
    """Encode some packets of a block, one after the other, each behind its length.

    Parameters
    ----------
    function, encoder : int
        Addresses of a function in C that takes an encoder, a packet's samples, frames, where to
        write and how many bytes at most, and returns the size of the packet, or a negative number.
    sides : (2, frames) float32
        Left and right.
    first : int, frames
        Where the first packet begins in the block.
    pairs : (2 * frames of a packet,) float32, scratch
        Interleaved samples.
    out : (packets * (2 + largest packet),) uint8
        Written with the packets, one after the other.
    ends : (packets,) int32, written in full
        Where each ends in `out`.

    Returns
    -------
    0, or the negative number at which it ended.
    """
    frames, end = len(pairs) // 2, 0
    most = len(out) // max(len(ends), 1) - HEAD_BYTES
    for number in range(len(ends)):
        at = first + number * frames
        for t in range(frames):
            pairs[2 * t] = sides[0, at + t]
            pairs[2 * t + 1] = sides[1, at + t]
        size: int = _call(function, encoder, pairs, frames, out, end + HEAD_BYTES, most)
        if size < 0:
            return size
        out[end], out[end + 1] = size & 0xFF, size >> 8
        end += HEAD_BYTES + size
        ends[number] = end
    return 0
