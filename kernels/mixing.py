"""From voice rows to part buses, from part buses through strips to the mix.

Bus sums run in an order that depends on one listener alone: float addition is not associative,
and the same receipt must give the same samples whoever else is rendered beside.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, Longs, Vector
from kernels.lanes import LANES, QUANTUM
from kernels.simd import fma, greater_of, lane_numbers, load, splat, store, transpose

START, END, FADE = 0, 1, 2
FADE_QUANTA = 4  # of a voice that is cut: 5 ms, too slow to click and too fast to be heard
FADE_FRAMES = FADE_QUANTA * QUANTUM
ROW, DELAY, BUS = 0, 1, 2
GAIN, REVERB_SEND, ECHO_SEND = 0, 1, 2
SENDS = 3


@fragment
def ramp(low: float, high: float, t: int) -> Vector:
    """Sixteen frames, from frame ``t`` on, of a line across one quantum."""
    slope = (high - low) * f32(1.0 / QUANTUM)
    return fma(lane_numbers() + splat(f32(t)), splat(f32(slope)), splat(f32(low)))


@fragment
def lane_ramp(borders: Floats, t: int) -> Vector:
    """Frame ``t`` of sixteen listeners' lines between values at quantum borders."""
    q = t // QUANTUM
    low = load(borders, q * LANES)
    rise = load(borders, (q + 1) * LANES) - low
    return fma(rise, splat(f32((t % QUANTUM) * (1.0 / QUANTUM))), low)


@fragment
def _pan_frames(
    x: Vector, pan: tuple[Vector, Vector], left: int, frames: int, buses: Floats
) -> None:
    """Add sixteen frames of a voice to the two sides of its bus."""
    store(buses, left, fma(x, pan[0], load(buses, left)))
    store(buses, left + frames, fma(x, pan[1], load(buses, left + frames)))


@kernel
def sum_voices(
    first: int,
    quanta: int,
    windows: Longs,
    places: Ints,
    pans: Floats,
    rows: Floats,
    stride: int,
    buses: Floats,
) -> None:
    """Add every voice's row to its bus, in the order given.

    Parameters
    ----------
    first, quanta : int
        The block, in quanta since the session began.
    windows : (voices, 3) int64, quanta
        First and last quantum in which the voice is heard, and where it begins to fade because
        it is cut (beyond the last if it is not).
    places : (voices, 3) int32
        Row, delay of the start inside its quantum in frames, and bus.
    pans : (voices, 2) float32, linear gain
        Left and right.
    rows : (slots * stride,) float32
        One row per slot, a quantum of history first.
    stride : int, frames
        Length of a row.
    buses : (buses * 2 * frames,) float32, in/out
        Left then right of each bus.
    """
    frames = quanta * QUANTUM
    for voice in range(windows.shape[0]):
        begin = (max(windows[voice, START], first) - first) * QUANTUM
        finish = (min(windows[voice, END] + 1, first + quanta) - first) * QUANTUM
        fade = min(max((windows[voice, FADE] - first) * QUANTUM, begin), finish)
        source = places[voice, ROW] * stride + QUANTUM - places[voice, DELAY]
        left = places[voice, BUS] * 2 * frames
        pan = (splat(pans[voice, 0]), splat(pans[voice, 1]))
        for t in range(begin, fade, LANES):
            _pan_frames(load(rows, source + t), pan, left + t, frames, buses)
        for t in range(fade, finish, LANES):
            age = f32(t - (windows[voice, FADE] - first) * QUANTUM)
            rest = lane_numbers() + splat(age)
            level = fma(rest, splat(f32(-1.0 / FADE_FRAMES)), splat(f32(1.0)))
            faded = load(rows, source + t) * greater_of(level, splat(f32(0.0)))
            _pan_frames(faded, pan, left + t, frames, buses)


@kernel
def mix_strips(quanta: int, parts: int, buses: Floats, strips: Floats, mix: Floats) -> None:
    """Run the part buses of each listener through their strips.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    parts : int
        Strips per listener.
    buses : (listeners * parts * 2 * frames,) float32
        Part buses.
    strips : (listeners * parts, 3, quanta + 1) float32, linear gain
        Fader, reverb send and echo send at each quantum border; lines between.
    mix : (listeners * 3 * 2 * frames,) float32, written in full
        Per listener the dry, reverb and echo buses, left then right.
    """
    frames = quanta * QUANTUM
    for strip in range(strips.shape[0]):
        target = (strip // parts) * SENDS * 2 * frames
        fresh = strip % parts == 0
        for q in range(quanta):
            for t in range(0, QUANTUM, LANES):
                at = q * QUANTUM + t
                left = load(buses, strip * 2 * frames + at)
                right = load(buses, (strip * 2 + 1) * frames + at)
                fader = ramp(strips[strip, GAIN, q], strips[strip, GAIN, q + 1], t)
                left = left * fader
                right = right * fader
                for send in range(SENDS):
                    level = splat(f32(1.0))
                    if send > 0:
                        level = ramp(strips[strip, send, q], strips[strip, send, q + 1], t)
                    here = target + send * 2 * frames + at
                    before_left = splat(f32(0.0)) if fresh else load(mix, here)
                    before_right = splat(f32(0.0)) if fresh else load(mix, here + frames)
                    store(mix, here, fma(left, level, before_left))
                    store(mix, here + frames, fma(right, level, before_right))


@kernel
def to_lanes(frames: int, source: Floats, start: int, stride: int, out: Floats) -> None:
    """Gather sixteen listeners into lanes.

    Parameters
    ----------
    frames : int, a multiple of 16
    source : (at least start + 15 * stride + frames,) float32
        Consecutive frames of each listener.
    start, stride : int, frames
        Where the first listener's frames begin, and how far the next listener's are.
    out : (frames * 16,) float32, written in full
        ``out[t * 16 + listener]``.
    """
    for t in range(0, frames, LANES):
        transpose(source, start + t, stride, out, t * LANES, LANES)


@kernel
def from_lanes(frames: int, source: Floats, out: Floats, start: int, stride: int) -> None:
    """Scatter sixteen lanes to their listeners; the reverse of `to_lanes`.

    Parameters
    ----------
    frames : int, a multiple of 16
    source : (frames * 16,) float32
    out : (at least start + 15 * stride + frames,) float32
    start, stride : int, frames
    """
    for t in range(0, frames, LANES):
        transpose(source, t * LANES, LANES, out, start + t, stride)
