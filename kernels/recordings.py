"""Recordings: a few seconds of a group that plays one note together, as a loop without a seam.

Each player wanders around the note by a sine of its own. In the time of the loop all come round to
where they began, a whole number of times, and so do the notes and the breath: the end is followed
by the beginning as every other frame by the next. It is kept as words (`kernels.pairs`).
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, IntVector, Vector
from kernels.filters import svf_coefficients, svf_step
from kernels.lanes import CONTROL_FRAMES, LANES, QUANTUM
from kernels.oscillators import next_noise, saw, saw_width, white
from kernels.pairs import PAIR_FRAMES, paired
from kernels.polynomials import exp2, sine
from kernels.shuffles import transpose, turned_1
from kernels.simd import (
    fma,
    lane_numbers,
    load,
    load_int,
    load_splat,
    shift_left,
    splat,
    splat_int,
    store,
    store_int,
    to_float,
    to_int,
)
from kernels.wavetables import CALM, NODE_BITS, NODES, PAD, PLACE_BITS, at_nodes, read_bent

MOST_PLAYERS = LANES
MOST_LOOP_QUANTA = 3_072  # 4.1 seconds
QUANTUM_WORDS = QUANTUM // 2
ROW_WORDS = MOST_LOOP_QUANTA * QUANTUM_WORDS  # of a recording
STRAY_BITS = 5  # a phase may stray by sixteen turns to either side

PLAYERS = (
    "phase",  # at the beginning
    "step",  # of the phase in a control period
    "frame_step",  # in a frame
    "wander",  # phase of what makes it stray
    "wander_step",  # in a control period
    "seed",  # of a sixteenth of the breath; not zero
)
GROUP = (
    "players",  # at most `MOST_PLAYERS`
    "quanta",  # of the loop, at most `MOST_LOOP_QUANTA`; a multiple of four
    "row",  # of the recordings
    "table",  # its first word, as `kernels.wavetables` has it
    "frames",  # of a row of it, but for what it repeats; 0: saws, and no table
)
LEVELS = (
    "share",  # by what a sound is multiplied to be at most `TOP`
    "hiss",  # of the breath
    "noise_octaves",  # log2 of Hz of its band
    "noise_damping",  # 1/Q
)
PHASE, STEP, FRAME_STEP, WANDER, WANDER_STEP, SEED, WHOLE = (
    row * LANES for row in range(len(PLAYERS) + 1)
)
WHOLE_PLACES = WHOLE + len(GROUP)
SHARE, HISS, NOISE_OCTAVES, NOISE_DAMPING = range(LANES, LANES + len(LEVELS))  # behind the strays
REAL_PLACES = LANES + len(LEVELS)
SHEET = 2 * LANES  # ints: where all players are, and how far they go in a frame
TILE = CONTROL_FRAMES * LANES
SCRATCH = MOST_LOOP_QUANTA * QUANTUM + TILE  # floats: a loop, then a tile


@fragment
def _breathe(whole: Ints, real: Floats, scratch: Floats) -> None:
    """Write the breath: filtered noise, a sixteenth of the loop in each lane.

    It runs twice, the second time from where the filter has ended in the lane before.
    """
    a, b, c = svf_coefficients(
        exp2(load_splat(real, NOISE_OCTAVES)), load_splat(real, NOISE_DAMPING)
    )
    frames, tile = int(whole[WHOLE + 1]) * QUANTUM // LANES, MOST_LOOP_QUANTA * QUANTUM
    hiss, s1, s2 = load_splat(real, HISS), splat(f32(0.0)), splat(f32(0.0))
    for _ in range(2):
        seed, s1, s2 = load_int(whole, SEED), turned_1(s1), turned_1(s2)
        for begin in range(0, frames, CONTROL_FRAMES):
            for frame in range(tile, tile + TILE, LANES):
                seed = next_noise(seed)
                n1, s2 = svf_step(white(seed), s1, s2, a, b, c)
                store(scratch, frame, (s1 + n1) * hiss)
                s1 = n1
            transpose(scratch, tile, LANES, scratch, begin, frames)


@fragment
def _where(period: int, whole: Ints, real: Floats) -> tuple[IntVector, IntVector]:
    """How far all players have come, and how far from there they stray."""
    now = splat_int(i32(period))
    wander = sine(load_int(whole, WANDER) + load_int(whole, WANDER_STEP) * now)
    stray = shift_left(to_int(load(real, 0) * wander), STRAY_BITS)
    return load_int(whole, PHASE) + load_int(whole, STEP) * now, stray


@fragment
def _move(period: int, whole: Ints, real: Floats, sheet: Ints) -> None:
    """Write where all players are at a control period, and how far they go in a frame of it."""
    place, stray = _where(period, whole, real)
    _, later = _where(period + 1, whole, real)
    drift = to_int(to_float(later - stray) * splat(f32(1.0 / CONTROL_FRAMES)))
    store_int(sheet, 0, place + stray)
    store_int(sheet, LANES, load_int(whole, FRAME_STEP) + drift)


@fragment
def _saw(phase: int, step: int) -> Vector:
    """Sixteen frames of a saw."""
    moves = splat_int(i32(step))
    return saw(splat_int(i32(phase)) + to_int(lane_numbers()) * moves, saw_width(to_float(moves)))


@fragment
def _voice(phase: int, step: int, whole: Ints, tables: Floats) -> Vector:
    """Sixteen frames of what reads a table, as `kernels.wavetables` does."""
    table, frames = int(whole[WHOLE + 3]), int(whole[WHOLE + 4])
    middle = (phase + 8 * step) & 0xFFFFFFFF
    place = middle * frames >> 32 - PLACE_BITS
    half, below = 1 << (PLACE_BITS - NODE_BITS - 1), PLACE_BITS - NODE_BITS
    node = (place + half) >> below
    off = f32((place - (node << below)) * 2.0**-PLACE_BITS)
    stray = f32(f32(step) * f32(frames * 2.0**-32) - f32(1.0))
    first = table + (node & (NODES - 1)) * (frames + 2 * PAD) + (node >> NODE_BITS)
    if abs(stray) > f32(CALM):
        return read_bent(tables, table, frames + 2 * PAD, (first, off, stray))
    away = fma(lane_numbers() - splat(f32(8.0)), splat(stray), splat(off))
    return at_nodes(tables, first, away)


@fragment
def _play(whole: Ints, real: Floats, tables: Floats, sheet: Ints, scratch: Floats) -> None:
    """Add all players to the breath."""
    players, frames = int(whole[WHOLE]), int(whole[WHOLE + 1]) * QUANTUM
    for begin in range(0, frames, CONTROL_FRAMES):
        _move(begin // CONTROL_FRAMES, whole, real, sheet)
        sound = load(scratch, begin)
        for player in range(players):
            phase, step = int(sheet[player]), int(sheet[LANES + player])
            if whole[WHOLE + 4] == 0:
                sound = sound + _saw(phase, step)
            else:
                sound = sound + _voice(phase, step, whole, tables)
        store(scratch, begin, sound)


@fragment
def _pack(whole: Ints, share: Vector, scratch: Floats, out: Floats) -> None:
    """Write the loop as words."""
    place = int(whole[WHOLE + 2]) * ROW_WORDS
    for begin in range(0, int(whole[WHOLE + 1]) * QUANTUM, PAIR_FRAMES):
        earlier, later = load(scratch, begin) * share, load(scratch, begin + LANES) * share
        store(out, place + begin // 2, paired(earlier, later))


@kernel
def record_group(
    whole: Ints, real: Floats, tables: Floats, sheet: Ints, scratch: Floats, out: Floats
) -> None:
    """Record a loop of a group that plays a note.

    Parameters
    ----------
    whole : (`WHOLE_PLACES`,) int32
        Rows of sixteen as in `PLAYERS`, phases of 2^32 to a turn; then numbers as in `GROUP`.
    real : (`REAL_PLACES`,) float32
        How far each player strays, of a phase, by 2^`STRAY_BITS`; then numbers as in `LEVELS`.
    tables : (words,) float32
        As `kernels.wavetables` reads them.
    sheet, scratch : (`SHEET`,) int32 and (`SCRATCH`,) float32
        To write on.
    out : (rows * `ROW_WORDS`,) float32
        Recordings, whose row is written as far as the loop goes.
    """
    _breathe(whole, real, scratch)
    _play(whole, real, tables, sheet, scratch)
    _pack(whole, load_splat(real, SHARE), scratch, out)
