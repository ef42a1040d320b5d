"""The FM voice: two pairs of sine operators, each a modulator on a carrier."""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, IntVector, Lanes, Ramps, Roll, Vector
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
from kernels.polynomials import exp2, sine, sine_of_turns
from kernels.simd import (
    fma,
    fnma,
    lesser_of,
    load,
    load_int,
    shift_left,
    splat,
    splat_int,
    store,
    store_int,
    to_float,
    to_int,
    where_less,
)

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
 INDEX_1, INDEX_2, BRIGHTNESS) = rows_of(SETTINGS)  # fmt: skip
PHASES, INCREMENTS = 0, 4 * LANES
INDEX_TO_TURNS = 0.5
PHASE_TO_TURNS = 2.0**-32
QUARTER_TURN = 1 << 30
CONTROL_BITS = 4


@fragment
def _swinging(phase: IntVector, step: IntVector) -> tuple[Vector, Vector, Vector]:
    """A sine that swings on by itself: where it is, by how much it moves, and what holds it back.

    Each frame adds the second to the first, then takes the first times the third from the second:
    two operations where a sine takes eight. It is set anew for every control period, in which it
    stays 90 dB true.
    """
    half = to_int(to_float(step) * splat(f32(0.5)))
    chord = sine(half) + sine(half)
    move = chord * sine(phase + half + splat_int(i32(QUARTER_TURN)))
    return sine(phase), move, chord * chord


@fragment
def _frames(
    phases: tuple[IntVector, ...],
    steps: tuple[IntVector, ...],
    depths: tuple[Vector, Vector],
    gains: tuple[Vector, Vector],
    slopes: tuple[Vector, Vector],
    tile: Floats,
    t0: int,
) -> tuple[Vector, Vector]:
    """One control period of the two pairs; their gains behind it."""
    to_turns = splat(f32(PHASE_TO_TURNS))
    c1, c2 = to_float(phases[0]) * to_turns, to_float(phases[2]) * to_turns
    step_1, step_2 = to_float(steps[0]) * to_turns, to_float(steps[2]) * to_turns
    m1, move_1, hold_1 = _swinging(phases[1], steps[1])
    m2, move_2, hold_2 = _swinging(phases[3], steps[3])
    gain_1, gain_2 = gains
    for t in range(t0, t0 + CONTROL_FRAMES):
        c1 = c1 + step_1
        c2 = c2 + step_2
        m1 = m1 + move_1
        m2 = m2 + move_2
        move_1 = fnma(hold_1, m1, move_1)
        move_2 = fnma(hold_2, m2, move_2)
        gain_1 = gain_1 + slopes[0]
        gain_2 = gain_2 + slopes[1]
        one, other = sine_of_turns(fma(m1, depths[0], c1)), sine_of_turns(fma(m2, depths[1], c2))
        store(tile, t * LANES, fma(one, gain_1, other * gain_2))
    return gain_1, gain_2


@fragment
def _weigh(slot: int, sizes: tuple[int, ...], held: Held) -> int:
    """All cost the same."""
    return 0


@fragment
def _step(number: int, whole_settings: Ints, bend: Vector) -> IntVector:
    """The phase step of one operator."""
    return to_int(to_float(load_int(whole_settings, INCREMENTS + number * LANES)) * bend)


@fragment
def _quantum(lanes: Lanes) -> None:
    """One quantum of sixteen voices into the tile."""
    settings, whole_settings, state, counters, facts, tile, _ = lanes
    one, half = splat(f32(1.0)), splat(f32(0.5))
    fade = where_less(load(facts, HELD), half, load(settings, RELEASE), one)
    swing = (load(facts, BRIGHT) - half) * splat(f32(2.0))
    bright = exp2(load(settings, BRIGHTNESS) * swing) * splat(f32(INDEX_TO_TURNS))
    index_1, index_2 = load(settings, INDEX_1) * bright, load(settings, INDEX_2) * bright
    alive = load(facts, ALIVE)
    level_1, level_2 = load(settings, LEVEL_1) * alive, load(settings, LEVEL_2) * alive
    e1, e2 = load(state, CARRIER_1), load(state, CARRIER_2)
    d1, d2 = load(state, MODULATOR_1), load(state, MODULATOR_2)
    attack, gains = load(state, ATTACK), (load(state, GAIN_1), load(state, GAIN_2))
    x = (
        load_int(counters, PHASES),
        load_int(counters, PHASES + LANES),
        load_int(counters, PHASES + 2 * LANES),
        load_int(counters, PHASES + 3 * LANES),
    )
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        bend = bend_factor(facts, t0)
        steps = (
            _step(0, whole_settings, bend),
            _step(1, whole_settings, bend),
            _step(2, whole_settings, bend),
            _step(3, whole_settings, bend),
        )
        attack = lesser_of(one, attack + load(settings, ATTACK_STEP))
        e1 = e1 * (load(settings, CARRIER_1_DECAY) * fade)
        e2 = e2 * (load(settings, CARRIER_2_DECAY) * fade)
        d1 = d1 * load(settings, MODULATOR_1_DECAY)
        d2 = d2 * load(settings, MODULATOR_2_DECAY)
        per_frame = splat(f32(1.0 / CONTROL_FRAMES))
        slopes = (
            (e1 * attack * level_1 - gains[0]) * per_frame,
            (e2 * attack * level_2 - gains[1]) * per_frame,
        )
        gains = _frames(x, steps, (d1 * index_1, d2 * index_2), gains, slopes, tile, t0)
        x = (
            x[0] + shift_left(steps[0], CONTROL_BITS),
            x[1] + shift_left(steps[1], CONTROL_BITS),
            x[2] + shift_left(steps[2], CONTROL_BITS),
            x[3] + shift_left(steps[3], CONTROL_BITS),
        )
    for row, value in enumerate((e1, e2, d1, d2, attack, gains[0], gains[1])):
        store(state, row * LANES, value)
    for row, phase in enumerate(x):
        store_int(counters, row * LANES, phase)


_play = lanes_player(_quantum, _weigh, SIZES)


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
    _play((first, quanta), roll, held, varied, ramps, desk, buses)
