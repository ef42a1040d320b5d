import json

import numpy as np
import pytest

from genmusic.composition.chance import choose, draw_bar
from genmusic.composition.patterns import book_of, read_steps
from genmusic.composition.state import PhraseTheme, State, state_from_json
from genmusic.composition.trails import trails_of
from genmusic.rules import BassPattern
from kernels.accompaniment import MEMORY

THEME = PhraseTheme(((4, 0), (2, 4), (2, 5)), (((0, -3), (480, 11), (3600, 0)), (), ((320, 2),)))


def test_a_state_survives_json():
    state = State(
        "evening",
        labels=("A", "A'"),
        phrases=((4, "half"),),
        chords=((4, 0),),
        trails=trails_of({"melody": np.array([[480, 62, 0]])}),
        backing=np.arange(40, 40 + MEMORY),
        themes={"A": (THEME, PhraseTheme(((4, 1),)))},
    )

    again = state_from_json(json.loads(json.dumps(state.to_json())))
    for name in (name for name in State.__slots__ if name not in ("trails", "backing")):
        assert getattr(again, name) == getattr(state, name)
    assert again.trails.of(0).tolist() == [[480, 62, 0]]
    assert again.backing.tolist() == state.backing.tolist()


def test_a_theme_remembers_its_bars_in_order_and_once():
    theme = PhraseTheme(((4, 0),)).with_bar(0, ((0, 1),)).with_bar(0, ((0, 2),)).with_bar(3, ())

    assert theme.bars == (((0, 1),),)


@pytest.mark.parametrize(("uniform", "index"), [(0.0, 1), (0.49, 1), (0.51, 3), (0.999999, 3)])
def test_choosing_follows_the_weights_and_passes_over_zeros(uniform, index):
    assert choose([0.0, 1.0, 0.0, 1.0, 0.0], uniform) == index


def test_choosing_among_nothing_takes_the_first():
    assert choose([0.0, 0.0], 0.7) == 0


def test_the_numbers_of_a_bar_depend_on_seed_piece_and_bar():
    numbers = {draw_bar(*place).colour[0] for place in ((1, 2, 3), (2, 2, 3), (1, 3, 3), (1, 2, 4))}

    assert len(numbers) == 4
    assert draw_bar(1, 2, 3).melody == draw_bar(1, 2, 3).melody


def test_steps_are_read_as_ticks():
    assert read_steps("x..o", 3840) == ((0, "x"), (2880, "o"))


def steps_of(patterns, metre: str, density: float, draw: float) -> str | None:
    return book_of(patterns, lambda one, _ticks: one.steps).find(metre, density, draw)


@pytest.mark.parametrize(("density", "steps"), [(0.1, "R..."), (0.5, "R.R."), (0.9, "RRRR")])
def test_the_densest_pattern_that_density_admits_plays(density, steps):
    patterns = [
        BassPattern(steps=s, density=d) for s, d in (("R...", 0), ("R.R.", 0.4), ("RRRR", 0.8))
    ]

    assert steps_of(patterns, "4/4", density, 0.5) == steps


def test_no_pattern_plays_below_the_sparsest():
    assert steps_of([BassPattern(steps="R...", density=0.5)], "4/4", 0.2, 0.0) is None


def test_a_draw_decides_among_equals():
    patterns = [BassPattern(steps="R..."), BassPattern(steps="..R.")]

    assert [steps_of(patterns, "4/4", 0.5, draw) for draw in (0.1, 0.9)] == [
        "R...",
        "..R.",
    ]


def test_a_pattern_plays_in_its_own_metre_alone():
    patterns = [BassPattern(steps="R..."), BassPattern(steps="R.5", metre="3/4")]

    assert steps_of(patterns, "3/4", 0.5, 0.0) == "R.5"
    assert steps_of(patterns, "6/8", 0.5, 0.0) is None
