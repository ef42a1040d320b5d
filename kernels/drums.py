"""The drum voice: a swept tone, a second tone, and noise and metal through a filter."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, IntVector, Pool, Scratch, Vector
from kernels.filters import svf_coefficients, svf_step
from kernels.lanes import ALIVE, BRIGHT, LANES, QUANTUM, begin_quantum, silence_rows, write_rows
from kernels.oscillators import next_noise, white
from kernels.polynomials import exp2, sine
from kernels.simd import (
    fma,
    fnma,
    load,
    load_int,
    shift_left,
    splat,
    store,
    store_int,
    to_float,
    to_int,
    where_less,
)

SETTINGS = (
    # The state at the start of a note.
    "tone",  # envelopes, falling from their level
    "second_tone",
    "noise",
    "metal",
    "sweep",  # octaves above the resting pitch, falling
    "integrator_1",
    "integrator_2",
    "rise",  # of the noise, towards 1
    "bursts",  # of noise still to come
    "wait",  # quanta until the next of them
    # What stays.
    "tone_decay",  # factors per frame
    "second_tone_decay",
    "noise_decay",
    "metal_decay",
    "sweep_decay",
    "burst_decay",  # of the noise while bursts are to come
    "burst_level",
    "burst_wait",  # quanta from one to the next
    "rise_rate",  # share of the way per frame
    "metal_index",  # modulation in half turns; 0 leaves the metal out
    "cutoff_octaves",  # log2 of Hz of the filter of noise and metal
    "brightness_octaves",
    "damping",  # 1/Q of that filter
    "low",  # gains of the filter's three outputs
    "band",
    "high",
)
PLATES = 3  # pairs of sines, each a modulator on a carrier
WHOLE_SETTINGS = (
    "phase",
    "second_phase",
    "seed",
    *(f"plate_phase_{number}" for number in range(1, 2 * PLATES + 1)),
    "increment",
    "second_increment",
    *(f"plate_increment_{number}" for number in range(1, 2 * PLATES + 1)),
)
STATES, COUNTERS = 10, 3 + 2 * PLATES
SIZES = (len(SETTINGS), len(WHOLE_SETTINGS), STATES, COUNTERS)
INDEX_SCALE = 2.0**27  # shifted left by four bits: an index of 1 is half a turn


@fragment
def _plates(x: tuple[IntVector, ...], index: Vector) -> Vector:
    """Three inharmonic pairs: a spectrum as dense as that of a cymbal."""
    bend_1 = shift_left(to_int(sine(x[1]) * index), 4)
    bend_2 = shift_left(to_int(sine(x[3]) * index), 4)
    bend_3 = shift_left(to_int(sine(x[5]) * index), 4)
    return (sine(x[0] + bend_1) + sine(x[2] + bend_2)) + sine(x[4] + bend_3)


@fragment
def _any_metal(settings: Floats, place: int) -> bool:
    """Whether one of sixteen voices has metal; the others then pay for it, but sound the same."""
    metal = False
    for lane in range(LANES):
        metal |= settings[place + lane] > f32(0.0)
    return metal


@fragment
def _next_burst(
    noise: Vector, bursts: Vector, wait: Vector, settings: Floats, p: int
) -> tuple[Vector, Vector, Vector, Vector]:
    """Begin another burst of noise where one is due; noise, bursts, wait, the noise's decay."""
    one, half, zero = splat(f32(1.0)), splat(f32(0.5)), splat(f32(0.0))
    wait = wait - one
    due = where_less(wait, half, where_less(half, bursts, one, zero), zero)
    noise = where_less(half, due, load(settings, p + 16 * LANES), noise)
    wait = where_less(half, due, load(settings, p + 17 * LANES), wait)
    bursts = bursts - due
    short, long = load(settings, p + 15 * LANES), load(settings, p + 12 * LANES)
    return noise, bursts, wait, where_less(half, bursts, short, long)


