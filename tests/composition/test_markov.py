import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from genmusic.composition.markov import grow_tree, share_tree
from kernels.sampling import distribution

SYMBOLS = 6


def learned(samples, least=(1,) * 5):
    """A tree from (context, symbol, work) triples, contexts of up to 4 steps."""
    contexts = np.full((len(samples), 4), -1, np.int64)
    for row, (context, _, _) in enumerate(samples):
        contexts[row, : len(context)] = context
    symbols = np.array([symbol for _, symbol, _ in samples], np.int64)
    works = np.array([work for _, _, work in samples], np.int64)
    return grow_tree(contexts, symbols, works, least)


def after(tree, *context):
    out = np.empty(SYMBOLS)
    distribution(share_tree(tree), np.array(context, np.int64), len(context), out)
    return out


steps = st.lists(st.integers(0, 255), max_size=4)
samples = st.lists(st.tuples(steps, st.integers(0, SYMBOLS - 1), st.integers(0, 3)), min_size=1)


@settings(derandomize=True, deadline=None)
@given(samples, steps)
def test_probabilities_sum_to_one_and_none_is_zero(samples, context):
    probabilities = after(learned(samples), *context)

    assert abs(probabilities.sum() - 1.0) < 1e-12  # rounding of some thirty float64 terms
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

    assert five_times.counts.tolist() == once.counts.tolist()


def test_a_symbol_that_fits_many_contexts_counts_more_than_a_frequent_one():
    frequent = [([1, 2], 4, 0)] * 9
    versatile = [([1, step], 5, 0) for step in (3, 4, 5)]

    probabilities = after(learned([*frequent, *versatile]), 1)

    assert probabilities[5] > probabilities[4]


def test_what_was_heard_once_only_is_left_out_where_the_limit_says_so():
    tree = learned([([1, 2], 3, 0), ([1, 4], 3, 0), ([1, 4], 3, 1)], least=(1, 1, 2, 1, 1))

    assert tree.child_step.tolist() == [0, 1, 4]
    assert np.array_equal(after(tree, 1, 2), after(tree, 1))


def test_what_is_longer_than_a_left_out_context_is_left_out_too():
    tree = learned([([1, 2, 3], 3, 0), ([1, 2, 3], 3, 1)], least=(1, 9, 1, 1, 1))

    assert tree.children.tolist() == [0]


def test_nothing_learned_means_anything_goes():
    assert np.allclose(after(learned([]), 1, 2), 1 / SYMBOLS)
