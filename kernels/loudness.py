"""Glue and levelling: what a mastering engineer's slow hand does, for sixteen listeners at a time.

One K-weighted measurement a quantum drives both. Glue is a feedback compressor of a few dB;
the leveller brings the mean of many seconds to -16 LUFS and is too slow to be heard at work.

K-weighting: ITU-R BS.1770-5, annex 1, coefficients for 48 kHz. Levels here are *octaves of gain*
(log2; one is 6.02 dB), and powers are relative to the target.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.polynomials import exp2, log2
from kernels.simd import fma, fnma, greater_of, lesser_of, load, splat, store, where_less

TARGET_POWER = 0.029451  # K-weighted, both channels: 10^((-16 + 0.691) / 10)
OCTAVE_DB = 6.0206
QUANTUM_SECONDS = QUANTUM / 48_000.0

SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
HIGH_PASS = (-1.99004745483398, 0.99007225036621)  # below b = (1, -2, 1)

MEAN_SHARE = QUANTUM_SECONDS / 20.0  # of a quantum in the long mean: 20 s
MOMENT_SHARE = QUANTUM_SECONDS / 0.15
GATE_POWER = 0.01  # -36 LUFS: below it the mean stands still, or silence would raise the gain
STEEPEST = 0.5 / OCTAVE_DB * QUANTUM_SECONDS  # 0.5 dB/s
FARTHEST = 1.0  # 6 dB up or down

GLUE_ATTACK = QUANTUM_SECONDS / 0.04
GLUE_RELEASE = QUANTUM_SECONDS / 0.3
GLUE_FROM = -3.0 / OCTAVE_DB  # against the target: where the knee begins
GLUE_KNEE = 4.0 / OCTAVE_DB
GLUE_SLOPE = 0.8  # of what lies above, in the feedback form: a ratio of 1.8
GLUE_MOST = 2.5 / OCTAVE_DB
LEAST_POWER = 1e-12

# Rows of the state: four filter memories a side, then what is remembered of the level.
SIDE_ROWS = 4
BEFORE, AFTER, LEVEL, MEAN, MOMENT, GLUE = 8, 9, 10, 11, 12, 13
STATE_ROWS = 14
ONES_AT_START = (BEFORE, AFTER, MEAN)


@fragment
def _weighted(
    x: Vector, s: tuple[Vector, Vector, Vector, Vector]
) -> tuple[Vector, tuple[Vector, Vector, Vector, Vector]]:
    """One frame through the shelf and the high-pass of the K-weighting."""
    y = fma(splat(f32(SHELF[0])), x, s[0])
    s0 = fnma(splat(f32(SHELF[3])), y, fma(splat(f32(SHELF[1])), x, s[1]))
    s1 = fnma(splat(f32(SHELF[4])), y, splat(f32(SHELF[2])) * x)
    z = y + s[2]
    s2 = fnma(splat(f32(HIGH_PASS[0])), z, s[3] - (y + y))
    s3 = fnma(splat(f32(HIGH_PASS[1])), z, y)
    return z, (s0, s1, s2, s3)


@fragment
def _load_side(state: Floats, row: int) -> tuple[Vector, Vector, Vector, Vector]:
    at = row * LANES
    return load(state, at), load(state, at + 16), load(state, at + 32), load(state, at + 48)


@fragment
def _store_side(state: Floats, row: int, side: tuple[Vector, Vector, Vector, Vector]) -> None:
    for k, value in enumerate(side):
        store(state, (row + k) * LANES, value)


@fragment
def _amplify(
    start: int, left: Floats, right: Floats, gain: tuple[Vector, Vector], state: Floats
) -> Vector:
    """Apply a line of gain to a quantum; its K-weighted power against the target."""
    level, rise = gain[0], (gain[1] - gain[0]) * splat(f32(1.0 / QUANTUM))
    left_side, right_side = _load_side(state, 0), _load_side(state, SIDE_ROWS)
    total = splat(f32(0.0))
    for t in range(start, start + QUANTUM):
        a, b = load(left, t * LANES) * level, load(right, t * LANES) * level
        level = level + rise
        store(left, t * LANES, a)
        store(right, t * LANES, b)
        a, left_side = _weighted(a, left_side)
        b, right_side = _weighted(b, right_side)
        total = fma(a, a, fma(b, b, total))
    _store_side(state, 0, left_side)
    _store_side(state, SIDE_ROWS, right_side)
    return total * splat(f32(1.0 / (QUANTUM * TARGET_POWER)))


@fragment
def _levelled(power: Vector, wanted: Vector, state: Floats) -> Vector:
    """The leveller's gain in octaves after a quantum of that power."""
    level = load(state, LEVEL * LANES)
    given = exp2(level) * wanted  # what was added to the plain sound, near enough
    plain = power / greater_of(given * given, splat(f32(LEAST_POWER)))
    moment, mean = load(state, MOMENT * LANES), load(state, MEAN * LANES)
    moment = fma(plain - moment, splat(f32(MOMENT_SHARE)), moment)
    share = where_less(moment, splat(f32(GATE_POWER)), splat(f32(0.0)), splat(f32(MEAN_SHARE)))
    mean = fma(plain - mean, share, mean)
    goal = log2(greater_of(mean, splat(f32(LEAST_POWER)))) * splat(f32(-0.5))
    goal = greater_of(lesser_of(goal, splat(f32(FARTHEST))), splat(f32(-FARTHEST)))
    step = greater_of(lesser_of(goal - level, splat(f32(STEEPEST))), splat(f32(-STEEPEST)))
    store(state, MOMENT * LANES, moment)
    store(state, MEAN * LANES, mean)
    store(state, LEVEL * LANES, level + step)
    return level + step


