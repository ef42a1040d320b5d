"""Polynomials in place of libm: how near they come."""

import numpy as np
import pytest
from numba import njit

from kernels.polynomials import exp2, log2, sine_of_turns
from kernels.simd import load, store


@njit
def logarithms(x, out):
    for i in range(0, x.size, 16):
        store(out, i, log2(load(x, i)))


@njit
def powers(x, out):
    for i in range(0, x.size, 16):
        store(out, i, exp2(load(x, i)))


@pytest.mark.parametrize(("low", "high"), [(-2.0, 2.0), (-40.0, 40.0), (-120.0, 120.0)])
def test_log2_is_as_good_as_float32(low, high):
    x = np.exp2(np.linspace(low, high, 16_000)).astype(np.float32)
    out = np.empty_like(x)

    logarithms(x, out)

    error = np.abs(out - np.log2(x.astype(float)))
    assert error.max() < 3e-7 + high * 1.2e-7


def test_log2_of_powers_of_two_is_exact():
    x = np.exp2(np.arange(-64, 64)).astype(np.float32)
    out = np.empty_like(x)

    logarithms(x, out)

    assert np.array_equal(out, np.arange(-64, 64))


def test_exp2_is_the_inverse_of_log2():
    x = np.linspace(-20, 20, 16_000).astype(np.float32)
    there, back = np.empty_like(x), np.empty_like(x)

    powers(x, there)
    logarithms(there, back)

    assert np.abs(back - x).max() < 6e-6  # three roundings of a number near 20


@njit
def sines(turns, out):
    for i in range(0, turns.size, 16):
        store(out, i, sine_of_turns(load(turns, i)))


@pytest.mark.parametrize("most_turns", [0.5, 8.0])
def test_the_sine_of_turns_repeats(most_turns):
    turns = np.linspace(-most_turns, most_turns, 16_000).astype(np.float32)
    out = np.empty_like(turns)

    sines(turns, out)

    assert np.abs(out - np.sin(2 * np.pi * turns.astype(float))).max() < 7e-6
