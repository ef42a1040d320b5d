"""The ping-pong echo: what goes in left comes back right, darker each time."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.mixing import ramp
from kernels.simd import fma, load, splat, store

RING = 32_768  # frames, a power of two: 0.68 s
PAD = 16  # frames mirrored on both sides
LINE = RING + 2 * PAD
LONGEST_FRAMES = RING - QUANTUM
SHORTEST_FRAMES = 32


@fragment
def _read(line: Floats, base: int, at: int) -> Vector:
    """Sixteen frames, softened by the mean of two neighbours."""
    place = base + PAD + (at & (RING - 1))
    return (load(line, place) + load(line, place - 1)) * splat(f32(0.5))


@fragment
def _write(line: Floats, base: int, at: int, value: Vector) -> None:
    store(line, base + PAD + at, value)
    if at == 0:
        store(line, base + PAD + RING, value)
    elif at == RING - LANES:
        store(line, base, value)


@kernel
def echo(
    quanta: int,
    delays: Ints,
    fades: Floats,
    feedback: float,
    places: Ints,
    line: Floats,
    mix: Floats,
) -> None:
    """Echo the echo bus of each listener into its dry and reverb buses.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    delays : (listeners, 2) int32, frames, 32..32704
        The delay that fades out and the one that fades in.
    fades : (listeners, quanta + 1) float32, 0..1
        Share of the second delay at each quantum border.
    feedback : float, 0..0.9
        Linear gain of each return.
    places : (listeners,) int32, frames, in/out
        Where the ring is written next; a multiple of 16.
    line : (listeners * 2 * 32800,) float32, in/out
        Rings, left then right.
    mix : (listeners * 3 * 2 * frames,) float32, in/out
        Dry, reverb and echo buses of each listener; the echo bus is left holding the echoes.
    """
    frames = quanta * QUANTUM
    back = splat(f32(feedback))
    blur = splat(f32(0.25))  # of the echo goes on into the reverb
    for listener in range(places.shape[0]):
        left = listener * 2 * LINE
        right = left + LINE
        dry = listener * 6 * frames
        write = int(places[listener])
        for t in range(0, frames, LANES):
            q = t // QUANTUM
            share = ramp(fades[listener, q], fades[listener, q + 1], t % QUANTUM)
            old_at, new_at = write - delays[listener, 0], write - delays[listener, 1]
            rest = splat(f32(1.0)) - share  # exactly one delay where the other's share is 0
            a = fma(share, _read(line, left, new_at), rest * _read(line, left, old_at))
            b = fma(share, _read(line, right, new_at), rest * _read(line, right, old_at))
            _write(line, left, write, fma(back, b, load(mix, dry + 4 * frames + t)))
            _write(line, right, write, fma(back, a, load(mix, dry + 5 * frames + t)))
            store(mix, dry + 4 * frames + t, a)
            store(mix, dry + 5 * frames + t, b)
            store(mix, dry + t, load(mix, dry + t) + a)
            store(mix, dry + frames + t, load(mix, dry + frames + t) + b)
            wet = dry + 2 * frames + t
            store(mix, wet, fma(blur, a, load(mix, wet)))
            store(mix, wet + frames, fma(blur, b, load(mix, wet + frames)))
            write = (write + LANES) & (RING - 1)
        places[listener] = write
