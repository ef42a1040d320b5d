"""In every style, what a control is said to move follows it from end to end."""

import pytest
from composing import shipped_model, style

from genmusic.composition.quality.sweep import MOVES, sweep
from genmusic.rules import shipped_styles

LEAST = 0.95  # Spearman; of seven positions, two neighbours may be the wrong way round


@pytest.mark.parametrize("name", shipped_styles())
def test_what_a_control_is_said_to_move_follows_it(name):
    responses = list(sweep(style(name), shipped_model(), positions=7, seeds=5, bars=24))

    weak = [response for response in responses if not response.correlation >= LEAST]
    assert not weak
    assert len(responses) == sum(map(len, MOVES.values()))
