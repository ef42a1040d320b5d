"""The plucked string: a delay line as long as the period, damped on every turn.

K. Karplus, A. Strong, "Digital Synthesis of Plucked-String and Drum Timbres", 1983; D. Jaffe,
J. O. Smith, "Extensions of the Karplus-Strong Plucked-String Algorithm", 1983. Lanes are sixteen
consecutive frames of one string, so the period must be at least 18 frames (2.6 kHz).

A low string turns so seldom that the low-pass of two frames would let its highs ring for seconds:
its warmth takes them away, by a share of what is some frames earlier and later.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, Lanes, Ramps, Roll, Vector
from kernels.lanes import LANES, QUANTUM, plain, sizes_of
from kernels.memory import prefetch
from kernels.polynomials import PHASE_TO_HALF_TURNS, exp2
from kernels.simd import fma, load, splat, store
from kernels.stretches import begin_of, stretches_player

Taps: TypeAlias = tuple[int, Vector, Vector, Vector, Vector]
SETTINGS = (
    "turn_frames",  # of the wave, there and back
    "level",
    "held_gain",  # of one turn
    "released_gain",
    "damping",  # 0..0.5, share of the older frame in the loop's low-pass
    "warmth",  # 0..0.3, share of what is `APART` frames earlier and later
    "hardness",  # 0..1, one-pole coefficient of the excitation at brightness 0.5
    "brightness",  # how far brightness moves the hardness
    "pluck_place",  # 0..0.5, along the string
    "past",  # share of the frame before that is taken from the excitation, which is then brighter
)
WHOLE_SETTINGS = ("place", "seed")  # where the line is written next; not zero
VARIED = (("turn_frames",), ("pluck_place",), ("seed",))
RING = 2048  # frames, a power of two; the lowest string is 23.5 Hz
SHORTEST_RING = 256  # of a string that needs no more: what is short stays in the cache
SLACK, SLACK_FRAMES = 1.25, 64  # of a ring: bends lengthen the period
PAD = 16  # frames mirrored before the ring, so that sixteen can be read from anywhere
TAIL = 2 * PAD  # and after it
LINE = PAD + RING + TAIL
APART = 6  # what turns by half a circle meanwhile, 4 kHz, dies soonest
SHORTEST_PERIOD, LONGEST_PERIOD = 18, RING - 32
SHORTEST_WARM_PERIOD = LANES + APART + 2
ONSET_FRAMES = 48  # a finger leaves the string in about a millisecond
STATES, COUNTERS = LINE, 1
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

(TURN_FRAMES, LEVEL, HELD_GAIN, RELEASED_GAIN, DAMPING, WARMTH, HARDNESS, BRIGHTNESS, PLUCK_PLACE,
 PAST) = range(len(SETTINGS))  # fmt: skip
SEED = 1


@fragment
def _ring_of(turn: float) -> int:
    """How many frames of the ring a string uses."""
    needed, ring = turn * f32(SLACK) + f32(SLACK_FRAMES), SHORTEST_RING
    while ring < RING and f32(ring) < needed:
        ring *= 2
    return ring


@fragment
def _mirror(line: Floats, base: int, ring: int, at: int, value: Vector) -> None:
    """Write sixteen frames, and again in the pads at the ring's ends."""
    store(line, base + PAD + at, value)
    if at < TAIL:
        store(line, base + PAD + ring + at, value)
    elif at == ring - LANES:
        store(line, base, value)


@fragment
def _warmth(slot: int, turn: float, settings: Floats) -> float:
    """The warmth of a string: none for those so short that what comes later is not there yet."""
    warmth = settings[slot * SIZES[5] + WARMTH]
    return float(warmth if turn > f32(SHORTEST_WARM_PERIOD) else 0.0)


@fragment
def _period(turn: float, damping: float, warmth: float) -> int:
    """Whole frames of a turn, but for the frame or so of the low-passes.

    Tap 1 is the middle of what is warm. Where warmth leaves less to a fraction than a frame, half
    of what is missing is sought on either side: it stays within 0.2 of 0..1.
    """
    late = damping * (f32(1.0) - warmth) + f32(0.5) * warmth
    return int(min(max(turn - late, f32(SHORTEST_PERIOD)), f32(LONGEST_PERIOD)))


@fragment
def _excite(slot: int, bright: float, held: Held) -> None:
    """Fill the line with one period of shaped noise, ending where writing begins."""
    settings, whole_settings, line, places = held
    base, at = slot * LINE, slot * SIZES[5]
    turn = settings[at + TURN_FRAMES]
    period = _period(turn, settings[at + DAMPING], _warmth(slot, turn, settings))
    places[slot], seed = i32(0), whole_settings[slot * 2 + SEED]
    hardness = settings[at + HARDNESS] + settings[at + BRIGHTNESS] * (bright - f32(0.5))
    hardness = min(max(hardness, f32(0.02)), f32(1.0))
    ring = _ring_of(turn)
    for i in range(PAD + ring + TAIL):
        line[base + i] = f32(0.0)
    past, smooth, smoother = settings[at + PAST], f32(0.0), f32(0.0)
    start = base + PAD + ring - period
    for i in range(period):
        seed = i32(seed ^ i32(seed << 13))
        seed = i32(seed ^ ((seed >> 17) & 0x7FFF))
        seed = i32(seed ^ i32(seed << 5))
        smooth = smooth + hardness * (f32(seed) * f32(PHASE_TO_HALF_TURNS) - smooth)
        before, smoother = smoother, smoother + hardness * (smooth - smoother)
        line[start + i] = smoother - past * before
    _pluck(start, period, int(settings[at + PLUCK_PLACE] * f32(period)), line)
    for i in range(PAD):
        line[base + i] = line[base + ring + i]


