"""Struck instruments as banks of damped resonators: one per mode of the bar, glass or string.

A mode turns and shrinks by a fixed factor a frame, a number of the plane; its sound is how high it
stands. Lanes are sixteen frames of one voice: what sixteen frames of each mode sound like is worked
out once in a block, both for one that starts on the axis and for one that starts upright, and a
quantum is a sum of these, weighted with where the modes are. So a mode costs two operations in
sixteen frames, and it may sleep by itself. What a factor differs from one is kept, not the factor:
that keeps the lowest string in tune in float32, and its decay.

A mode may be there twice, as a piano has several strings for a note: the second turns at a pace of
its own, and what differs from the first within sixteen frames is left out: at 1.5 cents it is
60 dB below a partial at 5 kHz, and less below it.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, Lanes, Ramps, Roll, Vector
from kernels.knocks import decay_of, knock
from kernels.lanes import CONTROL_FRAMES, LANES, QUANTUM, rows_player, sizes_of
from kernels.polynomials import exp2, sine
from kernels.shuffles import transpose
from kernels.simd import (
    fma,
    fnma,
    lane_numbers,
    load,
    load_splat,
    splat,
    splat_int,
    store,
    where_less,
)

_STATE = (
    "gain",  # what the last frame was multiplied by
    "onset",  # 0 rising to 1
    "tremolo",  # gain of the first mode at the last frame
    "awake",  # modes up to the last that can be heard
    "damped",  # gain of the damper at the last frame
    "noise",  # envelope of the knock, falling
    "integrator_1",
    "integrator_2",
)  # then of each mode its place in the plane
_SETTINGS = (
    "level",
    "onset_step",  # per control period
    "hardness",  # octaves of level per octave above the first mode, at brightness 0.5
    "brightness",  # the same, added or taken at brightness 1 or 0
    "damper",  # 1 less the factor per frame once released
    "tremolo_depth",  # 0..1
    "noise",  # of the knock at its start
    "noise_decay",  # factor per frame
    "noise_cutoff",  # Hz
    "noise_damping",  # 1/Q
)
_OF_A_MODE = (
    "tilt",  # octaves above the first mode
    "strength",  # at the strike
    "second_strength",
    "turn_along",  # what the factor per frame differs from one: along the axis, and upright
    "turn_up",
    "second_turn_along",
    "second_turn_up",
)
WHOLE_SETTINGS = ("seed", "tremolo_phase", "tremolo_step")  # not zero; of 2^32; per quantum
COUNTERS = 2
OWN, COMMON, TABLES = len(_STATE), len(_SETTINGS), len(_OF_A_MODE)
MODES = 16
MOST_MODES = 48  # for which there is scratch; a multiple of sixteen, as `MODES`
PLACES = 4  # of a mode in the plane: along and up, of the first and of the second


def settings_for(modes: int) -> tuple[str, ...]:
    """The table of settings of a bank with so many modes."""
    each = (f"{name}_{mode}" for name in _OF_A_MODE for mode in range(modes))
    return (*_SETTINGS, *each)


SETTINGS = settings_for(MODES)
VARIED = (("seed",), ("hardness",), ("noise_cutoff",))
STATES = OWN + PLACES * MODES
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

GAIN, ONSET, TREMOLO, AWAKE, DAMPED, NOISE, INTEGRATOR_1, INTEGRATOR_2 = range(OWN)
(LEVEL, ONSET_STEP, HARDNESS, BRIGHTNESS, DAMPER, DEPTH, KNOCK, NOISE_DECAY, NOISE_CUTOFF,
 NOISE_DAMPING) = range(COMMON)  # fmt: skip
SEED, PHASE, PHASE_STEP = range(3)
ASLEEP = 1.5e-6  # -116 dB of full scale: what weaker modes of a whole piece add is below -100 dB
WATCH = 8  # quanta from one look at the modes to the next
_WAVE = 2 * LANES  # of a mode in the scratch: started along and started up
_TURNS = MOST_MODES * _WAVE  # behind the waves, what turns of sixteen frames differ from one
_AHEAD = _TURNS + PLACES * MOST_MODES  # and where both will be before each turn: along and up
_STATION = 2 * MOST_MODES
SCRATCH = _AHEAD + WATCH * (QUANTUM // LANES) * _STATION

Bank: TypeAlias = tuple[int, int, int]
"""Where in settings and state the tables of a voice's modes begin, and how many modes there are."""
Four: TypeAlias = tuple[Vector, Vector, Vector, Vector]


