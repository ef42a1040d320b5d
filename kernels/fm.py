"""The FM voice: two pairs of sine operators, each a modulator on a carrier.

Lanes are frames of one voice. What moves from one control period to the next is *planned* for
sixteen of them at once, which then are the lanes: where the operators are, how deep they modulate,
and how loud they are.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32
from numba import int64 as i64

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, Lanes, Ramps, Roll, Vector
from kernels.lanes import CONTROL_FRAMES, LANES, plain, sizes_of
from kernels.memory import prefetch
from kernels.plans import PERIODS, PLANNED, Fall, fall, falling, in_quanta, rising
from kernels.polynomials import exp2, plain_sine_of_turns, sine_of_turns
from kernels.shuffles import after
from kernels.simd import (
    fma,
    lane_numbers,
    load,
    load_splat,
    splat,
    splat_int,
    store,
    to_float,
    to_int,
)
from kernels.stretches import begin_of, stretches_player

SETTINGS = (
    # The state at the start of a note.
    "carrier_1",  # envelopes, 1 falling
    "carrier_2",
    "modulator_1",
    "modulator_2",
    "attack",  # 0 rising to 1
    "gain_1",  # what the last frame was multiplied by
    "gain_2",
    # What stays.
    "attack_step",  # per control period
    "level_1",
    "level_2",
    "carrier_1_decay",  # factor per control period
    "carrier_2_decay",
    "modulator_1_decay",
    "modulator_2_decay",
    "release",  # further factor per control period once released
    "index_1",  # modulation in radians / pi
    "index_2",
    "brightness_octaves",  # of the indices, added or taken at brightness 1 or 0
)
WHOLE_SETTINGS = (
    "carrier_phase_1",
    "modulator_phase_1",
    "carrier_phase_2",
    "modulator_phase_2",
    "carrier_increment_1",
    "modulator_increment_1",
    "carrier_increment_2",
    "modulator_increment_2",
)
STATES, COUNTERS = 7, 4
VARIED = (WHOLE_SETTINGS[4:],)  # all operators together: their ratios stay
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

(CARRIER_1, CARRIER_2, MODULATOR_1, MODULATOR_2, ATTACK, GAIN_1, GAIN_2, ATTACK_STEP, LEVEL_1,
 LEVEL_2, CARRIER_1_DECAY, CARRIER_2_DECAY, MODULATOR_1_DECAY, MODULATOR_2_DECAY, RELEASE,
 INDEX_1, INDEX_2, BRIGHTNESS) = range(len(SETTINGS))  # fmt: skip
INCREMENTS = 4  # of the four operators, in the order of their phases
INDEX_TO_TURNS = 0.5
PHASE_TO_TURNS = 2.0**-32
CONTROL_BITS = 4
PLAN = (
    "carrier_1",  # where the operators are as a control period begins, in turns
    "modulator_1",
    "carrier_2",
    "modulator_2",
    "carrier_step_1",  # by which they go on in a frame, where they are bent
    "modulator_step_1",
    "carrier_step_2",
    "modulator_step_2",
    "sine_1",  # of where the modulators are, times depth
    "cosine_1",
    "sine_2",
    "cosine_2",
    "depth_1",  # of modulation, in turns
    "depth_2",
    "begin_1",  # gain before the first frame
    "begin_2",
    "slope_1",  # by which it grows in a frame
    "slope_2",
    "bend",  # factor of all steps
)
PLACES, STEPS, SINES = 0, 4 * LANES, 8 * LANES  # of both pairs: tables of two rows for each
PAIR, MODULATOR, COSINE = 2 * LANES, LANES, LANES
DEPTHS, BEGINS, SLOPES, BENDS = (LANES * row for row in (12, 14, 16, 18))
Swing: TypeAlias = tuple[Vector, Vector, Vector]
"""By how much a pair goes on in 1, 2 … 16 frames: turns of the carrier, and sine and cosine of
those of the modulator."""


@fragment
def _begin(slot: int, sizes: tuple[int, ...], held: Held) -> None:
    """Put all where a note begins."""
    settings, whole_settings, state, counters = held
    for row in range(STATES):
        state[slot * STATES + row] = settings[slot * sizes[5] + row]
    for row in range(COUNTERS):
        counters[slot * COUNTERS + row] = whole_settings[slot * sizes[1] + row]


@fragment
def _plan_level(
    pair: int,
    places: tuple[int, int],
    falls: tuple[Fall, Fall],
    moving: tuple[Vector, float, Vector],
    quanta: int,
    held: Held,
    plan: Floats,
) -> None:
    """Write how loud a carrier is and how deep its modulation."""
    settings, state = held[0], held[2]
    (at, own), (attack, risen, bright) = places, moving
    carrier, fallen = falling(state[own + CARRIER_1 + pair], falls[0], quanta)
    depth, shallow = falling(state[own + MODULATOR_1 + pair], falls[1], quanta)
    level, gain, row = settings[at + LEVEL_1 + pair], state[own + GAIN_1 + pair], pair * LANES
    end = carrier * attack * splat(level)
    begin = after(splat(gain), end)
    store(plan, DEPTHS + row, depth * (bright * splat(settings[at + INDEX_1 + pair])))
    store(plan, BEGINS + row, begin)
    store(plan, SLOPES + row, (end - begin) * splat(f32(1.0 / CONTROL_FRAMES)))
    state[own + CARRIER_1 + pair], state[own + MODULATOR_1 + pair] = fallen, shallow
    state[own + GAIN_1 + pair] = f32(f32(fallen * risen) * level)


@fragment
def _brightness(
    where: tuple[int, int, int], quanta: int, settings: Floats, bright: Floats
) -> Vector:
    """By what the indices are multiplied in each quantum."""
    at, listener, column = where
    last = column + quanta - 1
    a, b = bright[listener, column], bright[listener, min(column + 1, last)]
    c, d = bright[listener, min(column + 2, last)], bright[listener, last]
    octaves = splat(f32(settings[at + BRIGHTNESS] * f32(2.0)))
    return exp2((in_quanta(a, b, c, d) - splat(f32(0.5))) * octaves) * splat(f32(INDEX_TO_TURNS))


@fragment
def _plan_straight_turns(
    slot: int, sizes: tuple[int, ...], quanta: int, held: Held, plan: Floats
) -> None:
    """Write where the operators are."""
    whole_settings, counters = held[1], held[3]
    periods, to_turns = to_int(lane_numbers()), splat(f32(PHASE_TO_TURNS))
    for number in range(COUNTERS):
        step = i32(f32(whole_settings[slot * sizes[1] + INCREMENTS + number]))
        far, phase = i32(i64(step) << CONTROL_BITS), counters[slot * COUNTERS + number]
        places = splat_int(phase) + periods * splat_int(far)
        store(plan, PLACES + number * LANES, to_float(places) * to_turns)
        counters[slot * COUNTERS + number] = i32(phase + i64(far) * (quanta * PERIODS))


@fragment
def _plan_bent_turns(
    slot: int, sizes: tuple[int, ...], quanta: int, held: Held, plan: Floats
) -> None:
    """Write where the operators are, and by how much they go on."""
    whole_settings, counters = held[1], held[3]
    for number in range(COUNTERS):
        increment = f32(whole_settings[slot * sizes[1] + INCREMENTS + number])
        phase = counters[slot * COUNTERS + number]
        for period in range(quanta * PERIODS):
            place, step = number * LANES + period, i32(increment * plan[BENDS + period])
            plan[PLACES + place] = f32(phase) * f32(PHASE_TO_TURNS)
            plan[STEPS + place] = f32(step) * f32(PHASE_TO_TURNS)
            phase = i32(phase + (i64(step) << CONTROL_BITS))
        counters[slot * COUNTERS + number] = phase


@fragment
def _plan_bends(bus: int, column: int, quanta: int, bends: Floats, plan: Floats) -> bool:
    """Write by how much all steps are bent; whether any is."""
    moves = bends[bus, column] != f32(0.0)
    for border in range(column + 1, column + quanta + 1):
        moves |= bends[bus, border] != f32(0.0)
    if moves:
        for period in range(quanta * PERIODS):
            quantum, share = column + period // PERIODS, f32(period % PERIODS)
            bend = bends[bus, quantum]
            away = f32((bends[bus, quantum + 1] - bend) * f32(1.0 / PERIODS))
            plan[BENDS + period] = bend + away * share
        store(plan, BENDS, exp2(load(plan, BENDS)))
    return bool(moves)


@fragment
def _plan_sines(plan: Floats) -> None:
    """Write sine and cosine of where the modulators are, as deep as they modulate."""
    for pair in range(2):
        turns, sines = load(plan, PLACES + pair * PAIR + MODULATOR), SINES + pair * PAIR
        depth = load(plan, DEPTHS + pair * LANES)
        store(plan, sines, sine_of_turns(turns) * depth)
        store(plan, sines + COSINE, sine_of_turns(turns + splat(f32(0.25))) * depth)


@fragment
def _swing(begin: int, whole_settings: Ints) -> Swing:
    """By how much a pair goes on where it is not bent."""
    frames, scale = lane_numbers() + splat(f32(1.0)), f32(PHASE_TO_TURNS)
    turns = frames * splat(f32(f32(whole_settings[begin + 1]) * scale))
    sine, cosine = sine_of_turns(turns), sine_of_turns(turns + splat(f32(0.25)))
    return frames * splat(f32(f32(whole_settings[begin]) * scale)), sine, cosine


@fragment
def _loud(pair: int, period: int, turns: Vector, plan: Floats) -> Vector:
    """Sixteen frames of a carrier at places to which it is modulated already."""
    here, frames = pair * LANES + period, lane_numbers() + splat(f32(1.0))
    gain = fma(frames, load_splat(plan, SLOPES + here), load_splat(plan, BEGINS + here))
    return plain_sine_of_turns(turns) * gain


@fragment
def _straight(pair: int, period: int, swing: Swing, plan: Floats) -> Vector:
    """Sixteen frames of a pair that is not bent: its modulator is turned as all periods turn it."""
    here = pair * PAIR + period
    turns = swing[0] + load_splat(plan, PLACES + here)
    turns = fma(load_splat(plan, SINES + COSINE + here), swing[1], turns)
    return _loud(pair, period, fma(load_splat(plan, SINES + here), swing[2], turns), plan)


@fragment
def _bent(pair: int, period: int, plan: Floats) -> Vector:
    """Sixteen frames of a pair at the steps of the period."""
    carrier, frames = pair * PAIR + period, lane_numbers() + splat(f32(1.0))
    modulator = carrier + MODULATOR
    turns = fma(frames, load_splat(plan, STEPS + carrier), load_splat(plan, PLACES + carrier))
    by, begin = load_splat(plan, STEPS + modulator), load_splat(plan, PLACES + modulator)
    wave, depth = sine_of_turns(fma(frames, by, begin)), DEPTHS + pair * LANES + period
    return _loud(pair, period, fma(wave, load_splat(plan, depth), turns), plan)


@fragment
def _sound(
    quantum: int, straight: bool, swings: tuple[Swing, Swing], plan: Floats, begin: int, row: Floats
) -> None:
    """Write a quantum of those that are planned."""
    for number in range(PERIODS):
        period = quantum * PERIODS + number
        if straight:
            one, other = (
                _straight(0, period, swings[0], plan),
                _straight(1, period, swings[1], plan),
            )
        else:
            one, other = _bent(0, period, plan), _bent(1, period, plan)
        store(row, begin + number * CONTROL_FRAMES, one + other)


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
    age, _, quanta, left = when
    listener, bus, column = where
    plan, at, own, bends = lanes[5], slot * sizes[5], slot * STATES, ramps[1]
    settings, state, steps = held[0], held[2], slot * sizes[1] + INCREMENTS
    if age == 0:
        _begin(slot, sizes, held)
    fade = f32(1.0) if left > 0 else settings[at + RELEASE]
    first_falls = (
        fall(f32(settings[at + CARRIER_1_DECAY] * fade)),
        fall(settings[at + MODULATOR_1_DECAY]),
    )
    second_falls = (
        fall(f32(settings[at + CARRIER_2_DECAY] * fade)),
        fall(settings[at + MODULATOR_2_DECAY]),
    )
    swings = _swing(steps, held[1]), _swing(steps + 2, held[1])
    for first in range(0, quanta, PLANNED):
        count, here = min(quanta - first, PLANNED), column + first
        attack, risen = rising(state[own + ATTACK], settings[at + ATTACK_STEP], count)
        moving = attack, risen, _brightness((at, listener, here), count, settings, ramps[0])
        state[own + ATTACK] = risen
        _plan_level(0, (at, own), first_falls, moving, count, held, plan)
        _plan_level(1, (at, own), second_falls, moving, count, held, plan)
        if _plan_bends(bus, here, count, bends, plan):
            _plan_bent_turns(slot, sizes, count, held, plan)
        else:
            _plan_straight_turns(slot, sizes, count, held, plan)
        _plan_sines(plan)
        for quantum in range(count):
            border = here + quantum
            straight = bends[bus, border] == f32(0.0) and bends[bus, border + 1] == f32(0.0)
            _sound(quantum, straight, swings, plan, begin_of(first + quantum), row)


@fragment
def _fetch(slot: int, sizes: tuple[int, ...], held: Held) -> None:
    """Have the cache fetch what is held of a voice."""
    settings, whole_settings, state, counters = held
    prefetch(settings, slot * sizes[5])
    prefetch(settings, slot * sizes[5] + LANES)
    prefetch(whole_settings, slot * sizes[1])
    prefetch(state, slot * STATES)
    prefetch(counters, slot * COUNTERS)


_play = stretches_player(_stretch, _fetch)


@kernel
def render_fm(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all FM voices of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, held, varied, ramps, desk, buses
        As in `kernels.saws.render_saws`.

    Notes
    -----
    J. Chowning, "The Synthesis of Complex Audio Spectra by Means of Frequency Modulation", 1973;
    here the phase is modulated. The spectrum is not band-limited: patches keep index and ratio low
    enough for their range.
    """
    _play(plain(SIZES), (first, quanta), roll, held, varied, ramps, desk, buses)
