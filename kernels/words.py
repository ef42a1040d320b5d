"""Words: what follows others, as several models know it, each in words of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kernels._jit import fragment
from kernels._types import Doubles, Longs
from kernels.sampling import SOME_TREE, Tree, interpolate


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


@fragment
def expect(words: Words, context: Longs, conditions: int, said: Doubles, out: Doubles) -> None:
    """Mix what the models say of the next word: (words,) in ``out``, with room in ``said``.

    A context has so many conditions, then the words before, the last one first, -1 from where it
    ends; its second half is room to work in. Each model looks no further back than it knows.
    """
    count = words.own.shape[1]
    for word in range(count):
        out[word] = 0.0
    steps = len(context) // 2
    own = context[steps:]
    for model in range(len(words.roots)):
        known = 0
        while known < steps and context[known] >= 0:
            own[known] = context[known]
            if known >= conditions:
                own[known] = words.own[model, context[known]]
                if own[known] < 0:
                    break
            known += 1
        interpolate(words.tree, words.roots[model], own, known, words.sizes[model], said)
        for word in range(count):
            if words.own[model, word] >= 0:
                out[word] += words.shares[model] * said[words.own[model, word]]
