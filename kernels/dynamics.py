"""The look-ahead limiter, sixteen listeners at a time."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import lane_ramp
from kernels.simd import fma, greater_of, lesser_of, load, magnitude, splat, store

STEP = 16  # frames between gains
LOOKAHEAD_FRAMES = QUANTUM  # the limiter's latency
STEPS = LOOKAHEAD_FRAMES // STEP
STATE_ROWS = 2 * STEPS + 1
RELEASE_PER_STEP = 0.0022  # share of the way back to 1 in 16 frames: about 150 ms
TINY = 1e-9


@fragment
def _peak(left: Floats, right: Floats, start: int) -> Vector:
    """The largest sample of a step, both channels linked."""
    peak = splat(f32(TINY))
    for t in range(start, start + STEP):
        both = greater_of(magnitude(load(left, t * LANES)), magnitude(load(right, t * LANES)))
        peak = greater_of(peak, both)
    return peak


@fragment
def _smoothed(need: Vector, state: Floats) -> tuple[Vector, Vector]:
    """The gain at the start and end of the step that leaves the delay now.

    Each sample that leaves was in the minimum of all the gains averaged here, so the mean is
    never above what the sample needs.
    """
    held = need
    for row in range(STEPS):
        held = lesser_of(held, load(state, row * LANES))
    newest = load(state, (2 * STEPS - 1) * LANES)
    rising = fma(splat(f32(1.0)) - newest, splat(f32(RELEASE_PER_STEP)), newest)
    held = lesser_of(held, rising)
    total = held
    for row in range(STEPS + 1, 2 * STEPS):
        total = total + load(state, row * LANES)
    for row in range(STEPS - 1):
        store(state, row * LANES, load(state, (row + 1) * LANES))
        store(state, (STEPS + row) * LANES, load(state, (STEPS + row + 1) * LANES))
    store(state, (STEPS - 1) * LANES, need)
    store(state, (2 * STEPS - 1) * LANES, held)
    before = load(state, 2 * STEPS * LANES)
    after = total * splat(f32(1.0 / STEPS))
    store(state, 2 * STEPS * LANES, after)
    return before, after


@kernel
def limit(
    frames: int,
    left: Floats,
    right: Floats,
    gain: Floats,
    ceiling: float,
    state: Floats,
    delay: Floats,
) -> None:
    """Apply the master gain and keep the peaks of sixteen listeners below a ceiling.

    Parameters
    ----------
    frames : int, a multiple of 64
        Frames in the block.
    left, right : (frames * 16,) float32, in/out
        The mix, ``[t * 16 + listener]``; leaves 64 frames later than it came.
    gain : ((quanta + 1) * 16,) float32, linear gain
        Master gain at each quantum border; lines between.
    ceiling : float, 0..1
        The largest sample that may leave.
    state : (9 * 16,) float32, in/out
        Gains of the last steps; ones at the start.
    delay : (2 * 64 * 16,) float32, in/out
        The last 64 frames, left then right; zeros at the start.

    Notes
    -----
    Sample peaks, not true peaks. The gain is the mean over four steps of a five-step minimum.
    """
    top = splat(f32(ceiling))
    one = splat(f32(1.0))
    other = LOOKAHEAD_FRAMES * LANES
    for start in range(0, frames, STEP):
        for t in range(start, start + STEP):
            level = lane_ramp(gain, t)
            store(left, t * LANES, load(left, t * LANES) * level)
            store(right, t * LANES, load(right, t * LANES) * level)
        need = lesser_of(one, top / _peak(left, right, start))
        before, after = _smoothed(need, state)
        slope = (after - before) * splat(f32(1.0 / STEP))
        for step in range(STEP):
            t = (start + step) * LANES
            ring = ((start + step) % LOOKAHEAD_FRAMES) * LANES
            before = before + slope
            old_left, old_right = load(delay, ring), load(delay, other + ring)
            store(delay, ring, load(left, t))
            store(delay, other + ring, load(right, t))
            store(left, t, old_left * before)
            store(right, t, old_right * before)
