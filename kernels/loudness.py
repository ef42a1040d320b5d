"""Glue and levelling: what a mastering engineer's slow hand does, for sixteen listeners at a time.

One K-weighted measurement of the mix a quantum drives both. Glue is a feedback compressor of a few
dB; the leveller brings the mean of many seconds to -16 LUFS and is too slow to be heard at work.

K-weighting: ITU-R BS.1770-5, annex 1, coefficients for 48 kHz. Levels here are *octaves of gain*
(log2; one is 6.02 dB), and powers are relative to the target.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.polynomials import exp2, log2
from kernels.shuffles import transpose
from kernels.simd import (
    fma,
    fnma,
    greater_of,
    lane_numbers,
    lesser_of,
    load,
    splat,
    store,
    where_less,
)

TARGET_POWER = 0.029451  # K-weighted, both channels: 10^((-16 + 0.691) / 10)
OCTAVE_DB = 6.0206
QUANTUM_SECONDS = QUANTUM / 48_000.0

SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
HIGH_PASS = (-1.99004745483398, 0.99007225036621)  # below b = (1, -2, 1)
SHELF_IN = (SHELF[1] - SHELF[3] * SHELF[0], SHELF[2] - SHELF[4] * SHELF[0])
HIGH_PASS_IN = (-2.0 - HIGH_PASS[0], 1.0 - HIGH_PASS[1])

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

FILTER_ROWS = 4  # memories of the weighting
NEXT, LEVEL, MEAN, MOMENT, GLUE = 0, 1, 2, 3, 4  # what is remembered of the level
STATE_ROWS = 5
ONES_AT_START = (NEXT, MEAN)
SIDES = 2
POWERS = QUANTUM * LANES  # where in the scratch the powers of all rows lie
TILE = POWERS + SIDES * LANES


@fragment
def _weighted(
    x: Vector, s: tuple[Vector, Vector, Vector, Vector]
) -> tuple[Vector, tuple[Vector, Vector, Vector, Vector]]:
    """One frame through the shelf and the high-pass of the K-weighting.

    Memories are worked out from memories, not from what comes out: that is ready sooner.
    """
    y = fma(splat(f32(SHELF[0])), x, s[0])
    s0 = fnma(splat(f32(SHELF[3])), s[0], fma(splat(f32(SHELF_IN[0])), x, s[1]))
    s1 = fnma(splat(f32(SHELF[4])), s[0], splat(f32(SHELF_IN[1])) * x)
    z = y + s[2]
    s2 = fnma(splat(f32(HIGH_PASS[0])), s[2], fma(splat(f32(HIGH_PASS_IN[0])), y, s[3]))
    s3 = fnma(splat(f32(HIGH_PASS[1])), s[2], splat(f32(HIGH_PASS_IN[1])) * y)
    return z, (s0, s1, s2, s3)


@fragment
def _remembered(filters: Floats) -> tuple[Vector, Vector, Vector, Vector]:
    return load(filters, 0), load(filters, 16), load(filters, 32), load(filters, 48)


@fragment
def _remember(memory: tuple[Vector, Vector, Vector, Vector], filters: Floats) -> None:
    for k, value in enumerate(memory):
        store(filters, k * LANES, value)


@fragment
def _weigh(filters: Floats, tile: Floats) -> Vector:
    """The K-weighted power of a quantum in the tile, against the target."""
    memory, total = _remembered(filters), splat(f32(0.0))
    for t in range(0, QUANTUM * LANES, LANES):
        y, memory = _weighted(load(tile, t), memory)
        total = fma(y, y, total)
    _remember(memory, filters)
    return total * splat(f32(1.0 / (QUANTUM * TARGET_POWER)))


@fragment
def _weigh_one(at: int, frames: int, dry: Floats, filters: Floats, tile: Floats) -> Vector:
    """As `_weigh_all`, of a lone listener: the left side is in the first lane, the right after."""
    memory, total = _remembered(filters), splat(f32(0.0))
    for t in range(at, at + QUANTUM):
        left, right = splat(dry[t]), splat(dry[frames + t])
        x = where_less(lane_numbers(), splat(f32(1.0)), left, right)
        y, memory = _weighted(x, memory)
        total = fma(y, y, total)
    _remember(memory, filters)
    store(tile, POWERS, total * splat(f32(1.0 / (QUANTUM * TARGET_POWER))))
    return splat(f32(tile[POWERS] + tile[POWERS + 1]))


@fragment
def _weigh_all(
    listeners: int, at: int, frames: int, dry: Floats, filters: Floats, tile: Floats
) -> Vector:
    """The power of a quantum of every listener, both sides together."""
    for group in range(filters.shape[0]):
        start = group * LANES * frames + at
        for t in range(0, QUANTUM, LANES):
            transpose(dry, start + t, frames, tile, t * LANES, LANES)
        store(tile, POWERS + group * LANES, _weigh(filters[group], tile))
    for lane in range(LANES):
        pair = POWERS + SIDES * lane
        tile[lane] = tile[pair] + tile[pair + 1] if lane < listeners else f32(0.0)
    return load(tile, 0)


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
    quanta: int,
    listeners: int,
    dry: Floats,
    faders: tuple[Floats, Floats],
    filters: Floats,
    state: Floats,
    tile: Floats,
    gains: Floats,
) -> None:
    """Find the gains that bring up to sixteen listeners to -16 LUFS and hold each together.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    listeners : int, 1..16
    dry : (at least filter groups * 16 * frames,) float32
        Left and right of each listener's mix; rows beyond the listeners' do not count.
    faders : two of (quanta + 1, 16) float32, linear gain
        At each quantum border the master fader, which is what is known beforehand, and how much
        louder than -16 LUFS the listener shall hear it; lines between.
    filters : (listeners / 8 rounded up, 4 * 16) float32, in/out
        Memory of the weighting; zeros at the start.
    state : (5 * 16,) float32, in/out
        Ones in the rows `ONES_AT_START`, zeros elsewhere.
    tile : (TILE,) float32, scratch
    gains : (quanta + 1, 16) float32, written in full
        At each quantum border; lines between.

    Notes
    -----
    The leveller moves by at most 0.5 dB/s and 6 dB in all, the glue by at most 2.5 dB. Both act
    in the quantum that was measured, and after it.
    """
    frames = quanta * QUANTUM
    known, wanted, out = faders[0].reshape(-1), faders[1].reshape(-1), gains.reshape(-1)
    for border in range(quanta + 1):
        here = border * LANES
        gain = load(known, here) * load(wanted, here) * load(state, NEXT * LANES)
        store(out, here, gain)
        if border < quanta:
            at = border * QUANTUM
            if listeners == 1:
                power = _weigh_one(at, frames, dry, filters[0], tile)
            else:
                power = _weigh_all(listeners, at, frames, dry, filters, tile)
            heard = power * gain * gain
            octaves = _levelled(heard, load(wanted, here), state) - _glued(heard, state)
            store(state, NEXT * LANES, exp2(octaves))
