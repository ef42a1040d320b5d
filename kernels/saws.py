"""The virtual-analogue voice: two band-limited saws, a low-pass filter, envelope and vibrato."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, IntVector, Pool, Scratch, Vector
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
from kernels.simd import (
    fma,
    greater_of,
    lesser_of,
    load,
    load_int,
    splat,
    store,
    store_int,
    to_float,
    to_int,
    where_less,
)

SETTINGS = (
    # The state at the start of a note.
    "envelope",  # 0..1
    "gain",  # what the last frame was multiplied by
    "attacking",  # 1 until the peak
    "integrator_1",
    "integrator_2",
    "vibrato_reach",  # 0..1, grows after the start
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
    "width_1",  # sample rate / (8 × frequency)
    "width_2",
    "vibrato_depth",  # share of the frequency
    "vibrato_growth",  # per control period
)
WHOLE_SETTINGS = (
    "phase_1",
    "phase_2",
    "vibrato_phase",
    "increment_1",
    "increment_2",
    "vibrato_step",
)
STATES, COUNTERS = 6, 3
SIZES = (len(SETTINGS), len(WHOLE_SETTINGS), STATES, COUNTERS)
RELEASE_TARGET = -0.0005  # aims below zero, so that the end is reached


@fragment
def _envelope(
    e: Vector, attacking: Vector, held: Vector, settings: Floats, p: int
) -> tuple[Vector, Vector]:
    """One control period of attack, decay, sustain, release; envelope and attack flag."""
    one, half, zero = splat(f32(1.0)), splat(f32(0.5)), splat(f32(0.0))
    up = lesser_of(one, e + load(settings, p + 7 * LANES))
    down = fma(load(settings, p + 9 * LANES) - e, load(settings, p + 8 * LANES), e)
    off = fma(splat(f32(RELEASE_TARGET)) - e, load(settings, p + 10 * LANES), e)
    attacking = where_less(up, one, attacking, zero) * held
    on = where_less(attacking, half, down, up)
    return where_less(held, half, greater_of(off, zero), on), attacking


@fragment
def _frames(
    x: tuple[Vector, ...],
    steps: tuple[IntVector, ...],
    widths: tuple[Vector, Vector],
    svf: tuple[Vector, Vector, Vector],
    gain: Vector,
    slope: Vector,
    tile: Floats,
    t0: int,
) -> tuple[tuple[Vector, ...], Vector]:
    """One control period of sound: oscillators, filter, gain."""
    x1, x2, s1, s2 = x
    for t in range(t0, t0 + CONTROL_FRAMES):
        x1 = x1 + steps[0]
        x2 = x2 + steps[1]
        both = saw(x1, widths[0]) + saw(x2, widths[1])
        _, low, s1, s2 = svf_step(both, s1, s2, svf[0], svf[1], svf[2])
        gain = gain + slope
        store(tile, t * LANES, low * gain)
    return (x1, x2, s1, s2), gain


@fragment
def _quantum(group: int, pool: Pool, scratch: Scratch) -> None:
    """One quantum of sixteen voices into the tile."""
    _, _, _, settings, whole_settings, state, counters = pool
    facts, tile = scratch
    p, w = group * SIZES[0] * LANES, group * SIZES[1] * LANES
    st, co = group * STATES * LANES, group * COUNTERS * LANES
    held = load(facts, HELD)
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load(settings, p + 13 * LANES), swing, load(settings, p + 11 * LANES))
    e, gain, attacking = load(state, st), load(state, st + LANES), load(state, st + 2 * LANES)
    reach, lfo = load(state, st + 5 * LANES), load_int(counters, co + 2 * LANES)
    x = (
        load_int(counters, co),
        load_int(counters, co + LANES),
        load(state, st + 3 * LANES),
        load(state, st + 4 * LANES),
    )
    level = load(settings, p + 6 * LANES) * load(facts, ALIVE)
    widths = (load(settings, p + 15 * LANES), load(settings, p + 16 * LANES))
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        e, attacking = _envelope(e, attacking, held, settings, p)
        lfo = lfo + load_int(whole_settings, w + 5 * LANES)
        reach = lesser_of(splat(f32(1.0)), reach + load(settings, p + 18 * LANES))
        bend = fma(sine(lfo) * reach, load(settings, p + 17 * LANES), splat(f32(1.0)))
        steps = (
            to_int(to_float(load_int(whole_settings, w + 3 * LANES)) * bend),
            to_int(to_float(load_int(whole_settings, w + 4 * LANES)) * bend),
        )
        cutoff = exp2(fma(load(settings, p + 12 * LANES), e, octaves))
        svf = svf_coefficients(cutoff, load(settings, p + 14 * LANES))
        slope = (e * level - gain) * splat(f32(1.0 / CONTROL_FRAMES))
        x, gain = _frames(x, steps, widths, svf, gain, slope, tile, t0)
    store(state, st, e)
    store(state, st + LANES, gain)
    store(state, st + 2 * LANES, attacking)
    store(state, st + 3 * LANES, x[2])
    store(state, st + 4 * LANES, x[3])
    store(state, st + 5 * LANES, reach)
    store_int(counters, co, x[0])
    store_int(counters, co + LANES, x[1])
    store_int(counters, co + 2 * LANES, lfo)


@kernel
def render_saws(
    first: int, quanta: int, pool: Pool, scratch: Scratch, rows: Floats, stride: int
) -> None:
    """Render all saw voices of a pool for a block.

    Parameters
    ----------
    first : int, quanta since the session began
        First quantum of the block.
    quanta : int
        Quanta in the block.
    pool : tuple of (timing, listeners, brightness, settings, whole_settings, state, counters)
        As described in `kernels.lanes`; the last two in/out.
    scratch : tuple of (48,) and (1024,) float32, scratch
        Lane facts, and a tile of 64 frames × 16 lanes.
    rows : (slots * stride,) float32, written in full but for the first quantum of each row
        One row per slot.
    stride : int, frames
        Length of a row.

    Notes
    -----
    Filter coefficients move every 16 frames, the gain linearly between. Aliasing as in
    `kernels.oscillators.saw`.
    """
    for group in range(pool[0].shape[0] // LANES):
        for q in range(quanta):
            if begin_quantum(group, first + q, q, pool, scratch, SIZES):
                _quantum(group, pool, scratch)
                write_rows(group, q, scratch, rows, stride)
            else:
                silence_rows(group, q, rows, stride)
