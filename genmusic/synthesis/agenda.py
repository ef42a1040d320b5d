"""The agenda of a rack: the beats of its listeners that are still to come, and their kicks."""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from genmusic.synthesis.readings import Reading
from kernels.agendas import FRAMES, KICKS, MOST_BEATS, PLAN_WORDS, WORD_BYTES
from kernels.hops import KICK_LISTENER

Longs = NDArray[np.int64]
Kick = tuple[int, int, int]
FEW_KICKS = 64
_ROWS = [Struct(f"={FRAMES + frames}q") for frames in range(MOST_BEATS + 2)]
"""Of a row with so many frames."""
_SPAN = Struct("=2q")  # the first words of a row
_ROW_BYTES = PLAN_WORDS * WORD_BYTES


class Agenda:
    """What `kernels.agendas.play_agenda` plays from.

    Attributes
    ----------
    plans : (listeners, words) int64
    kicks : (room, 3) int64
        Quantum of the rack, listener, frame in the quantum; as many as are counted.
    counts : (2,) int64
        Notes that were played, which are their numbers, and kicks.
    """

    def __init__(self, listeners: int) -> None:
        self.plans = np.zeros((listeners, PLAN_WORDS), np.int64)
        self._words = self.plans.data.cast("B")  # quicker to write for Python than an array
        self.kicks = np.zeros((FEW_KICKS, 3), np.int64)
        self.counts = np.zeros(2, np.int64)
        self._readings: list[Reading | None] = [None] * listeners  # which the plans name

    def plan(
        self, listener: int, reading: Reading, first: int, frames: tuple[int, ...], since: int,
        origin: int,
    ) -> None:  # fmt: skip
        """Have beats of a bar played when they come.

        Parameters
        ----------
        listener : int
            Who has no beats to come.
        reading : Reading
            Of the bar.
        first : int
            Beat of the bar.
        frames : tuple of int
            Of the listener, at which that and the following beats begin and the last one ends.
        since : int, frames
            Notes that start earlier are passed over.
        origin : int
            The quantum at which frame 0 of the listener lies.
        """
        behind = first + len(frames) - 1
        _ROWS[len(frames)].pack_into(
            self._words, listener * _ROW_BYTES, first, behind, first, since, origin,
            reading.address, *frames,
        )  # fmt: skip
        self._readings[listener] = reading

    def is_planned(self, listener: int) -> bool:
        """Whether beats of a listener are still to come."""
        begin, behind = _SPAN.unpack_from(self._words, listener * _ROW_BYTES)
        return bool(begin < behind)

    def forget(self, listener: int) -> None:
        """Play no beat of a listener that was planned."""
        _SPAN.pack_into(self._words, listener * _ROW_BYTES, 0, 0)
        self._readings[listener] = None

    @property
    def coming(self) -> Longs:
        """The kicks, (kicks, 3); some may be past."""
        return self.kicks[: int(self.counts[KICKS])]

    def kicks_of(self, listener: int, now: int) -> list[Kick]:
        """The kicks of a listener from a quantum on, in the order in which they come."""
        kicks: Iterable[Kick] = map(tuple, self.coming.tolist())
        return sorted(kick for kick in kicks if kick[1] == listener and kick[0] >= now)

    def set_kicks_of(self, listener: int, kicks: Iterable[Kick]) -> None:
        """Have a listener's kicks be these."""
        others = self.coming[self.coming[:, KICK_LISTENER] != listener]
        rows = np.concatenate((others, np.array(list(kicks), np.int64).reshape(-1, 3)))
        self.make_room_for_kicks(len(rows) - len(self.kicks))
        self.kicks[: len(rows)] = rows
        self.counts[KICKS] = len(rows)

    def make_room_for_kicks(self, more: int) -> None:
        """Have room for so many more than there is room for."""
        if more > 0:
            blank = np.zeros((max(more, len(self.kicks)), 3), np.int64)
            self.kicks = np.concatenate((self.kicks, blank))
