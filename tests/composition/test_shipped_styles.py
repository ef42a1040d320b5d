"""Every shipped style composes on for pieces, wherever the mood stands."""

import itertools

import pytest
from composing import compose_shipped

from genmusic.rules import shipped_styles

CORNERS = [
    {"valence": valence, "arousal": arousal, "tension": tension}
    for valence, arousal, tension in itertools.product((-1.0, 1.0), (-1.0, 1.0), (0.0, 1.0))
]


@pytest.mark.parametrize("style", shipped_styles())
def test_a_shipped_style_composes_in_every_corner_of_the_mood(style):
    for seed, mood in enumerate(CORNERS):
        bars = compose_shipped(100, seed, style, **mood)

        assert sum(len(bar.notes) for bar in bars) > 100
        assert all(bar.notes["start_tick"].max(initial=0) < bar.beats * 960 for bar in bars)
