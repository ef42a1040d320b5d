"""Three bands for each strip: low shelf, high shelf and bell; one after the other, in run lanes.

A band that is flat is not there: it costs nothing, changes no bit and remembers nothing. A strip
whose bus is silent and whose bands have died away is silent, too.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import Float, Floats, Ints, Vector
from kernels.buses import FRACTIONS, SILENT, SOUNDING, STRIDE, is_sounding, read_quantum
from kernels.lanes import LANES, QUANTUM
from kernels.matrices import Matrix, Pair, times
from kernels.rings import QUIETEST
from kernels.runs import (
    RUN,
    RUNS,
    STEPS,
    Quantum,
    added,
    lane_of,
    summed,
    summed_pair,
    to_frames,
    to_runs,
)
from kernels.shuffles import of_last_runs, of_run_1, run_numbers
from kernels.simd import (
    float_to_bits,
    fma,
    lane_numbers,
    largest_magnitude,
    load,
    load_splat,
    splat,
    splat_int,
    store,
    store_int,
    where_less,
)

LOW_PACE, LOW_RISE, MID_PACE, MID_WIDTH, MID_RISE, HIGH_PACE, HIGH_RISE = range(7)
BANDS = 7  # rows
LOW, BELL, HIGH = 0, 1, 3  # where each side of a strip remembers its bands; a bell has two
MEMORIES = 4
Rise: TypeAlias = tuple[Float, Float]
"""Half of a band's gain less 1 at both ends of a quantum; both 0: the band is flat."""

# On the desk of a strip lie, for the low and for the high shelf, and then for the bell, what a band
# multiplies; it is worked out again only when the band moves to another frequency.
KEPT, PACE, KEEP, KEEPS = 0, 16, 17, 24  # of a shelf: after all runs before; 1 to 8 frames; runs
WHOLE, PAST, DIRECT = 27, 28, 29  # 1 over pace; what a rise multiplies of the past and of a frame
SHELF = 32  # numbers
KEPTS, TURN, TURNS = 0, 64, 92  # of a bell: after all runs before; 1 to 8 frames; runs
OF_MID = 104  # pace and width
MID = 2 * SHELF
DESK = MID + 128
UNKNOWN = -1.0  # no pace
LEAST = 1e-25  # of what is left: less is nothing, and would be slow to multiply


@fragment
def _has(last: int, strip: int, row: int, bands: Floats) -> bool:
    """Whether a band is not flat at all borders up to the last."""
    at, border = (strip * BANDS + row) * bands.shape[2], 0
    bits = splat_int(i32(0))
    while border + LANES <= last + 1:
        bits = bits | float_to_bits(load(bands, at + border))
        border += LANES
    has = largest_magnitude(bits) != f32(0.0)  # bits of several numbers together may be no number
    while border <= last:
        has |= bands[strip, row, border] != f32(0.0)
        border += 1
    return bool(has)


@fragment
def _rise(bands: Floats, strip: int, row: int, border: int, step: int) -> Rise:
    return bands[strip, row, border], bands[strip, row, border + step]


@fragment
def _is_flat(rise: Rise) -> bool:
    return bool((rise[0] == f32(0.0)) & (rise[1] == f32(0.0)))


@fragment
def _rests(before: Vector, held: int) -> bool:
    """Whether a band has nothing to do: nothing comes in, and next to nothing is remembered."""
    return bool(held == SILENT and largest_magnitude(float_to_bits(before)) < f32(QUIETEST))


@fragment
def _recalled(strip: int, place: int, memories: Floats) -> Vector:
    """What both sides remember, in all lanes of each."""
    left, right = memories[strip, place], memories[strip, MEMORIES + place]
    return where_less(lane_numbers(), splat(f32(RUNS)), splat(left), splat(right))


@fragment
def _remember(before: Vector, strip: int, place: int, desk: Floats, memories: Floats) -> None:
    hand = desk.shape[0] - LANES  # beyond what the bell of the last strip multiplies
    store(desk, hand, before)
    memories[strip, place], memories[strip, MEMORIES + place] = desk[hand], desk[hand + RUNS]


@fragment
def _forget(strip: int, place: int, memories: Floats) -> None:
    memories[strip, place] = memories[strip, MEMORIES + place] = f32(0.0)


