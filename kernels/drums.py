"""Drums as they are recorded: a swept tone, a second tone, and noise and metal through a filter.

Sixteen takes of a hit are struck at once, each a little different from the others. Its parts die
one after the other, and what has died costs nothing.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Floats, Ints, IntVector, Lanes, Vector
from kernels.filters import svf_coefficients, svf_step
from kernels.kits import (
    BAND,
    BRIGHTNESS,
    BURST_DECAY,
    BURST_LEVEL,
    BURST_WAIT,
    BURSTS,
    COUNTERS,
    CUTOFF,
    DAMPING,
    HIGH,
    INDEX,
    INTEGRATOR_1,
    INTEGRATOR_2,
    LOW,
    METAL,
    METAL_DECAY,
    NOISE,
    NOISE_DECAY,
    PLATE_INCREMENTS,
    PLATE_PHASES,
    RISE,
    RISE_RATE,
    SECOND,
    SEED,
    STATES,
    SWEEP,
    TONE,
    WAIT,
)
from kernels.lanes import (
    ALIVE,
    BEND,
    BRIGHT,
    HELD,
    LANES,
    QUANTUM,
)
from kernels.masks import lanes_below
from kernels.pairs import PAIR_FRAMES, TOP, UNIT, paired
from kernels.polynomials import exp2
from kernels.shuffles import transpose
from kernels.simd import (
    fma,
    fnma,
    greater_of,
    load,
    load_int,
    magnitude,
    shift_left,
    splat,
    splat_int,
    square_root,
    store,
    store_int,
    to_float,
    to_int,
    where_less,
)
from kernels.takes import ROW_WORDS, take_rows
from kernels.tones import Three, power_of_quantum, steady_tones, swept_tone

INDEX_SCALE = 2.0**27  # shifted left by four bits: an index of 1 is half a turn
SILENT = 3e-5  # -90 dB of full scale: what has fallen below it is over
SETTLED = 1e-3  # octaves: less than that, 1.2 cents, nobody hears of a sweep
HISS_OVER = 1e-4  # -80 dB of full scale: noise and metal that have fallen below it are over
STEEP = 4.0 * 2.0**-31  # of a parabola over a phase: at nought, and what it loses on the way
BENT = 2.0**-31
_GAIN, _POWER = HELD, BEND  # of each take in the facts, where nobody is held or bent
NOISE_SCALE = 2.0**-31
UNRISEN = 1e-6  # what is less than that has risen
Plates: TypeAlias = tuple[IntVector, IntVector, IntVector, IntVector, IntVector, IntVector]
"""Of three pairs, carrier and modulator."""


@fragment
def _any(x: Vector) -> bool:
    """Whether any lane is above nought."""
    return bool(lanes_below(splat(f32(0.0)), x) != 0)


@fragment
def _heard(x: Vector, over: float) -> Vector:
    """An envelope, or nothing where it has died."""
    return where_less(magnitude(x), splat(f32(over)), splat(f32(0.0)), x)


@fragment
def _bend(modulator: IntVector, bends: tuple[Vector, Vector]) -> IntVector:
    """What a modulator adds to the phase of its carrier.

    Two parabolas for a sine: a cymbal does not miss what is 30 dB below, and it costs half.
    """
    x = to_float(modulator)
    return shift_left(to_int(x * fnma(magnitude(x), bends[1], bends[0])), 4)


@fragment
def _hiss(now: tuple[IntVector, Vector, Vector]) -> tuple[IntVector, Vector]:
    """The next frame of noise, by a congruence of full period (Knuth and Lewis)."""
    seed = now[0] * splat_int(i32(1664525)) + splat_int(i32(1013904223))
    return seed, to_float(seed) * (now[1] - now[2])


@fragment
def _noise_of(lanes: Lanes, noise: Vector, decay: Vector) -> Three:
    """The level of noise, what is missing of it while it rises, and how that decays.

    Noise that rises as a capacitor is charged is the difference of two that fall.
    """
    state, one = lanes[2], splat(f32(1.0))
    missing, kept = one - load(state, RISE), one - load(lanes[0], RISE_RATE)
    level, left = noise * splat(f32(NOISE_SCALE)), missing * power_of_quantum(kept)
    store(state, RISE, one - where_less(left, splat(f32(UNRISEN)), splat(f32(0.0)), left))
    return level, level * missing * kept, decay * kept


@fragment
def _filter_of(lanes: Lanes) -> tuple[Three, Three]:
    """Coefficients of the filter, and gains of its input and of both integrators.

    Band-pass and low-pass are means of an integrator before and after a frame; the high-pass is
    what low-pass and damped band-pass leave of the input.
    """
    settings, facts = lanes[0], lanes[4]
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    cutoff = exp2(fma(load(settings, BRIGHTNESS), swing, load(settings, CUTOFF)))
    damping, alive = load(settings, DAMPING), load(facts, ALIVE)
    half, high = splat(f32(0.5)) * alive, load(settings, HIGH)
    low = fnma(high, half, load(settings, LOW) * half)
    band = fnma(high * damping, half, load(settings, BAND) * half)
    a, b, c = svf_coefficients(cutoff, damping)
    first = fma(low, b, fma(band, a, band))
    second = fnma(low, c, fnma(band, b, low + low))
    return (a, b, c), (fma(low, c, fma(band, b, high * alive)), first, second)


@fragment
def _filtered(
    x: Vector,
    s: tuple[Vector, Vector],
    by: Three,
    gains: Three,
) -> tuple[Vector, tuple[Vector, Vector]]:
    """A frame through the filter, and what its integrators are then."""
    out = fma(s[1], gains[2], fma(s[0], gains[1], x * gains[0]))
    return out, svf_step(x, s[0], s[1], by[0], by[1], by[2])


@fragment
def _hissing(lanes: Lanes, noise: Vector, decay: Vector) -> None:
    """Add noise of a quantum to the tile, through the filter."""
    state, counters, tile = lanes[2], lanes[3], lanes[5]
    level, low, low_decay = _noise_of(lanes, noise, decay)
    by, gains = _filter_of(lanes)
    seed, s = load_int(counters, SEED), (load(state, INTEGRATOR_1), load(state, INTEGRATOR_2))
    for t in range(QUANTUM):
        seed, x = _hiss((seed, level, low))
        level, low = level * decay, low * low_decay
        out, s = _filtered(x, s, by, gains)
        store(tile, t * LANES, load(tile, t * LANES) + out)
    _leave_hiss(lanes, seed, level, s)


@fragment
def _leave_hiss(lanes: Lanes, seed: IntVector, level: Vector, s: tuple[Vector, Vector]) -> None:
    """Keep where noise and filter are."""
    state, counters = lanes[2], lanes[3]
    store(state, NOISE, level * splat(f32(1.0 / NOISE_SCALE)))
    store_int(counters, SEED, seed)
    store(state, INTEGRATOR_1, s[0])
    store(state, INTEGRATOR_2, s[1])


@fragment
def _of_plates(rows: Ints, begin: int) -> Plates:
    """What is kept of each plate."""
    return (
        load_int(rows, begin),
        load_int(rows, begin + LANES),
        load_int(rows, begin + 2 * LANES),
        load_int(rows, begin + 3 * LANES),
        load_int(rows, begin + 4 * LANES),
        load_int(rows, begin + 5 * LANES),
    )


@fragment
def _ringing(lanes: Lanes, noise: Vector, decay: Vector, metal: Vector) -> None:
    """Add noise and metal of a quantum to the tile, through the filter.

    Metal is three carriers, each bent by a modulator: as dense a spectrum as that of a cymbal.
    """
    settings, steps, state, counters, _, tile, _ = lanes
    level, low, low_decay = _noise_of(lanes, noise, decay)
    by, gains = _filter_of(lanes)
    seed, s = load_int(counters, SEED), (load(state, INTEGRATOR_1), load(state, INTEGRATOR_2))
    p1, p2, p3, p4, p5, p6 = _of_plates(counters, PLATE_PHASES)
    s1, s2, s3, s4, s5, s6 = _of_plates(steps, PLATE_INCREMENTS)
    index = load(settings, INDEX) * splat(f32(INDEX_SCALE))
    metal_decay = load(settings, METAL_DECAY)
    bends, bent = (index * splat(f32(STEEP)), index * splat(f32(STEEP * BENT))), splat(f32(BENT))
    metal = metal * splat(f32(STEEP))
    for t in range(QUANTUM):
        seed, x = _hiss((seed, level, low))
        level, low = level * decay, low * low_decay
        p1, p2, p3, p4, p5, p6 = p1 + s1, p2 + s2, p3 + s3, p4 + s4, p5 + s5, p6 + s6
        a, b = to_float(p1 + _bend(p2, bends)), to_float(p3 + _bend(p4, bends))
        c = to_float(p5 + _bend(p6, bends))
        squares = fma(a, magnitude(a), fma(b, magnitude(b), c * magnitude(c)))
        out, s = _filtered(fma(fnma(squares, bent, a + b + c), metal, x), s, by, gains)
        metal = metal * metal_decay
        store(tile, t * LANES, load(tile, t * LANES) + out)
    _leave_hiss(lanes, seed, level, s)
    store(state, METAL, metal * splat(f32(1.0 / STEEP)))
    for row, phase in enumerate((p1, p2, p3, p4, p5, p6)):
        store_int(counters, PLATE_PHASES + row * LANES, phase)


@fragment
def _next_burst(lanes: Lanes) -> tuple[Vector, Vector]:
    """Begin another burst of noise where one is due; the noise's level and decay."""
    settings, _, state, _, _, _, _ = lanes
    one, half, zero = splat(f32(1.0)), splat(f32(0.5)), splat(f32(0.0))
    bursts, wait = load(state, BURSTS), load(state, WAIT) - one
    due = where_less(wait, half, where_less(half, bursts, one, zero), zero)
    noise = where_less(
        half, due, load(settings, BURST_LEVEL), _heard(load(state, NOISE), HISS_OVER)
    )
    bursts = bursts - due
    store(state, BURSTS, bursts)
    store(state, WAIT, where_less(half, due, load(settings, BURST_WAIT), wait))
    return noise, where_less(half, bursts, load(settings, BURST_DECAY), load(settings, NOISE_DECAY))


