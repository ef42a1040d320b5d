"""The wavetable voice: three readers of one period, breath noise, a low-pass filter, an envelope.

A table is one period of `FRAMES` samples. It holds no partial above the Nyquist frequency for the
notes that read it, so aliases come from the interpolation alone: partial h leaves images
(h / FRAMES)^2 below itself, which is -92 dB for the twentieth.

Fetching sixteen numbers from sixteen places is what a reader costs, so it fetches once: a word of a
table is a sample in `SAMPLE_BITS` and the step to the next one in the rest, both in units of
`UNIT`. All that rounding adds lies 100 dB below the tone, spread over hundreds of partials.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

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
from kernels.oscillators import next_noise, white
from kernels.polynomials import exp2, sine
from kernels.simd import (
    float_to_bits,
    fma,
    gather,
    lesser_of,
    load,
    load_int,
    shift_left,
    shift_right,
    splat,
    splat_int,
    store,
    store_int,
    to_float,
    to_int,
    where_less,
)

FRAMES = 4096  # of a period
SAMPLE_BITS, STEP_BITS = 18, 14  # of a word
UNIT = 2.0**-15  # samples lie within 4, steps within a quarter
WORD = 2.0**STEP_BITS / UNIT  # of a sample of 1
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
    "table",  # its first word
)
STATES, COUNTERS = 9, 7
VARIED = tuple((name,) for name in WHOLE_SETTINGS[:-1])
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

(ENVELOPE, GAIN, ATTACKING, INTEGRATOR_1, INTEGRATOR_2, NOISE_INTEGRATOR_1, NOISE_INTEGRATOR_2,
 ONSET, REACH, LEVEL, ATTACK_STEP, _, _, _, CUTOFF, ENVELOPE_OCTAVES, BRIGHTNESS, DAMPING,
 NOISE_OCTAVES, NOISE_DAMPING, BREATH, ONSET_DECAY, DEPTH, GROWTH, TREMOLO,
 APART) = rows_of(SETTINGS)  # fmt: skip
PHASES, VIBRATOS, SEED = 0, READERS * LANES, 2 * READERS * LANES
INCREMENTS, VIBRATO_STEPS, TABLE = SEED + LANES, SEED + 4 * LANES, SEED + 7 * LANES


@fragment
def read_table(tables: Floats, table: IntVector, phase: IntVector) -> Vector:
    """A table at a phase, with linear interpolation, `WORD` times as large as it is.

    As a number, a word is its sample with a trace of its step: that reads the table 2^-14 of a
    frame later throughout.
    """
    word = float_to_bits(gather(tables, table + shift_right(phase, INDEX_BITS)))
    fraction = to_float(phase & splat_int(i32((1 << INDEX_BITS) - 1)))
    step = to_float(shift_left(word, SAMPLE_BITS))
    to_samples = 2.0 ** (STEP_BITS - SAMPLE_BITS - INDEX_BITS)
    return fma(step, fraction * splat(f32(to_samples)), to_float(word))


@fragment
def _step(
    number: int, whole_settings: Ints, counters: Ints, depth: Vector, bend: Vector
) -> IntVector:
    """Move one reader's vibrato by a control period; its phase step until the next."""
    row = number * LANES
    swing = load_int(counters, VIBRATOS + row) + load_int(whole_settings, VIBRATO_STEPS + row)
    store_int(counters, VIBRATOS + row, swing)
    increment = to_float(load_int(whole_settings, INCREMENTS + row)) * bend
    return to_int(fma(increment * depth, sine(swing), increment))


@fragment
def _any_apart(settings: Floats) -> bool:
    """Whether one of sixteen voices reads at three places; the others then sound the same."""
    apart = False
    for lane in range(LANES):
        apart |= settings[APART + lane] > f32(0.0)
    return apart


