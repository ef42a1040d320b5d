"""The ensemble voice: six band-limited saws that drift apart, a low-pass filter, an envelope."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, IntVector, Pool, Scratch, Vector
from kernels.envelopes import move_envelope
from kernels.filters import svf_coefficients, svf_step
from kernels.lanes import (
    ALIVE,
    BRIGHT,
    CONTROL_FRAMES,
    HELD,
    LANES,
    QUANTUM,
    begin_quantum,
    silence_rows,
    write_rows,
)
from kernels.oscillators import saw
from kernels.polynomials import exp2, sine
from kernels.simd import fma, load, load_int, splat, store, store_int, to_float, to_int

SAWS = 6
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
    "width",  # sample rate / (8 × frequency)
    "drift_depth",  # share of the frequency by which each saw wanders
)
WHOLE_SETTINGS = (
    *(f"phase_{number}" for number in range(1, SAWS + 1)),
    *(f"drift_{number}" for number in range(1, SAWS + 1)),
    *(f"increment_{number}" for number in range(1, SAWS + 1)),
    *(f"drift_step_{number}" for number in range(1, SAWS + 1)),
)
STATES, COUNTERS = 5, 2 * SAWS
SIZES = (len(SETTINGS), len(WHOLE_SETTINGS), STATES, COUNTERS)
DRIFT, INCREMENT, DRIFT_STEP = SAWS, 2 * SAWS, 3 * SAWS


@fragment
def _step(whole_settings: Ints, w: int, counters: Ints, co: int, depth: Vector) -> IntVector:
    """Move one saw's drift by a control period; its phase step until the next."""
    wander = load_int(counters, co + DRIFT * LANES)
    wander = wander + load_int(whole_settings, w + DRIFT_STEP * LANES)
    store_int(counters, co + DRIFT * LANES, wander)
    increment = to_float(load_int(whole_settings, w + INCREMENT * LANES))
    return to_int(fma(increment * depth, sine(wander), increment))


@fragment
def _steps(
    whole_settings: Ints, w: int, counters: Ints, co: int, depth: Vector
) -> tuple[IntVector, ...]:
    return (
        _step(whole_settings, w, counters, co, depth),
        _step(whole_settings, w + LANES, counters, co + LANES, depth),
        _step(whole_settings, w + 2 * LANES, counters, co + 2 * LANES, depth),
        _step(whole_settings, w + 3 * LANES, counters, co + 3 * LANES, depth),
        _step(whole_settings, w + 4 * LANES, counters, co + 4 * LANES, depth),
        _step(whole_settings, w + 5 * LANES, counters, co + 5 * LANES, depth),
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
        some = (saw(x1, width) + saw(x2, width)) + saw(x3, width)
        others = (saw(x4, width) + saw(x5, width)) + saw(x6, width)
        _, low, s1, s2 = svf_step(some + others, s1, s2, svf[0], svf[1], svf[2])
        gain = gain + slope
        store(tile, t * LANES, low * gain)
    return (x1, x2, x3, x4, x5, x6), (s1, s2), gain


@fragment
def _quantum(group: int, pool: Pool, scratch: Scratch) -> None:
    """One quantum of sixteen voices into the tile."""
    _, _, _, settings, whole_settings, state, counters = pool
    facts, tile = scratch
    p, w = group * SIZES[0] * LANES, group * SIZES[1] * LANES
    st, co = group * STATES * LANES, group * COUNTERS * LANES
    held = load(facts, HELD)
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load(settings, p + 12 * LANES), swing, load(settings, p + 10 * LANES))
    e, gain, attacking = load(state, st), load(state, st + LANES), load(state, st + 2 * LANES)
    integrators = load(state, st + 3 * LANES), load(state, st + 4 * LANES)
    x = (
        load_int(counters, co),
        load_int(counters, co + LANES),
        load_int(counters, co + 2 * LANES),
        load_int(counters, co + 3 * LANES),
        load_int(counters, co + 4 * LANES),
        load_int(counters, co + 5 * LANES),
    )
    level = load(settings, p + 5 * LANES) * load(facts, ALIVE)
    width, depth = load(settings, p + 14 * LANES), load(settings, p + 15 * LANES)
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        e, attacking = move_envelope(e, attacking, held, settings, p + 6 * LANES)
        steps = _steps(whole_settings, w, counters, co, depth)
        cutoff = exp2(fma(load(settings, p + 11 * LANES), e, octaves))
        svf = svf_coefficients(cutoff, load(settings, p + 13 * LANES))
        slope = (e * level - gain) * splat(f32(1.0 / CONTROL_FRAMES))
        x, integrators, gain = _frames(x, steps, width, integrators, svf, (gain, slope), tile, t0)
    for row, value in enumerate((e, gain, attacking, integrators[0], integrators[1])):
        store(state, st + row * LANES, value)
    for row, phase in enumerate(x):
        store_int(counters, co + row * LANES, phase)


@kernel
def render_ensembles(
    first: int, quanta: int, pool: Pool, scratch: Scratch, rows: Floats, stride: int
) -> None:
    """Render all ensemble voices of a pool for a block.

    Parameters
    ----------
    first, quanta, pool, scratch, rows, stride
        As in `kernels.saws.render_saws`.
    """
    for group in range(pool[0].shape[0] // LANES):
        for q in range(quanta):
            if begin_quantum(group, first + q, q, pool, scratch, SIZES):
                _quantum(group, pool, scratch)
                write_rows(group, q, scratch, rows, stride)
            else:
                silence_rows(group, q, rows, stride)
