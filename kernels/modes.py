"""Struck instruments as banks of damped resonators: one per mode of the bar, glass or string.

A mode is ``y' = y + d'`` with ``d' = g d - k y``, a two-pole resonator written with its own
difference: g is the square of the radius, k = (1 - r)^2 + 4 r sin^2(w / 2). Both are near
nothing or near one without cancellation, so float32 keeps the lowest string within a thousandth
of a cent, where the usual coefficient 2 r cos(w) would be eight cents off.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Fragment, Held, Ints, Lanes, Ramps, Roll, Vector
from kernels.filters import svf_coefficients, svf_step
from kernels.lanes import (
    ALIVE,
    BRIGHT,
    CONTROL_FRAMES,
    HELD,
    LANES,
    QUANTUM,
    lanes_player,
    rows_of,
    sizes_of,
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
VARIED = (("seed",), ("hardness",), ("noise_cutoff",))
STATES = OWN + 2 * MODES
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

GAIN, ONSET, TREMOLO, STRUCK, NOISE, INTEGRATOR_1, INTEGRATOR_2 = rows_of(_STATE_AT_START)
(LEVEL, ONSET_STEP, HARDNESS, BRIGHTNESS, DAMPER, DEPTH, NOISE_DECAY, NOISE_CUTOFF,
 NOISE_DAMPING) = rows_of(_WHAT_STAYS)  # fmt: skip
SEED, PHASE, PHASE_STEP = rows_of(WHOLE_SETTINGS)
FIRST_MODE = OWN * LANES


@fragment
def _any_above_zero(x: Vector, facts: Floats) -> bool:
    """Whether any lane is; the facts of brightness have been read, their place is free."""
    store(facts, BRIGHT, x)
    above = False
    for lane in range(LANES):
        above |= facts[BRIGHT + lane] > f32(0.0)
    return above


@fragment
def _strike(modes: int, hardness: Vector, facts: Floats, state: Floats) -> None:
    """Set the modes of lanes that have just started in motion; a harder blow moves the high."""
    one, half, zero = splat(f32(1.0)), splat(f32(0.5)), splat(f32(0.0))
    struck = load(state, STRUCK)
    if not _any_above_zero(one - struck, facts):
        return
    store(state, STRUCK, one)
    for mode in range(modes):
        y, d = FIRST_MODE + mode * LANES, FIRST_MODE + (modes + mode) * LANES
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
    lanes: Lanes,
) -> None:
    """One quantum of four modes, added to the tile; nothing if they sleep in every lane."""
    settings, _, state, _, facts, tile, _ = lanes
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
def _knock(stays: int, lanes: Lanes) -> None:
    """The blow itself: a short band of noise, added to the tile while it lasts."""
    settings, _, state, counters, facts, tile, _ = lanes
    noise = load(state, NOISE)
    if not _any_above_zero(noise * load(facts, ALIVE), facts):
        return
    s1, s2, half = load(state, INTEGRATOR_1), load(state, INTEGRATOR_2), splat(f32(0.5))
    seed, decay = load_int(counters, SEED), load(settings, stays + NOISE_DECAY)
    a1, a2, a3 = svf_coefficients(
        load(settings, stays + NOISE_CUTOFF), load(settings, stays + NOISE_DAMPING)
    )
    for t in range(QUANTUM):
        seed = next_noise(seed)
        n1, s2 = svf_step(white(seed) * noise, s1, s2, a1, a2, a3)
        noise = noise * decay
        store(tile, t * LANES, fma(s1 + n1, half, load(tile, t * LANES)))
        s1 = n1
    store_int(counters, SEED, seed)
    floor, zero = splat(f32(ASLEEP)), splat(f32(0.0))
    for row, value in ((NOISE, noise), (INTEGRATOR_1, s1), (INTEGRATOR_2, s2)):
        store(state, row, where_less(noise, floor, zero, value))


@fragment
def _shape(stays: int, lanes: Lanes) -> None:
    """Raise the onset smoothly from nothing, and give the voice its level."""
    settings, _, state, _, facts, tile, _ = lanes
    one, three = splat(f32(1.0)), splat(f32(3.0))
    level = load(settings, stays + LEVEL) * load(facts, ALIVE)
    gain, onset = load(state, GAIN), load(state, ONSET)
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        onset = lesser_of(one, onset + load(settings, stays + ONSET_STEP))
        risen = onset * onset * (three - (onset + onset))
        slope = (risen * level - gain) * splat(f32(1.0 / CONTROL_FRAMES))
        for t in range(t0, t0 + CONTROL_FRAMES):
            gain = gain + slope
            store(tile, t * LANES, load(tile, t * LANES) * gain)
    store(state, GAIN, gain)
    store(state, ONSET, onset)


@fragment
def _turn_motor(depth: Vector, lanes: Lanes) -> tuple[Vector, Vector]:
    """Gain of the first mode at the quantum's start, and its slope: discs open and close tubes."""
    _, whole_settings, state, counters, _, _, _ = lanes
    half, one = splat(f32(0.5)), splat(f32(1.0))
    phase = load_int(counters, PHASE) + load_int(whole_settings, PHASE_STEP)
    store_int(counters, PHASE, phase)
    before = load(state, TREMOLO)
    after = fnma(depth, fma(sine(phase), half, half), one)
    store(state, TREMOLO, after)
    return before, (after - before) * splat(f32(1.0 / QUANTUM))