@fragment
def _settle(state: Floats, driven: Vector) -> Vector:
    """Let the filter rest in lanes where it has rung out; 1 where it has not."""
    s1, s2 = load(state, INTEGRATOR_1), load(state, INTEGRATOR_2)
    loud = greater_of(greater_of(magnitude(s1), magnitude(s2)), driven)
    silent, zero = splat(f32(SILENT)), splat(f32(0.0))
    store(state, INTEGRATOR_1, where_less(loud, silent, zero, s1))
    store(state, INTEGRATOR_2, where_less(loud, silent, zero, s2))
    return where_less(loud, silent, zero, splat(f32(1.0)))


@fragment
def _tones(lanes: Lanes) -> None:
    """Both tones of a quantum into the tile."""
    state, tile = lanes[2], lanes[5]
    tone, second = _heard(load(state, TONE), SILENT), _heard(load(state, SECOND), SILENT)
    sweep, settled, zero = load(state, SWEEP), splat(f32(SETTLED)), splat(f32(0.0))
    store(state, SWEEP, where_less(sweep, settled, zero, sweep))
    moves = where_less(sweep, settled, zero, splat(f32(1.0)))
    swept, steady = tone * moves, where_less(zero, moves, zero, tone)
    if _any(greater_of(magnitude(steady), magnitude(second))):
        steady_tones(lanes, steady, second, moves)
    else:
        for t in range(QUANTUM):
            store(tile, t * LANES, zero)
    if _any(magnitude(swept)):
        swept_tone(lanes, swept, moves)


