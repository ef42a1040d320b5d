"""Words: what follows others, as several models know it, each in words of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels._jit import fragment
from kernels._types import Doubles, Longs
from kernels.sampling import SOME_TREE, Tree, go_on


class Words(NamedTuple):
    """The vocabulary of a mix of models, and what each model knows of it."""

    tree: Tree  # the trees of all models
    roots: Longs  # (models,) where each begins in it
    shares: Doubles  # (models,) that sum to 1
    sizes: Longs  # (models,) words of each
    own: Longs  # (models, words) the number that a model has for each, -1 for none


SOME_WORDS = Words(
    SOME_TREE, np.zeros(1, np.int64), np.zeros(1), np.zeros(1, np.int64), np.zeros((1, 1), np.int64)
)


class Expected(NamedTuple):
    """Room for what models expect."""

    rows: Longs  # (models,) of their trees, to which conditions lead; -1 for none
    told: Doubles  # (models, words) what each says of its own under the conditions alone,
    said: Doubles  # (words,) what one says after words,
    mixed: Doubles  # (words,) and what all say


SOME_EXPECTED = Expected(np.zeros(1, np.int64), np.zeros((1, 1)), np.zeros(1), np.zeros(1))


def room_for(models: int, words: int) -> Expected:
    """Room for what some models expect of words, of which none has more than all together."""
    return Expected(
        np.zeros(models, np.int64), np.zeros((models, words)), np.zeros(words), np.zeros(words)
    )


@fragment
def begin(words: Words, condition: int, other: int, room: Expected) -> None:
    """Ask every model what it says under a condition, or under two; -1 for no other one."""
    for model in range(len(words.roots)):
        size, told = words.sizes[model], room.told[model]
        for word in range(size):
            told[word] = 1.0 / size
        row = go_on(words.tree, words.roots[model], condition, size, told)
        if row >= 0 and other >= 0:
            row = go_on(words.tree, row, other, size, told)
        room.rows[model] = row


@fragment
def expect(words: Words, before: Longs, room: Expected) -> None:
    """Mix what the models say of the next word, in ``mixed``; they have begun.

    The words before it come the last one first, -1 from where they end. Each model looks no
    further back than it knows.
    """
    count, said, mixed = words.own.shape[1], room.said, room.mixed
    for word in range(count):
        mixed[word] = 0.0
    for model in range(len(words.roots)):
        size, row, known = words.sizes[model], room.rows[model], 0
        for word in range(size):
            said[word] = room.told[model, word]
        while row >= 0 and known < len(before) and before[known] >= 0:
            own = words.own[model, before[known]]
            row = go_on(words.tree, row, own, size, said) if own >= 0 else -1
            known += 1
        for word in range(count):
            if words.own[model, word] >= 0:
                mixed[word] += words.shares[model] * said[words.own[model, word]]
