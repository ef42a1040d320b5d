"""Powers, logarithms and sines of many numbers are those of each, to the last bit."""

import numpy as np
import pytest

from genmusic import units
from genmusic.synthesis import arrays

SPREAD = np.random.default_rng(0).uniform(-9.0, 9.0, 500)
EDGES = np.array([-0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0])
VALUES = np.concatenate((SPREAD, EDGES))


@pytest.mark.parametrize(
    ("many", "one", "values"),
    [
        (arrays.exp2, units.exp2, VALUES),
        (arrays.log2, units.log2, np.exp2(VALUES)),
        (arrays.sine, units.sine, VALUES),
    ],
)
def test_many_numbers_have_the_same_bits_as_each(many, one, values):
    assert many(values).tolist() == [one(value) for value in values.tolist()]


def test_a_total_is_summed_from_the_first_to_the_last():
    total = 0.0
    for value in VALUES.tolist():
        total += value

    assert arrays.total(VALUES) == total
