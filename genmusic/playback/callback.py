"""The audio callback, compiled: PortAudio calls it from a thread of its own, without Python."""

from __future__ import annotations

import numpy as np
from numba import carray, cfunc, types

from kernels.playout import CAPACITY, HEAD_FLOATS, LATE_CALLBACKS, WORDS, play_out

# int PaStreamCallback(input, output, frames, time info, status flags, user data)
SIGNATURE = types.int32(
    types.voidptr,
    types.CPointer(types.float32),
    types.uint64,
    types.voidptr,
    types.uint64,
    types.voidptr,
)


@cfunc(SIGNATURE, nopython=True, cache=True, error_model="numpy")
def play_ring(_input, output, frames, _time, flags, ring):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Play the ring at the user data's address (`kernels.playout`)."""
    words = carray(ring, (WORDS,), np.int64)
    if flags != 0:
        words[LATE_CALLBACKS] += 1
    floats = carray(ring, (HEAD_FLOATS + 2 * words[CAPACITY],), np.float32)
    play_out(words, floats, carray(output, (2 * frames,), np.float32))
    return 0  # paContinue
