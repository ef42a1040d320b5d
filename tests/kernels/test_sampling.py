import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genmusic.composition.markov import grow_tree, share_tree
from kernels import sampling
from kernels._jit import KERNELS

PITCHES = 9
SCALE = (0, 1, 2, 3, 4, 3, 2, 1, 5, 4, 6, 7, 8, 7, 6, 5, 4, 3, 2, 1, 0)


@pytest.fixture(scope="module")
def tree():
    """Pitches and intervals of a tune that moves by steps, in fifty works."""
    contexts, symbols = [], []
    for before, pitch in list(pairwise(SCALE)) * 50:
        contexts += [[0, 0, before], [sampling.INTERVAL_BRANCH, -1, -1]]
        symbols += [pitch, pitch - before + PITCHES - 1]
    works = np.arange(len(symbols), dtype=np.int64)
    return share_tree(grow_tree(np.array(contexts), np.array(symbols), works, (1, 1, 1, 1)))


def sample(tree, weights, uniforms, slip_share=0.01, history=()):
    notes = len(weights)
    transitions = np.full((PITCHES, PITCHES), 1 / PITCHES)
    messages = np.empty_like(weights)
    sampling.look_ahead(transitions, weights, messages)
    line = np.array([*history, *[0] * notes], np.int64)
    scratch = (np.empty(sampling.CONTEXT_STEPS, np.int64), np.empty(2 * PITCHES - 1))
    mass, tried = np.empty(PITCHES), np.zeros((notes, PITCHES), np.bool_)
    sampling.sample_melody(
        tree, 0, 2, slip_share, np.zeros(notes, np.int64), weights, messages,
        np.asarray(uniforms, float), len(history), *scratch, mass, tried, line,
    )  # fmt: skip
    return line[len(history) :]


def probabilities(tree, line):
    out = np.empty(PITCHES)
    context, intervals = np.empty(sampling.CONTEXT_STEPS, np.int64), np.empty(2 * PITCHES - 1)
    known = np.array(line, np.int64)
    sampling.melody_distribution(tree, 0, 2, 0, known, len(known), context, intervals, out)
    return out


masks = st.lists(
    st.lists(st.sampled_from([0.0, 0.2, 1.0]), min_size=PITCHES, max_size=PITCHES).filter(any),
    min_size=1,
    max_size=12,
)


@settings(derandomize=True, deadline=None)
@given(masks, st.integers(0, 2**32), st.floats(0.0, 1.0), st.integers(1, 8))
def test_a_forbidden_pitch_is_never_drawn_and_the_melody_always_ends(
    tree, mask, seed, slip_share, draws
):
    weights = np.array(mask)
    uniforms = np.random.default_rng(seed).random(len(mask) * draws)

    line = sample(tree, weights, uniforms, slip_share)

    assert len(line) == len(mask)
    assert np.all(weights[np.arange(len(line)), line] > 0)


def test_a_goal_that_only_slips_can_reach_is_reached(tree):
    weights = np.ones((3, PITCHES))
    weights[:, 1:] = 0.0
    weights[2] = np.eye(PITCHES)[8]

    assert sample(tree, weights, [0.5] * 24, slip_share=0.9).tolist() == [0, 0, 8]


def test_a_way_without_slips_is_found_by_second_thoughts(tree):
    free, bound = np.ones((2, 2, PITCHES))
    bound[1] = np.eye(PITCHES)[4]  # 3 leads there, 6 does not
    uniforms = np.random.default_rng(3).random((200, 16))

    anywhere = {sample(tree, free, row, 0.2, (4,))[0] for row in uniforms}
    on_the_way = {sample(tree, bound, row, 0.2, (4,))[0] for row in uniforms}

    assert (anywhere, on_the_way) == ({3, 6}, {3})


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_even_hopeless_messages_let_the_melody_end(tree, bad):
    weights = np.full((4, PITCHES), 1e-300)
    weights[1] = bad

    assert len(sample(tree, weights, [0.5] * 32)) == 4


def test_the_same_draws_give_the_same_melody(tree):
    weights, uniforms = np.ones((16, PITCHES)), np.random.default_rng(440).random((2, 128))

    first = sample(tree, weights, uniforms[0])

    assert np.array_equal(first, sample(tree, weights, uniforms[0]))
    assert not np.array_equal(first, sample(tree, weights, uniforms[1]))


def test_drawn_notes_are_as_frequent_as_they_are_probable(tree):
    uniforms = np.random.default_rng(440).random((20_000, 8))

    drawn = [sample(tree, np.ones((1, PITCHES)), row, 0.0, (4,))[0] for row in uniforms]

    # Four standard deviations of a share of 20 000 draws are 0.014 at most.
    shares = np.bincount(drawn, minlength=PITCHES) / len(drawn)
    assert np.abs(shares - probabilities(tree, [4])).max() < 0.014


def test_looking_ahead_favours_notes_near_the_goal():
    near = np.exp(-np.abs(np.subtract.outer(np.arange(PITCHES), np.arange(PITCHES))))
    weights = np.ones((4, PITCHES))
    weights[3] = np.eye(PITCHES)[6]
    messages = np.empty_like(weights)

    sampling.look_ahead(near, weights, messages)

    assert messages[:3].argmax(axis=1).tolist() == [6, 6, 6]
    assert messages[2, 0] < messages[1, 0] < messages[0, 0]


def test_pitch_and_interval_agree_on_steps(tree):
    out = probabilities(tree, [2, 3])

    assert abs(out.sum() - 1.0) < 1e-12  # rounding
    assert set(out.argsort()[-2:]) == {2, 4}


def test_a_symbol_beyond_the_alphabet_harms_nothing(tree):
    out = np.full(PITCHES, -1.0)

    sampling.distribution(tree, np.array([0, 0, 7]), 3, out[:4])

    assert out[4:].tolist() == [-1.0] * (PITCHES - 4)


def test_each_kernel_is_compiled_for_one_signature_only(tree):
    sample(tree, np.ones((2, PITCHES)), [0.5] * 16)
    names = [name for name in KERNELS if name.startswith("sampling.")]

    assert [len(KERNELS[name].signatures) for name in names] == [1] * len(names)


def test_a_phrase_of_sixteen_notes_is_quick(tree):
    uniforms, took = np.random.default_rng(440).random((2000, 128)), []
    for row in uniforms:
        began = time.perf_counter()
        sample(tree, np.ones((16, PITCHES)), row)
        took.append(1e6 * (time.perf_counter() - began))

    print(f"phrase of 16: median {np.median(took):.0f} µs, p99 {np.percentile(took, 99):.0f} µs")
    assert np.median(took) < 200.0  # µs; the tail belongs to whoever shares the machine
