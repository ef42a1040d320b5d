"""Making way for the kick: how deep a listener's strips are to dip, frame by frame."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats, Ints, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.simd import fma, greater_of, lane_numbers, lesser_of, load, splat, store, where_less

ATTACK_FRAMES = 96  # 2 ms: with the kick's own beginning, and too slow to click
LONGEST_FRAMES = 1 << 20  # since the last kick; beyond it nobody asks
SINCE, FROM = 0, 1  # what is remembered of a listener: frames since the kick, and the depth then
NO_KICK = -1


@fragment
def _depth(since: float, start: float, release_frames: float) -> Vector:
    """Sixteen frames of a dip that begins at ``start``, goes to 1, and gives way like a spring."""
    age = lane_numbers() + splat(since)
    risen = lesser_of(age * splat(f32(1.0 / ATTACK_FRAMES)), splat(f32(1.0)))
    top = fma(risen, splat(f32(1.0) - start), splat(start))
    fallen = (age - splat(f32(ATTACK_FRAMES))) / splat(release_frames)
    rest = splat(f32(1.0)) - greater_of(splat(f32(0.0)), lesser_of(fallen, splat(f32(1.0))))
    return top * rest * rest


@fragment
def _rest(listener: int, start: int, memory: Floats, dips: Floats) -> None:
    """A quantum without a dip."""
    for t in range(start, start + QUANTUM, LANES):
        store(dips, t, splat(f32(0.0)))
    since = memory[listener, SINCE] + f32(QUANTUM)
    memory[listener, SINCE] = min(since, f32(LONGEST_FRAMES))


@fragment
def duck(
    quanta: int, listener: int, kicks: Ints, releases: Floats, memory: Floats, dips: Floats
) -> None:
    """Write the dips of one listener in a block.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    listener : int
    kicks : (listeners, quanta) int32
        The frame inside each quantum at which a kick starts, or -1.
    releases : (listeners, quanta + 1) float32, frames
        Time in which a dip gives way, at each quantum border.
    memory : (listeners, 2) float32, in/out
        Frames since the last kick (`LONGEST_FRAMES` at the start), and how deep the dip before
        it still was.
    dips : (frames,) float32, written in full
        0 no dip, 1 the deepest.
    """
    for q in range(quanta):
        kick, begin = int(kicks[listener, q]), q * QUANTUM
        if kick < 0 and memory[listener, SINCE] > f32(ATTACK_FRAMES) + releases[listener, q]:
            _rest(listener, begin, memory, dips)
            continue
        for t in range(0, QUANTUM, LANES):
            at, release = begin + t, releases[listener, q]
            since = memory[listener, SINCE]
            store(dips, at, _depth(since, memory[listener, FROM], release))
            memory[listener, SINCE] = min(since + f32(LANES), f32(LONGEST_FRAMES))
            if t <= kick < t + LANES:
                before, split = load(dips, at), f32(kick - t)
                memory[listener, FROM] = dips[at + kick - t]
                memory[listener, SINCE] = f32(LANES) - split
                after = _depth(-split, memory[listener, FROM], release)
                store(dips, at, where_less(lane_numbers(), splat(split), before, after))
