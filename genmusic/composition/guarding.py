"""Guarding: every part, whatever writes it, is held to the limit against copies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.copying import CopyRule
from genmusic.composition.plan import Plan, Row, row_table
from genmusic.composition.trails import Settled, Trail, follow, make_room, settled
from kernels import basslines
from kernels.trails import Ground

Integers = NDArray[np.int64]

Before = tuple[int, int, int]
"""The melody at the last note of the bass, the last note of the melody, and that of the bass."""


def settle(
    plan: Plan,
    part: str,
    rows: Sequence[Row],
    trail: Trail,
    rule: CopyRule,
    begins: Sequence[int] = (),
) -> Settled:
    """The rows of a part without copies, and its trail at the next bar line."""
    return follow(trail, rows, _ground(plan, part), begins, rule)


def settle_bass(
    plan: Plan,
    rows: Sequence[Row],
    melody: Integers,
    trail: Trail,
    before: Before,
    rule: CopyRule,
) -> tuple[Settled, Before]:
    """The rows of the bass without copies, nor parallels to the melody; what they leave.

    ``before`` is what the bar before leaves: the melody at the last note of the bass, the last
    note of the melody, and that of the bass.
    """
    table, after = row_table(rows), np.empty(3, np.int64)
    room, out = make_room(len(trail), len(table))
    changed, count = basslines.settle_bass(
        rule.tune, rule.rhythm, trail, table, melody, np.array(before), _ground(plan, "bass"),
        plan.ends_piece, _leads_home(plan), np.empty(len(table), np.int64), room, after, out,
    )  # fmt: skip
    struck, sung, low = after.tolist()
    return settled(rows, table, changed, out[:count]), (struck, sung, low)


def _leads_home(plan: Plan) -> bool:
    return plan.cadence == "authentic" and plan.phrase_bar == plan.phrase_bars - 2


def _ground(plan: Plan, part: str) -> Ground:
    rules = plan.style.parts[part]
    starts, tones = plan.chords
    return Ground(starts, tones, plan.key.tonic, rules.low, rules.high, plan.bar_ticks)
