"""The music of a room: what a performer conducts, rendered once more for an audience.

An engine is a function of seed, controls and log, so a performer sends the lines of the log and
no sound: the engine here plays them a moment later, to the bit as there. The audience's frames run
on without a gap whatever the performer does; their distance from the engine's frames, the
*shift*, grows when the performer pauses.

As a `Session`, a room is in one thread's hands at a time; what is told to it waits until then.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from genmusic.config import Settings
from genmusic.controls.spec import CONTROLS, Value
from genmusic.encoding import Block, StreamEncoder
from genmusic.errors import ProtocolError
from genmusic.session.engine import Engine
from genmusic.session.library import Library
from genmusic.session.log import POSITION, SKIP, Change, checked_position
from genmusic.session.session import Packet, Replay, open_encoder
from genmusic.session.strokes import STROKE, read_stroke
from genmusic.session.timed import TimedBar
from genmusic.synthesis.patches import find_patch
from genmusic.units import SAMPLE_RATE, quantum_at_or_after

FADE_FRAMES = 512  # 11 ms, from one sound to another or to silence
PREROLL_FRAMES = 2 * SAMPLE_RATE  # played unheard when a performance is joined on its way
BLOCK_FRAMES = SAMPLE_RATE

_UP = np.linspace(0.0, 1.0, FADE_FRAMES, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Opening:
    """A performance at the moment in which a room joins it."""

    seed: int
    controls: Mapping[str, Value]  # as they were at the checkpoint, or at the beginning
    frame: int = 0  # at the performer's ear
    checkpoint: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    """The performer heard frame ``to`` after frame ``at``."""

    at: int
    to: int


@dataclass(frozen=True, slots=True)
class RoomStep:
    """What one advance brought: bars to draw, changes that are heard, and packets by codec."""

    bars: tuple[TimedBar, ...]
    changes: tuple[tuple[int, str, Value], ...]  # the frame of the audience, control and value
    packets: Mapping[str, tuple[Packet, ...]]


@dataclass(slots=True)
class _Told:
    """What the performer has said and the engine has not heard yet."""

    opening: Opening | None = None
    changes: list[Change] = field(default_factory=list)
    jumps: list[Jump] = field(default_factory=list)


class RoomMusic:
    """One engine, an encoder for each codec that somebody hears, and the sound of the last seconds.

    Parameters
    ----------
    library
        Styles and models, shared.
    settings
        Of the server.
    """

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library, self._settings = library, settings
        self._engine: Engine | None = None
        self._leaving: Engine | None = None  # the engine of before, for one fade
        self._lock = threading.Lock()  # on what was told
        self._told = _Told()
        self._known = 0  # the engine's frame before which every line is known
        self._shift = 0  # frames of the audience minus frames of the engine
        self._sounds = False
        self._jumps: deque[Jump] = deque()
        self._heard = 0  # lines of the engine's log that the audience was told
        self._near: list[TimedBar] = []  # bars of the engine that are not over
        self._drawn_shift = 0  # with which they were announced
        self._blocks: deque[Block] = deque()
        self._bars: deque[TimedBar] = deque()
        self._encoders: dict[str, StreamEncoder] = {}
        self._packets: dict[str, deque[Packet]] = {}
        self.end = 0
        self.seed = 0  # what the piece follows from

    @property
    def title(self) -> str:
        """The name of the piece that plays."""
        return self._engine.title if self._engine else ""

    def controls(self) -> dict[str, Value]:
        """The controls as they stand."""
        return self._engine.controls() if self._engine else {}

    # The performer's word, from the event loop

    def open(self, opening: Opening) -> None:
        """Go over to a performance with the next advance."""
        with self._lock:
            self.seed, self._told = opening.seed, _Told(opening)
            self._known = opening.frame

    def tell(self, changes: Iterable[Change], jumps: Iterable[Jump], known: int) -> None:
        """Take lines of the log; no line before ``known`` is still to come.

        Raises
        ------
        ProtocolError, ControlError, UnknownNameError
            A line is none that an engine could follow.
        """
        checked = [self._check(change) for change in changes]
        aligned = [Jump(quantum_at_or_after(jump.at), jump.to) for jump in jumps]
        with self._lock:
            self._told.changes += checked
            self._told.jumps += aligned
            self._known = max(self._known, known)

    def _check(self, change: Change) -> Change:
        if change.name == SKIP:
            return Change(change.frame, SKIP, None)
        if change.name == POSITION:
            return Change(change.frame, POSITION, checked_position(change.value))
        if change.name == STROKE:
            stroke = read_stroke(change.value)
            if stroke.patch:
                find_patch(stroke.patch)
            return change
        checked = self._library.check({change.name: change.value})
        return Change(change.frame, change.name, checked[change.name])

    @property
    def known_frames(self) -> int:
        """Frames that can be rendered without waiting for the performer."""
        if self._told.opening is not None:
            return self._known - self._told.opening.frame
        jumped = sum(jump.to - jump.at for jump in (*self._jumps, *self._told.jumps))
        return self._known - jumped - self._engine.rendered_end if self._engine else 0

    # Rendering, in a thread

    def advance(self, frames: int, *, sounding: bool) -> RoomStep:
        """Render and encode the next frames, of music or of silence."""
        opened = self._listen()
        block = np.zeros((2, frames), np.float32)
        if self._engine is not None and sounding:
            with self._engine.at_work():
                self._play(block)
        elif self._sounds:
            self._fall_silent(block)
        if not sounding:
            self._shift += frames
        start, self.end = self.end, self.end + frames
        self._sounds = sounding and self._engine is not None
        step = self._step(block, start)
        if not opened:
            return step
        known = [(start, name, value) for name, value in self.controls().items()]
        return replace(step, changes=tuple(known))

    def _listen(self) -> bool:
        """Take what was told meanwhile; whether a performance begins."""
        with self._lock:
            told, self._told = self._told, _Told()
        if told.opening is not None:
            self._leaving = self._engine if self._sounds else None
            self._engine = self._begin(told.opening, told.changes)
            self._shift = self.end - self._engine.rendered_end
            self._jumps.clear()
        elif self._engine is not None and told.changes:
            self._engine.follow(told.changes)
        self._jumps.extend(told.jumps)
        return told.opening is not None

    def _begin(self, opening: Opening, changes: Sequence[Change]) -> Engine:
        """An engine that stands where the performer is, with echoes and all."""
        engine = Engine(self._library, opening.seed, opening.controls, changes, rests=True)
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

    def _step(self, block: Block, start: int) -> RoomStep:
        engine = self._engine
        bars = tuple(bar.moved(self._shift) for bar in self._new_bars())
        log = engine.seat.log if engine else []
        changes = tuple(
            (change.frame + self._shift, change.name, change.value)
            for change in log[self._heard :]
            if change.name in CONTROLS
        )
        self._heard = len(log)
        self._keep(block, bars)
        packets = {name: tuple(self._encode(name, block, start)) for name in self._encoders}
        return RoomStep(bars, changes, packets)

    def _new_bars(self) -> list[TimedBar]:
        """Bars to announce: new ones, or all that are not over when their frames have moved."""
        if self._engine is None:
            return []
        fresh, now = self._engine.take_bars(), self.end - self._shift
        self._near = [bar for bar in (*self._near, *fresh) if bar.end_frame > now]
        if self._drawn_shift != self._shift and self._sounds:
            self._drawn_shift = self._shift
            return self._near
        return fresh

    def _encode(self, codec: str, block: Block, start: int) -> Iterator[Packet]:
        encoder, kept = self._encoders[codec], self._packets[codec]
        for number, data in enumerate(encoder.encode(block, start)):
            packet = Packet(start + number * encoder.packet_frames, data)
            kept.append(packet)
            yield packet
        while kept and kept[0].pts < self.end - self._settings.history_frames:
            kept.popleft()

    def _keep(self, block: Block, bars: Sequence[TimedBar]) -> None:
        self._blocks.append(block)
        while sum(kept.shape[1] for kept in self._blocks) > self._settings.history_frames:
            self._blocks.popleft()
        self._bars.extend(bars)
        while self._bars and self._bars[0].end_frame <= self.end - self._settings.history_frames:
            self._bars.popleft()

    # The audience

    def encode_for(self, codecs: Sequence[str]) -> str:
        """Have one of the codecs encoded from the kept sound on, in a thread; its name.

        Raises
        ------
        ProtocolError
            The server has none of them.
        """
        encoder = open_encoder(codecs, self.seed, self._settings)
        codec = encoder.codec
        if codec not in self._encoders:
            self._encoders[codec], self._packets[codec] = encoder, deque()
            start = self.end - sum(block.shape[1] for block in self._blocks)
            for block in self._blocks:
                list(self._encode(codec, block, start))
                start += block.shape[1]
        return codec

    def drop(self, codec: str) -> None:
        """Nobody hears the codec any more."""
        self._encoders.pop(codec, None)
        self._packets.pop(codec, None)

    def encoder(self, codec: str) -> StreamEncoder:
        """What a listener must know of a codec."""
        return self._encoders[codec]

    def join(self, codec: str, next_pts: int | None = None) -> Replay:
        """What somebody who comes is sent first: from a frame on, or as much as is played ahead."""
        kept = self._packets[codec]
        resumed = next_pts is not None and bool(kept) and kept[0].pts <= next_pts <= self.end
        wanted = next_pts if resumed and next_pts is not None else self._ahead
        packets = tuple(packet for packet in kept if packet.pts >= wanted)
        start = packets[0].pts if packets else self.end
        bars = tuple(bar for bar in self._bars if bar.end_frame > start)
        return Replay(start, resumed, discontinuity=False, bars=bars, packets=packets)

    @property
    def _ahead(self) -> int:
        """Where those who come begin: the rest is what they have in store."""
        return self.end - self._settings.lookahead_frames


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