def bank_player(modes: int, sizes: tuple[int, ...]) -> Fragment:
    """What renders a block of voices with so many modes."""
    stays, banks = sizes[2] * LANES, (FIRST_MODE, FIRST_MODE + modes * LANES)
    strengths = stays + STAYING * LANES

    @fragment
    def quantum(lanes: Lanes) -> None:
        settings, _, state, _, facts, tile, _ = lanes
        half, zero = splat(f32(0.5)), splat(f32(0.0))
        swing = (load(facts, BRIGHT) - half) * splat(f32(2.0))
        hardness = fma(load(settings, stays + BRIGHTNESS), swing, load(settings, stays + HARDNESS))
        damper = where_less(load(facts, HELD), half, load(settings, stays + DAMPER), zero)
        _strike(modes, hardness, facts, state)
        tremolo = _turn_motor(load(settings, stays + DEPTH), lanes)
        for t in range(QUANTUM):
            store(tile, t * LANES, zero)
        for mode in range(0, modes * LANES, AT_ONCE * LANES):
            g = strengths + mode
            places = (banks[0] + mode, banks[1] + mode, g, g + modes * LANES)
            _four_modes(places, damper, tremolo, lanes)
            tremolo = (splat(f32(1.0)), zero)
        _knock(stays, lanes)
        _shape(stays, lanes)

    @fragment
    def weigh(slot: int, sizes: tuple[int, ...], held: Held) -> int:
        """Fours of modes that are awake."""
        first, awake = slot * sizes[2] + OWN, 0
        for four in range(0, modes, AT_ONCE):
            moves = False
            for mode in range(four, four + AT_ONCE):
                moves |= held[2][first + modes + mode] != f32(0.0)
            awake += 1 if moves else 0
        return awake

    return lanes_player(quantum, weigh, sizes)


_play = bank_player(MODES, SIZES)


@kernel
def render_modes(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all voices with twelve modes of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, held, varied, ramps, desk, buses
        As in `kernels.saws.render_saws`; a seed must not be zero.

    Notes
    -----
    J.-M. Adrien, "The Missing Link: Modal Synthesis", 1991. Modes are sines: nothing aliases as
    long as patches leave out what lies above the Nyquist frequency. Brightness acts at the strike.
    """
    _play((first, quanta), roll, held, varied, ramps, desk, buses)
