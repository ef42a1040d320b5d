"""What every shipped style owes its listeners, measured as docs/music-quality.md reports it."""

import pytest
from composing import parameters, shipped_model, style

from genmusic.composition.quality.assessment import shared_phrases
from genmusic.composition.quality.measuring import measure
from genmusic.composition.quality.pieces import as_score, compose_pieces, phrases
from genmusic.composition.quality.report import MOST_PARALLELS
from genmusic.rules import shipped_styles

SEEDS = range(5)


@pytest.fixture(scope="module", params=shipped_styles())
def pieces(request):
    """A piece for each of five listeners."""
    name = request.param
    return [
        next(compose_pieces(seed, style(name), shipped_model(), parameters(name), 1))
        for seed in SEEDS
    ]


def test_no_two_listeners_hear_the_same_phrase(pieces):
    assert shared_phrases([[phrase for _, phrase in phrases(bars)] for bars in pieces]) == 0


def test_melody_and_bass_hardly_ever_move_in_fifths_or_octaves(pieces):
    figures = [measure(as_score(bars)) for bars in pieces]
    shares = [f.parallels for f in figures if f and f.parallels == f.parallels]

    assert not shares or sum(shares) / len(shares) <= MOST_PARALLELS


def test_bars_return_but_not_all_the_time(pieces):
    shares = [f.bar_repeat for f in map(measure, map(as_score, pieces)) if f]

    assert 0.2 < sum(shares) / len(shares) < 0.85
