"""The knock of a hammer or mallet: a short band of noise, sixteen frames at a time."""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment
from kernels._types import Float, Floats, Vector
from kernels.filters import svf_coefficients
from kernels.lanes import LANES
from kernels.oscillators import noise_at
from kernels.scans import (
    Matrices,
    Pair,
    factors_of,
    matrices_of,
    powers_of,
    powers_of_matrix,
    recalled_pair,
)
from kernels.shuffles import after
from kernels.simd import fma, lane_numbers, load, splat, store, where_less
from kernels.stretches import begin_of


@fragment
def _first() -> Vector:
    """1 in the first lane, else 0."""
    return where_less(lane_numbers(), splat(f32(0.5)), splat(f32(1.0)), splat(f32(0.0)))


@fragment
def decay_of(factor: float) -> tuple[Vector, Float]:
    """The first, second ... sixteenth power of a factor per frame; the sixteenth as a number."""
    fourth = f32((factor * factor) * (factor * factor))
    sixteenth = f32((fourth * fourth) * (fourth * fourth))
    return powers_of(factor, factors_of(factor), _first()), sixteenth


@fragment
def _band_of(band: tuple[float, float], tile: Floats) -> tuple[Matrices, tuple[Pair, Pair]]:
    """A band-pass as `kernels.scans` needs it; how noise goes in is left in the tile."""
    a, b, c = svf_coefficients(splat(band[0]), splat(band[1]))
    store(tile, 0, a)
    store(tile, LANES, b)
    store(tile, 2 * LANES, c)
    turn = (tile[0], f32(-tile[LANES]), tile[LANES], f32(f32(1.0) - tile[2 * LANES]))
    turns = matrices_of(turn)
    return turns, powers_of_matrix(turn, turns, _first())


@fragment
def knock(
    count: int,
    decay: float,
    band: tuple[float, float],
    now: tuple[float, float, float],
    quanta: int,
    tile: Floats,
    row: Floats,
) -> tuple[Float, Float, Float]:
    """Add some quanta of a knock to a row.

    ``count`` is its place in the noise, ``decay`` a factor per frame, ``band`` the centre in Hz and
    1/Q; ``now`` is the envelope and the two memories of the band-pass. What they are after the
    last quantum is returned.
    """
    turns, powers = _band_of(band, tile)
    into = load(tile, LANES), load(tile, 2 * LANES)
    falling, sixteenth = decay_of(decay)
    noise, memory = now[0], (splat(now[1]), splat(now[2]))
    for t in range(begin_of(0), begin_of(quanta), LANES):
        x = noise_at(i32(count + (t - begin_of(0)))) * (falling * splat(noise))
        here = recalled_pair((x * into[0], x * into[1]), memory, turns, powers)
        passed = after(memory[0], here[0]) + here[0]
        store(row, t, fma(passed, splat(f32(0.5)), load(row, t)))
        memory, noise = here, f32(noise * sixteenth)
    store(tile, 0, memory[0])
    store(tile, LANES, memory[1])
    return noise, tile[LANES - 1], tile[2 * LANES - 1]