@fragment
def _frames(
    x: tuple[IntVector, ...],
    steps: tuple[Vector, IntVector],
    plates: tuple[IntVector, ...],
    envelopes: tuple[Vector, ...],
    noise_decay: Vector,
    place: tuple[int, int],
    sheets: tuple[Floats, Ints, Floats],
    facts: tuple[Vector, Vector, bool],
) -> tuple[tuple[IntVector, ...], tuple[IntVector, ...], tuple[Vector, ...]]:
    """One quantum of sound."""
    settings, whole_settings, tile = sheets
    p, w = place
    bright, alive, metallic = facts
    x1, x2, seed = x
    p1, p2, p3, p4, p5, p6 = plates
    tone, second, noise, metal, sweep, s1, s2, rise = envelopes
    cutoff = exp2(fma(load(settings, p + 21 * LANES), bright, load(settings, p + 20 * LANES)))
    damping = load(settings, p + 22 * LANES)
    a1, a2, a3 = svf_coefficients(cutoff, damping)
    low_gain = load(settings, p + 23 * LANES) * alive
    band_gain = load(settings, p + 24 * LANES) * alive
    high_gain = load(settings, p + 25 * LANES) * alive
    index = load(settings, p + 19 * LANES) * splat(f32(INDEX_SCALE))
    rise_rate, one = load(settings, p + 18 * LANES), splat(f32(1.0))
    for t in range(QUANTUM):
        x1 = x1 + to_int(steps[0] * exp2(sweep))
        x2 = x2 + steps[1]
        seed = next_noise(seed)
        rise = fma(one - rise, rise_rate, rise)
        n = white(seed) * (noise * rise)
        if metallic:
            p1 = p1 + load_int(whole_settings, w + 11 * LANES)
            p2 = p2 + load_int(whole_settings, w + 12 * LANES)
            p3 = p3 + load_int(whole_settings, w + 13 * LANES)
            p4 = p4 + load_int(whole_settings, w + 14 * LANES)
            p5 = p5 + load_int(whole_settings, w + 15 * LANES)
            p6 = p6 + load_int(whole_settings, w + 16 * LANES)
            n = fma(_plates((p1, p2, p3, p4, p5, p6), index), metal, n)
            metal = metal * load(settings, p + 13 * LANES)
        band, low, s1, s2 = svf_step(n, s1, s2, a1, a2, a3)
        high = fnma(damping, band, n) - low
        hiss = fma(low, low_gain, fma(band, band_gain, high * high_gain))
        store(tile, t * LANES, fma(fma(sine(x1), tone, sine(x2) * second), alive, hiss))
        tone = tone * load(settings, p + 10 * LANES)
        second = second * load(settings, p + 11 * LANES)
        noise = noise * noise_decay
        sweep = sweep * load(settings, p + 14 * LANES)
    envelopes = (tone, second, noise, metal, sweep, s1, s2, rise)
    return (x1, x2, seed), (p1, p2, p3, p4, p5, p6), envelopes


@fragment
def _quantum(group: int, pool: Pool, scratch: Scratch) -> None:
    """One quantum of sixteen voices into the tile."""
    _, _, _, settings, whole_settings, state, counters = pool
    facts, tile = scratch
    p, w = group * SIZES[0] * LANES, group * SIZES[1] * LANES
    st, co = group * STATES * LANES, group * COUNTERS * LANES
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    noise, bursts, wait, noise_decay = _next_burst(
        load(state, st + 2 * LANES),
        load(state, st + 8 * LANES),
        load(state, st + 9 * LANES),
        settings,
        p,
    )
    envelopes = (
        load(state, st),
        load(state, st + LANES),
        noise,
        load(state, st + 3 * LANES),
        load(state, st + 4 * LANES),
        load(state, st + 5 * LANES),
        load(state, st + 6 * LANES),
        load(state, st + 7 * LANES),
    )
    x = (load_int(counters, co), load_int(counters, co + LANES), load_int(counters, co + 2 * LANES))
    plates = (
        load_int(counters, co + 3 * LANES),
        load_int(counters, co + 4 * LANES),
        load_int(counters, co + 5 * LANES),
        load_int(counters, co + 6 * LANES),
        load_int(counters, co + 7 * LANES),
        load_int(counters, co + 8 * LANES),
    )
    steps = (
        to_float(load_int(whole_settings, w + 9 * LANES)),
        load_int(whole_settings, w + 10 * LANES),
    )
    metallic = _any_metal(settings, p + 19 * LANES)
    lanes = (swing, load(facts, ALIVE), metallic)
    sheets = (settings, whole_settings, tile)
    x, plates, envelopes = _frames(x, steps, plates, envelopes, noise_decay, (p, w), sheets, lanes)
    for row, value in enumerate((*envelopes, bursts, wait)):
        store(state, st + row * LANES, value)
    for row, count in enumerate((*x, *plates)):
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
