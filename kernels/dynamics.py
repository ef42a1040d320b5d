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
STEPS = LOOKAHEAD_FRAMES // STEP
AVERAGED = 3  # steps over which the gain moves
HELD, LAST_GAIN, LAST_PEAK = STEPS, STEPS + AVERAGED, STEPS + AVERAGED + 1
STATE = STEPS + AVERAGED + 2  # floats remembered of a listener
RELEASE_PER_STEP = 0.0022  # share of the way back to 1 in 16 frames: about 150 ms
NEAR_ONE = 1.0 - 5e-4  # -0.004 dB; of what is left, floats would never go the last of the way
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
    peak: float, line: Floats, begin: int, frames: int, side: int, ceiling: float
) -> bool:
    """Whether a point between could pass the ceiling, in some frames from one on.

    Points between are measured from twelve frames, so those of the step before count, too.
    """
    if peak * f32(MOST_BETWEEN) <= ceiling:
        return False
    bend = splat(f32(0.0))
    for t in range(begin - STEP, begin + frames, LANES):
        bend = greater_of(greater_of(_bends(line, t), _bends(line, side + t)), bend)
    bound = peak * f32(OF_PEAK) + largest_magnitude(float_to_bits(bend)) * f32(OF_BEND)
    return bool(bound > ceiling)


@fragment
def _largest_of(line: Floats, start: int, side: int) -> Float:
    """The largest sample of a step."""
    return max(_largest(load(line, start), load(line, side + start)), f32(TINY))


@fragment
def _true_peak(line: Floats, start: int, side: int, ceiling: float, state: Floats) -> Float:
    """The largest value of a step, samples and points between them, both channels linked.

    Points between are looked at only where one could pass the ceiling; elsewhere the limiter does
    not act, and the answer makes no difference.
    """
    peak = _largest_of(line, start, side)
    near = max(peak, state[LAST_PEAK])
    state[LAST_PEAK] = peak
    if _may_pass(near, line, start, STEP, side, ceiling):
        peak = max(peak, _largest(_between(line, start), _between(line, side + start)))
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
    released = newest + (f32(1.0) - newest) * f32(RELEASE_PER_STEP)
    held = min(held, released if released < f32(NEAR_ONE) else f32(1.0))
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
def _enter(source: int, gain: tuple[float, float], dry: Floats, at: int, line: Floats) -> Vector:
    """Bring a quantum to its level behind the past one; its largest values, in sixteen lanes."""
    largest = splat(f32(TINY))
    for t in range(0, QUANTUM, LANES):
        x = load(dry, source + t) * ramp(gain[0], gain[1], t)
        largest = greater_of(magnitude(x), largest)
        store(line, at + t, x)
    return largest


@fragment
def _rests(state: Floats) -> bool:
    """Whether the gain is 1, and has long been."""
    rests = True
    for row in range(LAST_GAIN + 1):
        rests &= state[row] == f32(1.0)
    return rests


@fragment
def _copy(source: int, line: Floats, target: int, out: Floats) -> None:
    for t in range(0, QUANTUM, LANES):
        store(out, target + t, load(line, source + t))


@fragment
def _leave(
    need: float, line: Floats, start: int, side: int, state: Floats, target: int, apart: int,
    out: Floats,
) -> None:  # fmt: skip
    """Let a step of the past quantum leave at the gain that is needed for all that is held."""
    before, now = state[LAST_GAIN], _smoothed(need, state)
    state[LAST_GAIN] = now
    rise = (now - before) * f32(1.0 / STEP)
    gain = fma(lane_numbers(), splat(rise), splat(before + rise))
    store(out, target, load(line, start) * gain)
    store(out, target + apart, load(line, side + start) * gain)


@kernel
def limit(
    quanta: int,
    gains: Floats,
    ceiling: float,
    states: Floats,
    delays: Floats,
    line: Floats,
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
    delays : (listeners, 128) float32, in/out
        The last 64 frames, left then right; zeros at the start.
    line : (at least 2 * (64 + frames),) float32, scratch
        Half of it for each side.
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
    frames, top, apart = quanta * QUANTUM, f32(ceiling), out.shape[2]
    side, flat = line.shape[0] // 2, out.reshape(-1)
    for listener in range(rows.shape[0]):
        if rows[listener] < 0:
            continue
        state, past = states[listener], delays[listener]
        _copy(0, past, 0, line)
        _copy(QUANTUM, past, side, line)
        for q in range(quanta):
            begin, entered = q * QUANTUM, (q + 1) * QUANTUM
            source = listener * 2 * frames + begin
            target = rows[listener] * 2 * apart + first + begin
            pair = (gains[q, listener], gains[q + 1, listener])
            largest = _largest(
                _enter(source, pair, dry, entered, line),
                _enter(source + frames, pair, dry, side + entered, line),
            )
            near = max(largest, state[LAST_PEAK])
            acts = _may_pass(near, line, entered, QUANTUM, side, top)
            if not acts:
                state[LAST_PEAK] = _largest_of(line, entered + QUANTUM - STEP, side)
                if _rests(state):
                    _copy(begin, line, target, flat)
                    _copy(side + begin, line, target + apart, flat)
                    continue
            for t in range(0, QUANTUM, STEP):
                need = f32(1.0)
                if acts:
                    need = min(need, top / _true_peak(line, entered + t, side, top, state))
                _leave(need, line, begin + t, side, state, target + t, apart, flat)
        _copy(frames, line, 0, past)
        _copy(side + frames, line, QUANTUM, past)
