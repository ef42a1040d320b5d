"""The virtual-analogue voice: two band-limited saws, a low-pass filter, envelope and vibrato."""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int64 as i64

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, Lanes, Ramps, Roll, Vector
from kernels.edges import (
    SAWS,
    SHEET,
    add_earlier_edges,
    add_edges,
    clear_edges,
    lay_edges,
    line_at,
    move_saw,
    set_edges,
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
from kernels.oscillators import FULL_SCALE
from kernels.polynomials import exp2, sine
from kernels.simd import (
    fma,
    lanes_below,
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
    "gain",  # of the last frame
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
    "past",  # share of the low-pass a frame before in what comes out: 1 for a plain one
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
VARIED = (("phase_1",), ("phase_2",), ("vibrato_phase",), ("increment_1",), ("increment_2",))
STATES, COUNTERS = 8, 3
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)
TO_UNITY = 0.5 / FULL_SCALE  # of what comes out of the filter: the sum of two means
PLANNED = 7  # rows that are worked out for each control period
SCRATCH = SHEET + PLANNED * LANES * (QUANTUM // CONTROL_FRAMES)
Plan: TypeAlias = tuple[Vector, Vector, Vector, Vector, Vector, Vector, Vector]
"""End and slope of the saws' line, three coefficients, the gain before the first frame, its rise.
"""
LEAN_RATE = 0.0013  # a lopsided wave leaves the saturation off centre: high-pass at 10 Hz

(ENVELOPE, GAIN, ATTACKING, INTEGRATOR_1, INTEGRATOR_2, REACH, DRIVEN, LEAN, LEVEL, ATTACK_STEP,
 _, _, _, CUTOFF, ENVELOPE_OCTAVES, BRIGHTNESS, DAMPING, PAST, DEPTH, GROWTH,
 DRIVE) = rows_of(SETTINGS)  # fmt: skip
PHASE_1, PHASE_2, VIBRATO, INCREMENT_1, INCREMENT_2, VIBRATO_STEP = rows_of(WHOLE_SETTINGS)


@fragment
def _move(
    increments: tuple[Vector, Vector], sway: Vector, lanes: Lanes, period: int
) -> tuple[Vector, Vector, int]:
    """Move both saws; the end and slope of their sum, and which came near their edge."""
    counters, plan = lanes[3], lanes[6]
    one, two = to_int(increments[0] * sway), to_int(increments[1] * sway)
    end, slope, some = move_saw(PHASE_1, period, one, counters, plan)
    more_end, more_slope, others = move_saw(PHASE_2, period, two, counters, plan)
    return end + more_end, slope + more_slope, some | others << LANES


@fragment
def _lay_edges(near: tuple[int, int], high: bool, lanes: Lanes) -> None:
    """Bring all edges of a quantum to the tile: those of the first control periods, and the rest.

    They are added in one go, as a processor takes long to see where a few of them end.
    """
    facts, tile, plan = lanes[4], lanes[5], lanes[6]
    sounding = lanes_below(splat(f32(0.0)), load(facts, ALIVE))
    sounding |= sounding << LANES
    sounding |= sounding << SAWS
    clear_edges(plan)
    add_edges(near[0] & sounding, 0, plan)
    add_edges(near[1] & sounding, 2 * SAWS, plan)
    if high:
        add_earlier_edges(plan)
    lay_edges(plan, tile)


@fragment
def _plan(lanes: Lanes, level: Vector) -> None:
    """Work out all that moves on the control grid, for all periods of a quantum.

    Periods are worked out together, because each is a long chain of operations, and with the frames
    between them the processor would wait for every one.
    """
    settings, whole_settings, state, counters, facts, _, plan = lanes
    one, bend = splat(f32(1.0)), bend_factor(facts, 0)
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load(settings, BRIGHTNESS), swing, load(settings, CUTOFF))
    e, gain, attacking = load(state, ENVELOPE), load(state, GAIN), load(state, ATTACKING)
    reach, lfo = load(state, REACH), load_int(counters, VIBRATO)
    held, early, late = load(facts, HELD), i64(0), i64(0)
    increments = (
        to_float(load_int(whole_settings, INCREMENT_1)),
        to_float(load_int(whole_settings, INCREMENT_2)),
    )
    high = set_edges(PHASE_1, increments[0] * bend, plan)
    high |= set_edges(PHASE_2, increments[1] * bend, plan)
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        e, attacking = move_envelope(e, attacking, held, settings, ATTACK_STEP)
        lfo = lfo + load_int(whole_settings, VIBRATO_STEP)
        reach = lesser_of(one, reach + load(settings, GROWTH))
        sway = fma(sine(lfo) * reach, load(settings, DEPTH), one) * bend_factor(facts, t0)
        end, slope, came = _move(increments, sway, lanes, t0 // CONTROL_FRAMES)
        if t0 < QUANTUM // 2:
            early |= came << (t0 // CONTROL_FRAMES * SAWS)
        else:
            late |= came << ((t0 - QUANTUM // 2) // CONTROL_FRAMES * SAWS)
        cutoff = exp2(fma(load(settings, ENVELOPE_OCTAVES), e, octaves))
        a, b, c = svf_coefficients(cutoff, load(settings, DAMPING))
        place, wanted = SHEET + t0 * (PLANNED * LANES // CONTROL_FRAMES), e * level
        store(plan, place, end)
        store(plan, place + LANES, slope)
        store(plan, place + 2 * LANES, a)
        store(plan, place + 3 * LANES, b)
        store(plan, place + 4 * LANES, c)
        store(plan, place + 5 * LANES, gain)
        store(plan, place + 6 * LANES, (wanted - gain) * splat(f32(1.0 / CONTROL_FRAMES)))
        gain = wanted
    for row, value in ((ENVELOPE, e), (GAIN, gain), (ATTACKING, attacking), (REACH, reach)):
        store(state, row, value)
    store_int(counters, VIBRATO, lfo)
    _lay_edges((early, late), high, lanes)


@fragment
def _planned(plan: Floats, t0: int) -> Plan:
    """What `_plan` has written for a control period."""
    place = SHEET + t0 * (PLANNED * LANES // CONTROL_FRAMES)
    return (
        load(plan, place),
        load(plan, place + LANES),
        load(plan, place + 2 * LANES),
        load(plan, place + 3 * LANES),
        load(plan, place + 4 * LANES),
        load(plan, place + 5 * LANES),
        load(plan, place + 6 * LANES),
    )


@fragment
def _frames(
    x: tuple[Vector, ...], plan: Plan, past: Vector, tile: Floats, t0: int
) -> tuple[Vector, ...]:
    """One control period of sound: the saws, of which the tile holds the edges, filter, gain."""
    s1, s2, before, lean = x
    end, slope, a, b, c, gain, rise = plan
    for frame in range(CONTROL_FRAMES):
        place = (t0 + frame) * LANES
        both = line_at(frame, end, slope) + load(tile, place)
        n1, n2 = svf_step(both, s1, s2, a, b, c)
        gain = gain + rise
        store(tile, place, fma(past, s2, n2) * gain)
        s1, s2 = n1, n2
    return s1, s2, before, lean


@fragment
def _root(x: Vector) -> Vector:
    return square_root(fma(x, x, splat(f32(1.0))))


@fragment
def _driven_frames(
    x: tuple[Vector, ...], plan: Plan, past: Vector, drive: Vector, tile: Floats, t0: int
) -> tuple[Vector, ...]:
    """As `_frames`, with a saturation x / sqrt(1 + x^2) between filter and gain.

    Its antiderivative is sqrt(1 + x^2), so the mean over a frame, which aliases far less than the
    curve itself, is a quotient that is never 0 / 0 (S. Bilbao et al., "Antiderivative
    Antialiasing for Memoryless Nonlinearities", 2017). Lanes without drive stay as they are.
    """
    s1, s2, before, lean = x
    end, slope, a, b, c, gain, rise = plan
    zero, root_before = splat(f32(0.0)), _root(before)
    for frame in range(CONTROL_FRAMES):
        place = (t0 + frame) * LANES
        both = line_at(frame, end, slope) + load(tile, place)
        n1, n2 = svf_step(both, s1, s2, a, b, c)
        low, s1, s2 = fma(past, s2, n2), n1, n2
        now = low * drive
        root = _root(now)
        bent = (now + before) / (root + root_before) - lean
        lean = fma(bent, splat(f32(LEAN_RATE)), lean)
        before, root_before = now, root
        gain = gain + rise
        store(tile, place, where_less(zero, drive, bent, low) * gain)
    return s1, s2, before, lean


@fragment
def _any_drive(settings: Floats) -> bool:
    """Whether one of sixteen voices is driven; the others then pay for it, but sound the same."""
    driven = False
    for lane in range(LANES):
        driven |= settings[DRIVE + lane] > f32(0.0)
    return driven


@fragment
def _weigh(slot: int, sizes: tuple[int, ...], held: Held) -> int:
    """Driven voices share lanes."""
    return 1 if held[0][slot * sizes[5] + DRIVE // LANES] > f32(0.0) else 0


@fragment
def _quantum(lanes: Lanes) -> None:
    """One quantum of sixteen voices into the tile."""
    settings, _, state, _, facts, tile, plan = lanes
    one, past = splat(f32(1.0)), load(settings, PAST)
    drive, any_drive = load(settings, DRIVE) * splat(f32(TO_UNITY)), _any_drive(settings)
    to_unity = where_less(splat(f32(0.0)), drive, one, splat(f32(TO_UNITY)))
    _plan(lanes, load(settings, LEVEL) * to_unity * load(facts, ALIVE))
    x = load(state, INTEGRATOR_1), load(state, INTEGRATOR_2), load(state, DRIVEN), load(state, LEAN)
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        if any_drive:
            x = _driven_frames(x, _planned(plan, t0), past, drive, tile, t0)
        else:
            x = _frames(x, _planned(plan, t0), past, tile, t0)
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
    Filter coefficients move every 16 frames, the gain linearly between. Aliasing as in
    `kernels.oscillators.saw`.
    """
    _play((first, quanta), roll, held, varied, ramps, desk, buses)
