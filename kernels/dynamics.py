"""The last stage: the master's gain and the true-peak limiter, one listener at a time."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Float, Floats, Ints, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.masks import lanes_below
from kernels.memory import prefetch
from kernels.mixing import ramp
from kernels.runs import Four as Side
from kernels.shuffles import after
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
HELD, LAST_GAIN = STEPS, STEPS + AVERAGED
STATE = LAST_GAIN + 1  # floats remembered of a listener
RESTS, RELEASES, HOLDS = 0, 1, 2
RING = 2 * QUANTUM
LINE = 2 * RING  # a quantum and the one before it, of both sides
RELEASE_PER_STEP = 0.0022  # share of the way back to 1 in 16 frames: about 150 ms
LEFT_OF_STEPS = tuple((1.0 - RELEASE_PER_STEP) ** step for step in range(1, STEPS + 1))
NEAR_ONE = 1.0 - 5e-4  # -0.004 dB; of what is left, floats would never go the last of the way
TINY = 1e-9
AHEAD = 4 * QUANTUM  # frames: what the cache fetches of where sound will be written

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
def _need(line: Floats, start: int, side: int, ceiling: float) -> Float:
    """The gain that a step needs, samples and points between them, both channels linked."""
    peak = _largest(load(line, start), load(line, side + start))
    between = _largest(_between(line, start), _between(line, side + start))
    return min(f32(1.0), ceiling / max(max(peak, between), f32(TINY)))


@fragment
def _entered(source: int, gain: tuple[float, float], dry: Floats) -> Side:
    """A quantum of one side at its level."""
    return (
        load(dry, source) * ramp(gain[0], gain[1], 0),
        load(dry, source + 16) * ramp(gain[0], gain[1], 16),
        load(dry, source + 32) * ramp(gain[0], gain[1], 32),
        load(dry, source + 48) * ramp(gain[0], gain[1], 48),
    )


@fragment
def _loudest(x: Side) -> Vector:
    """The largest of each four magnitudes."""
    one = greater_of(magnitude(x[0]), magnitude(x[1]))
    return greater_of(one, greater_of(magnitude(x[2]), magnitude(x[3])))


@fragment
def _bends(before: tuple[Vector, Vector], x: Side) -> Vector:
    """The largest second differences of a quantum and the step before, of which two are given."""
    o, p = before[0] - after(before[0], before[0]), before[1] - after(before[0], before[1])
    a, b = x[0] - after(before[1], x[0]), x[1] - after(x[0], x[1])
    c, d = x[2] - after(x[1], x[2]), x[3] - after(x[2], x[3])
    bent = _loudest((a - after(p, a), b - after(a, b), c - after(b, c), d - after(c, d)))
    return greater_of(bent, magnitude(p - after(o, p)))


@fragment
def _may_pass(left: Side, right: Side, before: int, apart: int, out: Floats, top: float) -> bool:
    """Whether a point between could pass the ceiling in a quantum, or lies just before it.

    Points between are measured from twelve frames, so those of the step before count, too. Where
    none could, the limiter does not act, and none needs to be looked at.
    """
    last = before + QUANTUM - STEP
    x, y = load(out, last), load(out, apart + last)
    peaks = greater_of(greater_of(_loudest(left), _loudest(right)), _loudest((x, x, y, y)))
    if lanes_below(splat(f32(top / f32(MOST_BETWEEN))), peaks) == 0:
        return False
    bends = greater_of(
        _bends((load(out, last - STEP), x), left),
        _bends((load(out, apart + last - STEP), y), right),
    )
    bound = largest_magnitude(float_to_bits(peaks)) * f32(OF_PEAK)
    bound = bound + largest_magnitude(float_to_bits(bends)) * f32(OF_BEND)
    return bool(bound > top)


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
def _stage(state: Floats) -> int:
    """Whether the gain is 1 and has long been, or only comes back to it, or a peak is held."""
    rests = releases = True
    for row in range(STEPS):
        releases &= state[row] == f32(1.0)
    for row in range(STEPS, LAST_GAIN + 1):
        rests &= state[row] == f32(1.0)
    if not releases:
        return HOLDS
    return RESTS if rests else RELEASES


@fragment
def _keep(x: Side, target: int, out: Floats) -> None:
    """Write a quantum of one side."""
    store(out, target, x[0])
    store(out, target + 16, x[1])
    store(out, target + 32, x[2])
    store(out, target + 48, x[3])


@fragment
def _kept(source: int, line: Floats) -> Side:
    """A quantum of one side, as `_keep` wrote it."""
    return (
        load(line, source), load(line, source + 16), load(line, source + 32),
        load(line, source + 48),
    )  # fmt: skip


@fragment
def _leave_between(before: float, now: float, start: int, apart: int, out: Floats) -> None:
    """Let a step leave at a gain that moves from one to another."""
    rise = (now - before) * f32(1.0 / STEP)
    gain = fma(lane_numbers(), splat(rise), splat(before + rise))
    store(out, start, load(out, start) * gain)
    store(out, start + apart, load(out, start + apart) * gain)


@fragment
def _leave(need: float, start: int, apart: int, state: Floats, out: Floats) -> None:
    """Let a step leave at the gain that is needed for all that is held."""
    before, now = state[LAST_GAIN], _smoothed(need, state)
    state[LAST_GAIN] = now
    _leave_between(before, now, start, apart, out)


@fragment
def _closer(away: float, left: float) -> Float:
    """What some steps later has come back to 1."""
    gain = f32(1.0) - away * f32(left)
    return gain if gain < f32(NEAR_ONE) else f32(1.0)


@fragment
def _release(before: int, apart: int, state: Floats, out: Floats) -> None:
    """Let a quantum leave while no peak is held: as four times `_leave`, but all at once."""
    x, y, last = state[HELD + 1], state[HELD + 2], state[LAST_GAIN]
    away, third = f32(1.0) - y, f32(1.0 / AVERAGED)
    a, b = _closer(away, LEFT_OF_STEPS[0]), _closer(away, LEFT_OF_STEPS[1])
    c, d = _closer(away, LEFT_OF_STEPS[2]), _closer(away, LEFT_OF_STEPS[3])
    one, two, three, four = (
        (x + y + a) * third,
        (y + a + b) * third,
        (a + b + c) * third,
        (b + c + d) * third,
    )
    _leave_between(last, one, before, apart, out)
    _leave_between(one, two, before + STEP, apart, out)
    _leave_between(two, three, before + 2 * STEP, apart, out)
    _leave_between(three, four, before + 3 * STEP, apart, out)
    state[HELD], state[HELD + 1], state[HELD + 2], state[LAST_GAIN] = b, c, d, four


@fragment
def _act(
    left: Side, right: Side, before: int, apart: int, ceiling: float, state: Floats, line: Floats,
    out: Floats,
) -> None:  # fmt: skip
    """Let a quantum leave at the gain that the next one needs."""
    _keep(_kept(before, out), 0, line)
    _keep(_kept(before + apart, out), RING, line)
    _keep(left, QUANTUM, line)
    _keep(right, RING + QUANTUM, line)
    for t in range(0, QUANTUM, STEP):
        _leave(_need(line, QUANTUM + t, RING, ceiling), before + t, apart, state, out)


@fragment
def _let_out(
    stage: int, left: Side, right: Side, before: int, apart: int, ceiling: float, state: Floats,
    line: Floats, out: Floats,
) -> int:  # fmt: skip
    """Let a quantum leave at the gain that it and the next one need; how the gain stands then."""
    for t in range(before + AHEAD, before + AHEAD + QUANTUM, LANES):
        prefetch(out, t)
        prefetch(out, apart + t)
    if _may_pass(left, right, before, apart, out, ceiling):
        _act(left, right, before, apart, ceiling, state, line, out)
    elif stage == RESTS:
        return RESTS
    elif stage == RELEASES:
        _release(before, apart, state, out)
    else:
        for t in range(before, before + QUANTUM, STEP):
            _leave(f32(1.0), t, apart, state, out)
    return _stage(state)


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
    states : (listeners, 8) float32, in/out
        Gains of the last steps; ones at the start.
    delays : (listeners, 128) float32, in/out
        The last 64 frames, left then right; zeros at the start.
    line : (`LINE`,) float32, scratch
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
    The gain is the mean over three steps of a minimum over five. What enters waits where it leaves,
    but for the last quantum.
    """
    frames, top, apart, flat = quanta * QUANTUM, f32(ceiling), out.shape[2], out.reshape(-1)
    for listener in range(rows.shape[0]):
        if rows[listener] < 0:
            continue
        state, past, source = states[listener], delays[listener], listener * 2 * frames
        before, stage = rows[listener] * 2 * apart + first, _stage(state)
        _keep(_kept(0, past), before, flat)
        _keep(_kept(QUANTUM, past), before + apart, flat)
        for q in range(quanta):
            gain = gains[q, listener], gains[q + 1, listener]
            left, right = _entered(source, gain, dry), _entered(source + frames, gain, dry)
            stage = _let_out(stage, left, right, before, apart, top, state, line, flat)
            source, before = source + QUANTUM, before + QUANTUM
            if q < quanta - 1:
                _keep(left, before, flat)
                _keep(right, before + apart, flat)
            else:
                _keep(left, 0, past)
                _keep(right, QUANTUM, past)
