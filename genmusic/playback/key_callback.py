"""The audio callback with a live instrument: as `callback`, and what the keys play on top."""

from __future__ import annotations

import numpy as np
from numba import carray, cfunc

from genmusic.playback.callback import SIGNATURE
from kernels.live import BLOCK_BYTES, MIDI_EVENTS, MIDI_WORDS, play_live
from kernels.memory import monotonic_ns, pointer_to
from kernels.playout import CAPACITY, HEAD_FLOATS, LATE_CALLBACKS, LIVE, MIDI, WORDS, play_out


@cfunc(SIGNATURE, nopython=True, cache=True, error_model="numpy")
def play_ring(_input, output, frames, _time, flags, ring):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Play the ring, and the live instrument whose addresses it holds (`kernels.live`)."""
    now_ns = monotonic_ns()
    words = carray(ring, (WORDS,), np.int64)
    if flags != 0:
        words[LATE_CALLBACKS] += 1
    floats = carray(ring, (HEAD_FLOATS + 2 * words[CAPACITY],), np.float32)
    out = carray(output, (2 * frames,), np.float32)
    play_out(words, floats, out)
    midi = carray(pointer_to(words[MIDI]), (MIDI_WORDS + 2 * MIDI_EVENTS,), np.int64)
    longs = carray(pointer_to(words[LIVE]), (BLOCK_BYTES // 8,), np.int64)
    ints = carray(pointer_to(words[LIVE]), (BLOCK_BYTES // 4,), np.int32)
    block = carray(pointer_to(words[LIVE]), (BLOCK_BYTES // 4,), np.float32)
    play_live(now_ns, midi, (longs, ints, block), out)
    return 0  # paContinue
