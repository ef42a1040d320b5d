"""A knob that is not where its control is: jump, wait, or close in on it."""

from __future__ import annotations

from dataclasses import dataclass

NEAR = 1.5 / 127.0  # a turn past the control, or one and a half steps from it, picks it up
ENDS = (0.0, 1.0)


@dataclass(slots=True)
class Takeover:
    """The state of one knob; everything is a share of the way, 0..1.

    *none*: the control follows at once, with a jump. *pickup*: the control waits until the knob
    passes it. *scaled*: the control moves with the knob, by as much more or less as brings both
    to the same end.
    """

    kind: str
    last: float | None = None  # where the knob was
    sent: float | None = None  # what it made of the control

    def move(self, knob: float, control: float) -> float | None:
        """The control's new place for the knob's, or None while it waits."""
        before, self.last = self.last, knob
        if self.sent is None or abs(self.sent - control) > NEAR:
            moved = _TAKE[self.kind](before, knob, control)  # somebody else moved the control
        else:
            moved = _FOLLOW[self.kind](before, knob, control)
        if moved is not None:
            self.sent = moved
        return moved


def _jump(_before: float | None, knob: float, _control: float) -> float | None:
    return knob


def _pick_up(before: float | None, knob: float, control: float) -> float | None:
    if abs(knob - control) <= NEAR:
        return knob
    passed = before is not None and min(before, knob) <= control <= max(before, knob)
    return knob if passed else None


def _scale(before: float | None, knob: float, control: float) -> float | None:
    if before is None or knob in ENDS:
        return knob if knob in ENDS else None
    if knob >= before:
        return control + (knob - before) * (1.0 - control) / max(1.0 - before, NEAR)
    return control - (before - knob) * control / max(before, NEAR)


_TAKE = {"none": _jump, "pickup": _pick_up, "scaled": _scale}
_FOLLOW = {"none": _jump, "pickup": _jump, "scaled": _scale}
