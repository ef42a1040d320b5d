"""Every shipped style is balanced: the limits of ``make sound-report``, on a minute at one mood."""

import numpy as np
import pytest

from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from tests.benchmarks.sound_measures import LIMITS, measure

SECONDS = 50
NEED_LONGER = ("range",)  # of which minutes are needed


@pytest.mark.parametrize("style", sorted(open_library().styles))
def test_a_style_keeps_to_the_limits_of_a_good_mix(style):
    sound = np.empty((2, SECONDS * 48_000), np.float32)
    Engine(open_library(), 7, {"style": style, "valence": 0.5, "arousal": 0.4}).render(sound)

    values = measure(sound)

    outside = {
        name: round(values[name], 1)
        for name, limit in LIMITS.items()
        if name not in NEED_LONGER and not limit.holds(values[name])
    }
    assert outside == {}
