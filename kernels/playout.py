"""What an audio device asks for: the next frames of a ring that another process fills.

The ring is one block of shared memory, seen as int64 words and as float32 samples. The audio
thread reads it without Python, so nothing that Python does can make the sound wait.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import kernel
from kernels._types import Floats, Longs

(
    CAPACITY, WRITTEN, PLAYED, CALLBACKS, SHORT_FRAMES, LATE_CALLBACKS, OPEN, FORGOTTEN, LIVE, MIDI,
) = range(10)  # fmt: skip
"""Words: frames that fit; frames written and played since the start; calls of the device; frames
of silence because the ring was empty; calls that the device says came late; 1 to play, 0 to pause;
the frame before which nothing is wanted any more; addresses, in the process that plays, of the live
instrument and of its messages, 0 without one.

The reader writes those of played, calls and frames of silence, the writer the others.
"""
WORDS = 16
GAIN = 2 * WORDS  # behind the words, as a float: the gain that the last frame had
HEAD_FLOATS = GAIN + 16  # behind it the samples
FADE_STEP = 1.0 / 480.0  # 10 ms from sound to silence and back


@kernel
def play_out(words: Longs, floats: Floats, out: Floats) -> None:
    """Play the next frames of the ring; silence, counted, where it has none.

    Parameters
    ----------
    words : (16,) int64, in/out
        The head of the ring.
    floats : (48 + 2 * capacity,) float32
        The same memory as samples: the head, then interleaved stereo frames. The gain in it is
        in/out.
    out : (2 * frames,) float32, written in full
        Interleaved stereo, ±1 full scale.

    Notes
    -----
    A ring that is closed fades out within 10 ms, then stands still; opened, it fades in again,
    behind what was forgotten meanwhile.
    """
    capacity, played, written = words[CAPACITY], words[PLAYED], words[WRITTEN]
    gain, step = floats[GAIN], f32(FADE_STEP)
    if gain == f32(0.0):
        played = max(played, words[FORGOTTEN])
    if words[OPEN] == 0:
        step = -step
    for frame in range(out.shape[0] // 2):
        gain = min(f32(1.0), max(f32(0.0), gain + step))
        left = right = f32(0.0)
        if gain > f32(0.0):
            if played < written:
                place = HEAD_FLOATS + 2 * (played % capacity)
                left, right = floats[place] * gain, floats[place + 1] * gain
                played += 1
            else:
                words[SHORT_FRAMES] += 1
        out[2 * frame], out[2 * frame + 1] = left, right
    floats[GAIN] = gain
    words[PLAYED] = played
    words[CALLBACKS] += 1
