"""Struck instruments as banks of damped resonators: one per mode of the bar, glass or string.

A mode is ``y' = y + d'`` with ``d' = g d - k y``, a two-pole resonator written with its own
difference: g is the square of the radius, k = (1 - r)^2 + 4 r sin^2(w / 2). Both are near
nothing or near one without cancellation, so float32 keeps the lowest string within a thousandth
of a cent, where the usual coefficient 2 r cos(w) would be eight cents off.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Pool, Scratch, Vector
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
    fnma,
    greater_of,
    lesser_of,
    load,
    load_int,
    magnitude,
    splat,
    store,
    store_int,
    where_less,
)

_STATE_AT_START = (
    "gain",  # what the last frame was multiplied by
    "onset",  # 0 rising to 1
    "tremolo",  # gain of the first mode at the last frame
    "struck",  # 0 until the first quantum has set the modes in motion
    "noise",  # envelope of the knock, falling
    "integrator_1",
    "integrator_2",
)
_WHAT_STAYS = (
    "level",
    "onset_step",  # per control period
    "hardness",  # octaves of level per octave above the first mode, at brightness 0.5
    "brightness",  # the same, added or taken at brightness 1 or 0
    "damper",  # 1 less the factor per frame once released
    "tremolo_depth",  # 0..1
    "noise_decay",  # factor per frame
    "noise_cutoff",  # Hz
    "noise_damping",  # 1/Q
)
WHOLE_SETTINGS = ("seed", "tremolo_phase", "tremolo_step")  # not zero; of 2^32; per quantum
COUNTERS = 2
OWN, STAYING = len(_STATE_AT_START), len(_WHAT_STAYS)
AT_ONCE = 4  # modes side by side hide the latency of the recursion
MODES = 12
ASLEEP = 1e-9  # -180 dB: a mode below it stops, long before it is a denormal


def settings_for(modes: int) -> tuple[str, ...]:
    """The table of settings of a bank with so many modes, a multiple of `AT_ONCE`.

    ``tilt`` (octaves above the first mode) and ``push`` (the first difference) are the state at
    the start; the strike turns them into y and d.
    """

    def each(name: str) -> tuple[str, ...]:
        return tuple(f"{name}_{mode}" for mode in range(modes))

    moving = (*_STATE_AT_START, *each("tilt"), *each("push"))
    return (*moving, *_WHAT_STAYS, *each("radius"), *each("spring"))


SETTINGS = settings_for(MODES)
STATES = OWN + 2 * MODES
SIZES = (len(SETTINGS), len(WHOLE_SETTINGS), STATES, COUNTERS)


@fragment
def _any_above_zero(x: Vector, facts: Floats) -> bool:
    """Whether any lane is; the facts of brightness have been read, their place is free."""
    store(facts, BRIGHT, x)
    above = False
    for lane in range(LANES):
        above |= facts[BRIGHT + lane] > f32(0.0)
    return above


@fragment
def _strike(st: int, modes: int, hardness: Vector, facts: Floats, state: Floats) -> None:
    """Set the modes of lanes that have just started in motion; a harder blow moves the high."""
    one, half, zero = splat(f32(1.0)), splat(f32(0.5)), splat(f32(0.0))
    struck = load(state, st + 3 * LANES)
    if not _any_above_zero(one - struck, facts):
        return
    store(state, st + 3 * LANES, one)
    for mode in range(modes):
        y, d = st + (OWN + mode) * LANES, st + (OWN + modes + mode) * LANES
        push = load(state, d)
        pushed = push * exp2(load(state, y) * hardness)
        store(state, d, where_less(struck, half, pushed, push))
        store(state, y, where_less(struck, half, zero, load(state, y)))


@fragment
def _damped(g: Vector, k: Vector, damper: Vector) -> tuple[Vector, Vector]:
    """The same pitch with the radius made smaller by the damper."""
    one = splat(f32(1.0))
    less = one - damper
    return g * (less * less), fma(damper, fnma(g, less, one), less * k)


@fragment
def _four_modes(
    places: tuple[int, int, int, int],
    damper: Vector,
    tremolo: tuple[Vector, Vector],
    scratch: Scratch,
    settings: Floats,
    state: Floats,
) -> None:
    """One quantum of four modes, added to the tile; nothing if they sleep in every lane."""
    facts, tile = scratch
    y, d, g, k = places
    y0, y1 = load(state, y), load(state, y + LANES)
    y2, y3 = load(state, y + 2 * LANES), load(state, y + 3 * LANES)
    d0, d1 = load(state, d), load(state, d + LANES)
    d2, d3 = load(state, d + 2 * LANES), load(state, d + 3 * LANES)
    loud = greater_of(
        greater_of(_loudness(y0, d0), _loudness(y1, d1)),
        greater_of(_loudness(y2, d2), _loudness(y3, d3)),
    )
    if not _any_above_zero(loud * load(facts, ALIVE), facts):
        return
    g0, k0 = _damped(load(settings, g), load(settings, k), damper)
    g1, k1 = _damped(load(settings, g + LANES), load(settings, k + LANES), damper)
    g2, k2 = _damped(load(settings, g + 2 * LANES), load(settings, k + 2 * LANES), damper)
    g3, k3 = _damped(load(settings, g + 3 * LANES), load(settings, k + 3 * LANES), damper)
    gain, slope = tremolo
    for t in range(QUANTUM):
        d0 = fnma(k0, y0, g0 * d0)
        d1 = fnma(k1, y1, g1 * d1)
        d2 = fnma(k2, y2, g2 * d2)
        d3 = fnma(k3, y3, g3 * d3)
        y0 = y0 + d0
        y1 = y1 + d1
        y2 = y2 + d2
        y3 = y3 + d3
        gain = gain + slope
        store(tile, t * LANES, load(tile, t * LANES) + (fma(y0, gain, y1) + (y2 + y3)))
    for mode, (yy, dd) in enumerate(((y0, d0), (y1, d1), (y2, d2), (y3, d3))):
        loud = _loudness(yy, dd)
        floor, zero = splat(f32(ASLEEP)), splat(f32(0.0))
        store(state, y + mode * LANES, where_less(loud, floor, zero, yy))
        store(state, d + mode * LANES, where_less(loud, floor, zero, dd))


@fragment
def _loudness(y: Vector, d: Vector) -> Vector:
    return greater_of(magnitude(y), magnitude(d))


@fragment
def _knock(group: int, pool: Pool, sizes: tuple[int, int, int, int], scratch: Scratch) -> None:
    """The blow itself: a short band of noise, added to the tile while it lasts."""
    _, _, _, settings, _, state, counters = pool
    facts, tile = scratch
    st, co = group * sizes[2] * LANES, group * sizes[3] * LANES
    stays = (group * sizes[0] + sizes[2]) * LANES
    noise = load(state, st + 4 * LANES)
    if not _any_above_zero(noise * load(facts, ALIVE), facts):
        return
    s1, s2 = load(state, st + 5 * LANES), load(state, st + 6 * LANES)
    seed, decay = load_int(counters, co), load(settings, stays + 6 * LANES)
    a1, a2, a3 = svf_coefficients(
        load(settings, stays + 7 * LANES), load(settings, stays + 8 * LANES)
    )
    for t in range(QUANTUM):
        seed = next_noise(seed)
        band, _, s1, s2 = svf_step(white(seed) * noise, s1, s2, a1, a2, a3)
        noise = noise * decay
        store(tile, t * LANES, load(tile, t * LANES) + band)
    store_int(counters, co, seed)
    floor, zero = splat(f32(ASLEEP)), splat(f32(0.0))
    for row, value in enumerate((noise, s1, s2)):
        kept = where_less(noise, floor, zero, value)
        store(state, st + (4 + row) * LANES, kept)


@fragment
def _shape(st: int, stays: int, settings: Floats, state: Floats, scratch: Scratch) -> None:
    """Raise the onset smoothly from nothing, and give the voice its level."""
    facts, tile = scratch
    one, three = splat(f32(1.0)), splat(f32(3.0))
    level = load(settings, stays) * load(facts, ALIVE)
    gain, onset = load(state, st), load(state, st + LANES)
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        onset = lesser_of(one, onset + load(settings, stays + LANES))
        risen = onset * onset * (three - (onset + onset))
        slope = (risen * level - gain) * splat(f32(1.0 / CONTROL_FRAMES))
        for t in range(t0, t0 + CONTROL_FRAMES):
            gain = gain + slope
            store(tile, t * LANES, load(tile, t * LANES) * gain)
    store(state, st, gain)
    store(state, st + LANES, onset)


@fragment
def _turn_motor(st: int, co: int, w: int, depth: Vector, pool: Pool) -> tuple[Vector, Vector]:
    """Gain of the first mode at the quantum's start, and its slope: discs open and close tubes."""
    _, _, _, _, whole_settings, state, counters = pool
    half, one = splat(f32(0.5)), splat(f32(1.0))
    phase = load_int(counters, co + LANES) + load_int(whole_settings, w + 2 * LANES)
    store_int(counters, co + LANES, phase)
    before = load(state, st + 2 * LANES)
    after = fnma(depth, fma(sine(phase), half, half), one)
    store(state, st + 2 * LANES, after)
    return before, (after - before) * splat(f32(1.0 / QUANTUM))


