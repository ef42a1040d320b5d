"""The engine: the whole chain of one listener, from controls to sound.

    controls -> mood -> composition -> score -> synthesis -> mixing

`Seat` puts the chain together as far as notes and faders, `Rack` plays and mixes them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.word_credits import Decided
from genmusic.controls.spec import Value
from genmusic.session.desk import NEVER
from genmusic.session.library import Library
from genmusic.session.log import POSITION, SKIP, Change, checked_position
from genmusic.session.moments import Moment
from genmusic.session.rack import MOST_LISTENERS, Rack
from genmusic.session.seat import Seat
from genmusic.session.song import NextBeat
from genmusic.session.timed import TimedBar
from genmusic.threads import OfThread
from genmusic.units import QUANTUM

__all__ = ["Change", "Engine", "Ensemble", "TimedBar"]

Floats = NDArray[np.float32]
AHEAD_QUANTA = 300  # 400 ms, a hop of the server: beats played together are the cheaper
T = TypeVar("T")

ALONE = np.zeros(1, np.int32)  # the row of the only place of a rack
_bench: OfThread[int, Rack] = OfThread(Rack)  # a rack for one listener at a time


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
    rests
        Whether it has no rack of its own: it rests in little memory, and uses the thread's rack
        (`at_work`) or a place in an `Ensemble` to render.
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
        rests: bool = False,
    ) -> None:
        rack = None if rests else Rack(keeps_stems=keeps_stems)
        self.seat = Seat(library, seed, controls, log, rack, follows_edits=follows_edits)

    @property
    def seed(self) -> int:
        """The number that names the piece."""
        return self.seat.seed

    @property
    def log(self) -> list[Change]:
        """Every change, with its frame: those made, then those of a given log to come."""
        return [*self.seat.log, *self.seat.ahead]

    @property
    def rendered_end(self) -> int:
        """Frames rendered so far: where the next change takes effect."""
        return self.seat.now

    @property
    def title(self) -> str:
        """The name of the piece that plays."""
        return self.seat.title

    @property
    def next_beat(self) -> NextBeat:
        """The beat whose tempo can still be chosen."""
        return self.seat.next_beat

    def controls(self) -> dict[str, Value]:
        """The value of every control."""
        return dict(self.seat.values)

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
        return self.seat.set_controls(changes)

    def check(self, changes: Mapping[str, object]) -> dict[str, Value]:
        """The changes as they are logged; raises as `set_controls` does."""
        return self.seat.check(changes)

    def make(self, changes: Iterable[Change]) -> dict[str, int]:
        """Make changes that were checked, now; the frame at which each is heard, by name."""
        self.seat.make_due_changes()
        return {change.name: self.seat.make(change.name, change.value) for change in changes}

    def follow(self, changes: Sequence[Change]) -> None:
        """Add changes to come to those that were given; they take effect at their frames."""
        self.seat.follow(changes)

    def skip(self) -> int:
        """Begin a new piece; returns the frame of the bar at which it begins."""
        return self.seat.make(SKIP, None)

    def locate(self, sixteenth: int) -> None:
        """Go to a sixteenth of the song, which began with the first piece or the last `skip`.

        What sounds is cut off; what comes is as if the song had been played up to there.

        Raises
        ------
        ControlError
            The song has no such place.
        """
        self.seat.make(POSITION, float(checked_position(sixteenth)))

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
        done, frames, seat, rack = 0, out.shape[1], self.seat, self.seat.rack
        seat.look_around()
        while done < frames:
            quanta = min((frames - done) // QUANTUM, rack.most_quanta)
            if seat.stirs < rack.quantum + quanta:
                quanta = seat.stand_by(quanta)
                seat.prepare(quanta)
            here = slice(done, done + quanta * QUANTUM)
            if out.flags.c_contiguous:
                rack.render_into(quanta, ALONE, done, out[None])
            else:
                out[:, here] = rack.render(quanta)[0]
            if stems is not None:
                stems[:, :, here] = rack.stems
            done += quanta * QUANTUM

    def render_again(self, out: Floats) -> None:
        """As `render`, of what was heard before: an edition that came since must wait."""
        follows, self.seat.follows_edits = self.seat.follows_edits, False
        try:
            self.render(out)
        finally:
            self.seat.follows_edits = follows

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Sit at the rack of this thread for a while, unless there is one already."""
        if self.seat.seated:
            yield
            return
        self.seat.sit(_bench.of(1))
        try:
            yield
        finally:
            self.seat.rise()

    def moment(self) -> Moment:
        """What `return_to` needs to come back to this frame."""
        return self.seat.moment()

    def return_to(self, moment: Moment, again: Sequence[Change] = ()) -> None:
        """Go back, as if what was rendered and logged since had never been.

        ``again`` is made at its frames: what of the log since shall stay or is still to come.
        """
        self.seat.return_to(moment, again)

    def take_up(self, moment: Moment, log: Sequence[Change]) -> None:
        """Go on from a moment of another engine, whose log is given, on a new one."""
        self.seat.log = list(log[: moment.changes])
        self.seat.return_to(moment, log[moment.changes :])

    def take_bars(self) -> list[TimedBar]:
        """Bars composed since the last call, on the clock.

        A bar comes again, with new frames, when the tempo changes inside it.
        """
        return self.seat.take_bars()

    def checkpoint(self) -> dict[str, Any]:
        """The composer's state at the newest bar line: small, JSON-able."""
        return self.seat.checkpoint()

    def restore(self, checkpoint: Mapping[str, Any]) -> None:
        """Go to the bar line of a checkpoint, on a new engine of the same seed, controls and log.

        The notes are the same from there on; what began before the bar line does not ring on.
        """
        self.seat.restore(checkpoint)

    def keep_decisions(self) -> list[Decided]:
        """Note from now on how melodies come about, for `session.credits`; the list grows."""
        return self.seat.keep_decisions()

    def skip_to(self, frame: int) -> None:
        """Compose without a sound up to the quantum at or after a frame."""
        self.seat.skip_to(frame)


