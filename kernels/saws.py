"""The virtual-analogue voice: two band-limited saws, a low-pass filter, envelope and vibrato."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, IntVector, Pool, Scratch, Vector
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
from kernels.simd import (
    fma,
    lesser_of,
    load,
    load_int,
    splat,
    square_root,
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
    "driven",  # what went into the saturation last
    "lean",  # mean of what came out of it
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
    "drive",  # gain into the saturation; 0 leaves it out
)
WHOLE_SETTINGS = (
    "phase_1",
    "phase_2",
    "vibrato_phase",
    "increment_1",
    "increment_2",
    "vibrato_step",
)
STATES, COUNTERS = 8, 3
LEAN_RATE = 0.0013  # a lopsided wave leaves the saturation off centre: high-pass at 10 Hz
SIZES = (len(SETTINGS), len(WHOLE_SETTINGS), STATES, COUNTERS)


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
    x1, x2, s1, s2, before, lean = x
    for t in range(t0, t0 + CONTROL_FRAMES):
        x1 = x1 + steps[0]
        x2 = x2 + steps[1]
        both = saw(x1, widths[0]) + saw(x2, widths[1])
        _, low, s1, s2 = svf_step(both, s1, s2, svf[0], svf[1], svf[2])
        gain = gain + slope
        store(tile, t * LANES, low * gain)
    return (x1, x2, s1, s2, before, lean), gain


@fragment
def _driven_frames(
    x: tuple[Vector, ...],
    steps: tuple[IntVector, ...],
    widths: tuple[Vector, Vector],
    svf: tuple[Vector, Vector, Vector],
    gain: Vector,
    slope: Vector,
    drive: Vector,
    tile: Floats,
    t0: int,
) -> tuple[tuple[Vector, ...], Vector]:
    """As `_frames`, with a saturation x / sqrt(1 + x^2) between filter and gain.

    Its antiderivative is sqrt(1 + x^2), so the mean over a frame, which aliases far less than the
    curve itself, is a quotient that is never 0 / 0 (S. Bilbao et al., "Antiderivative
    Antialiasing for Memoryless Nonlinearities", 2017). Lanes without drive stay as they are.
    """
    x1, x2, s1, s2, before, lean = x
    one, zero = splat(f32(1.0)), splat(f32(0.0))
    root_before = square_root(fma(before, before, one))
    for t in range(t0, t0 + CONTROL_FRAMES):
        x1 = x1 + steps[0]
        x2 = x2 + steps[1]
        both = saw(x1, widths[0]) + saw(x2, widths[1])
        _, low, s1, s2 = svf_step(both, s1, s2, svf[0], svf[1], svf[2])
        now = low * drive
        root = square_root(fma(now, now, one))
        bent = (now + before) / (root + root_before)
        before, root_before = now, root
        bent = bent - lean
        lean = fma(bent, splat(f32(LEAN_RATE)), lean)
        gain = gain + slope
        store(tile, t * LANES, where_less(zero, drive, bent, low) * gain)
    return (x1, x2, s1, s2, before, lean), gain


@fragment
def _any_drive(settings: Floats, place: int) -> bool:
    """Whether one of sixteen voices is driven; the others then pay for it, but sound the same."""
    driven = False
    for lane in range(LANES):
        driven |= settings[place + lane] > f32(0.0)
    return driven


@fragment
def _quantum(group: int, pool: Pool, scratch: Scratch) -> None:
    """One quantum of sixteen voices into the tile."""
    _, _, _, settings, whole_settings, state, counters = pool
    facts, tile = scratch
    p, w = group * SIZES[0] * LANES, group * SIZES[1] * LANES
    st, co = group * STATES * LANES, group * COUNTERS * LANES
    held = load(facts, HELD)
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load(settings, p + 15 * LANES), swing, load(settings, p + 13 * LANES))
    e, gain, attacking = load(state, st), load(state, st + LANES), load(state, st + 2 * LANES)
    reach, lfo = load(state, st + 5 * LANES), load_int(counters, co + 2 * LANES)
    x = (
        load_int(counters, co),
        load_int(counters, co + LANES),
        load(state, st + 3 * LANES),
        load(state, st + 4 * LANES),
        load(state, st + 6 * LANES),
        load(state, st + 7 * LANES),
    )
    drive, any_drive = load(settings, p + 21 * LANES), _any_drive(settings, p + 21 * LANES)
    level = load(settings, p + 8 * LANES) * load(facts, ALIVE)
    widths = (load(settings, p + 17 * LANES), load(settings, p + 18 * LANES))
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        e, attacking = move_envelope(e, attacking, held, settings, p + 9 * LANES)
        lfo = lfo + load_int(whole_settings, w + 5 * LANES)
        reach = lesser_of(splat(f32(1.0)), reach + load(settings, p + 20 * LANES))
        bend = fma(sine(lfo) * reach, load(settings, p + 19 * LANES), splat(f32(1.0)))
        steps = (
            to_int(to_float(load_int(whole_settings, w + 3 * LANES)) * bend),
            to_int(to_float(load_int(whole_settings, w + 4 * LANES)) * bend),
        )
        cutoff = exp2(fma(load(settings, p + 14 * LANES), e, octaves))
        svf = svf_coefficients(cutoff, load(settings, p + 16 * LANES))
        slope = (e * level - gain) * splat(f32(1.0 / CONTROL_FRAMES))
        if any_drive:
            x, gain = _driven_frames(x, steps, widths, svf, gain, slope, drive, tile, t0)
        else:
            x, gain = _frames(x, steps, widths, svf, gain, slope, tile, t0)
    store(state, st, e)
    store(state, st + LANES, gain)
    store(state, st + 2 * LANES, attacking)
    store(state, st + 3 * LANES, x[2])
    store(state, st + 4 * LANES, x[3])
    store(state, st + 5 * LANES, reach)
    store(state, st + 6 * LANES, x[4])
    store(state, st + 7 * LANES, x[5])
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
