"""The plucked string: a delay line as long as the period, damped on every turn.

K. Karplus, A. Strong, "Digital Synthesis of Plucked-String and Drum Timbres", 1983; D. Jaffe,
J. O. Smith, "Extensions of the Karplus-Strong Plucked-String Algorithm", 1983. Lanes are sixteen
consecutive frames of one string, so the period must be at least 18 frames (2.6 kHz).
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, StringPool, Vector
from kernels.lanes import END, LANES, QUANTUM, RELEASE, START
from kernels.polynomials import PHASE_TO_HALF_TURNS
from kernels.simd import fma, load, splat, store

SETTINGS = (
    "level",
    "held_gain",  # of one turn
    "released_gain",
    "fraction",  # of a frame, added to the period
    "damping",  # 0..0.5, share of the older frame in the loop's low-pass
    "hardness",  # 0..1, one-pole coefficient of the excitation at brightness 0.5
    "brightness",  # how far brightness moves the hardness
    "pluck_place",  # 0..0.5, along the string
)
WHOLE_SETTINGS = ("period", "seed")  # frames; not zero
RING = 2048  # frames, a power of two; the lowest string is 23.5 Hz
PAD = 16  # frames mirrored on both sides, so that sixteen can be read from anywhere
LINE = RING + 2 * PAD
SHORTEST_PERIOD = 18
ONSET_FRAMES = 48  # a finger leaves the string in about a millisecond


@fragment
def _mirror(line: Floats, base: int, at: int, value: Vector) -> None:
    """Write sixteen frames, and again in the pads at the ring's ends."""
    store(line, base + PAD + at, value)
    if at == 0:
        store(line, base + PAD + RING, value)
    elif at == RING - LANES:
        store(line, base, value)


@fragment
def _excite(slot: int, bright: float, settings: Floats, whole_settings: Ints, line: Floats) -> None:
    """Fill the line with one period of shaped noise, ending where writing begins."""
    base = slot * LINE
    at = slot * len(SETTINGS)
    period = whole_settings[slot * 2]
    seed = whole_settings[slot * 2 + 1]
    hardness = settings[at + 5] + settings[at + 6] * (bright - f32(0.5))
    hardness = min(max(hardness, f32(0.02)), f32(1.0))
    for i in range(LINE):
        line[base + i] = f32(0.0)
    smooth = f32(0.0)
    start = base + PAD + RING - period
    for i in range(period):
        seed = i32(seed ^ i32(seed << 13))
        seed = i32(seed ^ ((seed >> 17) & 0x7FFF))
        seed = i32(seed ^ i32(seed << 5))
        smooth = smooth + hardness * (f32(seed) * f32(PHASE_TO_HALF_TURNS) - smooth)
        line[start + i] = smooth
    _pluck(start, period, int(settings[at + 7] * f32(period)), line)
    for i in range(PAD):
        line[base + i] = line[base + RING + i]


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
def _quantum(slot: int, held: bool, pool: StringPool, rows: Floats, row: int) -> None:
    """One quantum of one string into its row."""
    _, _, _, settings, whole_settings, line, positions = pool
    base = slot * LINE
    at = slot * len(SETTINGS)
    period = int(whole_settings[slot * 2])
    gain = settings[at + 1] if held else settings[at + 2]
    fraction, damping = settings[at + 3], settings[at + 4]
    tap_0 = splat(gain * ((f32(1.0) - fraction) * (f32(1.0) - damping)))
    tap_1 = splat(gain * (fraction * (f32(1.0) - damping) + (f32(1.0) - fraction) * damping))
    tap_2 = splat(gain * (fraction * damping))
    level = splat(settings[at])
    write = int(positions[slot])
    for t in range(0, QUANTUM, LANES):
        read = base + PAD + ((write - period) & (RING - 1))
        turned = fma(
            tap_0, load(line, read), fma(tap_1, load(line, read - 1), tap_2 * load(line, read - 2))
        )
        _mirror(line, base, write, turned)
        store(rows, row + t, turned * level)
        write = (write + LANES) & (RING - 1)
    positions[slot] = write


@kernel
def render_strings(first: int, quanta: int, pool: StringPool, rows: Floats, stride: int) -> None:
    """Render all plucked strings of a pool for a block.

    Parameters
    ----------
    first, quanta, rows, stride
        As in `kernels.saws.render_saws`.
    pool : tuple
        timing (slots, 3) int64; listeners (slots,) int32; brightness (listeners, quanta + 1)
        float32; settings (slots * 8,) float32; whole_settings (slots * 2,) int32; line
        (slots * 2080,) float32, in/out; positions (slots,) int32, in/out.
    """
    timing, listeners, brightness, settings, whole_settings, line, positions = pool
    for slot in range(timing.shape[0]):
        for q in range(quanta):
            now = first + q
            row = slot * stride + QUANTUM + q * QUANTUM
            if timing[slot, START] == now:
                positions[slot] = 0
                _excite(slot, brightness[listeners[slot], q], settings, whole_settings, line)
            if timing[slot, START] <= now < timing[slot, END]:
                _quantum(slot, now < timing[slot, RELEASE], pool, rows, row)
            else:
                for t in range(0, QUANTUM, LANES):
                    store(rows, row + t, splat(f32(0.0)))
