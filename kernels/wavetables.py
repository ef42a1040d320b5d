"""The wavetable voice: three readers of one period, breath noise, a low-pass filter, an envelope.

A table is one period of `FRAMES` samples and its first sample again. It holds no partial above the
Nyquist frequency for the notes that read it, so aliases come from the interpolation alone: partial
h leaves images (h / FRAMES)^2 below itself, which is -92 dB for the twentieth.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, IntVector, Pool, TableScratch, Vector
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
from kernels.oscillators import next_noise, white
from kernels.polynomials import exp2, sine
from kernels.simd import (
    fma,
    gather,
    lesser_of,
    load,
    load_int,
    shift_right,
    splat,
    splat_int,
    store,
    store_int,
    to_float,
    to_int,
)

FRAMES = 4096  # of a period
STRIDE = FRAMES + 1  # the first frame again at the end
INDEX_BITS = 20  # of a phase lie below the table's index
READERS = 3
QUARTER_TURN = 1 << 30

SETTINGS = (
    # The state at the start of a note.
    "envelope",  # 0..1
    "gain",  # what the last frame was multiplied by
    "attacking",  # 1 until the peak
    "integrator_1",
    "integrator_2",
    "noise_integrator_1",
    "noise_integrator_2",
    "onset",  # noise of the start, falling
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
    "noise_octaves",  # log2 of Hz of the noise's band
    "noise_damping",  # 1/Q
    "breath",  # noise as long as the note
    "onset_decay",  # factor per control period
    "vibrato_depth",  # share of the frequency
    "vibrato_growth",  # per control period
    "tremolo_depth",  # share of the gain
    "apart",  # 1 if the readers go their own ways, 0 if they are one
)
WHOLE_SETTINGS = (
    "phase_1",
    "phase_2",
    "phase_3",
    "vibrato_1",
    "vibrato_2",
    "vibrato_3",
    "seed",
    "increment_1",
    "increment_2",
    "increment_3",
    "vibrato_step_1",
    "vibrato_step_2",
    "vibrato_step_3",
    "table",  # its first frame
)
STATES, COUNTERS = 9, 7
SIZES = (len(SETTINGS), len(WHOLE_SETTINGS), STATES, COUNTERS)


@fragment
def read_table(tables: Floats, table: IntVector, phase: IntVector) -> Vector:
    """A table at a phase, with linear interpolation."""
    place = table + shift_right(phase, INDEX_BITS)
    fraction = to_float(phase & splat_int(i32((1 << INDEX_BITS) - 1)))
    here, next_one = gather(tables, place), gather(tables, place + splat_int(i32(1)))
    return fma(next_one - here, fraction * splat(f32(1.0 / (1 << INDEX_BITS))), here)


@fragment
def _step(whole_settings: Ints, w: int, counters: Ints, co: int, depth: Vector) -> IntVector:
    """Move one reader's vibrato by a control period; its phase step until the next."""
    swing = load_int(counters, co + 3 * LANES) + load_int(whole_settings, w + 10 * LANES)
    store_int(counters, co + 3 * LANES, swing)
    increment = to_float(load_int(whole_settings, w + 7 * LANES))
    return to_int(fma(increment * depth, sine(swing), increment))


@fragment
def _any_apart(settings: Floats, place: int) -> bool:
    """Whether one of sixteen voices reads at three places; the others then sound the same."""
    apart = False
    for lane in range(LANES):
        apart |= settings[place + lane] > f32(0.0)
    return apart


@fragment
def _frames(
    x: tuple[IntVector, ...],
    steps: tuple[IntVector, ...],
    table: IntVector,
    integrators: tuple[Vector, ...],
    svf: tuple[tuple[Vector, ...], tuple[Vector, ...]],
    gains: tuple[Vector, Vector, Vector],
    apart: bool,
    sheets: tuple[Floats, Floats],
    t0: int,
) -> tuple[tuple[IntVector, ...], tuple[Vector, ...], Vector]:
    """One control period of sound: readers, noise, filter, gain."""
    x1, x2, x3, seed = x
    s1, s2, n1, n2 = integrators
    a, b = svf
    gain, slope, hiss = gains
    tables, tile = sheets
    for t in range(t0, t0 + CONTROL_FRAMES):
        x1 = x1 + steps[0]
        x2 = x2 + steps[1]
        x3 = x3 + steps[2]
        seed = next_noise(seed)
        first = read_table(tables, table, x1)
        pair, third = first + first, first
        if apart:
            pair = first + read_table(tables, table, x2)
            third = read_table(tables, table, x3)
        noise, _, n1, n2 = svf_step(white(seed), n1, n2, b[0], b[1], b[2])
        voice = fma(noise, hiss, pair + third)
        _, low, s1, s2 = svf_step(voice, s1, s2, a[0], a[1], a[2])
        gain = gain + slope
        store(tile, t * LANES, low * gain)
    return (x1, x2, x3, seed), (s1, s2, n1, n2), gain


