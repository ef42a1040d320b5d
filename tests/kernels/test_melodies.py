import time
from itertools import pairwise

import numpy as np
import pytest
from desk import NO_TRAIL, chord, follow
from hypothesis import given, settings
from hypothesis import strategies as st
from singing import bare, prepare, task_of

from genmusic.composition.copying import Limit, copy_rule, nothing_to_copy
from genmusic.composition.lessons import Sequences
from genmusic.composition.markov import Smoothing, grow
from genmusic.composition.viewpoints import heeded, past
from genmusic.composition.viewpoints import scratch as room_for
from kernels import looking, melodies, outlooks, sampling, viewpoints
from kernels._jit import KERNELS
from kernels.handles import Handle
from kernels.simd import LANES
from kernels.songs import Desk, Songs
from kernels.weighing import KNOWN

PITCHES = 9
SCALE = (0, 1, 2, 3, 4, 3, 2, 1, 5, 4, 6, 7, 8, 7, 6, 5, 4, 3, 2, 1, 0)
ALONE = viewpoints.Sources(np.zeros(1, np.int64), np.ones(1))
EVEN = np.full((2, viewpoints.DEPTHS), 0.5)
VIEWS = viewpoints.Views(
    np.array([viewpoints.PITCH, viewpoints.INTERVAL]),
    np.array([1, 0]),
    np.array([1, 1]),
    EVEN,
    EVEN,
    0.0 * EVEN,
)


TUNE = (0, 2, 1, 3, 4, 6, 5, 2, 0, 1, 4, 5, 3, 7, 8, 6, 7, 4, 2, 3, 1)


@pytest.fixture(scope="module")
def tree():
    """Pitches and intervals of a tune that moves by steps, in fifty works."""
    return tree_of(SCALE)


@pytest.fixture(scope="module")
def tune_tree():
    """The same of a tune that repeats no figure."""
    return tree_of(TUNE)


def tree_of(tune):
    contexts, symbols = [], []
    for before, pitch in list(pairwise(tune)) * 50:
        contexts += [[0, 0, before], [1, 0, -1]]
        symbols += [pitch, pitch - before + PITCHES - 1]
    works = np.arange(len(symbols), dtype=np.int64)
    smoothing = Smoothing((0.7,), (40.0,), (1,))
    return grow(np.array(contexts), np.array(symbols), works, smoothing).tree


def line_of(pitches):
    notes = len(pitches)
    zeros = np.zeros((2, notes), np.int64)
    return viewpoints.Line(
        np.array(pitches, np.int64), np.zeros(notes, np.int64), np.arange(notes), zeros, zeros
    )


def scratch(notes):
    return room_for(len(VIEWS.kinds), notes, PITCHES, len(ALONE.roots))


def sample(*asked, **how):
    call, (_, desk) = prepare_call(*asked, **how)
    melodies.sing(*call)
    return desk.drawn[0]


def prepare_call(tree, weights, uniforms, slip_share=0.01, history=(), rule=None, widest=PITCHES):
    rule = rule or nothing_to_copy()
    notes, known = len(weights), [*history, *[0] * len(weights)]
    tune = np.zeros((len(known), looking.COLUMNS), np.int64)
    tune[:, looking.PITCH], tune[:, looking.REACH] = known, np.arange(len(known))
    tune[:, looking.BEAT] = 960
    tune[:, looking.START] = 480 * np.arange(len(known))
    songs = Songs(
        tree, ALONE, VIEWS, heeded(VIEWS), np.full((2, 2, 1), -1),
        np.ones(looking.FEATURES, np.int64),
        np.full((PITCHES, PITCHES), 1 / PITCHES, np.float32), rule.tune, rule.rhythm, 0, slip_share,
    )  # fmt: skip
    desk = desk_for(len(known), notes, len(uniforms))
    prepare(desk, tune, weights, widest, uniforms)
    asked = bare(*task_of(tune, notes, len(uniforms)), Handle(desk).words)
    setting, task, *rest = asked
    return (Handle(songs).words, setting, *task, *rest), (songs, desk)  # who calls keeps both


def desk_for(known, notes, draws):
    return Desk(
        tune=np.empty((known, looking.COLUMNS), np.int64), line=np.empty((3, known), np.int64),
        codes=np.empty((3, 2, known), np.int64), played=np.empty((3, known), np.int64),
        asked=np.zeros((2, notes), np.int64), drawn=np.empty((3, notes), np.int64),
        draws=np.empty(draws), widest=np.empty(notes, np.int64), moves=np.empty(notes, np.bool_),
        weights=np.empty((notes, PITCHES)), messages=np.empty((notes, PITCHES)),
        tried=np.empty((notes, PITCHES), np.bool_), welcome=np.empty((KNOWN, PITCHES)),
        features=np.empty(looking.FEATURES, np.int64),
        steps=np.empty((2, 1 + viewpoints.DEPTHS), np.int64),
        paths=np.empty((2, 1 + viewpoints.DEPTHS), np.int64),
        mass=np.empty(PITCHES), likely=np.empty((2, PITCHES + LANES), np.float32),
        sums=np.zeros(PITCHES + viewpoints.SYMBOLS + LANES, np.float32),
        past=past(2, known, PITCHES),
    )  # fmt: skip