@fragment
def _pluck(start: int, period: int, place: int, line: Floats) -> None:
    """Take away the harmonics that a pluck there does not sound, the click, and the mean."""
    if place > 0:
        for i in range(period - 1, place - 1, -1):
            line[start + i] = line[start + i] - f32(0.5) * line[start + i - place]
    onset = min(ONSET_FRAMES, period // 4)
    for i in range(onset):
        line[start + i] = line[start + i] * (f32(i) / f32(onset))
    total = f32(0.0)
    for i in range(period):
        total = total + line[start + i]
    mean = total / f32(period - onset)
    for i in range(onset, period):
        line[start + i] = line[start + i] - mean


@fragment
def _taps(slot: int, turn: float, held: Held, is_held: bool) -> Taps:
    """The period, the three taps that make its fraction and the low-pass, and the warm pair."""
    settings, at = held[0], slot * SIZES[5]
    damping, gain = settings[at + DAMPING], settings[at + RELEASED_GAIN]
    if is_held:
        gain = settings[at + HELD_GAIN]
    warmth = _warmth(slot, turn, settings)
    period, sharp = _period(turn, damping, warmth), f32(1.0) - warmth
    fraction = (turn - f32(period) - warmth) / sharp - damping
    fraction = min(max(fraction, f32(-0.25)), f32(1.25))
    rest, kept = f32(1.0) - fraction, f32(1.0) - damping
    gain, pair = gain * sharp, f32(0.5) * gain * warmth
    tap_0, tap_2 = gain * (rest * kept), gain * (fraction * damping)
    tap_1 = gain * (fraction * kept + rest * damping)
    return period, splat(f32(tap_0)), splat(f32(tap_1)), splat(f32(tap_2)), splat(f32(pair))


@fragment
def _bent(turn: float, bend: tuple[float, float], frame: int, scratch: Floats) -> float:
    """A turn's length at a frame where the string is bent."""
    octaves = bend[0] + (bend[1] - bend[0]) * f32(frame * (1.0 / QUANTUM))
    store(scratch, 0, exp2(splat(f32(-octaves))))
    return float(turn * scratch[0])


@fragment
def _is_straight(bends: Floats, bus: int, column: int) -> bool:
    """Whether a bus is not bent from one border of quanta to the next."""
    return bool(bends[bus, column] == f32(0.0) and bends[bus, column + 1] == f32(0.0))


@fragment
def _turns(
    slot: int, begin: int, end: int, taps: Taps, ring: int, level: Vector, held: Held, row: Floats
) -> None:
    """The frames of one string from one place of its row to another."""
    line, places, base = held[2], held[3], slot * LINE
    period, tap_0, tap_1, tap_2, pair = taps
    write, back = int(places[slot]), min(period, ring - TAIL)
    for t in range(begin, end, LANES):
        read = base + PAD + ((write - back) & (ring - 1))
        here, before = load(line, read), load(line, read - 1)
        wave = fma(tap_0, here, fma(tap_1, before, tap_2 * load(line, read - 2)))
        around = load(line, read - 1 + APART) + load(line, read - 1 - APART)
        wave = fma(pair, around, wave)
        _mirror(line, base, ring, write, wave)
        store(row, t, wave * level)
        write = (write + LANES) & (ring - 1)
    places[slot] = i32(write)


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
    """Some quanta of one string into its row."""
    age, _, quanta, left = when
    listener, bus, column = where
    brightness, bends = ramps
    if age == 0:
        _excite(slot, brightness[listener, column], held)
    settings, at = held[0], slot * sizes[5]
    turn, level = settings[at + TURN_FRAMES], splat(settings[at + LEVEL])
    taps, ring = _taps(slot, turn, held, left > 0), _ring_of(turn)
    quantum = 0
    while quantum < quanta:
        begin, straight = begin_of(quantum), quantum
        while straight < quanta and _is_straight(bends, bus, column + straight):
            straight += 1
        if straight > quantum:
            _turns(slot, begin, begin_of(straight), taps, ring, level, held, row)
            quantum = straight
        else:
            bend = bends[bus, column + quantum], bends[bus, column + quantum + 1]
            for t in range(0, QUANTUM, LANES):
                bent = _taps(slot, _bent(turn, bend, t, lanes[4]), held, left > 0)
                _turns(slot, begin + t, begin + t + LANES, bent, ring, level, held, row)
            quantum += 1


@fragment
def _fetch(slot: int, sizes: tuple[int, ...], held: Held) -> None:
    """Have the cache fetch what is held of a voice, and as much of its line as the shortest use."""
    prefetch(held[0], slot * sizes[5])
    for place in range(slot * LINE + PAD, slot * LINE + PAD + SHORTEST_RING, LANES):
        prefetch(held[2], place)


_play = stretches_player(_stretch, _fetch)


@kernel
def render_strings(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all plucked strings of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, varied, ramps, desk, buses
        As in `kernels.saws.render_saws`; a seed must not be zero.
    held : tuple, in/out
        As there, with the delay line of each slot as its state.
    """
    _play(plain(SIZES), (first, quanta), roll, held, varied, ramps, desk, buses)