@fragment
def _turned(along: Vector, up: Vector, by_along: Vector, by_up: Vector) -> tuple[Vector, Vector]:
    """A place in the plane after a turn, of which is given what it differs from one."""
    return (
        fma(along, by_along, fnma(up, by_up, along)),
        fma(along, by_up, fma(up, by_along, up)),
    )


@fragment
def _strike(slot: int, sizes: tuple[int, ...], bank: Bank, bright: float, held: Held) -> None:
    """Set a voice in motion; a harder blow moves the high modes."""
    settings, whole_settings, state, counters = held
    at, own = slot * sizes[5], slot * sizes[2]
    tables, places, modes = bank
    for row in range(OWN):
        state[own + row] = f32(0.0)
    state[own + TREMOLO], state[own + DAMPED] = f32(1.0), f32(1.0)
    state[own + AWAKE], state[own + NOISE] = f32(modes), settings[at + KNOCK]
    for row in range(COUNTERS):
        counters[slot * COUNTERS + row] = whole_settings[slot * sizes[1] + row]
    swing = (bright - f32(0.5)) * f32(2.0)
    hardness = splat(f32(settings[at + HARDNESS] + settings[at + BRIGHTNESS] * swing))
    for mode in range(0, modes, LANES):
        harder = exp2(load(settings, tables + mode) * hardness)
        first, second = tables + modes + mode, tables + 2 * modes + mode
        store(state, places + mode, load(settings, first) * harder)
        store(state, places + modes + mode, splat(f32(0.0)))
        store(state, places + 2 * modes + mode, load(settings, second) * harder)
        store(state, places + 3 * modes + mode, splat(f32(0.0)))


@fragment
def _rests(place: int, modes: int, state: Floats) -> bool:
    """Whether both of a mode are at the origin."""
    moves = abs(state[place]) + abs(state[place + modes])
    second = abs(state[place + 2 * modes]) + abs(state[place + 3 * modes])
    return bool(moves + second == f32(0.0))


@fragment
def _let_sleep(own: int, level: float, bank: Bank, state: Floats) -> None:
    """Take out modes that nobody can hear any more."""
    _, places, modes = bank
    floor = f32(ASLEEP) / max(level * state[own + DAMPED], f32(ASLEEP * ASLEEP))
    weakest, zero = splat(f32(floor * floor)), splat(f32(0.0))
    awake = int(state[own + AWAKE])
    for mode in range(places, places + awake, LANES):
        power = zero
        for place in range(mode, mode + PLACES * modes, modes):
            power = fma(load(state, place), load(state, place), power)
        for place in range(mode, mode + PLACES * modes, modes):
            store(state, place, where_less(power, weakest, zero, load(state, place)))
    while awake > 0 and _rests(places + awake - 1, modes, state):
        awake -= 1
    state[own + AWAKE] = f32(awake)


@fragment
def _sixteenfold(along: Vector, up: Vector) -> tuple[Vector, Vector]:
    """What sixteen turns differ from one: (1 + d)^2 - 1 = d + d + d^2, four times."""
    for _ in range(4):
        twice_along, twice_up = along + along, up + up
        along, up = fma(along, along, fnma(up, up, twice_along)), fma(twice_along, up, twice_up)
    return along, up


@fragment
def _unfold(awake: int, bank: Bank, settings: Floats, tile: Floats, scratch: Floats) -> None:
    """Work out the waves of modes that are awake, and their turns, sixteen modes side by side."""
    tables, _, modes = bank
    for mode in range(0, awake, LANES):
        turn = tables + 3 * modes + mode
        by_along, by_up = load(settings, turn), load(settings, turn + modes)
        along, up = splat(f32(1.0)), splat(f32(0.0))
        for t in range(LANES):
            store(tile, t * LANES, along)
            store(tile, (LANES + t) * LANES, up)
            along, up = _turned(along, up, by_along, by_up)
        for part in range(2):
            place = mode * _WAVE + part * LANES
            transpose(tile, part * LANES * LANES, LANES, scratch, place, _WAVE)
        for which in range(2):
            here, place = turn + 2 * which * modes, _TURNS + 2 * which * MOST_MODES + mode
            along, up = _sixteenfold(load(settings, here), load(settings, here + modes))
            store(scratch, place, along)
            store(scratch, place + MOST_MODES, up)


