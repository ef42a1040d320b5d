"""The wavetable voice: a table that is read, breath noise, a low-pass filter, an envelope.

A table is a few periods of a note of its pitch, a whole number of frames together, at which a
reader nearly steps from frame to frame: the sixteen of a control period lie side by side, and
nothing is fetched one by one, which would take three times as long. `NODES` rows hold the frames of
a table, each from a fraction of a frame later on. At a node it holds a polynomial for what lies
`REACH_FRAMES` to either side: its nearest node is close to a reader in the middle of the sixteen,
and so is its neighbour to every other frame, as long as the reader is not off the table's pitch by
more than `CALM`. Beyond, as on a bent note, every four frames have a node of their own.

A node is two words, each of a coefficient above and another below: of the zeroth degree in
`ABOVE_BITS[0]`, and of the third, then of the first and the second, in units as `UNITS`. All that
rounding adds lies 95 dB below the tone, spread over hundreds of partials; what polynomials do not
follow is 90 dB below it.
"""

from __future__ import annotations

import numpy as np
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
from kernels.masks import lanes_below
from kernels.memory import prefetch
from kernels.oscillators import FULL_SCALE, next_noise
from kernels.polynomials import exp2, sine
from kernels.shuffles import transpose
from kernels.simd import (
    float_to_bits,
    fma,
    lane_numbers,
    lesser_of,
    load,
    load_int,
    load_splat,
    magnitude,
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

NODE_BITS = 2
NODES = 1 << NODE_BITS  # a frame
PAD = 16  # frames that a row repeats before its first and behind its last
REACH_FRAMES = 0.25
CALM = (REACH_FRAMES - 0.5 / NODES) / 8.0  # share of the pitch
ABOVE_BITS = 18, 16  # of the words' upper halves
UNITS = 2.0**-15, 2.0**-13, 2.0**-13, 2.0**-11  # by degree, frames to either side of a node
WORD = 2.0**29  # of a sample of 1
PLACE_BITS = 16  # of a frame, by which a reader knows where it is
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
    "past",  # share of the low-pass a frame before in what comes out: 1 for a plain one
    "noise_octaves",  # log2 of Hz of the noise's band
    "noise_damping",  # 1/Q
    "breath",  # noise as long as the note
    "onset_decay",  # factor per control period
    "vibrato_depth",  # share of the frequency
    "vibrato_growth",  # per control period
    "tremolo_depth",  # share of the gain
)
WHOLE_SETTINGS = (
    "phase",
    "vibrato",
    "seed",
    "increment",
    "vibrato_step",
    "table",  # its first word
    "frames",  # of a row, but for what it repeats
)
STATES, COUNTERS = 9, 3
VARIED = ("phase",), ("vibrato",), ("seed",), ("increment",)
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

(ENVELOPE, GAIN, ATTACKING, INTEGRATOR_1, INTEGRATOR_2, NOISE_INTEGRATOR_1, NOISE_INTEGRATOR_2,
 ONSET, REACH, LEVEL, ATTACK_STEP, _, _, _, CUTOFF, ENVELOPE_OCTAVES, BRIGHTNESS, DAMPING, PAST,
 NOISE_OCTAVES, NOISE_DAMPING, BREATH, ONSET_DECAY, DEPTH, GROWTH, TREMOLO,
 ) = rows_of(SETTINGS)  # fmt: skip
PHASE, VIBRATO, SEED, INCREMENT, VIBRATO_STEP, TABLE, TABLE_FRAMES = rows_of(WHOLE_SETTINGS)
PERIODS = QUANTUM // CONTROL_FRAMES
PLACES, OFFS, STRAYS = (row * LANES for row in range(3))
"""Of each voice: the first of the words that it reads in a control period; how far its middle
frame lies from its node, in frames; and by how much more than a frame it moves in a frame.
"""
FILTER, RISING, HISS = (row * LANES for row in (3, 6, 8))
PLANNED = 9 * LANES  # what is worked out for each control period
PLAN = QUANTUM * LANES  # behind the tile
READ = PLAN + PERIODS * PLANNED
SCRATCH = READ + CONTROL_FRAMES * LANES - PLAN