@fragment
def _ramp(rise: Rise) -> Vector:
    """A line across a quantum, which stands still for the four frames of a run."""
    slope = (rise[1] - rise[0]) * f32(RUN / QUANTUM)
    return fma(run_numbers(), splat(slope), splat(rise[0]))


@fragment
def _read(begin: int, held: int, buses: Ints) -> Quantum:
    """A quantum of a bus in runs."""
    return to_runs(read_quantum(buses, begin, held))


@fragment
def _write(x: Quantum, begin: int, buses: Ints) -> None:
    """Leave a quantum in its bus, from runs."""
    y = to_frames(x)
    for k in range(2):
        for m in range(4):
            store_int(buses, begin + k * STRIDE + m * LANES, float_to_bits(y[4 * k + m]))


@fragment
def _prepare_shelf(pace: float, high: bool, at: int, desk: Floats) -> None:
    keep = f32(1.0) - pace
    past = pace * (f32(1.0) + keep)
    desk[at + PACE], desk[at + WHOLE] = pace, f32(1.0) / pace
    desk[at + PAST], desk[at + DIRECT] = -past if high else past, f32(2.0) - pace if high else pace
    power = keep
    for frame in range(KEEP, KEEPS + 1):
        desk[at + frame] = power
        power = power * keep
    run = desk[at + KEEPS]
    desk[at + KEEPS + 1] = run * run
    desk[at + KEEPS + 2] = run * run * (run * run)
    power = run
    for number in range(RUNS):
        place = at + KEPT + lane_of(number)
        desk[place] = desk[place + RUNS] = power
        power = power * run if power > f32(LEAST) else f32(0.0)


@fragment
def _shelved(
    x: Quantum, rise: Vector, before: Vector, at: int, desk: Floats
) -> tuple[Quantum, Vector]:
    """A quantum through a shelf: a one-pole low-pass, added or taken away; then its memory.

    What a trapezoidal low-pass lets through is its memory before and after a frame, and that after
    it is worked out of the one before and the frame. Within a quantum the memory counts in paces.
    """
    keep = load_splat(desk, at + KEEP)
    h0 = x[0]
    h1 = fma(keep, h0, x[1])
    h2 = fma(keep, h1, x[2])
    h3 = fma(keep, h2, x[3])
    h4 = fma(keep, h3, x[4])
    h5 = fma(keep, h4, x[5])
    h6 = fma(keep, h5, x[6])
    h7 = fma(keep, h6, x[7])
    keeps = (
        load_splat(desk, at + KEEPS), load_splat(desk, at + KEEPS + 1),
        load_splat(desk, at + KEEPS + 2),
    )  # fmt: skip
    before = before * load_splat(desk, at + WHOLE)
    own = fma(load(desk, at + KEPT), before, summed(h7, keeps))
    past = rise * load_splat(desk, at + PAST)
    through = fma(rise, load_splat(desk, at + DIRECT), splat(f32(1.0)))
    left = past * of_run_1(before, own)
    y = (
        fma(through, x[0], left),
        fma(load_splat(desk, at + KEEP), left, fma(past, h0, through * x[1])),
        fma(load_splat(desk, at + KEEP + 1), left, fma(past, h1, through * x[2])),
        fma(load_splat(desk, at + KEEP + 2), left, fma(past, h2, through * x[3])),
        fma(load_splat(desk, at + KEEP + 3), left, fma(past, h3, through * x[4])),
        fma(load_splat(desk, at + KEEP + 4), left, fma(past, h4, through * x[5])),
        fma(load_splat(desk, at + KEEP + 5), left, fma(past, h5, through * x[6])),
        fma(load_splat(desk, at + KEEP + 6), left, fma(past, h6, through * x[7])),
    )
    return y, of_last_runs(own) * load_splat(desk, at + PACE)