@fragment
def _glued(power: Vector, state: Floats) -> Vector:
    """The octaves of gain that glue takes away after a quantum of that power."""
    held = load(state, GLUE * LANES)
    share = where_less(held, power, splat(f32(GLUE_ATTACK)), splat(f32(GLUE_RELEASE)))
    held = fma(power - held, share, held)
    store(state, GLUE * LANES, held)
    octaves = log2(greater_of(held, splat(f32(LEAST_POWER)))) * splat(f32(0.5))
    above = greater_of(octaves - splat(f32(GLUE_FROM)), splat(f32(0.0)))
    bend = lesser_of(above, splat(f32(GLUE_KNEE)))
    bent = fma(bend * bend, splat(f32(0.5 / GLUE_KNEE)), above - bend)
    return lesser_of(bent * splat(f32(GLUE_SLOPE)), splat(f32(GLUE_MOST)))


@kernel
def level(
    quanta: int, left: Floats, right: Floats, gain: Floats, wanted: Floats, state: Floats
) -> None:
    """Bring sixteen listeners to -16 LUFS over time, and hold them together.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    left, right : (frames * 16,) float32, in/out
        The mix, ``[t * 16 + listener]``.
    gain : ((quanta + 1) * 16,) float32, linear gain
        Master fader at each quantum border: what is known beforehand; lines between.
    wanted : ((quanta + 1) * 16,) float32, linear gain
        How much louder than -16 LUFS the listener shall hear it.
    state : (14 * 16,) float32, in/out
        Ones in the rows `ONES_AT_START`, zeros elsewhere.

    Notes
    -----
    The leveller moves by at most 0.5 dB/s and 6 dB in all, the glue by at most 2.5 dB. Both act
    one quantum after what they measured.
    """
    for q in range(quanta):
        here, there = q * LANES, (q + 1) * LANES
        before, after = load(state, BEFORE * LANES), load(state, AFTER * LANES)
        low = load(gain, here) * load(wanted, here) * before
        high = load(gain, there) * load(wanted, there) * after
        power = _amplify(q * QUANTUM, left, right, (low, high), state)
        octaves = _levelled(power, load(wanted, there), state) - _glued(power, state)
        store(state, BEFORE * LANES, after)
        store(state, AFTER * LANES, exp2(octaves))
