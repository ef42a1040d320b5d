"""Tones of drums: one that is swept, and those whose pitch rests."""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import IntVector, Lanes, Vector
from kernels.kits import (
    INCREMENT,
    PHASE,
    SECOND,
    SECOND_DECAY,
    SECOND_INCREMENT,
    SECOND_PHASE,
    SWEEP,
    SWEEP_DECAY,
    TONE,
    TONE_DECAY,
)
from kernels.lanes import ALIVE, CONTROL_FRAMES, LANES, QUANTUM
from kernels.polynomials import exp2, sine
from kernels.simd import (
    fma,
    fnma,
    load,
    load_int,
    shift_left,
    shift_right,
    splat,
    splat_int,
    store,
    store_int,
    to_float,
    to_int,
    where_less,
)

QUARTER_TURN = 2**30
QUANTUM_BITS = 6  # of the frames in a quantum
PI = 3.141592653589793
Three: TypeAlias = tuple[Vector, Vector, Vector]


@fragment
def swept_tone(lanes: Lanes, tone: Vector, moves: Vector) -> None:
    """Add the tone of a quantum to the tile where its pitch still moves."""
    settings, whole_settings, state, counters, facts, tile, _ = lanes
    phase, sweep, tone = load_int(counters, PHASE), load(state, SWEEP), tone * load(facts, ALIVE)
    rest = to_float(load_int(whole_settings, INCREMENT)) * moves
    decay, sweep_decay = load(settings, TONE_DECAY), load(settings, SWEEP_DECAY)
    pace = rest * exp2(sweep)
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        sweep = sweep * sweep_decay
        ahead = rest * exp2(sweep)
        slope = (ahead - pace) * splat(f32(1.0 / CONTROL_FRAMES))
        for t in range(t0, t0 + CONTROL_FRAMES):
            phase = phase + to_int(pace)
            pace = pace + slope
            store(tile, t * LANES, fma(sine(phase), tone, load(tile, t * LANES)))
            tone = tone * decay
        pace = ahead
    store(state, TONE, where_less(splat(f32(0.0)), moves, tone, load(state, TONE)))
    store(state, SWEEP, sweep)
    store_int(counters, PHASE, phase)


@fragment
def _half_chord(step: IntVector) -> Vector:
    """Sine of half of what a tone turns in a frame, by its power series.

    What it misses at 12 kHz, 4e-7, is a phase of -85 dB at the end of a quantum.
    """
    x = to_float(step) * splat(f32(PI * 2.0**-32))
    q = x * x
    p = fma(q, splat(f32(-1.0 / 5040.0)), splat(f32(1.0 / 120.0)))
    return x * fma(q, fma(q, p, splat(f32(-1.0 / 6.0))), splat(f32(1.0)))


@fragment
def power_of_quantum(x: Vector) -> Vector:
    """The factor of a quantum, from one of a frame."""
    x = x * x
    x = x * x
    x = x * x
    x = x * x
    x = x * x
    return x * x


@fragment
def _begin_tone(tone: Vector, phase: IntVector, step: IntVector) -> Three:
    """A steady tone at the next frame, how far it has come since, and how it is drawn back."""
    chord = _half_chord(step)
    twice = chord + chord
    ahead = phase + shift_right(step, 1) + splat_int(i32(QUARTER_TURN))
    return sine(phase + step) * tone, sine(ahead) * tone * twice, twice * twice


@fragment
def steady_tones(lanes: Lanes, tone: Vector, second: Vector, moves: Vector) -> None:
    """Both tones of a quantum into the tile, the first where its pitch rests.

    A sine is drawn back in proportion to where it is: in differences, so that low ones are exact.
    """
    settings, whole_settings, state, counters, facts, tile, _ = lanes
    alive = load(facts, ALIVE)
    phase, second_phase = load_int(counters, PHASE), load_int(counters, SECOND_PHASE)
    step, second_step = (
        load_int(whole_settings, INCREMENT),
        load_int(whole_settings, SECOND_INCREMENT),
    )
    decay, second_decay = load(settings, TONE_DECAY), load(settings, SECOND_DECAY)
    x, x_moves, x_back = _begin_tone(tone * alive, phase, step)
    y, y_moves, y_back = _begin_tone(second * alive, second_phase, second_step)
    x_back, y_back = x_back * decay, y_back * second_decay
    for t in range(QUANTUM):
        store(tile, t * LANES, x + y)
        x_moves = fnma(x_back, x, x_moves * decay)
        y_moves = fnma(y_back, y, y_moves * second_decay)
        x, y = fma(x, decay, x_moves), fma(y, second_decay, y_moves)
    fallen = tone * power_of_quantum(decay)
    store(state, TONE, where_less(splat(f32(0.0)), moves, load(state, TONE), fallen))
    store(state, SECOND, second * power_of_quantum(second_decay))
    rests = splat_int(i32(1)) - to_int(moves)
    store_int(counters, PHASE, phase + shift_left(step * rests, QUANTUM_BITS))
    store_int(counters, SECOND_PHASE, second_phase + shift_left(second_step, QUANTUM_BITS))