@fragment
def _frames(
    x: tuple[IntVector, ...],
    steps: tuple[IntVector, ...],
    table: IntVector,
    integrators: tuple[Vector, ...],
    svf: tuple[tuple[Vector, ...], tuple[Vector, ...]],
    gains: tuple[Vector, Vector, Vector],
    apart: Vector,
    sheets: tuple[Floats, Floats, bool],
    t0: int,
) -> tuple[tuple[IntVector, ...], tuple[Vector, ...], Vector]:
    """One control period of sound: readers, noise, filter, gain."""
    x1, x2, x3, seed = x
    s1, s2, n1, n2 = integrators
    a, b = svf
    gain, slope, hiss = gains
    tables, tile, any_apart = sheets
    half = splat(f32(0.5))
    for t in range(t0, t0 + CONTROL_FRAMES):
        x1 = x1 + steps[0]
        x2 = x2 + steps[1]
        x3 = x3 + steps[2]
        seed = next_noise(seed)
        first = read_table(tables, table, x1)
        pair, third = first + first, first
        if any_apart:
            second = where_less(apart, half, first, read_table(tables, table, x2))
            third = where_less(apart, half, first, read_table(tables, table, x3))
            pair = first + second
        m1, n2 = svf_step(white(seed), n1, n2, b[0], b[1], b[2])
        voice = fma(n1 + m1, hiss, pair + third)
        n1 = m1
        m1, m2 = svf_step(voice, s1, s2, a[0], a[1], a[2])
        gain = gain + slope
        store(tile, t * LANES, (s2 + m2) * gain)
        s1, s2 = m1, m2
    return (x1, x2, x3, seed), (s1, s2, n1, n2), gain


@fragment
def _weigh(slot: int, sizes: tuple[int, ...], held: Held) -> int:
    """Voices that read at three places share lanes."""
    return 1 if held[0][slot * sizes[5] + APART // LANES] > f32(0.0) else 0


@fragment
def _quantum(lanes: Lanes) -> None:
    """One quantum of sixteen voices into the tile."""
    settings, whole_settings, state, counters, facts, tile, tables = lanes
    held, one = load(facts, HELD), splat(f32(1.0))
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load(settings, BRIGHTNESS), swing, load(settings, CUTOFF))
    e, gain, attacking = load(state, ENVELOPE), load(state, GAIN), load(state, ATTACKING)
    onset, reach = load(state, ONSET), load(state, REACH)
    integrators = (
        load(state, INTEGRATOR_1),
        load(state, INTEGRATOR_2),
        load(state, NOISE_INTEGRATOR_1),
        load(state, NOISE_INTEGRATOR_2),
    )
    x = (
        load_int(counters, PHASES),
        load_int(counters, PHASES + LANES),
        load_int(counters, PHASES + 2 * LANES),
        load_int(counters, SEED),
    )
    table, apart = load_int(whole_settings, TABLE), load(settings, APART)
    sheets = (tables, tile, _any_apart(settings))
    level = load(settings, LEVEL) * splat(f32(0.5 / WORD)) * load(facts, ALIVE)
    noise_svf = svf_coefficients(exp2(load(settings, NOISE_OCTAVES)), load(settings, NOISE_DAMPING))
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        e, attacking = move_envelope(e, attacking, held, settings, ATTACK_STEP)
        onset = onset * load(settings, ONSET_DECAY)
        reach = lesser_of(one, reach + load(settings, GROWTH))
        depth, bend = load(settings, DEPTH) * reach, bend_factor(facts, t0)
        steps = (
            _step(0, whole_settings, counters, depth, bend),
            _step(1, whole_settings, counters, depth, bend),
            _step(2, whole_settings, counters, depth, bend),
        )
        swell = sine(load_int(counters, VIBRATOS) + splat_int(i32(QUARTER_TURN)))
        loud = fma(load(settings, TREMOLO) * reach, swell, one) * level
        cutoff = exp2(fma(load(settings, ENVELOPE_OCTAVES), e, octaves))
        svf = svf_coefficients(cutoff, load(settings, DAMPING))
        slope = (e * loud - gain) * splat(f32(1.0 / CONTROL_FRAMES))
        gains = (gain, slope, (load(settings, BREATH) + onset) * splat(f32(0.5 * WORD)))
        x, integrators, gain = _frames(
            x, steps, table, integrators, (svf, noise_svf), gains, apart, sheets, t0
        )
    for row, value in enumerate((e, gain, attacking, *integrators, onset, reach)):
        store(state, row * LANES, value)
    store_int(counters, PHASES, x[0])
    store_int(counters, PHASES + LANES, x[1])
    store_int(counters, PHASES + 2 * LANES, x[2])
    store_int(counters, SEED, x[3])


_play = lanes_player(_quantum, _weigh, SIZES)


@kernel
def render_wavetables(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all wavetable voices of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, held, varied, ramps, desk, buses
        As in `kernels.saws.render_saws`; a seed must not be zero. The desk's
        lanes hold the tables, words read as (tables * `FRAMES`,) float32.
    """
    _play((first, quanta), roll, held, varied, ramps, desk, buses)
