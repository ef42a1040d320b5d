"""Glue and levelling: what a mastering engineer's slow hand does, for sixteen listeners at a time.

One K-weighted measurement of the mix a quantum drives both. Glue is a feedback compressor of a few
dB; the leveller brings the mean of many seconds to -16 LUFS and is too slow to be heard at work.

Levels here are *octaves of gain* (log2; one is 6.02 dB), and powers are relative to the target.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.polynomials import exp2, log2
from kernels.simd import fma, greater_of, lesser_of, load, splat, store, where_less
from kernels.weighting import weigh

TARGET_POWER = 0.029451  # K-weighted, both channels: 10^((-16 + 0.691) / 10)
OCTAVE_DB = 6.0206
QUANTUM_SECONDS = QUANTUM / 48_000.0

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

NEXT, LEVEL, MEAN, MOMENT, GLUE = 0, 1, 2, 3, 4  # what is remembered of the level
STATE_ROWS = 5
ONES_AT_START = (NEXT, MEAN)


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
    dry : (at least listeners * 2 * frames,) float32
        Left and right of each listener's mix.
    faders : two of (quanta + 1, 16) float32, linear gain
        At each quantum border the master fader, which is what is known beforehand, and how much
        louder than -16 LUFS the listener shall hear it; lines between.
    filters, tile
        As `weighting.weigh` takes them.
    state : (5 * 16,) float32, in/out
        Ones in the rows `ONES_AT_START`, zeros elsewhere.
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
            power = weigh(listeners, border * QUANTUM, frames, dry, filters, tile)
            heard = power * splat(f32(1.0 / TARGET_POWER)) * gain * gain
            octaves = _levelled(heard, load(wanted, here), state) - _glued(heard, state)
            store(state, NEXT * LANES, exp2(octaves))
