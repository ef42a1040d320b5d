"""Guarding: every part, whatever writes it, is held to the limit against copies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.copying import CopyRule
from genmusic.composition.plan import Plan, Row, Span
from genmusic.composition.trails import Ground, Settled, Trail, follow

Integers = NDArray[np.int64]


def settle(
    plan: Plan,
    part: str,
    rows: Sequence[Row],
    trail: Trail,
    rule: CopyRule,
    begins: Sequence[int] = (),
) -> Settled:
    """The rows of a part without copies, and its trail at the next bar line."""
    rules = plan.style.parts[part]
    starts, chords = chord_tables(plan.spans)
    ground = Ground(starts, chords, plan.key.tonic, rules.low, rules.high, plan.bar_ticks)
    return follow(trail, rows, ground, begins, rule)


@lru_cache(maxsize=4096)
def chord_tables(spans: tuple[Span, ...]) -> tuple[Integers, Integers]:
    """Where each chord begins, and its tones: bit n for n semitones above the tonic."""
    starts = [span.start_tick for span in spans]
    tones = [sum(1 << tone for tone in set(span.tones)) for span in spans]
    return np.array(starts), np.array(tones)
