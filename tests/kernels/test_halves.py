"""Floats of 16 bits: how near they come, and what they do at their ends."""

import numpy as np
from numba import njit

from kernels.halves import LARGEST, SMALLEST, joined, parted
from kernels.simd import load, store


@njit
def kept(left, right, line, out):
    for i in range(0, left.size, 16):
        store(line, i, joined(load(left, i), load(right, i)))
        a, b = parted(load(line, i))
        store(out[0], i, a)
        store(out[1], i, b)


def after_keeping(left, right):
    left, right = np.float32(left), np.float32(right)
    out = np.empty((2, len(left)), np.float32)
    kept(left, right, np.empty(len(left), np.float32), out)
    return out


def test_what_is_kept_in_halves_is_70_db_above_its_error():
    left, right = np.random.default_rng(1).normal(0, 0.1, (2, 48_000))

    for heard, meant in zip(after_keeping(left, right), (left, right), strict=True):
        error_db = 20 * np.log10((heard - meant).std() / meant.std())
        assert error_db < -70
        assert np.abs(heard / np.float32(meant) - 1).max() <= 2**-11


def test_sides_do_not_touch_each_other():
    numbers = np.exp2(np.linspace(-26, 3.9, 1_600))

    loud, silent = after_keeping(-numbers, np.zeros(1_600))

    assert (np.abs(loud + numbers) <= numbers / 2**11).all()
    assert not silent.any()
    assert np.array_equal(after_keeping(np.zeros(1_600), -numbers)[1], loud)


def test_what_nobody_hears_becomes_silence_and_what_is_too_loud_stays_loud():
    quiet, loud = after_keeping([SMALLEST / 2] * 16, [-1e9] * 8 + [LARGEST] * 8)

    assert not quiet.any()
    assert np.abs(loud).max() < 16
    assert np.array_equal(np.sign(loud), [-1] * 8 + [1] * 8)


def test_what_was_kept_once_is_kept_for_ever():
    left, right = np.random.default_rng(2).normal(0, 1, (2, 1_600))

    once = after_keeping(left, right)

    assert np.array_equal(after_keeping(*once), once)
