"""Decisions: how a bar of melody came about that has just been sung, for who credits it later."""

from __future__ import annotations

from genmusic.composition.attribution import Decision
from genmusic.composition.melody import MelodyBar
from genmusic.composition.model import Model
from genmusic.composition.plan import Plan, table_rows


def decision_of(number: int, plan: Plan, model: Model, bar: MelodyBar) -> Decision:
    """What was decided in a bar, by its number since the session began; its desk still shows it."""
    task, drawn = bar.task, None
    if task is not None:
        drawn = model.drawn(model.melody_desk(task.known + task.coming).values, task)
    theme, rows = (plan.piece, plan.theme), table_rows(bar.rows)
    return Decision(number, theme, rows, bar.steps, bar.aimed, drawn, plan.metre.name)
