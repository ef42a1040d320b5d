"""The last stage: the master's gain and the true-peak limiter, one listener at a time."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Float, Floats, Ints, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import ramp
from kernels.simd import (
    float_to_bits,
    fma,
    greater_of,
    lane_numbers,
    largest_magnitude,
    load,
    magnitude,
    splat,
    store,
)

STEP = 16  # frames between gains
LOOKAHEAD_FRAMES = QUANTUM  # the limiter's latency
DELAY_FRAMES = 2 * QUANTUM  # the last quantum, and the one that comes in
STEPS = LOOKAHEAD_FRAMES // STEP
AVERAGED = 3  # steps over which the gain moves
HELD, LAST_GAIN, LAST_PEAK = STEPS, STEPS + AVERAGED, STEPS + AVERAGED + 1
STATE = STEPS + AVERAGED + 2  # floats remembered of a listener
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
# No point between is beyond so much of the largest sample and so much of the largest second
# difference, x[n] - 2 x[n-1] + x[n-2]: a line between samples, and what the taps add to it.
OF_PEAK, OF_BEND = 1.012, 0.3634


@fragment
def _between(line: Floats, t: int) -> Vector:
    """The largest of three points between the sixth and fifth frame before each of sixteen.

    A quarter and three quarters have the same taps in two orders: their mean and half of their
    difference take half of the multiplications, and the larger magnitude is the sum of theirs.
    """
    mean, apart, half = splat(f32(0.0)), splat(f32(0.0)), splat(f32(0.0))
    for k in range(TAPS // 2):
        x, y = load(line, t + 1 - TAPS + k), load(line, t - k)
        both = x + y
        mean = fma(both, splat(f32(0.5 * (QUARTER[k] + QUARTER[TAPS - 1 - k]))), mean)
        apart = fma(x - y, splat(f32(0.5 * (QUARTER[k] - QUARTER[TAPS - 1 - k]))), apart)
        half = fma(both, splat(f32(HALF[k])), half)
    return greater_of(magnitude(half), magnitude(mean) + magnitude(apart))


@fragment
def _largest(left: Vector, right: Vector) -> Float:
    return largest_magnitude(float_to_bits(greater_of(magnitude(left), magnitude(right))))


@fragment
def _bends(line: Floats, t: int) -> Vector:
    """Magnitudes of the second differences of sixteen frames."""
    before = load(line, t - 1)
    return magnitude((load(line, t) - before) - (before - load(line, t - 2)))


@fragment
def _may_pass(
    peak: float, left: Floats, right: Floats, span: tuple[int, int], ceiling: float
) -> bool:
    """Whether a point between could pass the ceiling, from one frame to another.

    Points between are measured from twelve frames, so those of the step before count, too.
    """
    if peak * f32(MOST_BETWEEN) <= ceiling:
        return False
    bend = splat(f32(0.0))
    for t in range(span[0] - STEP, span[1], LANES):
        bend = greater_of(greater_of(_bends(left, t), _bends(right, t)), bend)
    bound = peak * f32(OF_PEAK) + largest_magnitude(float_to_bits(bend)) * f32(OF_BEND)
    return bool(bound > ceiling)


@fragment
def _true_peak(left: Floats, right: Floats, start: int, ceiling: float, state: Floats) -> Float:
    """The largest value of a step, samples and points between them, both channels linked.

    Points between are looked at only where one could pass the ceiling; elsewhere the limiter does
    not act, and the answer makes no difference.
    """
    peak = max(_largest(load(left, start), load(right, start)), f32(TINY))
    near = max(peak, state[LAST_PEAK])
    state[LAST_PEAK] = peak
    if _may_pass(near, left, right, (start, start + STEP), ceiling):
        peak = max(peak, _largest(_between(left, start), _between(right, start)))
    return peak


@fragment
def _smoothed(need: float, state: Floats) -> Float:
    """The gain at the end of the step that leaves the delay now.

    Each sample that leaves, and the points beside it, which are measured up to a step later, was
    in the minimum of all the gains averaged here, so the mean is never above what they need.
    """
    held = need
    for row in range(STEPS):
        held = min(held, state[row])
    newest = state[HELD + AVERAGED - 1]
    held = min(held, newest + (f32(1.0) - newest) * f32(RELEASE_PER_STEP))
    total = held
    for row in range(HELD + 1, HELD + AVERAGED):
        total = total + state[row]
    for row in range(STEPS - 1):
        state[row] = state[row + 1]
    for row in range(HELD, HELD + AVERAGED - 1):
        state[row] = state[row + 1]
    state[STEPS - 1] = need
    state[HELD + AVERAGED - 1] = held
    return total * f32(1.0 / AVERAGED)


@fragment
def _enter(source: int, gain: tuple[float, float], dry: Floats, line: Floats) -> Vector:
    """Bring a quantum to its level behind the past one; its largest values, in sixteen lanes."""
    largest = splat(f32(TINY))
    for t in range(0, QUANTUM, LANES):
        x = load(dry, source + t) * ramp(gain[0], gain[1], t)
        largest = greater_of(magnitude(x), largest)
        store(line, QUANTUM + t, x)
    return largest


@fragment
def _is_calm(peak: float, left: Floats, right: Floats, ceiling: float, state: Floats) -> bool:
    """Whether nothing near the ceiling comes in, and the gain has long been 1."""
    calm = True
    for row in range(LAST_GAIN + 1):
        calm &= state[row] == f32(1.0)
    near = max(peak, state[LAST_PEAK])
    if calm:
        calm = not _may_pass(near, left, right, (QUANTUM, 2 * QUANTUM), ceiling)
    return bool(calm)


@fragment
def _pass(at: int, left: Floats, right: Floats, side: int, state: Floats, out: Floats) -> None:
    """Let a quantum leave as it came."""
    for t in range(0, QUANTUM, LANES):
        store(out, at + t, load(left, t))
        store(out, at + side + t, load(right, t))
    last = 2 * QUANTUM - STEP
    state[LAST_PEAK] = max(_largest(load(left, last), load(right, last)), f32(TINY))


@fragment
def _forget(line: Floats) -> None:
    """Make the quantum that came in the past one."""
    for t in range(0, QUANTUM, LANES):
        store(line, t, load(line, QUANTUM + t))


@kernel
def limit(
    quanta: int,
    gains: Floats,
    ceiling: float,
    states: Floats,
    delays: Floats,
    rows: Ints,
    dry: Floats,
    first: int,
    out: Floats,
) -> None:
    """Bring each listener's mix to its level, and keep its true peaks below a ceiling.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    gains : (quanta + 1, 16) float32, linear gain
        Of each listener at each quantum border; lines between.
    ceiling : float, 0..1
        The largest value that may leave, four times oversampled.
    states : (listeners, 9) float32, in/out
        Gains of the last steps and the last peak; ones at the start.
    delays : (listeners, 2, 128) float32, in/out
        The last 64 frames and room for those that come, left then right; zeros at the start.
    rows : (listeners,) int32
        Which row of ``out`` is each listener's; a place with -1 is nobody's.
    dry : (at least listeners * 2 * frames,) float32
        Left and right of each listener.
    first : int, frames
        Where the block begins in ``out``.
    out : (rows, 2, at least first + frames) float32, written for those who have a row
        Left and right, 64 frames late.

    Notes
    -----
    The gain is the mean over three steps of a minimum over five.
    """
    frames, top, side = quanta * QUANTUM, f32(ceiling), out.shape[2]
    flat = out.reshape(-1)
    for listener in range(rows.shape[0]):
        if rows[listener] < 0:
            continue
        state, left, right = states[listener], delays[listener, 0], delays[listener, 1]
        for q in range(quanta):
            source = listener * 2 * frames + q * QUANTUM
            target = rows[listener] * 2 * side + first + q * QUANTUM
            pair = (gains[q, listener], gains[q + 1, listener])
            lefts = _enter(source, pair, dry, left)
            rights = _enter(source + frames, pair, dry, right)
            if _is_calm(_largest(lefts, rights), left, right, top, state):
                _pass(target, left, right, side, state, flat)
                _forget(left)
                _forget(right)
                continue
            for start in range(0, QUANTUM, STEP):
                peak = _true_peak(left, right, QUANTUM + start, top, state)
                before, now = state[LAST_GAIN], _smoothed(min(f32(1.0), top / peak), state)
                state[LAST_GAIN] = now
                rise = (now - before) * f32(1.0 / STEP)
                gain = fma(lane_numbers(), splat(rise), splat(before + rise))
                store(flat, target + start, load(left, start) * gain)
                store(flat, target + side + start, load(right, start) * gain)
            _forget(left)
            _forget(right)
