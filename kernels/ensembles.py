"""The ensemble voice: six band-limited saws that drift apart, a low-pass filter, an envelope."""

from __future__ import annotations

from numba import float32 as f32
from numba import int64 as i64

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, Lanes, Ramps, Roll, Vector
from kernels.edges import (
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
    load,
    load_int,
    shift_left,
    splat,
    store,
    store_int,
    to_float,
    to_int,
)

SAWS = 6
THRICE = 1 | 1 << LANES | 1 << 2 * LANES  # makes three of sixteen bits
TO_UNITY = 0.5 / FULL_SCALE  # of what comes out of the filter: the sum of two means
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
    "drift_depth",  # share of the frequency by which each saw wanders
)
WHOLE_SETTINGS = (
    *(f"phase_{number}" for number in range(1, SAWS + 1)),
    *(f"drift_{number}" for number in range(1, SAWS + 1)),
    *(f"increment_{number}" for number in range(1, SAWS + 1)),
    *(f"drift_step_{number}" for number in range(1, SAWS + 1)),
)
STATES, COUNTERS = 5, 2 * SAWS
VARIED = tuple((name,) for name in WHOLE_SETTINGS)
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

(ENVELOPE, GAIN, ATTACKING, INTEGRATOR_1, INTEGRATOR_2, LEVEL, ATTACK_STEP, _, _, _, CUTOFF,
 ENVELOPE_OCTAVES, BRIGHTNESS, DAMPING, DEPTH) = rows_of(SETTINGS)  # fmt: skip
PHASE, DRIFT = 0, SAWS * LANES
INCREMENT, DRIFT_STEP = 2 * SAWS * LANES, 3 * SAWS * LANES
DRIFTED = SHEET  # on the sheet: phase steps, but for bends
SCRATCH = DRIFTED + SAWS * LANES
PERIOD_BITS = 2  # of control in a quantum: four


@fragment
def _drift(lanes: Lanes) -> None:
    """Move the drift of all saws by a quantum; by how much each moves a frame, onto the sheet."""
    settings, whole_settings, _, counters, _, _, sheet = lanes
    depth = load(settings, DEPTH)
    for row in range(0, SAWS * LANES, LANES):
        pace = shift_left(load_int(whole_settings, DRIFT_STEP + row), PERIOD_BITS)
        wander = load_int(counters, DRIFT + row) + pace
        store_int(counters, DRIFT + row, wander)
        increment = to_float(load_int(whole_settings, INCREMENT + row))
        store(sheet, DRIFTED + row, fma(increment * depth, sine(wander), increment))


@fragment
def _three(row: int, lanes: Lanes, bend: Vector) -> tuple[Vector, Vector, int]:
    """Move three saws by a control period; the end and slope of their sum.

    The third is which of them pass their edge, sixteen bits for each.
    """
    counters, sheet = lanes[3], lanes[6]
    end, slope, passing = splat(f32(0.0)), splat(f32(0.0)), i64(0)
    for turn in range(0, 3 * LANES, LANES):
        step = to_int(load(sheet, DRIFTED + row + turn) * bend)
        one_end, one_slope, edges = move_saw(row + turn, step, counters, sheet)
        end, slope = end + one_end, slope + one_slope
        passing |= edges << turn
    return end, slope, passing


@fragment
def _move(lanes: Lanes, bend: Vector, high: bool, t0: int) -> tuple[Vector, Vector]:
    """Move all saws; the end and slope of their sum, whose edges are in the tile."""
    facts, tile, sheet = lanes[4], lanes[5], lanes[6]
    end, slope, some = _three(PHASE, lanes, bend)
    more_end, more_slope, others = _three(PHASE + 3 * LANES, lanes, bend)
    sounding = lanes_below(splat(f32(0.0)), load(facts, ALIVE)) * THRICE
    clear_edges(sheet)
    add_edges(some & sounding, PHASE, sheet)
    add_edges(others & sounding, PHASE + 3 * LANES, sheet)
    if high:
        add_earlier_edges(SAWS, sheet)
    lay_edges(sheet, t0, tile)
    return end + more_end, slope + more_slope


@fragment
def _frames(
    line: tuple[Vector, Vector],
    integrators: tuple[Vector, Vector],
    svf: tuple[Vector, Vector, Vector],
    gains: tuple[Vector, Vector],
    tile: Floats,
    t0: int,
) -> tuple[tuple[Vector, Vector], Vector]:
    """One control period of sound: the saws, of which the tile holds the edges, filter, gain."""
    end, slope = line
    s1, s2 = integrators
    gain, rise = gains
    for frame in range(CONTROL_FRAMES):
        place = (t0 + frame) * LANES
        every = line_at(frame, end, slope) + load(tile, place)
        n1, n2 = svf_step(every, s1, s2, svf[0], svf[1], svf[2])
        gain = gain + rise
        store(tile, place, (s2 + n2) * gain)
        s1, s2 = n1, n2
    return (s1, s2), gain


@fragment
def _weigh(slot: int, sizes: tuple[int, ...], held: Held) -> int:
    """All cost the same."""
    return 0


@fragment
def _quantum(lanes: Lanes) -> None:
    """One quantum of sixteen voices into the tile."""
    settings, whole_settings, state, _, facts, tile, sheet = lanes
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load(settings, BRIGHTNESS), swing, load(settings, CUTOFF))
    e, gain, attacking = load(state, ENVELOPE), load(state, GAIN), load(state, ATTACKING)
    integrators = load(state, INTEGRATOR_1), load(state, INTEGRATOR_2)
    level = load(settings, LEVEL) * splat(f32(TO_UNITY)) * load(facts, ALIVE)
    held = load(facts, HELD)
    # One width for all six: they lie within a few cents.
    middle = to_float(load_int(whole_settings, INCREMENT + 3 * LANES))
    high = set_edges(PHASE, SAWS, middle * bend_factor(facts, 0), sheet)
    _drift(lanes)
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        e, attacking = move_envelope(e, attacking, held, settings, ATTACK_STEP)
        line = _move(lanes, bend_factor(facts, t0), high, t0)
        cutoff = exp2(fma(load(settings, ENVELOPE_OCTAVES), e, octaves))
        svf = svf_coefficients(cutoff, load(settings, DAMPING))
        rise = (e * level - gain) * splat(f32(1.0 / CONTROL_FRAMES))
        integrators, gain = _frames(line, integrators, svf, (gain, rise), tile, t0)
    for row, value in enumerate((e, gain, attacking, integrators[0], integrators[1])):
        store(state, row * LANES, value)


_play = lanes_player(_quantum, _weigh, SIZES)


@kernel
def render_ensembles(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all ensemble voices of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, held, varied, ramps, desk, buses
        As in `kernels.saws.render_saws`.
    """
    _play((first, quanta), roll, held, varied, ramps, desk, buses)
