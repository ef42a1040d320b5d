"""Composing ahead: a bar that is written before its time, for whoever has a composer at hand.

Nobody can tell: the bar is used only if the composer still stands where it stood, and is asked for
what it was asked for then. Else the bar is composed as if there had been none.
"""

from __future__ import annotations

from operator import is_
from typing import NamedTuple

from genmusic.composition.model import Model
from genmusic.composition.state import State
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import Style
from genmusic.score.events import Bar


class Stand(NamedTuple):
    """Where a composer is at a bar line."""

    state: State
    style: Style
    model: Model
    length_bars: int  # as the last bar was asked; 0 for music without an end

    @property
    def marks(self) -> tuple[object, ...]:
        """What are the same objects as long as the composer does not move."""
        return *self.state.held, self.style


class BarAhead(NamedTuple):
    """A bar composed ahead, and where the composer is behind it."""

    begun_at: tuple[object, ...]  # marks of the bar line before it
    parameters: MusicalParameters
    wished: Style
    bar: Bar
    behind: Stand

    def answers(self, stand: Stand, parameters: MusicalParameters, wished: Style) -> bool:
        """Whether it is what would be composed now, given the model of its style."""
        return (
            wished is self.wished
            and all(map(is_, stand.marks, self.begun_at))
            and parameters == self.parameters
        )
