"""What the bench says of a machine that was slow for a while."""

import pytest

from genmusic.cli.bench.circumstances import Circumstances, slowest_percent


def test_a_slow_spell_is_told_from_moments():
    spell = [1.0] * 40 + [1.25] * 10 + [1.0] * 40
    moments = [1.0, 1.0, 1.0, 2.0] * 20

    assert slowest_percent(spell) == pytest.approx(25.0)
    assert slowest_percent(moments) == 0.0


def test_a_short_run_says_nothing_of_the_machine():
    assert slowest_percent([1.0, 2.0]) == 0.0


def test_the_least_buffer_is_of_all_looks():
    buffers = iter([2.5, 0.75, 2.0])
    circumstances = Circumstances(lambda: next(buffers))
    for _ in range(3):
        circumstances.look()

    assert circumstances.least_buffer_seconds == 0.75