@fragment
def _quantum(lanes: Lanes) -> None:
    """One quantum of sixteen voices into the tile."""
    state = lanes[2]
    _tones(lanes)
    metal = _heard(load(state, METAL), HISS_OVER)
    noise, decay = _next_burst(lanes)
    hissing = greater_of(magnitude(noise), load(state, BURSTS))
    filtered = _settle(state, greater_of(hissing, magnitude(metal)))
    if _any(magnitude(metal)):
        _ringing(lanes, noise, decay, metal)
    elif _any(filtered):
        _hissing(lanes, noise, decay)


@fragment
def _begin(takes: Lanes) -> None:
    """Strike: the first rows of the settings are the state at the start."""
    settings, whole_settings, state, counters, facts, _, _ = takes
    for row in range(0, STATES * LANES, LANES):
        store(state, row, load(settings, row))
    for row in range(0, COUNTERS * LANES, LANES):
        store_int(counters, row, load_int(whole_settings, row))
    store(facts, ALIVE, splat(f32(1.0)))
    store(facts, _POWER, splat(f32(0.0)))


@fragment
def _level(facts: Floats, tile: Floats) -> None:
    """Make each lane of a quantum as loud as words can hold."""
    peak, power = splat(f32(SILENT * UNIT)), load(facts, _POWER)
    for t in range(0, QUANTUM * LANES, LANES):
        x = load(tile, t)
        peak, power = greater_of(peak, magnitude(x)), fma(x, x, power)
    share = splat(f32(TOP)) / peak
    for t in range(0, QUANTUM * LANES, LANES):
        store(tile, t, load(tile, t) * share)
    store(facts, _GAIN, peak * splat(f32(UNIT / TOP)))
    store(facts, _POWER, power)