class Ensemble:
    """Up to sixteen listeners rendered together on one rack, each as if alone.

    They come and go between two blocks.
    """

    def __init__(self, places: int = MOST_LISTENERS) -> None:
        self._rack = Rack(places)
        self._free = list(range(places))  # a heap
        self._rows = np.full(places, -1, np.int32)  # of what is written, for each place
        self.seats: list[Seat] = []
        self.failures: dict[Seat, Exception] = {}
        """Whose music could not be composed, and why; the others play on."""

    @classmethod
    def of(
        cls, library: Library, seeds: Sequence[int], controls: Mapping[str, object] | None = None
    ) -> Ensemble:
        """Listeners who begin together."""
        ensemble = cls(len(seeds))
        for seed in seeds:
            ensemble.join(Seat(library, seed, controls))
        return ensemble

    def join(self, seat: Seat) -> None:
        """Take a free place."""
        seat.sit(self._rack, heapq.heappop(self._free))
        self.seats.append(seat)
        self._count_rows()

    def leave(self, seat: Seat) -> None:
        """Rest; the place is free."""
        heapq.heappush(self._free, seat.number)
        self.seats.remove(seat)
        self.failures.pop(seat, None)
        seat.rise()
        self._count_rows()

    def _count_rows(self) -> None:
        self._rows[:] = -1
        self._rows[[seat.number for seat in self.seats]] = range(len(self.seats))

    def render(self, out: Floats) -> None:
        """Write the next block of everybody.

        Parameters
        ----------
        out : (listeners, 2, frames) float32, C-contiguous, written in full
            In the order of `seats`.
        """
        done, frames, rack = 0, out.shape[2], self._rack
        self._each([seat for seat in self.seats if seat.follows_edits], Seat.look_around)
        while done < frames:
            ahead = min((frames - done) // QUANTUM, AHEAD_QUANTA)
            if any(self._each(self._stirring(ahead), Seat.play_ahead, ahead)):
                self._each(self.seats, Seat.compose_ahead)
            rack.play_planned(ahead)
            end, calm = rack.quantum + ahead, self._calm_until
            while rack.quantum < end:
                quanta = min(end, calm) - rack.quantum
                if calm < end:  # blocks before it are whole
                    quanta -= quanta % rack.most_quanta
                if quanta <= 0:
                    quanta = self._prepare(min(end - rack.quantum, rack.most_quanta))
                    calm = self._calm_until
                rack.render_into(quanta, self._rows, done, out)
                done += quanta * QUANTUM

    def _prepare(self, quanta: int) -> int:
        """Have everybody ready for a block of up to so many quanta; how many it has."""
        stirring = self._stirring(quanta)
        quanta = min(self._each(stirring, Seat.stand_by, quanta), default=quanta)
        self._each(self._stirring(quanta), Seat.prepare, quanta)
        return quanta

    @property
    def _calm_until(self) -> int:
        """The quantum before which nobody has anything to do."""
        return min([seat.stirs for seat in self.seats], default=NEVER)

    def _stirring(self, quanta: int) -> list[Seat]:
        """Who has something to do in a block."""
        end = self._rack.quantum + quanta
        return [seat for seat in self.seats if seat.stirs < end]

    def _each(self, seats: Iterable[Seat], work: Callable[..., T], *given: int) -> list[T]:
        """Work for some seats; what one fails at is no matter of the others."""
        done = []
        for seat in seats:
            if seat not in self.failures:
                try:
                    done.append(work(seat, *given))
                except Exception as error:
                    self.failures[seat] = error
        return done
