"""The engine of a room, which follows the log of an engine elsewhere.

The audience's frames run on without a gap whatever the performer does; their distance from the
engine's frames, the *shift*, grows when the performer pauses.

As a `Session`, a room is in one thread's hands at a time; what is told to it waits until then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from genmusic.config import Settings
from genmusic.controls.spec import CONTROLS, Value
from genmusic.encoding import Block, Parcel
from genmusic.errors import ProtocolError
from genmusic.session.engine import Engine
from genmusic.session.library import Library
from genmusic.session.log import Change
from genmusic.session.room.broadcast import Broadcast
from genmusic.session.room.told import Inbox, Jump, Opening
from genmusic.session.timed import TimedBar
from genmusic.units import SAMPLE_RATE, quantum_at_or_after

FADE_FRAMES = 512  # 11 ms, from one sound to another or to silence
PREROLL_FRAMES = 2 * SAMPLE_RATE  # played unheard when a performance is joined on its way
BLOCK_FRAMES = SAMPLE_RATE

_UP = np.linspace(0.0, 1.0, FADE_FRAMES, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class RoomStep:
    """What one advance brought: bars to draw, changes that are heard, and sound by codec."""

    bars: tuple[TimedBar, ...]
    changes: tuple[tuple[int, str, Value], ...]  # the frame of the audience, control and value
    sound: Mapping[str, Parcel]


class RoomMusic:
    """One engine that is told what to play, and the broadcast of what it plays.

    Parameters
    ----------
    library
        Styles and models, shared.
    settings
        Of the server.
    """

    def __init__(self, library: Library, settings: Settings) -> None:
        self._engine: Engine | None = None
        self._leaving: Engine | None = None  # the engine of before, for one fade
        self.inbox = Inbox(library)  # the performer's word, from the event loop
        self._shift = 0  # frames of the audience minus frames of the engine
        self._sounds = False
        self._jumps: deque[Jump] = deque()
        self._heard = 0  # lines of the engine's log that the audience was told
        self._near: list[TimedBar] = []  # bars of the engine that are not over
        self._drawn_shift = 0  # with which they were announced
        self.broadcast = Broadcast(settings)
        self.seed = 0  # what the piece follows from

    @property
    def title(self) -> str:
        """The name of the piece that plays."""
        return self._engine.title if self._engine else ""

    def controls(self) -> dict[str, Value]:
        """The controls as they stand."""
        return self._engine.controls() if self._engine else {}

    def open(self, opening: Opening) -> None:
        """Go over to a performance with the next advance."""
        self.seed = opening.seed
        self.inbox.open(opening)

    @property
    def known_frames(self) -> int:
        """Frames that can be rendered without waiting for the performer."""
        inbox = self.inbox
        if inbox.opening is not None:
            return inbox.known - inbox.opening.frame
        jumped = sum(jump.to - jump.at for jump in (*self._jumps, *inbox.jumps))
        return inbox.known - jumped - self._engine.rendered_end if self._engine else 0

    # Rendering, in a thread

    def advance(self, frames: int, *, sounding: bool) -> RoomStep:
        """Render and encode the next frames, of music or of silence."""
        opened = self._listen()
        block = np.zeros((2, frames), np.float32)
        start = self.broadcast.end
        if self._engine is not None and sounding:
            with self._engine.at_work():
                self._play(block)
        elif self._sounds:
            self._fall_silent(block)
        if not sounding:
            self._shift += frames
        self._sounds = sounding and self._engine is not None
        bars = tuple(bar.moved(self._shift) for bar in self._new_bars(start + frames))
        changes = self._new_changes()
        if opened:
            changes = tuple((start, name, value) for name, value in self.controls().items())
        return RoomStep(bars, changes, self.broadcast.add(block, bars))

    def _listen(self) -> bool:
        """Take what was told meanwhile; whether a performance begins."""
        told = self.inbox.take()
        if told.opening is not None:
            self._leaving = self._engine if self._sounds else None
            self._engine = self._begin(told.opening, told.changes)
            self._shift = self.broadcast.end - self._engine.rendered_end
            self._jumps.clear()
        elif self._engine is not None and told.changes:
            self._engine.follow(told.changes)
        self._jumps.extend(told.jumps)
        return told.opening is not None

    def _begin(self, opening: Opening, changes: Sequence[Change]) -> Engine:
        """An engine that stands where the performer is, with echoes and all."""
        library = self.inbox.styles.library
        engine = Engine(library, opening.seed, opening.controls, changes, rests=True)
        with engine.at_work():
            if opening.checkpoint is not None:
                _restore(engine, opening.checkpoint)
            engine.skip_to(opening.frame - PREROLL_FRAMES)
            _play_unheard(engine, opening.frame)
        self._heard, self._near = len(engine.seat.log), []
        return engine

    def _play(self, block: Block) -> None:
        engine = self._engine
        if engine is None:
            return
        done, frames = 0, block.shape[1]
        self._sounds |= engine.rendered_end == 0  # a beginning needs no fade
        while done < frames:
            jump = self._jumps[0] if self._jumps else None
            if jump and jump.at <= engine.rendered_end:
                self._pass_over(self._jumps.popleft(), block[:, :done])
                jump = None
                self._sounds = False
            length = frames - done
            if jump:
                length = min(length, jump.at - engine.rendered_end)
            piece = block[:, done : done + length]
            engine.render(piece)
            self._fade_in(piece)
            done += length

    def _pass_over(self, jump: Jump, before: Block) -> None:
        engine = self._engine
        if engine is not None and jump.to > engine.rendered_end:
            _fade_out(before[:, -FADE_FRAMES:])
            self._shift += engine.rendered_end
            engine.skip_to(jump.to - PREROLL_FRAMES)
            _play_unheard(engine, jump.to)
            self._shift -= engine.rendered_end

    def _fade_in(self, piece: Block) -> None:
        """Come out of silence, or out of what sounded until now."""
        length = min(FADE_FRAMES, piece.shape[1])
        if self._leaving is not None:
            tail = np.empty((2, length), np.float32)
            with self._leaving.at_work():
                self._leaving.render(tail)
            piece[:, :length] = piece[:, :length] * _UP[:length] + tail * (1.0 - _UP[:length])
            self._leaving = None
        elif not self._sounds:
            piece[:, :length] *= _UP[:length]
        self._sounds = True

    def _fall_silent(self, block: Block) -> None:
        """Begin silence with a fade of what would have come, which is then still to come."""
        engine = self._engine
        if engine is None:
            return
        moment, log = engine.moment(), engine.log
        with engine.at_work():
            engine.render(block[:, :FADE_FRAMES])
            engine.return_to(moment, log[moment.changes :])
        _fade_out(block[:, :FADE_FRAMES])

    def _new_changes(self) -> tuple[tuple[int, str, Value], ...]:
        """Lines of the log that the audience was not told of."""
        log = self._engine.seat.log if self._engine else []
        news, self._heard = log[self._heard :], len(log)
        return tuple(
            (change.frame + self._shift, change.name, change.value)
            for change in news
            if change.name in CONTROLS
        )

    def _new_bars(self, end: int) -> list[TimedBar]:
        """Bars to announce: new ones, or all that are not over when their frames have moved."""
        if self._engine is None:
            return []
        fresh, now = self._engine.take_bars(), end - self._shift
        self._near = [bar for bar in (*self._near, *fresh) if bar.end_frame > now]
        if self._drawn_shift != self._shift and self._sounds:
            self._drawn_shift = self._shift
            return self._near
        return fresh


def _play_unheard(engine: Engine, end: int) -> None:
    end = quantum_at_or_after(end)
    while (frames := min(end - engine.rendered_end, BLOCK_FRAMES)) > 0:
        engine.render(np.empty((2, frames), np.float32))


def _restore(engine: Engine, checkpoint: Mapping[str, Any]) -> None:
    try:
        engine.restore(checkpoint)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProtocolError(f"the place in the piece cannot be read ({error})") from error


def _fade_out(piece: Block) -> None:
    """To silence at the end of a piece of sound, which is no longer than a fade."""
    piece *= _UP[::-1][FADE_FRAMES - piece.shape[1] :]
