"""The true-peak limiter, sixteen listeners at a time."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.simd import fma, greater_of, lesser_of, load, magnitude, splat, store

STEP = 16  # frames between gains
LOOKAHEAD_FRAMES = QUANTUM  # the limiter's latency
DELAY_FRAMES = 2 * QUANTUM  # the last quantum, and the one that comes in
STEPS = LOOKAHEAD_FRAMES // STEP
AVERAGED = 3  # steps over which the gain moves
HELD, LAST_GAIN, LAST_PEAK = STEPS, STEPS + AVERAGED, STEPS + AVERAGED + 1
STATE_ROWS = STEPS + AVERAGED + 2
RELEASE_PER_STEP = 0.0022  # share of the way back to 1 in 16 frames: about 150 ms
TINY = 1e-9

# A quarter and half a frame after the sixth of twelve frames (three quarters is the quarter
# backwards): least squares up to 20 kHz; within 0.15 dB to 18 kHz.
QUARTER = (
    -0.0084082, 0.0199513, -0.0399402, 0.0765666, -0.1641954, 0.8932286,
    0.297972, -0.117568, 0.0629322, -0.034876, 0.0180666, -0.0078298,
)  # fmt: skip
HALF = (
    -0.0114317, 0.0267347, -0.052502, 0.0974072, -0.1932081, 0.6301113,
    0.6301113, -0.1932081, 0.0974072, -0.052502, 0.0267347, -0.0114317,
)  # fmt: skip
TAPS = 12
MOST_BETWEEN = 2.03  # times the largest sample: the sum of the magnitudes of HALF


@fragment
def _between(line: Floats, t: int) -> Vector:
    """The largest of three points between the sixth and fifth frame before ``t``."""
    quarter, half, rest = splat(f32(0.0)), splat(f32(0.0)), splat(f32(0.0))
    for k in range(TAPS):
        x = load(line, (t + 1 - TAPS + k) * LANES)
        quarter = fma(x, splat(f32(QUARTER[k])), quarter)
        half = fma(x, splat(f32(HALF[k])), half)
        rest = fma(x, splat(f32(QUARTER[TAPS - 1 - k])), rest)
    return greater_of(magnitude(half), greater_of(magnitude(quarter), magnitude(rest)))


@fragment
def _true_peak(left: Floats, right: Floats, start: int, ceiling: float, state: Floats) -> Vector:
    """The largest value of a step, samples and points between them, both channels linked.

    Points between are looked at only where a sample is so large that one could pass the ceiling;
    elsewhere the limiter does not act, and the answer makes no difference.
    """
    peak = splat(f32(TINY))
    for t in range(start, start + STEP):
        both = greater_of(magnitude(load(left, t * LANES)), magnitude(load(right, t * LANES)))
        peak = greater_of(peak, both)
    near = greater_of(peak, load(state, LAST_PEAK * LANES))
    store(state, LAST_PEAK * LANES, near)
    loud = False
    for lane in range(LANES):
        loud |= state[LAST_PEAK * LANES + lane] * f32(MOST_BETWEEN) > ceiling
    store(state, LAST_PEAK * LANES, peak)
    if loud:
        for t in range(start, start + STEP):
            peak = greater_of(peak, greater_of(_between(left, t), _between(right, t)))
    return peak


@fragment
def _smoothed(need: Vector, state: Floats) -> tuple[Vector, Vector]:
    """The gain at the start and end of the step that leaves the delay now.

    Each sample that leaves, and the points beside it, which are measured up to a step later, was
    in the minimum of all the gains averaged here, so the mean is never above what they need.
    """
    held = need
    for row in range(STEPS):
        held = lesser_of(held, load(state, row * LANES))
    newest = load(state, (HELD + AVERAGED - 1) * LANES)
    rising = fma(splat(f32(1.0)) - newest, splat(f32(RELEASE_PER_STEP)), newest)
    held = lesser_of(held, rising)
    total = held
    for row in range(HELD + 1, HELD + AVERAGED):
        total = total + load(state, row * LANES)
    for row in range(STEPS - 1):
        store(state, row * LANES, load(state, (row + 1) * LANES))
    for row in range(HELD, HELD + AVERAGED - 1):
        store(state, row * LANES, load(state, (row + 1) * LANES))
    store(state, (STEPS - 1) * LANES, need)
    store(state, (HELD + AVERAGED - 1) * LANES, held)
    before = load(state, LAST_GAIN * LANES)
    after = total * splat(f32(1.0 / AVERAGED))
    store(state, LAST_GAIN * LANES, after)
    return before, after


@fragment
def _leave(line: Floats, out: Floats, at: tuple[int, int], gain: tuple[Vector, Vector]) -> None:
    """Write a step of the last quantum, at a gain that moves from step to step."""
    level = gain[0]
    for t in range(STEP):
        level = level + gain[1]
        store(out, (at[1] + t) * LANES, load(line, (at[0] + t) * LANES) * level)


@fragment
def _move(source: Floats, start: int, target: Floats, to: int) -> None:
    """Copy a quantum of frames."""
    for t in range(QUANTUM):
        store(target, (to + t) * LANES, load(source, (start + t) * LANES))


@kernel
def limit(
    quanta: int, left: Floats, right: Floats, ceiling: float, state: Floats, delay: Floats
) -> None:
    """Keep the true peaks of sixteen listeners below a ceiling.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    left, right : (frames * 16,) float32, in/out
        The sound, ``[t * 16 + listener]``; leaves 64 frames later than it came.
    ceiling : float, 0..1
        The largest value that may leave, four times oversampled.
    state : (9 * 16,) float32, in/out
        Gains of the last steps and the last peak; ones at the start.
    delay : (2 * 128 * 16,) float32, in/out
        The last 64 frames and room for those that come, left then right; zeros at the start.

    Notes
    -----
    The gain is the mean over three steps of a minimum over five.
    """
    past_left, past_right = delay[: DELAY_FRAMES * LANES], delay[DELAY_FRAMES * LANES :]
    for q in range(quanta):
        _move(left, q * QUANTUM, past_left, QUANTUM)
        _move(right, q * QUANTUM, past_right, QUANTUM)
        for start in range(0, QUANTUM, STEP):
            peak = _true_peak(past_left, past_right, QUANTUM + start, ceiling, state)
            need = lesser_of(splat(f32(1.0)), splat(f32(ceiling)) / peak)
            before, after = _smoothed(need, state)
            gain = (before, (after - before) * splat(f32(1.0 / STEP)))
            at = (start, q * QUANTUM + start)
            _leave(past_left, left, at, gain)
            _leave(past_right, right, at, gain)
        _move(past_left, QUANTUM, past_left, 0)
        _move(past_right, QUANTUM, past_right, 0)