@fragment
def _shelve(
    quanta: int, step: int, strip: int, high: bool, at: int, bands: Floats, desk: Floats,
    memories: Floats, buses: Ints,
) -> None:  # fmt: skip
    """Run both sides of a strip through one of its shelves."""
    row, place = (HIGH_PACE, HIGH) if high else (LOW_PACE, LOW)
    before = _recalled(strip, place, memories)
    for quantum in range(quanta):
        held, border = is_sounding(buses, strip, quantum), quantum * step
        rise = _rise(bands, strip, row + 1, border, step)
        if _is_flat(rise) or _rests(before, held):
            before = splat(f32(0.0))
            continue
        if desk[at + PACE] != bands[strip, row, border]:
            _prepare_shelf(bands[strip, row, border], high, at, desk)
        begin = 2 * strip * STRIDE + quantum * QUANTUM
        y, before = _shelved(_read(begin, held, buses), _ramp(rise), before, at, desk)
        _write(y, begin, buses)
        buses[2 * strip * STRIDE + SOUNDING + quantum] = i32(FRACTIONS)
    _remember(before, strip, place, desk, memories)


@fragment
def _turn_of(pace: float, width: float) -> Matrix:
    """What a bell's two memories become in a frame.

    The trapezoidal state-variable filter (Simper 2013), its two states solved for the next ones.
    """
    one, two = f32(1.0), f32(2.0)
    a1 = one / (one + pace * (pace + width))
    a2 = pace * a1
    return two * a1 - one, -two * a2, two * a2, one - two * pace * a2


@fragment
def _matrix(at: int, desk: Floats) -> Matrix:
    return desk[at], desk[at + 1], desk[at + 2], desk[at + 3]


@fragment
def _keep_matrix(turn: Matrix, at: int, desk: Floats) -> None:
    for k, value in enumerate(turn):
        desk[at + k] = value


@fragment
def _prepare_bell(pace: float, width: float, at: int, desk: Floats) -> None:
    turn = _turn_of(pace, width)
    power = turn
    for frame in range(RUN - 1):
        _keep_matrix(power, at + TURN + 4 * frame, desk)
        power = times(power, turn)
    run = power
    for step in range(STEPS):
        _keep_matrix(power, at + TURNS + 4 * step, desk)
        power = times(power, power)
    power = run
    for number in range(RUNS):
        for k, value in enumerate(power):
            place = at + KEPTS + k * LANES + lane_of(number)
            desk[place] = desk[place + RUNS] = value
        power = times(power, run)
    desk[at + OF_MID], desk[at + OF_MID + 1] = pace, width


@fragment
def _left(frames: int, x: Vector, start: Pair, at: int, desk: Floats) -> Vector:
    """What a bell's first memory is after some frames, with what the runs before have left."""
    first, second = desk[at + TURN + 4 * frames - 4], desk[at + TURN + 4 * frames - 3]
    return fma(splat(second), start[1], fma(splat(first), start[0], x))


@fragment
def _passed(start: Vector, h: Quantum) -> Quantum:
    """Twice what a trapezoidal filter lets through, from its memory before and after each frame."""
    return (
        start + h[0], h[0] + h[1], h[1] + h[2], h[2] + h[3],
        h[3] + h[4], h[4] + h[5], h[5] + h[6], h[6] + h[7],
    )  # fmt: skip


@fragment
def _raised(x: Quantum, rise: Vector, p: Quantum) -> Quantum:
    """Add what a band lets through to what came in."""
    return (
        fma(rise, p[0], x[0]), fma(rise, p[1], x[1]), fma(rise, p[2], x[2]), fma(rise, p[3], x[3]),
        fma(rise, p[4], x[4]), fma(rise, p[5], x[5]), fma(rise, p[6], x[6]), fma(rise, p[7], x[7]),
    )  # fmt: skip


