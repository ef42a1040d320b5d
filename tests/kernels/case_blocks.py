"""What all cases of kernels are made with: blocks that cover some quanta, and noise."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

QUANTA = 24
F32 = np.float32


@dataclass(frozen=True)
class Case:
    """Renders QUANTA quanta in blocks; ``loud`` 0 feeds silence (or no voice at all)."""

    render: Callable[[list[int], float], np.ndarray]
    floor: float = 0.0  # what silence may leave
    uses: tuple[str, ...] = ()  # other kernels that it calls once for each block
    calls: int = 1  # of each kernel for each block


def blocks_of(lengths):
    """(first, quanta) pairs that cover QUANTA quanta."""
    first, number = 0, 0
    while first < QUANTA:
        quanta = min(lengths[number % len(lengths)], QUANTA - first)
        yield first, quanta
        first += quanta
        number += 1


def noise(seed, *shape):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, shape).astype(F32)
