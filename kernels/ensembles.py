"""The ensemble voice: six band-limited saws that drift apart, a low-pass filter, an envelope."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, IntVector, Lanes, Ramps, Roll, Vector
from kernels.envelopes import move_envelope
from kernels.filters import svf_coefficients, svf_step
from kernels.lanes import (
    ALIVE,
    BRIGHT,
    CONTROL_FRAMES,
    HELD,
    LANES,
    QUANTUM,
    bend_factor,
    lanes_player,
    rows_of,
    sizes_of,
)
from kernels.oscillators import FULL_SCALE, saw_width, two_saws
from kernels.polynomials import exp2, sine
from kernels.simd import fma, load, load_int, splat, store, store_int, to_float, to_int

SAWS = 6
TO_UNITY = 0.5 / FULL_SCALE  # of what comes out of the filter: the sum of two means
SETTINGS = (
    # The state at the start of a note.
    "envelope",  # 0..1
    "gain",  # what the last frame was multiplied by
    "attacking",  # 1 until the peak
    "integrator_1",
    "integrator_2",
    # What stays.
    "level",  # gain at the peak
    "attack_step",  # per control period
    "decay_rate",  # share of the way to sustain per control period
    "sustain",  # 0..1
    "release_rate",  # share of the way to silence per control period
    "cutoff_octaves",  # log2 of Hz with the envelope at zero
    "envelope_octaves",  # added at the envelope's peak
    "brightness_octaves",  # added or taken at brightness 1 or 0
    "damping",  # 1/Q
    "drift_depth",  # share of the frequency by which each saw wanders
)
WHOLE_SETTINGS = (
    *(f"phase_{number}" for number in range(1, SAWS + 1)),
    *(f"drift_{number}" for number in range(1, SAWS + 1)),
    *(f"increment_{number}" for number in range(1, SAWS + 1)),
    *(f"drift_step_{number}" for number in range(1, SAWS + 1)),
)
STATES, COUNTERS = 5, 2 * SAWS
VARIED = tuple((name,) for name in WHOLE_SETTINGS)
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

(ENVELOPE, GAIN, ATTACKING, INTEGRATOR_1, INTEGRATOR_2, LEVEL, ATTACK_STEP, _, _, _, CUTOFF,
 ENVELOPE_OCTAVES, BRIGHTNESS, DAMPING, DEPTH) = rows_of(SETTINGS)  # fmt: skip
PHASE, DRIFT = 0, SAWS * LANES
INCREMENT, DRIFT_STEP = 2 * SAWS * LANES, 3 * SAWS * LANES


@fragment
def _step(
    number: int, whole_settings: Ints, counters: Ints, depth: Vector, bend: Vector
) -> IntVector:
    """Move one saw's drift by a control period; its phase step until the next."""
    row = number * LANES
    wander = load_int(counters, DRIFT + row) + load_int(whole_settings, DRIFT_STEP + row)
    store_int(counters, DRIFT + row, wander)
    increment = to_float(load_int(whole_settings, INCREMENT + row)) * bend
    return to_int(fma(increment * depth, sine(wander), increment))


@fragment
def _steps(
    whole_settings: Ints, counters: Ints, depth: Vector, bend: Vector
) -> tuple[IntVector, ...]:
    return (
        _step(0, whole_settings, counters, depth, bend),
        _step(1, whole_settings, counters, depth, bend),
        _step(2, whole_settings, counters, depth, bend),
        _step(3, whole_settings, counters, depth, bend),
        _step(4, whole_settings, counters, depth, bend),
        _step(5, whole_settings, counters, depth, bend),
    )


@fragment
def _frames(
    x: tuple[IntVector, ...],
    steps: tuple[IntVector, ...],
    width: Vector,
    integrators: tuple[Vector, Vector],
    svf: tuple[Vector, Vector, Vector],
    gains: tuple[Vector, Vector],
    tile: Floats,
    t0: int,
) -> tuple[tuple[IntVector, ...], tuple[Vector, Vector], Vector]:
    """One control period of sound: oscillators, filter, gain."""
    x1, x2, x3, x4, x5, x6 = x
    s1, s2 = integrators
    gain, slope = gains
    for t in range(t0, t0 + CONTROL_FRAMES):
        x1 = x1 + steps[0]
        x2 = x2 + steps[1]
        x3 = x3 + steps[2]
        x4 = x4 + steps[3]
        x5 = x5 + steps[4]
        x6 = x6 + steps[5]
        some = two_saws(x1, x2, width, width) + two_saws(x3, x4, width, width)
        every = some + two_saws(x5, x6, width, width)
        n1, n2 = svf_step(every, s1, s2, svf[0], svf[1], svf[2])
        gain = gain + slope
        store(tile, t * LANES, (s2 + n2) * gain)
        s1, s2 = n1, n2
    return (x1, x2, x3, x4, x5, x6), (s1, s2), gain


@fragment
def _weigh(slot: int, sizes: tuple[int, ...], held: Held) -> int:
    """All cost the same."""
    return 0


@fragment
def _quantum(lanes: Lanes) -> None:
    """One quantum of sixteen voices into the tile."""
    settings, whole_settings, state, counters, facts, tile, _ = lanes
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load(settings, BRIGHTNESS), swing, load(settings, CUTOFF))
    e, gain, attacking = load(state, ENVELOPE), load(state, GAIN), load(state, ATTACKING)
    integrators = load(state, INTEGRATOR_1), load(state, INTEGRATOR_2)
    x = (
        load_int(counters, PHASE),
        load_int(counters, PHASE + LANES),
        load_int(counters, PHASE + 2 * LANES),
        load_int(counters, PHASE + 3 * LANES),
        load_int(counters, PHASE + 4 * LANES),
        load_int(counters, PHASE + 5 * LANES),
    )
    level = load(settings, LEVEL) * splat(f32(TO_UNITY)) * load(facts, ALIVE)
    held = load(facts, HELD)
    depth = load(settings, DEPTH)
    # One width for all six: they lie within a few cents.
    middle = to_float(load_int(whole_settings, INCREMENT + 3 * LANES))
    width = saw_width(middle * bend_factor(facts, 0))
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        e, attacking = move_envelope(e, attacking, held, settings, ATTACK_STEP)
        steps = _steps(whole_settings, counters, depth, bend_factor(facts, t0))
        cutoff = exp2(fma(load(settings, ENVELOPE_OCTAVES), e, octaves))
        svf = svf_coefficients(cutoff, load(settings, DAMPING))
        slope = (e * level - gain) * splat(f32(1.0 / CONTROL_FRAMES))
        x, integrators, gain = _frames(x, steps, width, integrators, svf, (gain, slope), tile, t0)
    for row, value in enumerate((e, gain, attacking, integrators[0], integrators[1])):
        store(state, row * LANES, value)
    for row, phase in enumerate(x):
        store_int(counters, PHASE + row * LANES, phase)


_play = lanes_player(_quantum, _weigh, SIZES)


@kernel
def render_ensembles(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all ensemble voices of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, held, varied, ramps, desk, buses
        As in `kernels.saws.render_saws`.
    """
    _play((first, quanta), roll, held, varied, ramps, desk, buses)