@fragment
def _rung(x: Quantum, rise: Vector, before: Pair, at: int, desk: Floats) -> tuple[Quantum, Pair]:
    """A quantum through a bell; then its memories."""
    turn = _matrix(at + TURN, desk)
    a, b = splat(turn[2]), splat(turn[2] * desk[at + OF_MID])
    h0 = a * x[0], b * x[0]
    h1 = added(a * x[1], b * x[1], h0, turn)
    h2 = added(a * x[2], b * x[2], h1, turn)
    h3 = added(a * x[3], b * x[3], h2, turn)
    h4 = added(a * x[4], b * x[4], h3, turn)
    h5 = added(a * x[5], b * x[5], h4, turn)
    h6 = added(a * x[6], b * x[6], h5, turn)
    h7 = added(a * x[7], b * x[7], h6, turn)
    turns = (
        _matrix(at + TURNS, desk), _matrix(at + TURNS + 4, desk), _matrix(at + TURNS + 8, desk)
    )  # fmt: skip
    own, other = summed_pair(h7, turns)
    own = fma(load(desk, at + LANES), before[1], fma(load(desk, at), before[0], own))
    other = fma(load(desk, at + 2 * LANES), before[0], other)
    other = fma(load(desk, at + 3 * LANES), before[1], other)
    start = of_run_1(before[0], own), of_run_1(before[1], other)
    h = (
        _left(1, h0[0], start, at, desk), _left(2, h1[0], start, at, desk),
        _left(3, h2[0], start, at, desk), _left(4, h3[0], start, at, desk),
        _left(5, h4[0], start, at, desk), _left(6, h5[0], start, at, desk),
        _left(7, h6[0], start, at, desk), own,
    )  # fmt: skip
    return _raised(x, rise, _passed(start[0], h)), (of_last_runs(own), of_last_runs(other))


@fragment
def _ring(
    quanta: int, step: int, strip: int, at: int, bands: Floats, desk: Floats, memories: Floats,
    buses: Ints,
) -> None:  # fmt: skip
    """Run both sides of a strip through its bell."""
    before = _recalled(strip, BELL, memories), _recalled(strip, BELL + 1, memories)
    for quantum in range(quanta):
        held, border = is_sounding(buses, strip, quantum), quantum * step
        rise = _rise(bands, strip, MID_RISE, border, step)
        if _is_flat(rise) or (_rests(before[0], held) and _rests(before[1], held)):
            before = splat(f32(0.0)), splat(f32(0.0))
            continue
        pace, width = bands[strip, MID_PACE, border], bands[strip, MID_WIDTH, border]
        if desk[at + OF_MID] != pace or desk[at + OF_MID + 1] != width:
            _prepare_bell(pace, width, at, desk)
        begin = 2 * strip * STRIDE + quantum * QUANTUM
        y, before = _rung(_read(begin, held, buses), _ramp(rise), before, at, desk)
        _write(y, begin, buses)
        buses[2 * strip * STRIDE + SOUNDING + quantum] = i32(FRACTIONS)
    for k in range(2):
        _remember(before[k], strip, BELL + k, desk, memories)


@fragment
def equalise(
    quanta: int,
    step: int,
    first: int,
    last: int,
    bands: Floats,
    desk: Floats,
    memories: Floats,
    buses: Ints,
) -> None:
    """Equalise some part buses in place.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    step : int, 0 or 1
        0 if all borders are as the first, so that no other is looked at.
    first, last : int
        The strips from the first up to the last, which is left out.
    bands : (strips, 7, quanta + 1) float32
        For each strip, at each quantum border: pace of the low shelf, 0..2, and half of its gain
        less 1; pace and width (1 / Q) of the bell, and half of its gain less 1 times the width;
        pace of the high shelf, 0..2, and half of its gain less 1. A strip whose three gains are
        zero is left as it is.
    desk : (strips from first to last * `DESK`,) float32, in/out
        What bands multiply; all `UNKNOWN` at first. Any strips may share it.
    memories : (strips, 8) float32, in steps of a bus, in/out
        Four of the left and four of the right side.
    buses : (strips * 2 * `STRIDE`,) int32, in/out
        As in `kernels.buses`.
    """
    for strip in range(first, last):
        at = (strip - first) * DESK
        if _has(quanta * step, strip, LOW_RISE, bands):
            _shelve(quanta, step, strip, False, at, bands, desk, memories, buses)
        else:
            _forget(strip, LOW, memories)
        if _has(quanta * step, strip, HIGH_RISE, bands):
            _shelve(quanta, step, strip, True, at + SHELF, bands, desk, memories, buses)
        else:
            _forget(strip, HIGH, memories)
        if _has(quanta * step, strip, MID_RISE, bands):
            _ring(quanta, step, strip, at + MID, bands, desk, memories, buses)
        else:
            _forget(strip, BELL, memories)
            _forget(strip, BELL + 1, memories)
