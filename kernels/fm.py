"""The FM voice: two pairs of sine operators, each a modulator on a carrier."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, IntVector, Pool, Scratch, Vector
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
from kernels.polynomials import exp2, sine
from kernels.simd import (
    fma,
    lesser_of,
    load,
    load_int,
    shift_left,
    splat,
    store,
    store_int,
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
SIZES = (len(SETTINGS), len(WHOLE_SETTINGS), STATES, COUNTERS)
INDEX_SCALE = 2.0**27  # shifted left by four bits: an index of 1 is half a turn, 16 the limit


@fragment
def _frames(
    x: tuple[Vector, ...],
    steps: tuple[IntVector, ...],
    depths: tuple[Vector, Vector],
    gains: tuple[Vector, Vector],
    slopes: tuple[Vector, Vector],
    tile: Floats,
    t0: int,
) -> tuple[tuple[Vector, ...], tuple[Vector, Vector]]:
    """One control period of the two pairs."""
    c1, m1, c2, m2 = x
    gain_1, gain_2 = gains
    for t in range(t0, t0 + CONTROL_FRAMES):
        c1 = c1 + steps[0]
        m1 = m1 + steps[1]
        c2 = c2 + steps[2]
        m2 = m2 + steps[3]
        gain_1 = gain_1 + slopes[0]
        gain_2 = gain_2 + slopes[1]
        bend_1 = shift_left(to_int(sine(m1) * depths[0]), 4)
        bend_2 = shift_left(to_int(sine(m2) * depths[1]), 4)
        store(tile, t * LANES, fma(sine(c1 + bend_1), gain_1, sine(c2 + bend_2) * gain_2))
    return (c1, m1, c2, m2), (gain_1, gain_2)


@fragment
def _quantum(group: int, pool: Pool, scratch: Scratch) -> None:
    """One quantum of sixteen voices into the tile."""
    _, _, _, settings, whole_settings, state, counters = pool
    facts, tile = scratch
    p, w = group * SIZES[0] * LANES, group * SIZES[1] * LANES
    st, co = group * STATES * LANES, group * COUNTERS * LANES
    one, half = splat(f32(1.0)), splat(f32(0.5))
    fade = where_less(load(facts, HELD), half, load(settings, p + 14 * LANES), one)
    swing = (load(facts, BRIGHT) - half) * splat(f32(2.0))
    bright = exp2(load(settings, p + 17 * LANES) * swing) * splat(f32(INDEX_SCALE))
    index_1 = load(settings, p + 15 * LANES) * bright
    index_2 = load(settings, p + 16 * LANES) * bright
    alive = load(facts, ALIVE)
    level_1 = load(settings, p + 8 * LANES) * alive
    level_2 = load(settings, p + 9 * LANES) * alive
    e1, e2 = load(state, st), load(state, st + LANES)
    d1, d2 = load(state, st + 2 * LANES), load(state, st + 3 * LANES)
    attack = load(state, st + 4 * LANES)
    gains = (load(state, st + 5 * LANES), load(state, st + 6 * LANES))
    x = (
        load_int(counters, co),
        load_int(counters, co + LANES),
        load_int(counters, co + 2 * LANES),
        load_int(counters, co + 3 * LANES),
    )
    steps = (
        load_int(whole_settings, w + 4 * LANES),
        load_int(whole_settings, w + 5 * LANES),
        load_int(whole_settings, w + 6 * LANES),
        load_int(whole_settings, w + 7 * LANES),
    )
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        attack = lesser_of(one, attack + load(settings, p + 7 * LANES))
        e1 = e1 * (load(settings, p + 10 * LANES) * fade)
        e2 = e2 * (load(settings, p + 11 * LANES) * fade)
        d1 = d1 * load(settings, p + 12 * LANES)
        d2 = d2 * load(settings, p + 13 * LANES)
        per_frame = splat(f32(1.0 / CONTROL_FRAMES))
        slopes = (
            (e1 * attack * level_1 - gains[0]) * per_frame,
            (e2 * attack * level_2 - gains[1]) * per_frame,
        )
        x, gains = _frames(x, steps, (d1 * index_1, d2 * index_2), gains, slopes, tile, t0)
    for row, value in enumerate((e1, e2, d1, d2, attack, gains[0], gains[1])):
        store(state, st + row * LANES, value)
    for row, phase in enumerate(x):
        store_int(counters, co + row * LANES, phase)


@kernel
def render_fm(
    first: int, quanta: int, pool: Pool, scratch: Scratch, rows: Floats, stride: int
) -> None:
    """Render all FM voices of a pool for a block.

    Parameters
    ----------
    first, quanta, pool, scratch, rows, stride
        As in `kernels.saws.render_saws`.

    Notes
    -----
    J. Chowning, "The Synthesis of Complex Audio Spectra by Means of Frequency Modulation", 1973;
    here the phase is modulated. The spectrum is not band-limited: patches keep index and ratio low
    enough for their range.
    """
    for group in range(pool[0].shape[0] // LANES):
        for q in range(quanta):
            if begin_quantum(group, first + q, q, pool, scratch, SIZES):
                _quantum(group, pool, scratch)
                write_rows(group, q, scratch, rows, stride)
            else:
                silence_rows(group, q, rows, stride)