@fragment
def _run_ahead(quanta: int, awake: int, bank: Bank, state: Floats, scratch: Floats) -> None:
    """Write where the modes that are awake will be before each turn of so many quanta, and after.

    So no quantum waits for the one before it.
    """
    _, places, modes = bank
    for mode in range(0, awake, LANES):
        here, turns = places + mode, _TURNS + mode
        a, b = load(state, here), load(state, here + modes)
        c, d = load(state, here + 2 * modes), load(state, here + 3 * modes)
        by_a, by_b = load(scratch, turns), load(scratch, turns + MOST_MODES)
        by_c, by_d = load(scratch, turns + 2 * MOST_MODES), load(scratch, turns + 3 * MOST_MODES)
        for turn in range(quanta * (QUANTUM // LANES)):
            place = _AHEAD + turn * _STATION + mode
            store(scratch, place, a + c)
            store(scratch, place + MOST_MODES, b + d)
            a, b = _turned(a, b, by_a, by_b)
            c, d = _turned(c, d, by_c, by_d)
        store(state, here, a)
        store(state, here + modes, b)
        store(state, here + 2 * modes, c)
        store(state, here + 3 * modes, d)


@fragment
def _wave(mode: int, station: int, scratch: Floats) -> Vector:
    """Sixteen frames of a mode."""
    along, up = (
        load_splat(scratch, station + mode),
        load_splat(scratch, station + MOST_MODES + mode),
    )
    wave = mode * _WAVE
    return fma(load(scratch, wave + LANES), along, load(scratch, wave) * up)


@fragment
def _ring(
    awake: int, quantum: int, tremolo: Four, scratch: Floats, begin: int, row: Floats
) -> None:
    """A quantum of all modes that are awake, of those that were run ahead."""
    first = _AHEAD + quantum * (QUANTUM // LANES) * _STATION
    second, third, fourth = first + _STATION, first + 2 * _STATION, first + 3 * _STATION
    zero = splat(f32(0.0))
    a0, b0 = _wave(0, first, scratch) * tremolo[0], zero
    a1, b1 = _wave(0, second, scratch) * tremolo[1], zero
    a2, b2 = _wave(0, third, scratch) * tremolo[2], zero
    a3, b3 = _wave(0, fourth, scratch) * tremolo[3], zero
    for mode in range(1, awake):
        c, s = load(scratch, mode * _WAVE), load(scratch, mode * _WAVE + LANES)
        a0 = fma(s, load_splat(scratch, first + mode), a0)
        b0 = fma(c, load_splat(scratch, first + MOST_MODES + mode), b0)
        a1 = fma(s, load_splat(scratch, second + mode), a1)
        b1 = fma(c, load_splat(scratch, second + MOST_MODES + mode), b1)
        a2 = fma(s, load_splat(scratch, third + mode), a2)
        b2 = fma(c, load_splat(scratch, third + MOST_MODES + mode), b2)
        a3 = fma(s, load_splat(scratch, fourth + mode), a3)
        b3 = fma(c, load_splat(scratch, fourth + MOST_MODES + mode), b3)
    store(row, begin, a0 + b0)
    store(row, begin + LANES, a1 + b1)
    store(row, begin + 2 * LANES, a2 + b2)
    store(row, begin + 3 * LANES, a3 + b3)


@fragment
def _ramp(start: float, slope: float, frame: int) -> Vector:
    """Sixteen frames of a line, from a frame on; the first frame is one slope above the start."""
    return fma(lane_numbers() + splat(f32(frame + 1)), splat(f32(slope)), splat(f32(start)))


@fragment
def _turn_motor(slot: int, sizes: tuple[int, ...], held: Held, tile: Floats) -> Four:
    """Gains of the first mode in a quantum: discs open and close tubes."""
    settings, whole_settings, state, counters = held
    depth, own = settings[slot * sizes[5] + DEPTH], slot * sizes[2]
    before = state[own + TREMOLO]
    after_it = before
    if depth > f32(0.0):
        step = whole_settings[slot * sizes[1] + PHASE_STEP]
        phase = i32(counters[slot * COUNTERS + PHASE] + step)
        counters[slot * COUNTERS + PHASE] = phase
        store(tile, 0, sine(splat_int(phase)))
        after_it = f32(1.0) - depth * (f32(0.5) + f32(0.5) * tile[0])
        state[own + TREMOLO] = after_it
    slope = (after_it - before) * f32(1.0 / QUANTUM)
    return (
        _ramp(before, slope, 0),
        _ramp(before, slope, LANES),
        _ramp(before, slope, 2 * LANES),
        _ramp(before, slope, 3 * LANES),
    )


@fragment
def _damp(own: int, damper: float, state: Floats, begin: int, row: Floats) -> None:
    """Felt on the string: all modes alike die faster."""
    powers, sixteenth = decay_of(f32(f32(1.0) - damper))
    gain = state[own + DAMPED]
    for t in range(begin, begin + QUANTUM, LANES):
        store(row, t, load(row, t) * (powers * splat(gain)))
        gain = f32(gain * sixteenth)
    state[own + DAMPED] = gain


@fragment
def _knock(
    slot: int, sizes: tuple[int, ...], held: Held, tile: Floats, begin: int, row: Floats
) -> None:
    """Add the blow itself to a row while it lasts."""
    settings, _, state, counters = held
    at, own = slot * sizes[5], slot * sizes[2]
    count, decay = counters[slot * COUNTERS + SEED], settings[at + NOISE_DECAY]
    now = state[own + NOISE], state[own + INTEGRATOR_1], state[own + INTEGRATOR_2]
    band = settings[at + NOISE_CUTOFF], settings[at + NOISE_DAMPING]
    noise, low, high = knock(count, decay, band, now, tile, begin, row)
    counters[slot * COUNTERS + SEED] = i32(count + QUANTUM)
    over = noise * settings[at + LEVEL] < f32(ASLEEP)
    state[own + NOISE] = f32(0.0) if over else noise
    state[own + INTEGRATOR_1], state[own + INTEGRATOR_2] = low, high


@fragment
def _shape(at: int, own: int, held: Held, begin: int, row: Floats) -> None:
    """Raise the onset smoothly from nothing, and give the voice its level."""
    settings, state = held[0], held[2]
    level, onset, gain = settings[at + LEVEL], state[own + ONSET], state[own + GAIN]
    for t in range(begin, begin + QUANTUM, CONTROL_FRAMES):
        onset = min(f32(1.0), f32(onset + settings[at + ONSET_STEP]))
        risen = f32(level * (onset * onset * (f32(3.0) - (onset + onset))))
        slope = (risen - gain) * f32(1.0 / CONTROL_FRAMES)
        store(row, t, load(row, t) * _ramp(gain, slope, 0))
        gain = risen
    state[own + ONSET], state[own + GAIN] = onset, gain


@fragment
def _quantum(
    slot: int,
    sizes: tuple[int, ...],
    when: tuple[int, int, int, bool],
    moved: tuple[float, float, float],
    held: Held,
    lanes: Lanes,
    begin: int,
    row: Floats,
) -> None:
    """One quantum of one voice into its row, from a place on."""
    settings, _, state, _ = held
    at, own, modes = slot * sizes[5], slot * sizes[2], (sizes[2] - OWN) // PLACES
    bank = at + COMMON, own + OWN, modes
    age, step, left, is_held = when
    scratch, watched = lanes[6], age % WATCH
    if age == 0:
        _strike(slot, sizes, bank, moved[0], held)
    if watched == 0:
        _let_sleep(own, settings[at + LEVEL], bank, state)
    awake = int(state[own + AWAKE])
    if step == 0:
        _unfold(awake, bank, settings, lanes[5], scratch)
    if step == 0 or watched == 0:
        _run_ahead(min(WATCH - watched, left), awake, bank, state, scratch)
    tremolo = _turn_motor(slot, sizes, held, lanes[5])
    if awake > 0:
        _ring(awake, min(watched, step), tremolo, scratch, begin, row)
    else:
        for t in range(begin, begin + QUANTUM, LANES):
            store(row, t, splat(f32(0.0)))
    if not is_held and settings[at + DAMPER] > f32(0.0):
        _damp(own, settings[at + DAMPER], state, begin, row)
    if state[own + NOISE] > f32(0.0):
        _knock(slot, sizes, held, lanes[5], begin, row)
    _shape(at, own, held, begin, row)


_play = rows_player(_quantum)


@fragment
def _sizes_of_bank(voices: int, held: Held) -> tuple[int, int, int, int, int, int]:
    """The sizes of a bank, from how much is held for each voice."""
    width, features = held[0].shape[0] // voices, len(VARIED)
    modes = (width - features - COMMON) // TABLES
    return width - features, len(WHOLE_SETTINGS), OWN + PLACES * modes, COUNTERS, features, width


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
    """Render all voices of a pool with banks of modes for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, varied, ramps, buses
        As in `kernels.saws.render_saws`; a seed must not be zero.
    held : tuple, in/out
        As there. How many modes a voice has, up to `MOST_MODES`, follows from its size.
    desk : tuple, in/out
        As there, with `SCRATCH` floats for tables.

    Notes
    -----
    J.-M. Adrien, "The Missing Link: Modal Synthesis", 1991. Modes are sines: nothing aliases as
    long as patches leave out what lies above the Nyquist frequency. Brightness acts at the strike.
    """
    sizes = _sizes_of_bank(roll[0].shape[0], held)
    _play(sizes, (first, quanta), roll, held, varied, ramps, desk, buses)
