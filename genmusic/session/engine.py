"""The engine: the whole chain of one listener, from controls to sound.

    controls -> mood -> composition -> score -> synthesis -> mixing

`Seat` puts the chain together as far as notes and faders, `Rack` plays and mixes them.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genmusic.controls.spec import Value
from genmusic.session.library import Library
from genmusic.session.log import SKIP, Change
from genmusic.session.rack import MOST_LISTENERS, Rack
from genmusic.session.seat import Seat
from genmusic.session.timed import TimedBar
from genmusic.units import QUANTUM

__all__ = ["Change", "Engine", "Ensemble", "TimedBar"]

Floats = NDArray[np.float32]


class Engine:
    """One listener's music.

    Parameters
    ----------
    library
        Styles and models, shared.
    seed
        Names the piece.
    controls
        Values to begin with; the others are at their defaults.
    log
        Changes that take effect while rendering, as a receipt holds them.
    keeps_stems
        Whether `render` can give stems.
    follows_edits
        Whether a new edition of the style is played from the next bar on; the log says when.
    """

    def __init__(
        self,
        library: Library,
        seed: int,
        controls: Mapping[str, object] | None = None,
        log: Sequence[Change] = (),
        *,
        keeps_stems: bool = False,
        follows_edits: bool = False,
    ) -> None:
        rack = Rack(keeps_stems=keeps_stems)
        self._seat = Seat(library, seed, controls, log, rack, follows_edits=follows_edits)

    @property
    def seed(self) -> int:
        """The number that names the piece."""
        return self._seat.seed

    @property
    def log(self) -> list[Change]:
        """Every change made, with its frame."""
        return self._seat.log

    @property
    def rendered_end(self) -> int:
        """Frames rendered so far: where the next change takes effect."""
        return self._seat.now

    @property
    def title(self) -> str:
        """The name of the piece that plays."""
        return self._seat.title

    def controls(self) -> dict[str, Value]:
        """The value of every control."""
        return dict(self._seat.values)

    def set_controls(self, changes: Mapping[str, object]) -> dict[str, int]:
        """Log changes at the end of what is rendered, then make them.

        Returns
        -------
        For each control the frame at which it is heard.

        Raises
        ------
        ControlError, UnknownNameError
            Nothing is changed if one of the values is wrong.
        """
        return self._seat.set_controls(changes)

    def skip(self) -> int:
        """Begin a new piece; returns the frame of the bar at which it begins."""
        return self._seat.make(SKIP, None)

    def render(self, out: Floats, stems: Floats | None = None) -> None:
        """Write the next block.

        Parameters
        ----------
        out : (2, frames) float32, written in full
            Left and right, ±1 full scale; ``frames`` is a whole number of quanta.
        stems : (stems, 2, frames) float32, written in full
            What `mixing.stems.STEMS` give to the mix that enters the master, for an engine made
            with ``keeps_stems``.
        """
        done, frames = 0, out.shape[1]
        while done < frames:
            self._seat.make_due_changes()
            quanta = self._seat.quanta_until(self.rendered_end + frames - done)
            self._seat.prepare(quanta)
            here = slice(done, done + quanta * QUANTUM)
            out[:, here] = self._seat.rack.render(quanta)[0]
            if stems is not None:
                stems[:, :, here] = self._seat.rack.stems
            done += quanta * QUANTUM

    def take_bars(self) -> list[TimedBar]:
        """Bars composed since the last call, on the clock.

        A bar comes again, with new frames, when the tempo changes inside it.
        """
        return self._seat.take_bars()

    def checkpoint(self) -> dict[str, Any]:
        """The composer's state at the newest bar line: small, JSON-able."""
        return self._seat.checkpoint()

    def restore(self, checkpoint: Mapping[str, Any]) -> None:
        """Go to the bar line of a checkpoint, on a new engine of the same seed, controls and log.

        The notes are the same from there on; what began before the bar line does not ring on.
        """
        self._seat.restore(checkpoint)

    def skip_to(self, frame: int) -> None:
        """Compose without a sound up to the quantum at or after a frame."""
        self._seat.skip_to(frame)


class Ensemble:
    """Up to sixteen listeners rendered together on one rack, each as if alone.

    They come and go between two blocks.
    """

    def __init__(self, places: int = MOST_LISTENERS) -> None:
        self._rack = Rack(places)
        self._free = list(range(places))  # a heap
        self.seats: list[Seat] = []

    @classmethod
    def of(
        cls, library: Library, seeds: Sequence[int], controls: Mapping[str, object] | None = None
    ) -> Ensemble:
        """Listeners who begin together."""
        ensemble = cls(len(seeds))
        for seed in seeds:
            ensemble.join(Seat(library, seed, controls))
        return ensemble

    @property
    def has_room(self) -> bool:
        """Whether a place is free."""
        return bool(self._free)

    def join(self, seat: Seat) -> None:
        """Take a free place."""
        seat.sit(self._rack, heapq.heappop(self._free))
        self.seats.append(seat)

    def leave(self, seat: Seat) -> None:
        """Rest; the place is free."""
        heapq.heappush(self._free, seat.number)
        self.seats.remove(seat)
        seat.rise()

    def render(self, out: Floats) -> None:
        """Write the next block of everybody.

        Parameters
        ----------
        out : (listeners, 2, frames) float32, written in full
            In the order of `seats`.
        """
        places = [seat.number for seat in self.seats]
        done, frames = 0, out.shape[2]
        while done < frames:
            for seat in self.seats:
                seat.make_due_changes()
            quanta = min(seat.quanta_until(seat.now + frames - done) for seat in self.seats)
            for seat in self.seats:
                seat.prepare(quanta)
            out[:, :, done : done + quanta * QUANTUM] = self._rack.render(quanta)[places]
            done += quanta * QUANTUM