def probabilities(tree, line):
    rows = np.empty((PITCHES, PITCHES))
    notes = len(line) + 1
    outlooks.step_chain(tree, ALONE, VIEWS, line_of([*line, 0]), scratch(notes), rows)
    return rows[line[-1]]


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


def test_even_hopeless_messages_let_the_melody_end(tree):
    assert len(sample(tree, np.full((4, PITCHES), 1e-300), [0.5] * 32)) == 4


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
    distances = np.abs(np.subtract.outer(np.arange(PITCHES), np.arange(PITCHES)))
    near = np.exp(-distances).astype(np.float32)
    weights = np.ones((4, PITCHES))
    weights[3] = np.eye(PITCHES)[6]
    messages = np.empty_like(weights)

    sampling.look_ahead(near, weights, 0, PITCHES, messages)

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
    copies(nothing_to_copy(), np.arange(9), np.arange(9))
    sampling.distribution(tree, np.array([0, 0, 7]), 3, np.empty(PITCHES))
    names = [
        "melodies.sing",
        "sampling.distribution",
        "copying.hash_runs",
        "accompaniment.accompany",
    ]

    assert [len(KERNELS[name].signatures) for name in names] == [1] * len(names)


def test_a_phrase_of_sixteen_notes_is_quick(tree):
    uniforms, took = np.random.default_rng(440).random((2000, 128)), []
    for row in uniforms:
        call, _kept = prepare_call(tree, np.ones((16, PITCHES)), row)
        began = time.thread_time()
        melodies.sing(*call)
        took.append(1e6 * (time.thread_time() - began))

    print(f"phrase of 16: median {np.median(took):.0f} µs, p99 {np.percentile(took, 99):.0f} µs")
    # Five times what it takes; the tail belongs to whoever shares the machine.
    assert np.median(took) < 60.0  # µs


def rule_against(tune, limit):
    """What must not be copied: one tune in even notes."""
    lines = Sequences(
        np.array([len(tune)]), np.zeros(1, np.int64), {},
        {"pitch": np.array(tune), "wait": np.full(len(tune), 480)},
    )  # fmt: skip
    return copy_rule([lines], limit)


def copies(rule, pitches, onsets):
    """The note that completes a copy; it is left out, as nothing else is in its range."""
    rows = [(onset, 1, pitch, 0) for onset, pitch in zip(onsets, pitches, strict=True)]
    kept = follow(NO_TRAIL, rows, rule, chord(tones=(-1,)), (0, 127)).rows
    return len(rows) if kept == rows else next(n for n, row in enumerate(rows) if row not in kept)


def longest_run(notes, tune):
    """The longest stretch of intervals that two lines share, in notes."""
    steps, others = (tuple(b - a for a, b in pairwise(line)) for line in (notes, tune))
    return 1 + max(
        length
        for start in range(len(steps))
        for length in range(len(steps) - start + 1)
        if any(others[at : at + length] == steps[start : start + length]
               for at in range(len(others)))
    )  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.integers(3, 6), st.integers(1, 8))
def test_no_more_notes_than_the_limit_are_copied_however_few_draws_there_are(
    tune_tree, seed, limit, draws
):
    tune = [p + 40 for p in TUNE]  # in another key
    uniforms = np.random.default_rng(seed).random(40 * draws)

    line = sample(tune_tree, np.ones((40, PITCHES)), uniforms,
                  rule=rule_against(tune, Limit(limit, 99)))  # fmt: skip

    assert longest_run(line.tolist(), tune) <= limit


def test_where_every_welcome_note_would_be_a_copy_another_is_taken(tune_tree):
    weights = np.full((len(TUNE), PITCHES), 0.0)
    weights[np.arange(len(TUNE)), TUNE] = 1.0

    line = sample(tune_tree, weights, [0.5] * 8 * len(TUNE), rule=rule_against(TUNE, Limit(5, 99)))

    assert longest_run(line.tolist(), TUNE) == 5


def test_a_tune_may_come_in_another_rhythm_up_to_the_wider_limit():
    rule = rule_against(TUNE, Limit(12, 4))
    even, onsets = 480 * np.arange(10), 480 * np.arange(10) * np.arange(10)
    notes = np.array(TUNE[:10])

    assert copies(rule, notes, even) == 4
    assert copies(rule, notes, onsets) == 10


def test_tempo_does_not_hide_a_copy():
    rule = rule_against(TUNE, Limit(12, 4))

    assert copies(rule, np.array(TUNE[:10]), 960 * np.arange(10)) == 4


def test_a_figure_of_four_notes_belongs_to_nobody():
    alberti = [0, 7, 4, 7] * 8

    rule = rule_against(alberti, Limit(12, 8))
    assert copies(rule, np.array(alberti), 480 * np.arange(32)) == 32
