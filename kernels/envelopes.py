"""The envelope of voices that are held: attack, decay, sustain, release on sixteen lanes."""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats, Vector
from kernels.lanes import LANES
from kernels.simd import fma, greater_of, lesser_of, load, splat, where_less

RELEASE_TARGET = -0.01  # aims below zero, 40 dB below the peak: what nobody hears ends soon


@fragment
def move_envelope(
    e: Vector, attacking: Vector, held: Vector, settings: Floats, place: int
) -> tuple[Vector, Vector]:
    """One control period; returns the envelope and the attack flag.

    From ``place`` on, the settings hold the rows attack_step, decay_rate, sustain, release_rate.
    """
    one, half, zero = splat(f32(1.0)), splat(f32(0.5)), splat(f32(0.0))
    up = lesser_of(one, e + load(settings, place))
    down = fma(load(settings, place + 2 * LANES) - e, load(settings, place + LANES), e)
    off = fma(splat(f32(RELEASE_TARGET)) - e, load(settings, place + 3 * LANES), e)
    attacking = where_less(up, one, attacking, zero) * held
    on = where_less(attacking, half, down, up)
    return where_less(held, half, greater_of(off, zero), on), attacking
