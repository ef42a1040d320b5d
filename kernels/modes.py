"""Struck instruments as banks of damped resonators: one per mode of the bar, glass or string.

`kernels.waves` says how a bank sounds. Here it is struck, its modes fall asleep one by one, felt
falls on it, and mallet or hammer are heard. Lanes are frames of one voice.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, Lanes, Ramps, Roll, Vector
from kernels.banks import (
    AWAKE,
    BRIGHTNESS,
    COMMON,
    COUNTERS,
    DAMPER,
    DEPTH,
    EVEN,
    FIRST_PLACES,
    GAIN,
    HARDNESS,
    KNOCK,
    LEVEL,
    LOSS,
    ONSET,
    ONSET_STEP,
    OWN,
    PHASE,
    PHASE_STEP,
    QUANTA,
    ROW,
    TABLES,
    TAKE,
    TAKES,
    TREMOLO,
    TURNS,
    VARIED,
    WHOLE_SETTINGS,
)
from kernels.banks import MODES as MODES
from kernels.banks import SETTINGS as SETTINGS
from kernels.banks import SIZES as SIZES
from kernels.banks import STATES as STATES
from kernels.lanes import CONTROL_FRAMES, LANES, QUANTUM
from kernels.memory import prefetch
from kernels.polynomials import exp2, sine
from kernels.simd import fma, lane_numbers, load, splat, splat_int, store
from kernels.sleep import look_after
from kernels.stretches import FIRST, STRETCH, begin_of, stretches_player
from kernels.takes import ROW_WORDS, read_take, take_rows
from kernels.waves import MOST_MODES as MOST_MODES
from kernels.waves import PLACES as PLACES
from kernels.waves import SCRATCH as SCRATCH
from kernels.waves import SPAN, Bank, first_of, ring, ring_evenly, run_ahead, unfold

TILE = QUANTUM * LANES  # before the scratch for tables
_OCTAVES = 1.4426950408889634  # log2 of e


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
    for row in range(COUNTERS):
        counters[slot * COUNTERS + row] = whole_settings[slot * sizes[1] + row]
    swing = (bright - f32(0.5)) * f32(2.0)
    hardness = splat(f32(settings[at + HARDNESS] + settings[at + BRIGHTNESS] * swing))
    for mode in range(0, modes, LANES):
        table, place = at + COMMON + mode, places + mode
        blow = exp2(load(settings, table) * hardness) * splat(level)
        for row in range(0, PLACES * modes, modes):
            store(state, place + row, load(settings, table + FIRST_PLACES * modes + row) * blow)


@fragment
def _let_go(felt: float, bank: Bank, state: Floats) -> None:
    """Let felt fall: by the middle of the span that begins, it has taken something already."""
    _, places, modes, _ = bank
    octaves = f32(-_OCTAVES * (SPAN - 1) / 2) * (felt + f32(0.5) * felt * felt)
    kept = exp2(splat(f32(octaves)))
    for place in range(places, places + PLACES * modes, LANES):
        store(state, place, load(state, place) * kept)


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
    tile, scratch = lanes[5], lanes[5][TILE:]
    step = whole_settings[slot * sizes[1] + PHASE_STEP]
    gain = state[own + TREMOLO]
    for quantum in range(quanta):
        phase = i32(counters[slot * COUNTERS + PHASE] + step)
        counters[slot * COUNTERS + PHASE] = phase
        store(tile, 0, sine(splat_int(phase)))
        target = f32(1.0) - depth * (f32(0.5) + f32(0.5) * tile[0])
        slope = f32((target - gain) * f32(1.0 / QUANTUM))
        for t in range(0, QUANTUM, SPAN):
            place = begin_of(quantum) + t
            first = first_of((quantum * QUANTUM + t) // SPAN, scratch)
            for half in range(2):
                begin = f32(gain + slope * f32(t + half * LANES))
                away, here = _ramp(begin, slope) - splat(f32(1.0)), place + half * LANES
                store(row, here, fma(first[half], away, load(row, here)))
        gain = target
    state[own + TREMOLO] = gain


@fragment
def _knock(
    at: int, whole: int, age: int, quanta: int, held: Held, takes: Floats, row: Floats
) -> None:
    """Add the blow itself to a row while it lasts: a take that was recorded."""
    settings, whole_settings = held[0], held[1]
    lasts, last = int(whole_settings[whole + QUANTA]), int(whole_settings[whole + TAKES]) - 1
    rows = min(int(settings[at + TAKE]), last) * take_rows(lasts)
    begin = (int(whole_settings[whole + ROW]) + rows) * ROW_WORDS
    level = f32(settings[at + LEVEL] * settings[at + KNOCK])
    for quantum in range(min(quanta, lasts - age)):
        four, here = read_take(begin, lasts, age + quantum, level, takes), begin_of(quantum)
        for number, x in enumerate(four):
            t = here + number * LANES
            store(row, t, load(row, t) + x)


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
    when: tuple[int, bool, int, int],
    where: tuple[int, int, int],
    ramps: Ramps,
    held: Held,
    lanes: Lanes,
    row: Floats,
) -> None:
    """Some quanta of one voice into its row."""
    settings, whole_settings, state, _ = held
    whole = slot * sizes[1]
    at, own, modes = slot * sizes[5], slot * sizes[2], (sizes[2] - OWN) // PLACES
    turns, places = at + COMMON + TURNS * modes, own + OWN
    age, anew, quanta, left = when
    tile, scratch = lanes[5], lanes[5][TILE:]
    if age == 0:
        bright = ramps[0][where[0], where[2]]
        _strike(slot, sizes, (turns, places, modes, modes), bright, held)
    felt = f32(0.0) if left > 0 else settings[at + DAMPER]
    if left == 0:
        _let_go(felt, (turns, places, modes, modes), state)
    if age % STRETCH == 0 or age == FIRST:
        before = state[own + EVEN]
        bank = turns, places, modes, int(state[own + AWAKE])
        look_after(at, own, felt, bank, held, tile)
        anew |= state[own + EVEN] != before
    awake, even = int(state[own + AWAKE]), state[own + EVEN] > f32(0.0)
    bank = turns, places, modes, awake
    if anew:
        unfold(bank, felt, even, settings, tile, scratch)
    run_ahead(bank, quanta, state, scratch)
    if even:
        loss = state[own + LOSS]
        ring_evenly(awake, f32(loss + felt - loss * felt), quanta, scratch, row)
    else:
        ring(awake, quanta, scratch, row)
    if settings[at + DEPTH] > f32(0.0):
        _turn_motor(slot, sizes, held, quanta, lanes, row)
    if age < whole_settings[whole + QUANTA]:
        _knock(at, whole, age, quanta, held, lanes[6], row)
    if state[own + GAIN] < f32(1.0):
        _rise(at, own, held, quanta, row)


@fragment
def _fetch(slot: int, sizes: tuple[int, ...], held: Held) -> None:
    """Have the cache fetch what is read of a voice: of its first modes, as most others sleep."""
    settings, whole_settings, state, _ = held
    at, own, modes = slot * sizes[5], slot * sizes[2], (sizes[2] - OWN) // PLACES
    prefetch(settings, at)
    prefetch(whole_settings, slot * sizes[1])
    prefetch(state, own)
    for table in range(TURNS, TABLES):
        prefetch(settings, at + COMMON + table * modes)
        prefetch(settings, at + COMMON + table * modes + LANES - 1)
    for table in range(PLACES):
        prefetch(state, own + OWN + table * modes)
        prefetch(state, own + OWN + table * modes + LANES - 1)


_play = stretches_player(_stretch, _fetch)


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
        As in `kernels.saws.render_saws`.
    held : tuple, in/out
        As there. How many modes a voice has, up to `MOST_MODES`, follows from its size.
    desk : tuple, in/out
        As there, with `SCRATCH` floats behind the tile; its lanes hold takes of knocks.

    Notes
    -----
    J.-M. Adrien, "The Missing Link: Modal Synthesis", 1991. Modes are sines: nothing aliases as
    long as patches leave out what lies above the Nyquist frequency. Brightness acts at the strike.
    """
    sizes = _sizes_of_bank(roll[0].shape[0], held)
    _play(sizes, (first, quanta), roll, held, varied, ramps, desk, buses)
