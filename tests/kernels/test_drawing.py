import numpy as np
import pytest

from kernels import drawing


def numbers(key: int, count: int = 100_000) -> np.ndarray:
    out = np.empty(count)
    drawing.uniforms(key, out)
    return out


def test_the_numbers_are_those_of_splitmix64():
    first = (numbers(1234567, 3) * 2**53).astype(np.uint64)

    # The reference implementation's first outputs for this seed, less their last eleven bits.
    known = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert first.tolist() == [number >> 11 for number in known]


def test_numbers_are_even_over_their_range_and_independent():
    one, other = numbers(1), numbers(2)
    counts, _ = np.histogram(one, 100, (0.0, 1.0))

    assert np.abs(counts - 1000).max() < 5 * np.sqrt(1000)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.015
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.015


def test_fewer_numbers_are_the_beginning_of_more():
    assert np.array_equal(numbers(9, 10), numbers(9, 1000)[:10])


def draw_cell(expected, welcome, counts, wanted, pull, draw):
    room = np.empty(counts.max() + 1), np.empty(len(counts))
    return drawing.draw_cell(expected, welcome, counts, wanted, pull, draw, *room)


def test_a_cell_is_drawn_as_often_as_it_weighs():
    expected, welcome = np.array([0.5, 0.25, 0.25]), np.array([1.0, 0.0, 1.0])
    counts = np.array([1, 1, 1])
    drawn = [draw_cell(expected, welcome, counts, 1.0, 0.7, d) for d in numbers(3, 3000)]

    assert np.bincount(drawn)[1] == 0
    assert np.mean(np.array(drawn) == 0) == pytest.approx(2 / 3, abs=0.03)


def test_a_cell_comes_near_the_number_of_onsets_that_is_wanted():
    even, counts = np.full(5, 0.2), np.arange(5)
    drawn = [draw_cell(even, np.ones(5), counts, 3.0, 5.0, d) for d in numbers(4, 2000)]

    assert np.argmax(np.bincount(drawn)) == 3


def test_a_draw_at_the_end_takes_the_last_cell_that_weighs():
    weights = np.array([1.0, 1.0, 0.0])

    assert draw_cell(weights, np.ones(3), np.ones(3, np.int64), 1.0, 0.0, 1.0) == 1
