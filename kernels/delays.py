"""The ping-pong echo: what goes in left comes back right, darker each time.

Its line is the longest that a listener has, and is kept in halves.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats, Ints, IntVector, Vector
from kernels.halves import joined, parted
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import ECHO, HALL, ramp
from kernels.rings import PAD, WRITE, advance, close_ring, count_rest, give, place_of, sleeps
from kernels.shuffles import after
from kernels.simd import float_to_bits, fma, load, splat, splat_int, store

RING = 32_768  # frames: 0.68 s
LINE = RING + PAD
LONGEST_FRAMES = RING - QUANTUM
SHORTEST_FRAMES = 2 * QUANTUM
SHARE, FEEDBACK, TO_HALL = 0, 1, 2
ECHO_ROWS = 3
Pair: TypeAlias = tuple[Vector, Vector]
"""Left and right."""


@fragment
def _softened(here: Pair, before: Pair) -> Pair:
    """Both sides of sixteen frames as the means of neighbours; ``before`` ends with the last."""
    half = splat(f32(0.5))
    return (here[0] + after(before[0], here[0])) * half, (
        here[1] + after(before[1], here[1])
    ) * half


@fragment
def _crossed(line: Floats, old: int, t: int, shares: tuple[float, float], new: Pair) -> Pair:
    """What comes back on the way from another delay to this one."""
    place, share = old + t, ramp(shares[0], shares[1], t)
    past = _softened(parted(load(line, place)), parted(load(line, place - LANES)))
    rest = splat(f32(1.0)) - share
    return fma(share, new[0], rest * past[0]), fma(share, new[1], rest * past[1])


@fragment
def _pass_on(echoes: Pair, level: Vector, fresh: bool, hall: int, sends: Floats) -> None:
    """Send an echo into the hall, too."""
    before = splat(f32(0.0)) if fresh else load(sends, hall)
    store(sends, hall, fma(level, echoes[0] + echoes[1], before))


@fragment
def _quantum(
    q: int,
    step: int,
    at: int,
    who: tuple[int, int, int],
    levels: Floats,
    line: Floats,
    bus: tuple[int, int, int],
    keeps: bool,
    fed: Ints,
    sends: Floats,
    dry: Floats,
) -> IntVector:
    """Echo one quantum of one listener; all bits that went into the line."""
    (source, out, side), (listener, old, new) = bus, who
    hall, fresh = (HALL - 1) * 2 * side + q * QUANTUM, fed[HALL - 1, q] == 0
    border, other = q * step, (q + 1) * step
    onwards = levels[listener, TO_HALL, border], levels[listener, TO_HALL, other]
    goes_on = onwards[0] != f32(0.0) or onwards[1] != f32(0.0)
    base = listener * LINE
    head = place_of(base, at, RING)
    heads = place_of(base, at - old, RING), place_of(base, at - new, RING)
    shares = levels[listener, SHARE, border], levels[listener, SHARE, other]
    feedback = levels[listener, FEEDBACK, border], levels[listener, FEEDBACK, other]
    whole = shares[0] == f32(1.0) and shares[1] == f32(1.0)
    bits, before = splat_int(np.int32(0)), parted(load(line, heads[1] - LANES))
    for t in range(0, QUANTUM, LANES):
        here, now = source + t, parted(load(line, heads[1] + t))
        back = ramp(feedback[0], feedback[1], t)
        a, b = _softened(now, before)
        if not whole:
            a, b = _crossed(line, heads[0], t, shares, (a, b))
        before = now
        into_left = fma(back, b, load(sends, here))
        into_right = fma(back, a, load(sends, here + side))
        bits = bits | float_to_bits(into_left) | float_to_bits(into_right)
        store(line, head + t, joined(into_left, into_right))
        if goes_on:
            _pass_on((a, b), ramp(onwards[0], onwards[1], t), fresh, hall + t, sends)
        give(here, out + t, side, (a, b), keeps, sends, dry)
    if goes_on:
        fed[HALL - 1, q] = 1
    return bits


@fragment
def echo(
    quanta: int,
    listener: int,
    step: int,
    delays: Ints,
    levels: Floats,
    places: Ints,
    line: Floats,
    keeps: bool,
    fed: Ints,
    sends: Floats,
    dry: Floats,
) -> None:
    """Echo what one listener sends to the echo into the dry bus and the hall.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    listener : int
    step : int, 0 or 1
        0 if all borders are as the first, so that no other is looked at.
    delays : (listeners, 2) int32, frames, 128..32704
        The delay that fades out and the one that fades in.
    levels : (listeners, 3, quanta + 1) float32
        Share of the second delay, gain of each return (0..0.9), and how much of the echo goes
        on into the hall, at each quantum border.
    places : (listeners, 17) int32, frames, in/out
        For how long nothing but silence was written, and where the ring is written next.
    line : (listeners * 32848,) float32, in/out
        Rings of words: both sides of a frame (`kernels.halves`).
    keeps : bool
        Whether the echoes are left in their send.
    fed : (4, quanta) int32, in/out
        Whether each send holds anything.
    sends : (4 * 2 * frames,) float32, in/out
        Left and right of each.
    dry : (at least listeners * 2 * frames,) float32, in/out
        Left and right of each listener.
    """
    frames = quanta * QUANTUM
    who = listener, int(delays[listener, 0]), int(delays[listener, 1])
    for q in range(quanta):
        if sleeps(q, listener, ECHO - 1, RING, places, line, fed, sends):
            continue
        at = q * QUANTUM
        bus = ((ECHO - 1) * 2 * frames + at, listener * 2 * frames + at, frames)
        write = int(places[listener, WRITE])
        bits = _quantum(q, step, write, who, levels, line, bus, keeps, fed, sends, dry)
        close_ring(line, listener * LINE, write, RING, QUANTUM)
        advance(places, listener, 0, RING)
        count_rest(places, listener, QUANTUM, RING, bits)
