"""The virtual-analogue voice: two band-limited saws, a low-pass filter, envelope and vibrato."""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int64 as i64

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, Lanes, Ramps, Roll, Vector
from kernels.edges import (
    PERIODS,
    SAWS,
    SHEET,
    STEPS,
    add_earlier_edges,
    begin_saw,
    cornered,
    edges_at,
    lay_edges,
    line_from,
    move_saw,
)
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
from kernels.masks import add_in, lanes_below
from kernels.oscillators import FULL_SCALE
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
    where_less,
)

SETTINGS = (
    # The state at the start of a note.
    "envelope",  # 0..1
    "gain",  # of the last frame
    "attacking",  # 1 until the peak
    "integrator_1",
    "integrator_2",
    "vibrato_reach",  # 0..1, grows after the start
    "driven",  # what went into the saturation last
    "lean",  # mean of what came out of it
    "coefficient_1",  # of the filter; 1, 0 and 0 if it is closed
    "coefficient_2",
    "coefficient_3",
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
    "vibrato_depth",  # share of the frequency
    "vibrato_growth",  # per quantum
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
VARIED = (("phase_1",), ("phase_2",), ("vibrato_phase",), ("increment_1",), ("increment_2",))
STATES, COUNTERS = 11, 3
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)
TO_UNITY = 0.5 / FULL_SCALE  # of what comes out of the filter: the sum of two means
PLANNED = 3  # rows that are worked out for each control period
SCRATCH = SHEET + PLANNED * LANES * (QUANTUM // CONTROL_FRAMES)
Plan: TypeAlias = tuple[Vector, Vector, Vector, Vector, Vector, Vector, Vector]
"""End and slope of the saws' line, three coefficients, the gain before the first frame, its rise.
"""
Three: TypeAlias = tuple[Vector, Vector, Vector]
LEAN_RATE = 0.0013  # a lopsided wave leaves the saturation off centre: high-pass at 10 Hz

(ENVELOPE, GAIN, ATTACKING, INTEGRATOR_1, INTEGRATOR_2, REACH, DRIVEN, LEAN, COEFFICIENT_1,
 COEFFICIENT_2, COEFFICIENT_3, LEVEL, ATTACK_STEP, _, _, _, CUTOFF, ENVELOPE_OCTAVES, BRIGHTNESS,
 DAMPING, PAST, DEPTH, GROWTH, DRIVE) = rows_of(SETTINGS)  # fmt: skip
PHASE_1, PHASE_2, VIBRATO, INCREMENT_1, INCREMENT_2, VIBRATO_STEP = rows_of(WHOLE_SETTINGS)


@fragment
def _sway(lanes: Lanes) -> Vector:
    """Move the vibrato by a quantum; what it and a bend make of each frequency."""
    settings, whole_settings, state, counters, facts, _, _ = lanes
    lfo = load_int(counters, VIBRATO) + load_int(whole_settings, VIBRATO_STEP)
    reach = lesser_of(splat(f32(1.0)), load(state, REACH) + load(settings, GROWTH))
    store_int(counters, VIBRATO, lfo)
    store(state, REACH, reach)
    sway = fma(sine(lfo) * reach, load(settings, DEPTH), splat(f32(1.0)))
    return sway * bend_factor(facts, QUANTUM // 2)


@fragment
def _lay_edges(near: tuple[int, int], high: bool, lanes: Lanes) -> tuple[int, int]:
    """Write the edges of a quantum: those of the first control periods, and the rest.

    That is done in one go, as a processor takes long to see where a few of them end.
    """
    facts, plan = lanes[4], lanes[6]
    sounding = lanes_below(splat(f32(0.0)), load(facts, ALIVE))
    sounding |= sounding << LANES
    sounding |= sounding << SAWS
    early, late = near[0] & sounding, near[1] & sounding
    lay_edges(early, 0, plan)
    lay_edges(late, 2 * SAWS, plan)
    if high:
        add_earlier_edges(plan)
    return early, late


@fragment
def _plan_gain(lanes: Lanes, level: Vector) -> None:
    """Work out the envelope for all control periods of a quantum.

    Periods are worked out together, because each is a long chain of operations, and with the frames
    between them the processor would wait for every one.
    """
    settings, _, state, _, facts, _, plan = lanes
    held = load(facts, HELD)
    e, gain, attacking = load(state, ENVELOPE), load(state, GAIN), load(state, ATTACKING)
    for place in range(SHEET, SHEET + PERIODS * PLANNED * LANES, PLANNED * LANES):
        e, attacking = move_envelope(e, attacking, held, settings, ATTACK_STEP)
        wanted = e * level
        store(plan, place + LANES, gain)
        store(plan, place + 2 * LANES, (wanted - gain) * splat(f32(1.0 / CONTROL_FRAMES)))
        gain = wanted
    for row, value in ((ENVELOPE, e), (GAIN, gain), (ATTACKING, attacking)):
        store(state, row, value)


@fragment
def _turn_filter(lanes: Lanes) -> tuple[Three, Three]:
    """Move the filter to where the envelope stands; where it was, and its way in a control period.

    A filter between two stable ones is stable too. That of a new note has been closed.
    """
    settings, _, state, _, facts, _, _ = lanes
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load(settings, BRIGHTNESS), swing, load(settings, CUTOFF))
    cutoff = exp2(fma(load(settings, ENVELOPE_OCTAVES), load(state, ENVELOPE), octaves))
    d, e, f = svf_coefficients(cutoff, load(settings, DAMPING))
    a, b, c = load(state, COEFFICIENT_1), load(state, COEFFICIENT_2), load(state, COEFFICIENT_3)
    store(state, COEFFICIENT_1, d)
    store(state, COEFFICIENT_2, e)
    store(state, COEFFICIENT_3, f)
    share = splat(f32(1.0 / PERIODS))
    return (a, b, c), ((d - a) * share, (e - b) * share, (f - c) * share)


@fragment
def _plan_saws(lanes: Lanes) -> tuple[int, int]:
    """Work out the saws for all control periods of a quantum.

    Returns which came near their edge in the first and in the last ones.
    """
    _, whole_settings, _, counters, _, _, plan = lanes
    sway, early, late = _sway(lanes), i64(0), i64(0)
    one = to_float(load_int(whole_settings, INCREMENT_1)) * sway
    two = to_float(load_int(whole_settings, INCREMENT_2)) * sway
    saw_1, high = begin_saw(PHASE_1, one, counters, plan)
    saw_2, other_high = begin_saw(PHASE_2, two, counters, plan)
    for period in range(PERIODS):
        saw_1, end_1, near_1 = move_saw(PHASE_1, period, saw_1, plan)
        saw_2, end_2, near_2 = move_saw(PHASE_2, period, saw_2, plan)
        near = near_1 | near_2 << LANES
        if period < PERIODS // 2:
            early |= near << (period * SAWS)
        else:
            late |= near << (period * SAWS - 2 * SAWS)
        end = end_1 + end_2 - splat(f32(2.0 * FULL_SCALE))
        store(plan, SHEET + period * PLANNED * LANES, end)
    store_int(counters, PHASE_1, saw_1[0])
    store_int(counters, PHASE_2, saw_2[0])
    return _lay_edges((early, late), high | other_high, lanes)


@fragment
def _planned(plan: Floats, t0: int, filters: Three) -> Plan:
    """What has been worked out for a control period."""
    place = SHEET + t0 * (PLANNED * LANES // CONTROL_FRAMES)
    return (
        load(plan, place),
        load(plan, STEPS + PHASE_1) + load(plan, STEPS + PHASE_2),
        filters[0],
        filters[1],
        filters[2],
        load(plan, place + LANES),
        load(plan, place + 2 * LANES),
    )


@fragment
def _frame(
    x: tuple[Vector, ...], correction: Vector, still: tuple[int, Vector, Plan, Floats], place: int
) -> tuple[Vector, ...]:
    """One frame of sound: the saws, which are a line but for their edges, filter, gain."""
    s1, s2, line, gain = x
    cornered_lanes, past, plan, tile = still
    _, slope, a, b, c, _, rise = plan
    n1, n2 = svf_step(add_in(cornered_lanes, line, correction), s1, s2, a, b, c)
    gain = gain + rise
    store(tile, place, fma(past, s2, n2) * gain)
    return n1, n2, line + slope, gain


@fragment
def _frames(
    x: tuple[Vector, ...], near: int, plan: Plan, past: Vector, lanes: Lanes, t0: int
) -> tuple[Vector, ...]:
    """One control period of sound."""
    tile, sheet = lanes[5], lanes[6]
    still = cornered(near), past, plan, tile
    y = x[0], x[1], line_from(plan[0], plan[1]), plan[5]
    for frame in range(t0, t0 + CONTROL_FRAMES, 4):
        first, second, third, fourth = edges_at(frame, sheet)
        place = frame * LANES
        y = _frame(y, first, still, place)
        y = _frame(y, second, still, place + LANES)
        y = _frame(y, third, still, place + 2 * LANES)
        y = _frame(y, fourth, still, place + 3 * LANES)
    return y[0], y[1], x[2], x[3]


@fragment
def _root(x: Vector) -> Vector:
    return square_root(fma(x, x, splat(f32(1.0))))


@fragment
def _driven_frame(
    x: tuple[Vector, ...],
    correction: Vector,
    still: tuple[int, Vector, Vector, Plan, Floats],
    place: int,
) -> tuple[Vector, ...]:
    """As `_frame`, with a saturation x / sqrt(1 + x^2) between filter and gain.

    Its antiderivative is sqrt(1 + x^2), so the mean over a frame, which aliases far less than the
    curve itself, is a quotient that is never 0 / 0 (S. Bilbao et al., "Antiderivative
    Antialiasing for Memoryless Nonlinearities", 2017). Lanes without drive stay as they are.
    """
    s1, s2, before, root_before, lean, line, gain = x
    cornered_lanes, past, drive, plan, tile = still
    _, slope, a, b, c, _, rise = plan
    n1, n2 = svf_step(add_in(cornered_lanes, line, correction), s1, s2, a, b, c)
    low = fma(past, s2, n2)
    now = low * drive
    root = _root(now)
    bent = (now + before) / (root + root_before) - lean
    lean = fma(bent, splat(f32(LEAN_RATE)), lean)
    gain = gain + rise
    store(tile, place, where_less(splat(f32(0.0)), drive, bent, low) * gain)
    return n1, n2, now, root, lean, line + slope, gain


@fragment
def _driven_frames(
    x: tuple[Vector, ...],
    near: int,
    plan: Plan,
    shape: tuple[Vector, Vector],
    lanes: Lanes,
    t0: int,
) -> tuple[Vector, ...]:
    """As `_frames`, with drive."""
    tile, sheet = lanes[5], lanes[6]
    still = cornered(near), shape[0], shape[1], plan, tile
    s1, s2, before, lean = x
    y = s1, s2, before, _root(before), lean, line_from(plan[0], plan[1]), plan[5]
    for frame in range(t0, t0 + CONTROL_FRAMES, 4):
        first, second, third, fourth = edges_at(frame, sheet)
        place = frame * LANES
        y = _driven_frame(y, first, still, place)
        y = _driven_frame(y, second, still, place + LANES)
        y = _driven_frame(y, third, still, place + 2 * LANES)
        y = _driven_frame(y, fourth, still, place + 3 * LANES)
    return y[0], y[1], y[2], y[4]


@fragment
def _weigh(slot: int, sizes: tuple[int, ...], held: Held) -> int:
    """Driven voices share lanes."""
    return 1 if held[0][slot * sizes[5] + DRIVE // LANES] > f32(0.0) else 0


@fragment
def _quantum(lanes: Lanes) -> None:
    """One quantum of sixteen voices into the tile."""
    settings, _, state, _, facts, _, plan = lanes
    zero, one, past = splat(f32(0.0)), splat(f32(1.0)), load(settings, PAST)
    drive = load(settings, DRIVE) * splat(f32(TO_UNITY))
    any_drive = lanes_below(zero, drive) != 0  # the others pay for it, but sound the same
    to_unity = where_less(zero, drive, one, splat(f32(TO_UNITY)))
    _plan_gain(lanes, load(settings, LEVEL) * to_unity * load(facts, ALIVE))
    (a, b, c), ways = _turn_filter(lanes)
    near = _plan_saws(lanes)
    x = load(state, INTEGRATOR_1), load(state, INTEGRATOR_2), load(state, DRIVEN), load(state, LEAN)
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        here = (near[0] if t0 < QUANTUM // 2 else near[1]) >> (t0 // CONTROL_FRAMES % 2 * SAWS)
        a, b, c = a + ways[0], b + ways[1], c + ways[2]
        planned = _planned(plan, t0, (a, b, c))
        if any_drive:
            x = _driven_frames(x, here, planned, (past, drive), lanes, t0)
        else:
            x = _frames(x, here, planned, past, lanes, t0)
    for row, value in ((INTEGRATOR_1, x[0]), (INTEGRATOR_2, x[1]), (DRIVEN, x[2]), (LEAN, x[3])):
        store(state, row, value)


_play = lanes_player(_quantum, _weigh, SIZES)


@kernel
def render_saws(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all saw voices of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first : int, quanta since the session began
        First quantum of the block.
    quanta : int, 1..128
        Quanta in the block.
    roll : tuple of (timing, places, seeds, numbers, pans), in/out
        As described in `kernels.voices`; voices that end in the block leave it.
    held : tuple of (settings, whole_settings, state, counters), in/out
        As described in `kernels.lanes`.
    varied : (features, 2) int32
        As in `kernels.voices.vary`.
    ramps : tuple of (listeners, quanta + 1) and (buses, quanta + 1) float32
        Brightness, 0..1, and bend, octaves, at the borders of quanta.
    desk : tuple, scratch
        As described in `kernels.lanes`; the third holds the slots that ended, their count first.
    buses : (buses * 2 * `kernels.buses.STRIDE`,) int32, in/out
        As described in `kernels.buses`.

    Notes
    -----
    The gain moves on every frame, the filter every 16 frames, by a quarter of its way to where the
    envelope stands at the next quantum. Aliasing as in `kernels.oscillators.saw`.
    """
    _play((first, quanta), roll, held, varied, ramps, desk, buses)
