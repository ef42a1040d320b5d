"""The drum voice: a swept tone, a second tone and filtered noise make kick, snare and hat."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Pool, Scratch
from kernels.filters import svf_coefficients, svf_step
from kernels.lanes import ALIVE, BRIGHT, LANES, QUANTUM, begin_quantum, silence_rows, write_rows
from kernels.oscillators import next_noise, white
from kernels.polynomials import exp2, sine
from kernels.simd import (
    fma,
    fnma,
    load,
    load_int,
    splat,
    store,
    store_int,
    to_float,
    to_int,
)

SETTINGS = (
    # The state at the start of a note.
    "tone",  # envelopes, falling from their level
    "second_tone",
    "noise",
    "sweep",  # octaves above the resting pitch, falling
    "integrator_1",
    "integrator_2",
    # What stays.
    "tone_decay",  # factors per frame
    "second_tone_decay",
    "noise_decay",
    "sweep_decay",
    "cutoff_octaves",  # log2 of Hz of the noise filter
    "brightness_octaves",
    "damping",  # 1/Q of the noise filter
    "low",  # gains of the filter's three outputs
    "band",
    "high",
)
WHOLE_SETTINGS = ("phase", "second_phase", "seed", "increment", "second_increment")
STATES, COUNTERS = 6, 3
SIZES = (len(SETTINGS), len(WHOLE_SETTINGS), STATES, COUNTERS)


@fragment
def _quantum(group: int, pool: Pool, scratch: Scratch) -> None:
    """One quantum of sixteen voices into the tile."""
    _, _, _, settings, whole_settings, state, counters = pool
    facts, tile = scratch
    p, w = group * SIZES[0] * LANES, group * SIZES[1] * LANES
    st, co = group * STATES * LANES, group * COUNTERS * LANES
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    cutoff = exp2(fma(load(settings, p + 11 * LANES), swing, load(settings, p + 10 * LANES)))
    damping = load(settings, p + 12 * LANES)
    a1, a2, a3 = svf_coefficients(cutoff, damping)
    alive = load(facts, ALIVE)
    low_gain = load(settings, p + 13 * LANES) * alive
    band_gain = load(settings, p + 14 * LANES) * alive
    high_gain = load(settings, p + 15 * LANES) * alive
    tone, second = load(state, st), load(state, st + LANES)
    noise, sweep = load(state, st + 2 * LANES), load(state, st + 3 * LANES)
    s1, s2 = load(state, st + 4 * LANES), load(state, st + 5 * LANES)
    x1, x2 = load_int(counters, co), load_int(counters, co + LANES)
    seed = load_int(counters, co + 2 * LANES)
    step = to_float(load_int(whole_settings, w + 3 * LANES))
    step_2 = load_int(whole_settings, w + 4 * LANES)
    for t in range(QUANTUM):
        x1 = x1 + to_int(step * exp2(sweep))
        x2 = x2 + step_2
        seed = next_noise(seed)
        n = white(seed)
        band, low, s1, s2 = svf_step(n, s1, s2, a1, a2, a3)
        high = fnma(damping, band, n) - low
        hiss = fma(low, low_gain, fma(band, band_gain, high * high_gain))
        drum = fma(sine(x1), tone, sine(x2) * second) * alive
        store(tile, t * LANES, fma(hiss, noise, drum))
        tone = tone * load(settings, p + 6 * LANES)
        second = second * load(settings, p + 7 * LANES)
        noise = noise * load(settings, p + 8 * LANES)
        sweep = sweep * load(settings, p + 9 * LANES)
    for row, value in enumerate((tone, second, noise, sweep, s1, s2)):
        store(state, st + row * LANES, value)
    for row, count in enumerate((x1, x2, seed)):
        store_int(counters, co + row * LANES, count)


@kernel
def render_drums(
    first: int, quanta: int, pool: Pool, scratch: Scratch, rows: Floats, stride: int
) -> None:
    """Render all drum voices of a pool for a block.

    Parameters
    ----------
    first, quanta, pool, scratch, rows, stride
        As in `kernels.saws.render_saws`; a seed must not be zero.
    """
    for group in range(pool[0].shape[0] // LANES):
        for q in range(quanta):
            if begin_quantum(group, first + q, q, pool, scratch, SIZES):
                _quantum(group, pool, scratch)
                write_rows(group, q, scratch, rows, stride)
            else:
                silence_rows(group, q, rows, stride)
