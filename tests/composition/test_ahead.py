"""A bar that was composed ahead is the one that would have been composed in its time."""

from dataclasses import replace

import pytest
from composing import parameters, shipped_model, style

from genmusic.composition.composer import Composer
from genmusic.composition.repertoire import Repertoire

BARS = 12
CALL = "60:480 64:480 67:960"
CALM, WILD = {"arousal": 0.2}, {"arousal": 0.9, "tension": 0.9, "novelty": 1.0}


def bars(*, ahead, to_come=CALM, meanwhile=None):
    """The bars of a piece; from the sixth on another mood, after something else was done."""
    composer, rules, asked = Composer(3, style("evening"), shipped_model()), style("evening"), CALM
    heard = []
    for bar in range(BARS):
        if ahead:
            composer.compose_ahead(parameters("evening", **asked), rules)
        if bar == BARS // 2:
            asked = to_come
            if meanwhile:
                meanwhile(composer)
        heard.append(composer.compose_bar(parameters("evening", **asked), rules))
    return [(bar.notes.tobytes(), bar.chords, bar.section) for bar in heard], composer.checkpoint()


def test_bars_composed_ahead_are_those_composed_in_their_time():
    assert bars(ahead=True) == bars(ahead=False)


def test_a_mood_that_changes_meanwhile_is_heard_in_the_bar():
    assert bars(ahead=True, to_come=WILD) == bars(ahead=False, to_come=WILD)
    assert bars(ahead=True, to_come=WILD) != bars(ahead=True)


@pytest.mark.parametrize(
    "meanwhile",
    [
        Composer.skip,
        lambda composer: composer.cue("build"),
        lambda composer: composer.hear(CALL),
        lambda composer: composer.begin_piece(0),
        lambda composer: composer.pass_piece(parameters("evening"), style("evening")),
        lambda composer: composer.go_back(composer.keep()),
    ],
    ids=["skip", "cue", "call", "piece", "pass", "back"],
)
def test_what_is_done_meanwhile_is_heard_in_the_bar(meanwhile):
    assert bars(ahead=True, meanwhile=meanwhile) == bars(ahead=False, meanwhile=meanwhile)


def test_the_composer_stays_where_it_was_until_the_bar_comes():
    composer, rules = Composer(3, style("evening"), shipped_model()), style("evening")
    asked = parameters("evening")
    composer.compose_bar(asked, rules)
    before = composer.checkpoint()

    bar, played = composer.compose_ahead(asked, rules)

    assert composer.checkpoint() == before
    assert composer.compose_bar(asked, rules) is bar
    assert played is rules
    assert composer.bars_at_once == 1


def test_an_edition_that_comes_meanwhile_composes_the_bar():
    composer, rules = Composer(3, style("evening"), shipped_model()), style("evening")
    asked = parameters("evening")
    composer.compose_ahead(asked, rules)

    composer.compose_bar(asked, replace(rules))

    assert composer.bars_at_once == 1


def test_a_work_taken_back_meanwhile_teaches_the_bar_no_longer():
    trained = Repertoire(shipped_model().trained)
    composer, rules = Composer(3, style("evening"), trained), style("evening")
    asked = parameters("evening")
    composer.compose_ahead(asked, rules)

    trained.take_back(frozenset({next(iter(trained.trained.values())).works[0].id}))
    composer.compose_bar(asked, rules)

    assert composer.bars_at_once == 1


def test_who_keeps_decisions_is_told_of_each_bar_in_its_time():
    composer, rules = Composer(3, style("evening"), shipped_model()), style("evening")
    asked = parameters("evening")
    composer.compose_ahead(asked, rules)
    composer.decisions = []

    composer.compose_bar(asked, rules)

    assert composer.decisions
    assert composer.compose_ahead(asked, rules) is None
