"""Recordings: a few seconds of a group that plays one note together, as a loop without a seam.

Each player wanders around the note by a sine of its own. In the time of the loop all come round to
where they began, a whole number of times, and so do the notes and the breath: the end is followed
by the beginning as every other frame by the next.

What is kept is the loop as three low-pass filters hear it, an octave and a half apart: what the
middle one lets through, and by what the darker and the brighter differ from it. They leave all
phases as they are, so a mix of them sounds like a filter anywhere between (`SHARES`): to within
2 dB, or 0.7 dB on the average.

A word of a recording is a frame: these layers, in as many of its bits as each needs. Read as a
number, it is the first with a trace of the others. What comes before the frames says how large a
step of each layer is; what comes after them repeats the first frames.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, IntVector, Vector
from kernels.filters import svf_coefficients, svf_step
from kernels.lanes import CONTROL_FRAMES, LANES, QUANTUM
from kernels.oscillators import next_noise, saw, saw_width, white
from kernels.polynomials import exp2, sine
from kernels.shuffles import transpose, turned_1, turned_back
from kernels.simd import (
    bits_to_float,
    fma,
    greater_of,
    lane_numbers,
    largest_lane,
    load,
    load_int,
    load_splat,
    magnitude,
    nearest,
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
HEAD = LANES  # words before the first frame: steps of layers
ROW_QUANTA = 2_048
ROW_WORDS = HEAD + (ROW_QUANTA + 1) * QUANTUM  # of a recording; longer ones take two rows
STRAY_BITS = 5  # a phase may stray by sixteen turns to either side

LAYERS = 3
LAYERS_APART = 1.5  # octaves
LAYER_BITS = (13, 10, 9)  # of the middle, of the darker and of the brighter one
TOPS = tuple(2.0 ** (bits - 1) - 1.5 for bits in LAYER_BITS)  # with half a step of dither
PLACES = tuple(sum(LAYER_BITS[layer + 1 :]) for layer in range(LAYERS))  # of the lowest bits
"""Of layers in a word."""
SHARES = (
    (0.068302, -0.963415, 0.359472, 0.377287),
    (0.0172481, 0.269525, 0.468202, 0.217851),
)
"""Of the darker and the brighter layer, as polynomials of the place of a filter, -1 to 1 from the
one to the other: fitted to state-variable low-passes with a Q of 0.6 to 0.85.
"""

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
    "unit",  # by what a sound is multiplied to be 1 at most
    "hiss",  # of the breath
    "noise_octaves",  # log2 of Hz of its band
    "noise_damping",  # 1/Q
    "dark_octaves",  # log2 of Hz of the darkest layer
    "layer_damping",  # of the filters, each of which runs forwards and backwards
    "past",  # share of what it is a frame before, on the way forwards: 1 for a plain filter
)
PHASE, STEP, FRAME_STEP, WANDER, WANDER_STEP, SEED, WHOLE = (
    row * LANES for row in range(len(PLAYERS) + 1)
)
WHOLE_PLACES = WHOLE + len(GROUP)
UNIT, HISS, NOISE_OCTAVES, NOISE_DAMPING, DARK_OCTAVES, LAYER_DAMPING, PAST = range(
    LANES, LANES + len(LEVELS)
)
"""Behind the strays."""
REAL_PLACES = LANES + len(LEVELS)
SHEET = 2 * LANES  # ints: where all players are, and how far they go in a frame
TILE = CONTROL_FRAMES * LANES
LOOP = MOST_LOOP_QUANTA * QUANTUM
TURNED = LOOP  # behind the loop: the same, a sixteenth in each lane; then what filters make of it
FORWARDS = 2 * LOOP
FIRST_LAYER = 3 * LOOP
SCRATCH = FIRST_LAYER + LAYERS * LOOP  # floats


@fragment
def _breathe(whole: Ints, real: Floats, scratch: Floats) -> None:
    """Write the breath: filtered noise, a sixteenth of the loop in each lane.

    It runs twice, the second time from where the filter has ended in the lane before.
    """
    a, b, c = svf_coefficients(
        exp2(load_splat(real, NOISE_OCTAVES)), load_splat(real, NOISE_DAMPING)
    )
    frames, tile = int(whole[WHOLE + 1]) * QUANTUM // LANES, TURNED
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
def _filter(octave: float, vectors: int, real: Floats, scratch: Floats, layer: int) -> None:
    """Write what a low-pass makes of the loop, four times as loud: forwards, and then backwards.

    Both run twice, as in `_breathe`. What the pair leaves of a frequency is what one filter with
    the Q of a patch leaves; `genmusic.synthesis.recordings` says which damping does so.
    """
    cutoff = exp2(load_splat(real, DARK_OCTAVES) + splat(f32(octave)))
    a, b, c = svf_coefficients(cutoff, load_splat(real, LAYER_DAMPING))
    past, s1, s2 = load_splat(real, PAST), splat(f32(0.0)), splat(f32(0.0))
    for _ in range(2):
        s1, s2 = turned_1(s1), turned_1(s2)
        for place in range(0, vectors * LANES, LANES):
            n1, n2 = svf_step(load(scratch, TURNED + place), s1, s2, a, b, c)
            store(scratch, FORWARDS + place, fma(past, s1 + s2, n1 + n2))
            s1, s2 = n1, n2
    s1, s2 = splat(f32(0.0)), splat(f32(0.0))
    for _ in range(2):
        s1, s2 = turned_back(s1), turned_back(s2)
        for place in range((vectors - 1) * LANES, -LANES, -LANES):
            n1, n2 = svf_step(load(scratch, FORWARDS + place), s1, s2, a, b, c)
            store(scratch, layer + place, s1 + n1 + (s2 + n2))
            s1, s2 = n1, n2


@fragment
def _divide(vectors: int, real: Floats, scratch: Floats) -> None:
    """Write the layers of the loop, a sixteenth in each lane."""
    for begin in range(0, vectors, LANES):
        transpose(scratch, begin, vectors, scratch, TURNED + begin * LANES, LANES)
    for layer in range(LAYERS):
        _filter(f32(layer) * f32(LAYERS_APART), vectors, real, scratch, FIRST_LAYER + layer * LOOP)
    for place in range(FIRST_LAYER, FIRST_LAYER + vectors * LANES, LANES):
        dark, middle = load(scratch, place), load(scratch, place + LOOP)
        store(scratch, place, middle)
        store(scratch, place + LOOP, dark - middle)
        store(scratch, place + 2 * LOOP, load(scratch, place + 2 * LOOP) - middle)


@fragment
def _step_of(vectors: int, scratch: Floats, layer: int, top: float) -> float:
    """The smallest step with which a layer stays within its bits."""
    peak = splat(f32(1e-9))
    for place in range(layer, layer + vectors * LANES, LANES):
        peak = greater_of(peak, magnitude(load(scratch, place)))
    return float(largest_lane(peak) / f32(top))


@fragment
def _rounded(seed: IntVector, scratch: Floats, place: int, steps: float) -> IntVector:
    """A layer in steps, of which there are so many to a unit, dithered."""
    dither = white(seed) * splat(f32(0.5))
    return to_int(nearest(fma(load(scratch, place), splat(steps), dither)))


@fragment
def _pack(
    vectors: int, place: int, unit: float, seed: IntVector, scratch: Floats, out: Floats
) -> None:
    """Write the loop as words, and before it the steps of its layers."""
    one = f32(1.0)
    step_1 = f32(_step_of(vectors, scratch, FIRST_LAYER, TOPS[0]))
    step_2 = f32(_step_of(vectors, scratch, FIRST_LAYER + LOOP, TOPS[1]))
    step_3 = f32(_step_of(vectors, scratch, FIRST_LAYER + 2 * LOOP, TOPS[2]))
    unit = unit * f32(0.25)  # a filter doubles what it hears, twice
    out[place], out[place + 1], out[place + 2] = step_1 * unit, step_2 * unit, step_3 * unit
    for begin in range(0, vectors * LANES, LANES):
        layer, seed = FIRST_LAYER + begin, next_noise(seed)
        word = shift_left(_rounded(seed, scratch, layer, one / step_1), PLACES[0])
        seed = next_noise(seed)
        middle = _rounded(seed, scratch, layer + LOOP, one / step_2)
        word, seed = word + shift_left(middle, PLACES[1]), next_noise(seed)
        word = word + _rounded(seed, scratch, layer + 2 * LOOP, one / step_3)
        store(scratch, TURNED + begin, bits_to_float(word))
    first = place + HEAD
    for begin in range(0, vectors, LANES):
        transpose(scratch, TURNED + begin * LANES, LANES, out, first + begin, vectors)
    for frame in range(first, first + QUANTUM, LANES):
        store(out, frame + vectors * LANES, load(out, frame))


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

    Notes
    -----
    A filter that runs forwards and backwards has no phase: F. Gustafsson, "Determining the initial
    states in forward-backward filtering", 1996; here the loop has no end at which to begin.
    """
    vectors, row = int(whole[WHOLE + 1]) * QUANTUM // LANES, int(whole[WHOLE + 2]) * ROW_WORDS
    _breathe(whole, real, scratch)
    _play(whole, real, tables, sheet, scratch)
    _divide(vectors, real, scratch)
    _pack(vectors, row, real[UNIT], load_int(whole, SEED), scratch, out)