@fragment
def _quantum(group: int, pool: Pool, scratch: TableScratch) -> None:
    """One quantum of sixteen voices into the tile."""
    _, _, _, settings, whole_settings, state, counters = pool
    facts, tile, tables = scratch
    p, w = group * SIZES[0] * LANES, group * SIZES[1] * LANES
    st, co = group * STATES * LANES, group * COUNTERS * LANES
    held, one = load(facts, HELD), splat(f32(1.0))
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load(settings, p + 16 * LANES), swing, load(settings, p + 14 * LANES))
    e, gain, attacking = load(state, st), load(state, st + LANES), load(state, st + 2 * LANES)
    onset, reach = load(state, st + 7 * LANES), load(state, st + 8 * LANES)
    integrators = (
        load(state, st + 3 * LANES),
        load(state, st + 4 * LANES),
        load(state, st + 5 * LANES),
        load(state, st + 6 * LANES),
    )
    x = (
        load_int(counters, co),
        load_int(counters, co + LANES),
        load_int(counters, co + 2 * LANES),
        load_int(counters, co + 6 * LANES),
    )
    table = load_int(whole_settings, w + 13 * LANES)
    apart = _any_apart(settings, p + 25 * LANES)
    level = load(settings, p + 9 * LANES) * load(facts, ALIVE)
    noise_hz = exp2(load(settings, p + 18 * LANES))
    noise_svf = svf_coefficients(noise_hz, load(settings, p + 19 * LANES))
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        e, attacking = move_envelope(e, attacking, held, settings, p + 10 * LANES)
        onset = onset * load(settings, p + 21 * LANES)
        reach = lesser_of(one, reach + load(settings, p + 23 * LANES))
        depth = load(settings, p + 22 * LANES) * reach
        steps = (
            _step(whole_settings, w, counters, co, depth),
            _step(whole_settings, w + LANES, counters, co + LANES, depth),
            _step(whole_settings, w + 2 * LANES, counters, co + 2 * LANES, depth),
        )
        swell = sine(load_int(counters, co + 3 * LANES) + splat_int(i32(QUARTER_TURN)))
        loud = fma(load(settings, p + 24 * LANES) * reach, swell, one) * level
        svf = svf_coefficients(
            exp2(fma(load(settings, p + 15 * LANES), e, octaves)), load(settings, p + 17 * LANES)
        )
        slope = (e * loud - gain) * splat(f32(1.0 / CONTROL_FRAMES))
        gains = (gain, slope, load(settings, p + 20 * LANES) + onset)
        x, integrators, gain = _frames(
            x, steps, table, integrators, (svf, noise_svf), gains, apart, (tables, tile), t0
        )
    for row, value in enumerate((e, gain, attacking, *integrators, onset, reach)):
        store(state, st + row * LANES, value)
    store_int(counters, co, x[0])
    store_int(counters, co + LANES, x[1])
    store_int(counters, co + 2 * LANES, x[2])
    store_int(counters, co + 6 * LANES, x[3])


@kernel
def render_wavetables(
    first: int, quanta: int, pool: Pool, scratch: TableScratch, rows: Floats, stride: int
) -> None:
    """Render all wavetable voices of a pool for a block.

    Parameters
    ----------
    first, quanta, pool, rows, stride
        As in `kernels.saws.render_saws`; a seed must not be zero.
    scratch : tuple of (48,), (1024,) float32, scratch, and (tables * `STRIDE`,) float32
        Lane facts, a tile, and the tables.
    """
    lanes = (scratch[0], scratch[1])
    for group in range(pool[0].shape[0] // LANES):
        for q in range(quanta):
            if begin_quantum(group, first + q, q, pool, lanes, SIZES):
                _quantum(group, pool, scratch)
                write_rows(group, q, lanes, rows, stride)
            else:
                silence_rows(group, q, rows, stride)