@fragment
def _aim(step: Vector, lanes: Lanes, plan: int) -> int:
    """Move all by a control period, and plan where they read; the voices bent, as bits."""
    whole_settings, counters, sheet = lanes[1], lanes[3], lanes[5]
    frames = load_int(whole_settings, TABLE_FRAMES)
    phase, whole_step = load_int(counters, PHASE), to_int(step)
    store_int(counters, PHASE, phase + shift_left(whole_step, 4))
    middle = phase + shift_left(whole_step, 3) + whole_step
    low = middle & splat_int(i32((1 << PLACE_BITS) - 1))
    place = shift_right(middle, 32 - PLACE_BITS) * frames + shift_right(low * frames, PLACE_BITS)
    half = splat_int(i32(1 << (PLACE_BITS - NODE_BITS - 1)))
    node = shift_right(place + half, PLACE_BITS - NODE_BITS)
    off = to_float(place - shift_left(node, PLACE_BITS - NODE_BITS))
    of_row = (node & splat_int(i32(NODES - 1))) * (frames + splat_int(i32(2 * PAD)))
    first = load_int(whole_settings, TABLE) + of_row + shift_right(node, NODE_BITS)
    stray = fma(step, to_float(frames) * splat(f32(2.0**-32)), splat(f32(-1.0)))
    store(sheet, plan + PLACES, to_float(first))
    store(sheet, plan + OFFS, off * splat(f32(2.0**-PLACE_BITS)))
    store(sheet, plan + STRAYS, stray)
    return int(lanes_below(splat(f32(CALM)), magnitude(stray)))


@fragment
def _step(whole_settings: Ints, counters: Ints, depth: Vector, bend: Vector) -> Vector:
    """Move the vibrato by a control period; the phase step until the next."""
    swing = load_int(counters, VIBRATO) + load_int(whole_settings, VIBRATO_STEP)
    store_int(counters, VIBRATO, swing)
    increment = to_float(load_int(whole_settings, INCREMENT)) * bend
    return fma(increment * depth, sine(swing), increment)


@fragment
def _plan(lanes: Lanes) -> int:
    """Work out all that moves on the control grid, for all periods of a quantum.

    Returns which voices are bent in one of them, as bits.
    """
    settings, whole_settings, state, counters, facts, sheet, _ = lanes
    held, one = load(facts, HELD), splat(f32(1.0))
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load(settings, BRIGHTNESS), swing, load(settings, CUTOFF))
    e, gain, attacking = load(state, ENVELOPE), load(state, GAIN), load(state, ATTACKING)
    onset, reach = load(state, ONSET), load(state, REACH)
    level = load(settings, LEVEL) * splat(f32(0.5 / WORD)) * load(facts, ALIVE)
    bent = 0
    for period in range(PERIODS):
        plan, t0 = PLAN + period * PLANNED, period * CONTROL_FRAMES
        e, attacking = move_envelope(e, attacking, held, settings, ATTACK_STEP)
        onset = onset * load(settings, ONSET_DECAY)
        reach = lesser_of(one, reach + load(settings, GROWTH))
        depth, bend = load(settings, DEPTH) * reach, bend_factor(facts, t0)
        bent |= _aim(_step(whole_settings, counters, depth, bend), lanes, plan)
        swell = sine(load_int(counters, VIBRATO) + splat_int(i32(QUARTER_TURN)))
        wanted = e * (fma(load(settings, TREMOLO) * reach, swell, one) * level)
        cutoff = exp2(fma(load(settings, ENVELOPE_OCTAVES), e, octaves))
        a, b, c = svf_coefficients(cutoff, load(settings, DAMPING))
        store(sheet, plan + FILTER, a)
        store(sheet, plan + FILTER + LANES, b)
        store(sheet, plan + FILTER + 2 * LANES, c)
        store(sheet, plan + RISING, gain)
        store(sheet, plan + RISING + LANES, (wanted - gain) * splat(f32(1.0 / CONTROL_FRAMES)))
        hiss = (load(settings, BREATH) + onset) * splat(f32(0.5 * WORD / FULL_SCALE))
        store(sheet, plan + HISS, hiss)
        gain = wanted
    for row, value in ((ENVELOPE, e), (GAIN, gain), (ATTACKING, attacking), (ONSET, onset)):
        store(state, row, value)
    store(state, REACH, reach)
    return bent


