"""Delay lines in time lanes: sixteen consecutive frames of one listener in a vector.

A ring holds some quanta. A copy of its first quantum follows its end, and one of its last sixteen
frames precedes its beginning, so that a quantum may be read from any place without looking where
it wraps. Delays are longer than a quantum: what is read in one was written before it. A ring that
is no longer than it needs is written where it was read just before, which the cache still holds.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import Floats, Ints, IntVector, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.masks import lanes_under
from kernels.simd import float_to_bits, load, splat, splat_int, store

FRONT, BACK = LANES, QUANTUM  # frames repeated before and behind a ring
PAD = FRONT + BACK
SHORTEST = QUANTUM + 2  # frames of delay
RESTED, WRITE = 0, 1  # what is remembered of an effect; where the first ring is written, and others
PLACES = WRITE + LANES  # numbers remembered of an effect
QUIETEST = 1e-15  # -300 dB: a tail that stays below it is over
PLAIN, EVERY_LANE = 0x7FFFFFFF, (1 << LANES) - 1  # of a float without its sign; a bit for each lane


@fragment
def place_of(base: int, at: int, ring: int) -> int:
    """Where a ring that begins at ``base`` holds frame ``at``, which may be of the lap before."""
    return base + FRONT + (at if at >= 0 else at + ring)


@fragment
def close_ring(line: Floats, base: int, at: int, ring: int, written: int) -> None:
    """Repeat the frames that were just written at ``at`` beyond the other end, if at one."""
    begin, end = base + FRONT, base + FRONT + ring
    if at == 0:
        for t in range(0, written, LANES):
            store(line, end + t, load(line, begin + t))
    elif at == ring - written:
        store(line, base, load(line, end - FRONT))


@fragment
def advance(places: Ints, listener: int, number: int, ring: int) -> None:
    """Go on by a quantum in one of the rings of an effect."""
    following = places[listener, WRITE + number] + QUANTUM
    places[listener, WRITE + number] = following if following < ring else 0


@fragment
def _wake(listener: int, places: Ints, lines: Floats) -> None:
    """Empty the rings of a listener, which may hold anything while they rest."""
    size = lines.shape[0] // places.shape[0]
    for t in range(listener * size, (listener + 1) * size, LANES):
        store(lines, t, splat(f32(0.0)))
    places[listener, RESTED] = 0


@fragment
def sleeps(
    q: int,
    listener: int,
    send: int,
    ring: int,
    places: Ints,
    lines: Floats,
    fed: Ints,
    sends: Floats,
) -> bool:
    """Whether an effect has nothing to do in a quantum: it is not fed, and nothing rings in it.

    If only its tail rings, it is fed with silence. Who was never fed has rings that nobody touched.
    """
    rests = places[listener, RESTED] >= ring
    if fed[send, q] != 0:
        if rests:
            _wake(listener, places, lines)
        return False
    if rests:
        return True
    _feed_silence(q, send, fed, sends)
    return False


@fragment
def _feed_silence(q: int, send: int, fed: Ints, sends: Floats) -> None:
    """Feed an effect with a quantum of silence."""
    frames = fed.shape[1] * QUANTUM
    start = send * 2 * frames + q * QUANTUM
    for t in range(start, start + QUANTUM, LANES):
        store(sends, t, splat(f32(0.0)))
        store(sends, t + frames, splat(f32(0.0)))
    fed[send, q] = 1


@fragment
def wakes_for(
    q: int,
    listener: int,
    send: int,
    ring: int,
    written: int,
    places: Ints,
    lines: Floats,
    fed: Ints,
    sends: Floats,
) -> int:
    """For how many quanta from one on an effect surely does not sleep; 0: it does in that one.

    Its rings are written with so many frames in a quantum. It is fed in all, as by `sleeps`.
    """
    if sleeps(q, listener, send, ring, places, lines, fed, sends):
        return 0
    left = ring - places[listener, RESTED] + written - 1
    quanta = min(fed.shape[1] - q, left // written)
    for later in range(q + 1, q + quanta):
        if fed[send, later] == 0:
            _feed_silence(later, send, fed, sends)
    return int(quanta)


@fragment
def give(
    here: int, out: int, side: int, pair: tuple[Vector, Vector], keeps: bool, sends: Floats,
    dry: Floats,
) -> None:  # fmt: skip
    """Add sixteen frames of what an effect returns to the dry bus; leave them in its send if asked.

    They are rounded before they are added: what is added can be had as a stem, to the last bit.
    """
    if keeps:
        store(sends, here, pair[0])
        store(sends, here + side, pair[1])
    store(dry, out, load(dry, out) + pair[0])
    store(dry, out + side, load(dry, out + side) + pair[1])


@fragment
def count_rest(places: Ints, listener: int, written: int, longest: int, bits: IntVector) -> None:
    """Count for how many frames, up to its longest ring, an effect has been fed with silence.

    ``bits`` are all those of what it was fed with.
    """
    plain, rested = bits & splat_int(i32(PLAIN)), places[listener, RESTED] + written
    quiet = lanes_under(plain, float_to_bits(splat(f32(QUIETEST)))) == EVERY_LANE
    places[listener, RESTED] = min(rested, longest) if quiet else 0
