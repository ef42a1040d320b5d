"""Struck instruments as banks of damped resonators: one per mode of the bar, glass or string.

`kernels.waves` says how a bank sounds. Here it is struck, its modes fall asleep one by one, felt
falls on it, and mallet or hammer are heard. Lanes are frames of one voice.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, Lanes, Ramps, Roll, Vector
from kernels.knocks import knock
from kernels.lanes import CONTROL_FRAMES, LANES, QUANTUM, sizes_of
from kernels.polynomials import exp2, sine
from kernels.simd import (
    fma,
    lane_numbers,
    load,
    splat,
    splat_int,
    store,
    where_less,
)
from kernels.stretches import STRETCH, begin_of, stretches_player
from kernels.waves import MOST_MODES as MOST_MODES
from kernels.waves import PLACES as PLACES
from kernels.waves import SCRATCH as SCRATCH
from kernels.waves import Bank, ring, run_ahead, unfold, wave_of_first

_STATE = (
    "gain",  # what the last frame was multiplied by
    "onset",  # 0 rising to 1
    "tremolo",  # gain of the first mode at the last frame
    "awake",  # modes up to the last that can be heard
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
    "second_along",  # where the second string is struck to
    "second_up",
    "turn_along",  # what the factor per frame differs from one: along the axis, and upright
    "turn_up",
    "second_turn_along",
    "second_turn_up",
)
WHOLE_SETTINGS = ("seed", "tremolo_phase", "tremolo_step")  # not zero; of 2^32; per quantum
COUNTERS = 2
OWN, COMMON, TABLES = len(_STATE), len(_SETTINGS), len(_OF_A_MODE)
MODES = 16


def settings_for(modes: int) -> tuple[str, ...]:
    """The table of settings of a bank with so many modes."""
    each = (f"{name}_{mode}" for name in _OF_A_MODE for mode in range(modes))
    return (*_SETTINGS, *each)


SETTINGS = settings_for(MODES)
VARIED = (("seed",), ("hardness",), ("noise_cutoff",))
STATES = OWN + PLACES * MODES
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

GAIN, ONSET, TREMOLO, AWAKE, NOISE, INTEGRATOR_1, INTEGRATOR_2 = range(OWN)
(LEVEL, ONSET_STEP, HARDNESS, BRIGHTNESS, DAMPER, DEPTH, KNOCK, NOISE_DECAY, NOISE_CUTOFF,
 NOISE_DAMPING) = range(COMMON)  # fmt: skip
SEED, PHASE, PHASE_STEP = range(3)
STRENGTHS, TURNS = 1, 4  # tables of a mode, by number
ASLEEP = 6e-6  # -104 dB of full scale, below the dither of 16 bits


@fragment
def _strike(slot: int, sizes: tuple[int, ...], bank: Bank, bright: float, held: Held) -> None:
    """Set a voice in motion; a harder blow moves the high modes."""
    settings, whole_settings, state, counters = held
    at, own = slot * sizes[5], slot * sizes[2]
    _, places, modes, _ = bank
    for row in range(OWN):
        state[own + row] = f32(0.0)
    level = settings[at + LEVEL]
    state[own + TREMOLO], state[own + AWAKE] = f32(1.0), f32(modes)
    state[own + NOISE] = f32(level * settings[at + KNOCK])
    for row in range(COUNTERS):
        counters[slot * COUNTERS + row] = whole_settings[slot * sizes[1] + row]
    swing = (bright - f32(0.5)) * f32(2.0)
    hardness = splat(f32(settings[at + HARDNESS] + settings[at + BRIGHTNESS] * swing))
    for mode in range(0, modes, LANES):
        table, place = at + COMMON + mode, places + mode
        blow = exp2(load(settings, table) * hardness) * splat(level)
        table += STRENGTHS * modes
        store(state, place, load(settings, table) * blow)
        store(state, place + modes, splat(f32(0.0)))
        store(state, place + 2 * modes, load(settings, table + modes) * blow)
        store(state, place + 3 * modes, load(settings, table + 2 * modes) * blow)


@fragment
def _rests(place: int, modes: int, state: Floats) -> bool:
    """Whether both of a mode are at the origin."""
    moves = abs(state[place]) + abs(state[place + modes])
    second = abs(state[place + 2 * modes]) + abs(state[place + 3 * modes])
    return bool(moves + second == f32(0.0))


@fragment
def _let_sleep(own: int, bank: Bank, state: Floats) -> None:
    """Take out modes that nobody can hear any more, and the knock."""
    _, places, modes, awake = bank
    weakest, zero = splat(f32(ASLEEP * ASLEEP)), splat(f32(0.0))
    for mode in range(places, places + awake, LANES):
        power = zero
        for place in range(mode, mode + PLACES * modes, modes):
            power = fma(load(state, place), load(state, place), power)
        for place in range(mode, mode + PLACES * modes, modes):
            store(state, place, where_less(power, weakest, zero, load(state, place)))
    while awake > 0 and _rests(places + awake - 1, modes, state):
        awake -= 1
    state[own + AWAKE] = f32(awake)
    if state[own + NOISE] < f32(ASLEEP):
        state[own + NOISE] = f32(0.0)


@fragment
def _ramp(start: float, slope: float) -> Vector:
    """Sixteen frames of a line; the first is one slope above the start."""
    return fma(lane_numbers() + splat(f32(1.0)), splat(f32(slope)), splat(f32(start)))


@fragment
def _turn_motor(
    slot: int, sizes: tuple[int, ...], held: Held, quanta: int, lanes: Lanes, row: Floats
) -> None:
    """Move the first mode up and down: discs open and close tubes."""
    settings, whole_settings, state, counters = held
    depth, own = settings[slot * sizes[5] + DEPTH], slot * sizes[2]
    tile, scratch = lanes[5], lanes[6]
    step = whole_settings[slot * sizes[1] + PHASE_STEP]
    gain = state[own + TREMOLO]
    for quantum in range(quanta):
        phase = i32(counters[slot * COUNTERS + PHASE] + step)
        counters[slot * COUNTERS + PHASE] = phase
        store(tile, 0, sine(splat_int(phase)))
        target = f32(1.0) - depth * (f32(0.5) + f32(0.5) * tile[0])
        slope = f32((target - gain) * f32(1.0 / QUANTUM))
        for t in range(0, QUANTUM, LANES):
            place = begin_of(quantum) + t
            away = _ramp(f32(gain + slope * f32(t)), slope) - splat(f32(1.0))
            first = wave_of_first(quantum * QUANTUM + t, scratch)
            store(row, place, fma(first, away, load(row, place)))
        gain = target
    state[own + TREMOLO] = gain


@fragment
def _knock(
    slot: int, sizes: tuple[int, ...], held: Held, quanta: int, tile: Floats, row: Floats
) -> None:
    """Add the blow itself to a row while it lasts."""
    settings, _, state, counters = held
    at, own = slot * sizes[5], slot * sizes[2]
    count, decay = counters[slot * COUNTERS + SEED], settings[at + NOISE_DECAY]
    now = state[own + NOISE], state[own + INTEGRATOR_1], state[own + INTEGRATOR_2]
    band = settings[at + NOISE_CUTOFF], settings[at + NOISE_DAMPING]
    noise, low, high = knock(count, decay, band, now, quanta, tile, row)
    counters[slot * COUNTERS + SEED] = i32(count + quanta * QUANTUM)
    state[own + NOISE], state[own + INTEGRATOR_1], state[own + INTEGRATOR_2] = noise, low, high


@fragment
def _rise(at: int, own: int, held: Held, quanta: int, row: Floats) -> None:
    """Raise the onset smoothly from nothing."""
    settings, state = held[0], held[2]
    onset, gain = state[own + ONSET], state[own + GAIN]
    for t in range(begin_of(0), begin_of(quanta), CONTROL_FRAMES):
        onset = min(f32(1.0), f32(onset + settings[at + ONSET_STEP]))
        risen = f32(onset * onset * (f32(3.0) - (onset + onset)))
        slope = (risen - gain) * f32(1.0 / CONTROL_FRAMES)
        store(row, t, load(row, t) * _ramp(gain, slope))
        gain = risen
    state[own + ONSET], state[own + GAIN] = onset, gain


@fragment
def _stretch(
    slot: int,
    sizes: tuple[int, ...],
    when: tuple[int, bool, int, bool],
    where: tuple[int, int, int],
    ramps: Ramps,
    held: Held,
    lanes: Lanes,
    row: Floats,
) -> None:
    """Some quanta of one voice into its row."""
    settings, _, state, _ = held
    at, own, modes = slot * sizes[5], slot * sizes[2], (sizes[2] - OWN) // PLACES
    turns, places = at + COMMON + TURNS * modes, own + OWN
    age, anew, quanta, is_held = when
    tile, scratch = lanes[5], lanes[6]
    if age == 0:
        bright = ramps[0][where[0], where[2]]
        _strike(slot, sizes, (turns, places, modes, modes), bright, held)
    if age % STRETCH == 0:
        _let_sleep(own, (turns, places, modes, int(state[own + AWAKE])), state)
    awake = int(state[own + AWAKE])
    bank = turns, places, modes, awake
    if anew:
        unfold(bank, f32(0.0) if is_held else settings[at + DAMPER], settings, tile, scratch)
    run_ahead(bank, quanta, state, scratch)
    for quantum in range(quanta):
        ring(awake, quantum, scratch, row)
    if settings[at + DEPTH] > f32(0.0):
        _turn_motor(slot, sizes, held, quanta, lanes, row)
    if state[own + NOISE] > f32(0.0):
        _knock(slot, sizes, held, quanta, tile, row)
    if state[own + GAIN] < f32(1.0):
        _rise(at, own, held, quanta, row)


_play = stretches_player(_stretch)


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
