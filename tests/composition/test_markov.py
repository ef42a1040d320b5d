import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genmusic.composition.markov import Smoothing, grow, join, spread_out
from kernels.sampling import distribution, find_child

SYMBOLS = 6


def learned(samples, least=(1,) * 5):
    """A tree from (context, symbol, work) triples, contexts of up to 4 steps."""
    contexts = np.full((len(samples), 4), -1, np.int64)
    for row, (context, _, _) in enumerate(samples):
        contexts[row, : len(context)] = context
    symbols = np.array([symbol for _, symbol, _ in samples], np.int64)
    works = np.array([work for _, _, work in samples], np.int64)
    return grow(contexts, symbols, works, Smoothing((0.7,), (40.0,), least))


def after(tree, *context):
    out = np.empty(SYMBOLS)
    distribution(tree.tree, np.array(context, np.int64), len(context), out)
    return out


steps = st.lists(st.integers(0, 255), max_size=4)
samples = st.lists(st.tuples(steps, st.integers(0, SYMBOLS - 1), st.integers(0, 3)), min_size=1)


@settings(derandomize=True, deadline=None)
@given(samples, steps)
def test_probabilities_sum_to_one_and_none_is_zero(samples, context):
    probabilities = after(learned(samples), *context)

    assert abs(probabilities.sum() - 1.0) < 1e-6  # rounding of some thirty float32 terms
    assert probabilities.min() > 0.0


def test_what_was_seen_is_preferred():
    tree = learned([([1], 2, work) for work in range(20)])

    probabilities = after(tree, 1)

    assert probabilities.argmax() == 2


def test_the_longer_context_speaks_louder_the_more_often_it_was_heard():
    often = [([1, 2], 5, work) for work in range(100)]
    tree = learned([*often, *[([1, 3], 4, work) for work in range(100)]])

    assert after(tree, 1, 2)[5] > after(tree, 1)[5]


def test_an_unknown_context_says_what_its_beginning_says():
    tree = learned([([1, 2], 3, 0), ([1, 4], 5, 1)])

    assert np.array_equal(after(tree, 1, 9), after(tree, 1))


def test_a_work_that_repeats_itself_counts_once():
    verse = [([1, 2, 3, 4], 5, 0)]

    once, five_times = learned(verse), learned(verse * 5)

    assert five_times.tree.shares.tolist() == once.tree.shares.tolist()


def test_a_symbol_that_fits_many_contexts_counts_more_than_a_frequent_one():
    frequent = [([1, 2], 4, 0)] * 9
    versatile = [([1, step], 5, 0) for step in (3, 4, 5)]

    probabilities = after(learned([*frequent, *versatile]), 1)

    assert probabilities[5] > probabilities[4]


def test_what_was_heard_once_only_is_left_out_where_the_limit_says_so():
    tree = learned([([1, 2], 3, 0), ([1, 4], 3, 0), ([1, 4], 3, 1)], least=(1, 1, 2, 1, 1))

    assert tree.tree.rows["step"][:-1].tolist() == [0, 1, 4]
    assert np.array_equal(after(tree, 1, 2), after(tree, 1))


def test_what_is_longer_than_a_left_out_context_is_left_out_too():
    tree = learned([([1, 2, 3], 3, 0), ([1, 2, 3], 3, 1)], least=(1, 9, 1, 1, 1))

    assert len(tree.tree.rows) == 2


def test_nothing_learned_means_anything_goes():
    assert np.allclose(after(learned([]), 1, 2), 1 / SYMBOLS)


@settings(derandomize=True, deadline=None)
@given(samples)
def test_every_row_knows_its_samples(samples):
    grown = learned(samples)

    for context, symbol, work in samples:
        row = walk(grown.tree, context)
        if row is not None:
            inside = slice(
                grown.first_sample[row], grown.first_sample[row] + grown.sample_count[row]
            )
            taught = zip(grown.sample_symbols[inside], grown.sample_works[inside], strict=True)
            assert (symbol, work) in set(taught)


def walk(tree, context):
    row = 0
    for step in context:
        row = find_child.py_func(tree, row, step)
        if row < 0:
            return None
    return row


def test_trees_that_are_joined_say_what_each_said():
    one = learned([([1], 2, 0), ([1, 3], 4, 0)]).tree
    other = learned([([1], 5, 0), ([2, 3], 1, 0)]).tree

    joined, roots = join([one, other])

    for tree, root in zip((one, other), roots.tolist(), strict=True):
        for context in ([1], [2], [1, 3], [2, 3], [9]):
            here, there = walk_from(tree, 0, context), walk_from(joined, root, context)
            assert (here < 0) == (there < 0)
            if here >= 0:
                assert entries(tree, here) == entries(joined, there)


def walk_from(tree, row, context):
    for step in context:
        row = find_child.py_func(tree, row, step) if row >= 0 else row
    return row


def entries(tree, row):
    inside = slice(*tree.rows["first_entry"][row : row + 2])
    return tree.symbols[inside].tolist(), tree.shares[inside].tolist(), tree.rows["backoff"][row]


def test_what_is_spread_out_is_what_a_walk_adds_up():
    taught = [([view, 1, note % 3], note, 0) for view in range(2) for note in range(9)]
    plain, roots = join([learned(taught).tree])

    spread = spread_out(plain, roots, pitches=10)

    for context in ([0], [1], [0, 1], [1, 1]):
        out, row = np.empty(19), walk_from(plain, 0, context)
        distribution(plain, np.array(context), len(context), out)
        rows = [walk_from(plain, 0, context[: n + 1]) for n in range(len(context))]
        unknown = np.prod(plain.rows["backoff"][rows])
        out += unknown * (1 / 10 - 1 / 19)  # one of 10 pitches, not one of 19 symbols
        told = spread.spreads[spread.rows["spread"][row], :19]
        assert told == pytest.approx(out, abs=1e-7)  # float32
