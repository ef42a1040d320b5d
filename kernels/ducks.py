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
def _depth(since: float, start: float, share: float) -> Vector:
    """Sixteen frames of a dip that begins at ``start``, goes to 1, and gives way like a spring.

    ``share`` is that of its release which a frame takes.
    """
    age = lane_numbers() + splat(since)
    risen = lesser_of(age * splat(f32(1.0 / ATTACK_FRAMES)), splat(f32(1.0)))
    top = fma(risen, splat(f32(1.0) - start), splat(start))
    fallen = (age - splat(f32(ATTACK_FRAMES))) * splat(share)
    rest = splat(f32(1.0)) - greater_of(splat(f32(0.0)), lesser_of(fallen, splat(f32(1.0))))
    return top * rest * rest


@fragment
def _rest(begin: int, dips: Floats) -> None:
    """A quantum without a dip."""
    for t in range(begin, begin + QUANTUM, LANES):
        store(dips, t, splat(f32(0.0)))


@fragment
def _dip(
    begin: int, kick: int, since: float, start: float, share: float, dips: Floats
) -> tuple[float, float]:
    """A quantum with a dip; then the frames since the kick, and how deep the dip before it was."""
    for t in range(0, QUANTUM, LANES):
        at = begin + t
        store(dips, at, _depth(since, start, share))
        since = min(since + f32(LANES), f32(LONGEST_FRAMES))
        if t <= kick < t + LANES:
            before, split = load(dips, at), f32(kick - t)
            start, since = dips[at + kick - t], f32(LANES) - split
            after = _depth(-split, start, share)
            store(dips, at, where_less(lane_numbers(), splat(split), before, after))
    return since, start


@fragment
def duck(
    quanta: int,
    listener: int,
    step: int,
    asked: bool,
    kicks: Ints,
    releases: Floats,
    memory: Floats,
    dips: Floats,
) -> None:
    """Write the dips of one listener in a block.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    listener : int
    step : int, 0 or 1
        0 if all borders are as the first, so that no other is looked at.
    asked : bool
        Whether anybody reads the dips; if not, only what is remembered of them is kept.
    kicks : (listeners, quanta) int32
        The frame inside each quantum at which a kick starts, or -1.
    releases : (listeners, quanta + 1) float32, frames
        Time in which a dip gives way, at each quantum border.
    memory : (listeners, 2) float32, in/out
        Frames since the last kick (`LONGEST_FRAMES` at the start), and how deep the dip before
        it still was.
    dips : (frames,) float32, written in full if asked for
        0 no dip, 1 the deepest.
    """
    since, start = memory[listener, SINCE], memory[listener, FROM]
    for q in range(quanta):
        kick, begin = int(kicks[listener, q]), q * QUANTUM
        if kick < 0 and not asked:
            since = min(since + f32(QUANTUM), f32(LONGEST_FRAMES))
            continue
        release = releases[listener, q * step]
        if kick < 0 and since > f32(ATTACK_FRAMES) + release:
            _rest(begin, dips)
            since = min(since + f32(QUANTUM), f32(LONGEST_FRAMES))
        else:
            since, start = _dip(begin, kick, since, start, f32(1.0) / release, dips)
    memory[listener, SINCE], memory[listener, FROM] = since, start
