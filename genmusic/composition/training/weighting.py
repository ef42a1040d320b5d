"""How much each viewpoint weighs: settled on notes that it was not trained on.

Logarithmic pooling with a weight for each view and depth of context: D. Conklin and I. Witten,
"Multiple viewpoint systems for music prediction", Journal of New Music Research, 1995; the weights
minimise the cross-entropy, which is convex in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernels.viewpoints import DEPTHS, MEMORY

Doubles = NDArray[np.float64]
Singles = NDArray[np.float32]
Integers = NDArray[np.int64]

EVEN = 1.5  # sum of the weights from which the descent starts
ROUNDS = 70
FAST, SLOW, SLOW_FROM = 0.05, 0.015, 45  # steps of the descent
MOMENTUM, VARIANCE = 0.9, 0.99
KEEP = 1e-3  # pull towards equal weights, which decides where nothing else does
MOST_NOTES = 8_000  # more do not move the second decimal
DECIMALS = 2
LEAST_SAY, MOST_LONG, MOST_SHORT = 0.03, 6, 4
FLOOR = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Opinions:
    """What every voice (view of the corpus, then of the line) thought of every note."""

    bits: Singles  # (voices, notes, pitches) log2 of probabilities; 0 where it had no opinion
    depths: Integers  # (voices, notes) of the context it knew, -1 where it had no opinion
    heard: Integers  # (notes,) the pitch that came
    reach: Integers  # (notes,) how many notes came before it in its tune

    def of(self, notes: NDArray[np.bool_] | slice) -> Opinions:
        """The opinions of some of the notes."""
        return Opinions(
            self.bits[:, notes], self.depths[:, notes], self.heard[notes], self.reach[notes]
        )


def pool(opinions: Opinions, weights: Doubles) -> Doubles:
    """Probabilities (notes, pitches) of the weighted geometric mean."""
    scale = _by_note(opinions.depths, weights)
    total = np.zeros(opinions.bits.shape[1:], np.float32)
    for say, bits in zip(scale, opinions.bits, strict=True):
        total += say[:, None] * bits
    total -= total.max(axis=1, keepdims=True)
    shares = np.power(2.0, total.astype(np.float64))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def surprise(opinions: Opinions, weights: Doubles) -> Doubles:
    """Bits of each note that came."""
    shares = pool(opinions, weights)
    bits: Doubles = -np.log2(np.maximum(shares[np.arange(len(shares)), opinions.heard], FLOOR))
    return bits


def fit(opinions: Opinions, voices: NDArray[np.bool_]) -> Doubles:
    """Weights (voices, DEPTHS) of the voices that may speak; 0 for the others."""
    stride = -(-len(opinions.heard) // MOST_NOTES)
    sample = opinions.of(slice(None, None, stride))
    weights = np.outer(voices, np.full(DEPTHS, EVEN / max(1, voices.sum())))
    start, drift, swing = weights.copy(), np.zeros_like(weights), np.zeros_like(weights)
    for number in range(1, ROUNDS + 1):
        slope = _slope(sample, weights, voices) + KEEP * (weights - start)
        drift = MOMENTUM * drift + (1 - MOMENTUM) * slope
        swing = VARIANCE * swing + (1 - VARIANCE) * slope * slope
        stride_length = FAST if number < SLOW_FROM else SLOW
        move = drift / (1 - MOMENTUM**number) / (np.sqrt(swing / (1 - VARIANCE**number)) + 1e-8)
        weights = np.maximum(0.0, weights - stride_length * move) * voices[:, None]
    return np.asarray(np.round(weights, DECIMALS), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Weights (voices, DEPTHS) while a line is short, and from then on."""

    alone: Doubles
    together: Doubles

    def surprise(self, opinions: Opinions) -> Doubles:
        """Bits of each note that came."""
        early = opinions.reach < MEMORY
        bits = np.empty(len(early))
        bits[early] = surprise(opinions.of(early), self.alone)
        bits[~early] = surprise(opinions.of(~early), self.together)
        return bits


def choose(opinions: Opinions) -> Choice:
    """Fit all voices, keep those that have much to say, and fit them again."""
    half = len(opinions.bits) // 2
    everybody, corpus = np.ones(2 * half, bool), np.arange(2 * half) < half
    late = opinions.of(opinions.reach >= MEMORY)
    return Choice(fit(opinions, _speakers(opinions, corpus)), fit(late, _speakers(late, everybody)))


def _speakers(opinions: Opinions, voices: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those of the voices who say the most, of the corpus and of the line."""
    say = _by_note(opinions.depths, fit(opinions, voices)).mean(axis=1)
    half = len(say) // 2
    return np.append(_leading(say[:half], MOST_LONG), _leading(say[half:], MOST_SHORT))


def _leading(say: Doubles, most: int) -> NDArray[np.bool_]:
    """Those who say the most."""
    ranks = np.argsort(np.argsort(-say, kind="stable"), kind="stable")
    return (ranks < most) & (say >= LEAST_SAY)


def _by_note(depths: Integers, weights: Doubles) -> Singles:
    """The weight of each voice for each note."""
    voices = np.arange(len(weights))[:, None]
    say = np.where(depths >= 0, weights[voices, np.maximum(depths, 0)], 0.0)
    return say.astype(np.float32)


def _slope(opinions: Opinions, weights: Doubles, voices: NDArray[np.bool_]) -> Doubles:
    """How the mean surprise changes with each weight."""
    shares = pool(opinions, weights).astype(np.float32)
    notes = np.arange(len(opinions.heard))
    slope = np.zeros_like(weights)
    for number in np.flatnonzero(voices):
        bits, depths = opinions.bits[number], opinions.depths[number]
        change = np.einsum("na,na->n", shares, bits) - bits[notes, opinions.heard]
        known = depths >= 0
        slope[number] = np.bincount(depths[known], change[known], minlength=DEPTHS) / len(notes)
    return slope
