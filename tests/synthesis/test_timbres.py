"""The tables that wavetable voices read."""

import numpy as np
import pytest

from genmusic.synthesis.timbres import BEFORE_FRAMES, TABLES, TIMBRES, table_place
from kernels.wavetables import ABOVE_BITS, NODES, PAD, UNITS


def coefficients(name, pitch):
    """Of every node of a table, by degree, in the order of the wave."""
    place = table_place(name, pitch)
    row = place.frames + 2 * PAD
    first = place.first + BEFORE_FRAMES - PAD
    halves = TABLES.view(np.int32).reshape(2, -1)
    words = [half[first : first + NODES * row].reshape(NODES, row) for half in halves]
    words = [rows[:, PAD:-PAD].T.reshape(-1) for rows in words]
    below = [word << above >> above for word, above in zip(words, ABOVE_BITS, strict=True)]
    upper = [(w - b) >> 32 - a for w, b, a in zip(words, below, ABOVE_BITS, strict=True)]
    whole = upper[0], upper[1], below[1], below[0]
    return [part * unit for part, unit in zip(whole, UNITS, strict=True)]


@pytest.mark.parametrize("name", TIMBRES)
@pytest.mark.parametrize("pitch", [24, 47, 60, 96, 108])
def test_every_node_of_a_table_leads_to_the_next(name, pitch):
    zeroth, first, second, third = coefficients(name, pitch)
    half = 0.5 / NODES

    ahead = zeroth + half * (first + half * (second + half * third))
    back = zeroth - half * (first - half * (second - half * third))

    # A wave that were too loud or too steep for its words would not.
    assert np.abs(ahead - np.roll(back, -1)).max() < 10 ** (-70 / 20)


@pytest.mark.parametrize("name", TIMBRES)
def test_a_table_has_unit_power(name):
    assert np.square(coefficients(name, 60)[0]).mean() == pytest.approx(1.0, rel=0.01)