@fragment
def at_nodes(tables: Floats, first: int, away: Vector) -> Vector:
    """Sixteen frames, each away from a node by so many; `WORD` times as large as they are.

    As a number, a word is its upper coefficient with a trace of the lower one, which is too little
    to matter.
    """
    outer = float_to_bits(load(tables, first))
    inner = float_to_bits(load(tables, first + tables.shape[0] // 2))
    third = to_float(shift_left(outer, ABOVE_BITS[0]))
    second = to_float(shift_left(inner, ABOVE_BITS[1]))
    slope = fma(away, fma(away, third, second), to_float(inner))
    return fma(away, slope, to_float(outer))


@fragment
def read_bent(tables: Floats, table: int, row: int, spot: tuple[int, float, float]) -> Vector:
    """As `_read`, every four frames from the node that is nearest to them."""
    first, off, stray = spot
    node, of_node = (first - table) // row, (first - table) % row
    node, frames, read = node + of_node * NODES, lane_numbers(), splat(f32(0.0))
    for quarter in range(0, CONTROL_FRAMES, 4):
        middle = off + f32(quarter - 6.5) * stray
        more = int(np.floor(middle * f32(NODES) + f32(0.5)))
        here = node + more
        start = table + (here & (NODES - 1)) * row + (here >> NODE_BITS)
        away = fma(frames - splat(f32(8.0)), splat(stray), splat(f32(off - f32(more) / f32(NODES))))
        four = where_less(frames, splat(f32(quarter)), read, at_nodes(tables, start, away))
        read = four
    return read


@fragment
def _read(lane: int, bent: bool, plan: int, lanes: Lanes) -> Vector:
    """What a voice reads in a control period."""
    sheet, tables = lanes[5], lanes[6]
    place = plan + lane
    first = int(sheet[place + PLACES])
    if bent:
        whole_settings, spot = lanes[1], (first, sheet[place + OFFS], sheet[place + STRAYS])
        row = int(whole_settings[TABLE_FRAMES + lane]) + 2 * PAD
        return read_bent(tables, int(whole_settings[TABLE + lane]), row, spot)
    frames = lane_numbers() - splat(f32(8.0))
    away = fma(frames, load_splat(sheet, place + STRAYS), load_splat(sheet, place + OFFS))
    return at_nodes(tables, first, away)


@fragment
def _fetch(first: int, tables: Floats) -> None:
    """Have the cache fetch sixteen nodes, of which every control period reads others."""
    inner = first + tables.shape[0] // 2
    prefetch(tables, first)
    prefetch(tables, first + LANES - 1)
    prefetch(tables, inner)
    prefetch(tables, inner + LANES - 1)


@fragment
def _read_all(plan: int, t0: int, all_bent: int, lanes: Lanes) -> None:
    """Bring what all voices read in a control period to the tile."""
    facts, sheet = lanes[4], lanes[5]
    soon, later = plan + PLACES + PLANNED, 0
    if t0 == QUANTUM - CONTROL_FRAMES:  # what comes then is not planned yet
        soon, later = plan + PLACES, CONTROL_FRAMES
    for lane in range(LANES):
        if facts[ALIVE + lane] > f32(0.0):
            read = _read(lane, (all_bent >> lane) & 1 != 0, plan, lanes)
            store(sheet, READ + lane * CONTROL_FRAMES, read)
            _fetch(int(sheet[soon + lane]) + later, lanes[6])
    transpose(sheet, READ, CONTROL_FRAMES, sheet, t0 * LANES, LANES)


@fragment
def _frames(
    x: tuple[IntVector, Vector, Vector, Vector, Vector],
    noise_svf: tuple[Vector, ...],
    past: Vector,
    tile: Floats,
    plan: int,
    t0: int,
) -> tuple[IntVector, Vector, Vector, Vector, Vector]:
    """One control period of sound: what was read, noise, filter, gain."""
    seed, s1, s2, n1, n2 = x
    a, b, c = (load(tile, plan + FILTER), load(tile, plan + FILTER + LANES),
               load(tile, plan + FILTER + 2 * LANES))  # fmt: skip
    gain, rise, hiss = (
        load(tile, plan + RISING),
        load(tile, plan + RISING + LANES),
        load(tile, plan + HISS),
    )
    for place in range(t0 * LANES, (t0 + CONTROL_FRAMES) * LANES, LANES):
        seed = next_noise(seed)
        m1, n2 = svf_step(to_float(seed), n1, n2, noise_svf[0], noise_svf[1], noise_svf[2])
        voice = fma(n1 + m1, hiss, load(tile, place))
        n1 = m1
        m1, m2 = svf_step(voice, s1, s2, a, b, c)
        gain = gain + rise
        store(tile, place, fma(past, s2, m2) * gain)
        s1, s2 = m1, m2
    return seed, s1, s2, n1, n2


@fragment
def _weigh(slot: int, sizes: tuple[int, ...], held: Held) -> int:
    """All cost the same, but for what is bent."""
    return 0


@fragment
def _quantum(lanes: Lanes) -> None:
    """One quantum of sixteen voices into the tile."""
    settings, _, state, counters, _, tile, _ = lanes
    past = load(settings, PAST)
    noise_svf = svf_coefficients(exp2(load(settings, NOISE_OCTAVES)), load(settings, NOISE_DAMPING))
    bent = _plan(lanes)
    x = (
        load_int(counters, SEED),
        load(state, INTEGRATOR_1),
        load(state, INTEGRATOR_2),
        load(state, NOISE_INTEGRATOR_1),
        load(state, NOISE_INTEGRATOR_2),
    )
    for period in range(PERIODS):
        plan, t0 = PLAN + period * PLANNED, period * CONTROL_FRAMES
        _read_all(plan, t0, bent, lanes)
        x = _frames(x, noise_svf, past, tile, plan, t0)
    store_int(counters, SEED, x[0])
    for row, value in enumerate(x[1:]):
        store(state, INTEGRATOR_1 + row * LANES, value)


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
        lanes hold the tables, two times so many words read as float32: `NODES` rows of each.
    """
    _play((first, quanta), roll, held, varied, ramps, desk, buses)