@fragment
def _quantum(group: int, pool: Pool, sizes: tuple[int, int, int, int], scratch: Scratch) -> None:
    """One quantum of sixteen voices into the tile."""
    _, _, _, settings, _, state, _ = pool
    facts, tile = scratch
    modes = (sizes[2] - OWN) // 2
    st, co = group * sizes[2] * LANES, group * sizes[3] * LANES
    stays = (group * sizes[0] + sizes[2]) * LANES
    half, zero = splat(f32(0.5)), splat(f32(0.0))
    swing = (load(facts, BRIGHT) - half) * splat(f32(2.0))
    hardness = fma(load(settings, stays + 3 * LANES), swing, load(settings, stays + 2 * LANES))
    damper = where_less(load(facts, HELD), half, load(settings, stays + 4 * LANES), zero)
    _strike(st, modes, hardness, facts, state)
    depth = load(settings, stays + 5 * LANES)
    tremolo = _turn_motor(st, co, group * sizes[1] * LANES, depth, pool)
    for t in range(QUANTUM):
        store(tile, t * LANES, zero)
    for mode in range(0, modes, AT_ONCE):
        y, g = st + (OWN + mode) * LANES, stays + (STAYING + mode) * LANES
        places = (y, y + modes * LANES, g, g + modes * LANES)
        _four_modes(places, damper, tremolo, scratch, settings, state)
        tremolo = (splat(f32(1.0)), zero)
    _knock(group, pool, sizes, scratch)
    _shape(st, stays, settings, state, scratch)


@fragment
def render_bank(
    block: tuple[int, int],
    pool: Pool,
    sizes: tuple[int, int, int, int],
    scratch: Scratch,
    rows: Floats,
    stride: int,
) -> None:
    """Render all voices of a pool for a block (its first quantum and its length)."""
    for group in range(pool[0].shape[0] // LANES):
        for q in range(block[1]):
            if begin_quantum(group, block[0] + q, q, pool, scratch, sizes):
                _quantum(group, pool, sizes, scratch)
                write_rows(group, q, scratch, rows, stride)
            else:
                silence_rows(group, q, rows, stride)


@kernel
def render_modes(
    first: int, quanta: int, pool: Pool, scratch: Scratch, rows: Floats, stride: int
) -> None:
    """Render all voices with twelve modes of a pool for a block.

    Parameters
    ----------
    first, quanta, pool, scratch, rows, stride
        As in `kernels.saws.render_saws`; a seed must not be zero.

    Notes
    -----
    J.-M. Adrien, "The Missing Link: Modal Synthesis", 1991. Modes are sines: nothing aliases as
    long as patches leave out what lies above the Nyquist frequency. Brightness acts at the strike.
    """
    render_bank((first, quanta), pool, SIZES, scratch, rows, stride)
