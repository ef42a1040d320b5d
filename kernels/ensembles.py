"""The ensemble voice: a group of players, read from a recording, a low-pass filter, an envelope.

What a group sounds like is worked out once for each key (`kernels.recordings`). A voice enters its
loop at a place of its own, and reads it frame by frame: a quantum is four vectors that lie side by
side. Where a voice is bent, or between two keys, it reads between the frames.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, Lanes, Ramps, Roll, Vector
from kernels.envelopes import move_envelope
from kernels.filters import svf_coefficients, svf_step
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
from kernels.memory import prefetch
from kernels.pairs import PAIR_FRAMES, unpaired
from kernels.polynomials import exp2
from kernels.recordings import QUANTUM_WORDS, ROW_WORDS
from kernels.shuffles import transpose
from kernels.simd import (
    fma,
    lanes_below,
    lesser_of,
    load,
    magnitude,
    splat,
    store,
)

TO_UNITY = 0.5 * 2.0**-31  # of what comes out of the filter: the sum of two means
SETTINGS = (
    # The state at the start of a note.
    "envelope",  # 0..1
    "gain",  # what the last frame was multiplied by
    "attacking",  # 1 until the peak
    "integrator_1",
    "integrator_2",
    "ahead",  # frames behind the beginning of the quantum where it reads, 0 unless it was bent
    # What stays.
    "level",  # gain at the peak
    "attack_step",  # per control period
    "decay_rate",  # share of the way to sustain per control period
    "sustain",  # 0..1
    "release_rate",  # share of the way to silence per control period
    "cutoff_octaves",  # log2 of Hz with the envelope at zero
    "envelope_octaves",  # added at the envelope's peak
    "brightness_octaves",  # added or taken at brightness 1 or 0
    "damping",  # 1/Q
    "past",  # share of the low-pass a frame before in what comes out: 1 for a plain one
    "pace",  # frames of the recording to one that is heard: 1 on a key
)
WHOLE_SETTINGS = (
    "quantum",  # of the loop that is read next
    "row",  # of the recordings
    "quanta",  # of the loop
)
STATES, COUNTERS = 6, 1
VARIED = (("quantum",),)
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

(ENVELOPE, GAIN, ATTACKING, INTEGRATOR_1, INTEGRATOR_2, AHEAD, LEVEL, ATTACK_STEP, _, _, _, CUTOFF,
 ENVELOPE_OCTAVES, BRIGHTNESS, DAMPING, PAST, PACE) = rows_of(SETTINGS)  # fmt: skip
ROWS, LOOPS = LANES, 2 * LANES
PERIODS = QUANTUM // CONTROL_FRAMES
TILE = CONTROL_FRAMES * LANES
SOON_QUANTA = 6  # of a recording, which nobody else has fetched into the cache
FASTEST = 3.0  # frames of the recording to one that is heard
PACES = QUANTUM * LANES  # behind the tile: how fast each voice reads in each control period,
READ = PACES + PERIODS * LANES  # what sixteen voices read in a quantum,
LINE = READ + QUANTUM * LANES  # and for one that is bent the frames around those that it reads
LINE_PAIRS = 9
PLAN = LINE + LINE_PAIRS * PAIR_FRAMES  # then what is worked out for each control period
PLANNED = 5 * LANES
SCRATCH = PLAN + PERIODS * PLANNED - PACES


@fragment
def _unpack(recordings: Floats, place: int, sheet: Floats, begin: int, apart: int) -> None:
    """Read sixteen words, which are two times sixteen frames."""
    earlier, later = unpaired(load(recordings, place))
    store(sheet, begin, earlier)
    store(sheet, begin + apart, later)


@fragment
def _read(lane: int, lanes: Lanes) -> None:
    """Read a quantum as it was recorded."""
    whole_settings, counters, sheet, recordings = lanes[1], lanes[3], lanes[5], lanes[6]
    quantum, begin = int(counters[lane]), READ + lane * CONTROL_FRAMES
    place = int(whole_settings[ROWS + lane]) * ROW_WORDS + quantum * QUANTUM_WORDS
    _unpack(recordings, place, sheet, begin, TILE)
    _unpack(recordings, place + LANES, sheet, begin + 2 * TILE, TILE)
    soon = place + SOON_QUANTA * QUANTUM_WORDS
    prefetch(recordings, soon)
    prefetch(recordings, soon + LANES)
    quantum += 1
    counters[lane] = i32(0 if quantum >= whole_settings[LOOPS + lane] else quantum)


@fragment
def _between(sheet: Floats, place: float) -> float:
    """What lies between the frames of a line: E. Catmull, R. Rom, 1974."""
    frame = int(place)
    share, here = f32(place - f32(frame)), LINE + PAIR_FRAMES + frame
    a, b, c, d = sheet[here - 1], sheet[here], sheet[here + 1], sheet[here + 2]
    bow = f32(2.0) * a - f32(5.0) * b + f32(4.0) * c - d
    bow = bow + share * (f32(3.0) * (b - c) + d - a)
    return float(b + f32(0.5) * share * (c - a + share * bow))


@fragment
def _read_bent(lane: int, lanes: Lanes) -> None:
    """Read between the frames, at the pace of each control period."""
    whole_settings, state, counters, sheet, recordings = (*lanes[1:4], *lanes[5:])
    row, pairs = int(whole_settings[ROWS + lane]) * ROW_WORDS, 2 * int(whole_settings[LOOPS + lane])
    first = 2 * int(counters[lane]) - 1 + pairs
    for pair in range(LINE_PAIRS):
        place = row + (first + pair) % pairs * LANES
        _unpack(recordings, place, sheet, LINE + pair * PAIR_FRAMES, LANES)
    ahead = state[AHEAD + lane]
    for period in range(PERIODS):
        begin = READ + period * TILE + lane * CONTROL_FRAMES
        for frame in range(begin, begin + CONTROL_FRAMES):
            sheet[frame] = _between(sheet, ahead)
            ahead = f32(ahead + sheet[PACES + period * LANES + lane])
    over = int(ahead) // QUANTUM
    state[AHEAD + lane] = ahead - f32(over * QUANTUM)
    counters[lane] = i32((int(counters[lane]) + over) % (pairs // 2))


@fragment
def _read_all(lanes: Lanes) -> None:
    """Bring what sixteen voices read in a quantum to the tile."""
    settings, state, facts, sheet = lanes[0], lanes[2], lanes[4], lanes[5]
    bent, one = lanes_below(splat(f32(0.0)), load(state, AHEAD)), splat(f32(1.0))
    for period in range(PERIODS):
        pace = load(settings, PACE) * bend_factor(facts, period * CONTROL_FRAMES)
        bent |= lanes_below(splat(f32(0.0)), magnitude(pace - one))
        store(sheet, PACES + period * LANES, lesser_of(pace, splat(f32(FASTEST))))
    for lane in range(LANES):
        if facts[ALIVE + lane] > f32(0.0):
            if (bent >> lane) & 1 == 0:
                _read(lane, lanes)
            else:
                _read_bent(lane, lanes)
    for begin in range(0, QUANTUM * LANES, TILE):
        transpose(sheet, READ + begin, CONTROL_FRAMES, sheet, begin, LANES)


@fragment
def _plan(lanes: Lanes) -> None:
    """Work out all that moves on the control grid, for all periods of a quantum.

    Together, as in `kernels.saws`, because each is a long chain of operations.
    """
    settings, _, state, _, facts, sheet, _ = lanes
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load(settings, BRIGHTNESS), swing, load(settings, CUTOFF))
    e, gain, attacking = load(state, ENVELOPE), load(state, GAIN), load(state, ATTACKING)
    level = load(settings, LEVEL) * splat(f32(TO_UNITY)) * load(facts, ALIVE)
    held = load(facts, HELD)
    for plan in range(PLAN, PLAN + PERIODS * PLANNED, PLANNED):
        e, attacking = move_envelope(e, attacking, held, settings, ATTACK_STEP)
        cutoff = exp2(fma(load(settings, ENVELOPE_OCTAVES), e, octaves))
        a, b, c = svf_coefficients(cutoff, load(settings, DAMPING))
        wanted = e * level
        rise = (wanted - gain) * splat(f32(1.0 / CONTROL_FRAMES))
        for row, value in enumerate((a, b, c, gain, rise)):
            store(sheet, plan + row * LANES, value)
        gain = wanted
    for row, value in enumerate((e, gain, attacking)):
        store(state, row * LANES, value)


@fragment
def _frames(
    integrators: tuple[Vector, Vector], past: Vector, plan: int, tile: Floats, begin: int
) -> tuple[Vector, Vector]:
    """One control period of sound: what was read, filter, gain."""
    s1, s2 = integrators
    a, b, c = load(tile, plan), load(tile, plan + LANES), load(tile, plan + 2 * LANES)
    gain, rise = load(tile, plan + 3 * LANES), load(tile, plan + 4 * LANES)
    for place in range(begin, begin + TILE, LANES):
        n1, n2 = svf_step(load(tile, place), s1, s2, a, b, c)
        gain = gain + rise
        store(tile, place, fma(past, s2, n2) * gain)
        s1, s2 = n1, n2
    return s1, s2


@fragment
def _weigh(slot: int, sizes: tuple[int, ...], held: Held) -> int:
    """All cost the same, but for what is bent."""
    return 0


@fragment
def _quantum(lanes: Lanes) -> None:
    """One quantum of sixteen voices into the tile."""
    settings, state, tile = lanes[0], lanes[2], lanes[5]
    past = load(settings, PAST)
    _plan(lanes)
    _read_all(lanes)
    integrators = load(state, INTEGRATOR_1), load(state, INTEGRATOR_2)
    for period in range(PERIODS):
        integrators = _frames(integrators, past, PLAN + period * PLANNED, tile, period * TILE)
    store(state, INTEGRATOR_1, integrators[0])
    store(state, INTEGRATOR_2, integrators[1])


_play = lanes_player(_quantum, _weigh, SIZES)


@kernel
def render_ensembles(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all ensemble voices of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, held, varied, ramps, desk, buses
        As in `kernels.saws.render_saws`; the desk's lanes hold the recordings.
    """
    _play((first, quanta), roll, held, varied, ramps, desk, buses)
