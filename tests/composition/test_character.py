"""Pieces differ in character, and a higher temperature dares more."""

from dataclasses import replace

import numpy as np
from composing import shipped_model, style

from genmusic.composition.character import character
from genmusic.composition.quality.measuring import measure
from genmusic.composition.quality.pieces import as_score, compose_pieces
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters


def entropies(seeds=6, novelty=0.5, **melody) -> list[float]:
    """Entropy of the melodic intervals of a piece for each seed."""
    changed = style("chamber")
    changed = replace(changed, melody=replace(changed.melody, **melody))
    asked = musical_parameters(defaults() | {"novelty": novelty}, changed)
    composed = (compose_pieces(s, changed, shipped_model(), asked, 1) for s in range(seeds))
    return [measure(as_score(next(pieces))).entropy_bits for pieces in composed]


def test_a_higher_temperature_sings_more_of_what_is_unlikely():
    cool, warm = (np.mean(entropies(temperature=t, variety=0.0)) for t in (0.7, 1.4))

    assert warm > cool + 0.3


def test_novelty_dares_more():
    familiar, surprising = (np.mean(entropies(novelty=n, variety=0.0)) for n in (0.0, 1.0))

    assert surprising > familiar + 0.1


def test_pieces_differ_more_in_a_style_of_more_variety():
    alike, various = (np.std(entropies(16, variety=v)) for v in (0.0, 1.0))

    assert various > 1.2 * alike


def test_without_variety_every_piece_has_the_same_character():
    assert {character(seed, 3, 0.0) for seed in range(9)} == {(1.0, 1.0, 1.0)}


def test_characters_lie_around_the_middle_and_keep_to_their_reach():
    rows = np.log2([character(seed, piece, 1.0) for seed in range(40) for piece in range(10)])

    assert np.abs(rows).max(axis=0).round(1).tolist() == [0.5, 1.0, 0.7]
    assert np.abs(rows.mean(axis=0)).max() < 0.1