@fragment
def _write(tile: Floats, sheet: Floats, place: int, apart: int, count: int, out: Floats) -> None:
    """Write a quantum of each take as words."""
    for t in range(0, QUANTUM, LANES):
        transpose(tile, t * LANES, LANES, sheet, t, QUANTUM)
    for take in range(count):
        for t in range(0, QUANTUM, PAIR_FRAMES):
            begin = take * QUANTUM + t
            words = paired(load(sheet, begin), load(sheet, begin + LANES))
            store(out, place + take * apart + t // 2, words)


@kernel
def record_drum(row: int, quanta: int, count: int, takes: Lanes, out: Floats) -> None:
    """Record takes of a hit, as `kernels.takes` has them.

    Parameters
    ----------
    row : int
        Of the recordings, where the first take begins.
    quanta : int
        Of each take, as many as are heard.
    count : int
        Takes that are kept, at most sixteen.
    takes : tuple
        As in `kernels.lanes`, with a take in each lane: settings and whole settings as in
        `kernels.kits`, scratch for state, counters and facts, a tile, and a sheet as long. How
        bright each take is lies in the facts; a seed must not be zero.
    out : (rows * `ROW_WORDS`,) float32
        Recordings, of which the rows of this hit are written.
    """
    facts, tile, sheet = takes[4], takes[5], takes[6]
    begin, apart = row * ROW_WORDS, take_rows(quanta) * ROW_WORDS
    gains = begin + quanta * ROW_WORDS
    _begin(takes)
    for quantum in range(quanta):
        _quantum(takes)
        _level(facts, tile)
        _write(tile, sheet, begin + quantum * ROW_WORDS, apart, count, out)
        for take in range(count):
            out[gains + take * apart + quantum] = facts[_GAIN + take]
    store(facts, _POWER, square_root(load(facts, _POWER)))
    for take in range(count):
        out[gains + take * apart + quanta] = facts[_POWER + take]
