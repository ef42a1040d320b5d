"""The ping-pong echo: what goes in left comes back right, darker each time."""

from __future__ import annotations

import numpy as np
from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Float, Floats, Ints, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import ECHO, HALL, ramp
from kernels.rings import PAD, RESTED, WRITE, advance, close_ring, place_of, silence
from kernels.simd import float_to_bits, fma, largest_magnitude, load, splat, splat_int, store

RING = 32_768  # frames, a power of two: 0.68 s
LINE = RING + PAD
LONGEST_FRAMES = RING - QUANTUM
SHORTEST_FRAMES = 2 * QUANTUM
SHARE, FEEDBACK, TO_HALL = 0, 1, 2
ECHO_ROWS = 3


@fragment
def _read(line: Floats, place: int) -> Vector:
    """Sixteen frames, softened by the mean of two neighbours."""
    return (load(line, place) + load(line, place - 1)) * splat(f32(0.5))


@fragment
def _crossed(line: Floats, heads: tuple[int, int], t: int, shares: tuple[float, float]) -> Vector:
    """What comes back: of one delay, or on the way from another to it."""
    new = _read(line, heads[1] + t)
    if shares[0] == f32(1.0) and shares[1] == f32(1.0):
        return new
    share = ramp(shares[0], shares[1], t)
    return fma(share, new, (splat(f32(1.0)) - share) * _read(line, heads[0] + t))


@fragment
def _quantum(
    q: int,
    at: int,
    delays: tuple[int, int],
    levels: Floats,
    line: Floats,
    base: int,
    bus: tuple[int, int, int],
    mix: Floats,
) -> Float:
    """Echo one quantum of one listener; about the largest value that went into the line."""
    source, dry, side = bus
    left, right = place_of(base, at, RING), place_of(base + LINE, at, RING)
    lefts = place_of(base, at - delays[0], RING), place_of(base, at - delays[1], RING)
    rights = lefts[0] + LINE, lefts[1] + LINE
    shares, bits = (levels[SHARE, q], levels[SHARE, q + 1]), splat_int(np.int32(0))
    for t in range(0, QUANTUM, LANES):
        here, out = source + t, dry + t
        back = ramp(levels[FEEDBACK, q], levels[FEEDBACK, q + 1], t)
        a, b = _crossed(line, lefts, t, shares), _crossed(line, rights, t, shares)
        into_left = fma(back, b, load(mix, here))
        into_right = fma(back, a, load(mix, here + side))
        bits = bits | float_to_bits(into_left) | float_to_bits(into_right)
        store(line, left + t, into_left)
        store(line, right + t, into_right)
        store(mix, here, a)
        store(mix, here + side, b)
        store(mix, out, load(mix, out) + a)
        store(mix, out + side, load(mix, out + side) + b)
    close_ring(line, base, at, RING)
    close_ring(line, base + LINE, at, RING)
    return largest_magnitude(bits)


@fragment
def _pass_on(q: int, levels: Floats, fresh: bool, bus: tuple[int, int, int], mix: Floats) -> None:
    """Send the echo into the hall, too."""
    source, hall, side = bus
    for t in range(0, QUANTUM, LANES):
        level = ramp(levels[TO_HALL, q], levels[TO_HALL, q + 1], t)
        left = splat(f32(0.0)) if fresh else load(mix, hall + t)
        right = splat(f32(0.0)) if fresh else load(mix, hall + side + t)
        store(mix, hall + t, fma(level, load(mix, source + t), left))
        store(mix, hall + side + t, fma(level, load(mix, source + side + t), right))


@kernel
def echo(
    quanta: int,
    delays: Ints,
    levels: Floats,
    places: Ints,
    line: Floats,
    fed: Ints,
    mix: Floats,
) -> None:
    """Echo the echo bus of each listener into its dry and hall buses.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    delays : (listeners, 2) int32, frames, 128..32704
        The delay that fades out and the one that fades in.
    levels : (listeners, 3, quanta + 1) float32
        Share of the second delay, gain of each return (0..0.9), and how much of the echo goes
        on into the hall, at each quantum border.
    places : (listeners, 2) int32, frames, in/out
        Where the ring is written next, and for how long nothing but silence was written.
    line : (listeners * 2 * 32848,) float32, in/out
        Rings, left then right.
    fed : (4, listeners, quanta) int32, in/out
        Whether each send bus holds anything.
    mix : (5 * listeners * 2 * frames,) float32, in/out
        Dry bus and sends; the echo bus is left holding the echoes.
    """
    frames = quanta * QUANTUM
    listeners = places.shape[0]
    for listener in range(listeners):
        for q in range(quanta):
            at = listener * 2 * frames + q * QUANTUM
            source = ECHO * listeners * 2 * frames + at
            if fed[ECHO - 1, listener, q] == 0:
                if places[listener, RESTED] >= RING:
                    continue
                silence(source, frames, mix)
                fed[ECHO - 1, listener, q] = 1
            pair = (int(delays[listener, 0]), int(delays[listener, 1]))
            base = listener * 2 * LINE
            write = int(places[listener, WRITE])
            bus = (source, at, frames)
            largest = _quantum(q, write, pair, levels[listener], line, base, bus, mix)
            advance(places, listener, RING, largest)
            if levels[listener, TO_HALL, q] != 0.0 or levels[listener, TO_HALL, q + 1] != 0.0:
                hall = HALL * listeners * 2 * frames + at
                fresh = fed[HALL - 1, listener, q] == 0
                _pass_on(q, levels[listener], fresh, (source, hall, frames), mix)
                fed[HALL - 1, listener, q] = 1
