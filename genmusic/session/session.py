"""One listener's stream, without sockets and tasks: engine, encoder, kept packets, pacing.

`Session.advance` runs in a render thread, one call at a time; everything else is called from the
event loop, between two advances (an acknowledgement may come at any time).
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from genmusic.config import Settings
from genmusic.controls.spec import Value
from genmusic.encoding import STREAM_CODECS, StreamEncoder, open_stream_encoder
from genmusic.errors import EncodingError, GenmusicError, ProtocolError, UnknownNameError
from genmusic.seeding import SEED_LIMIT
from genmusic.session.engine import Engine, TimedBar
from genmusic.session.library import Library
from genmusic.session.pacing import Pacing
from genmusic.units import SAMPLE_RATE

ID_BYTES = 9

RequestId = Hashable
"""The mark by which whoever asked knows the answer."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a listener asks a new session to be; the codecs in order of preference."""

    codecs: tuple[str, ...]
    seed: int | None = None
    controls: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """A change the listener asks for while it plays; without controls: skip to a new piece."""

    id: RequestId
    controls: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The frame at which each control of a request sounds, or why it was refused."""

    id: RequestId
    frames: Mapping[str, int]
    error: GenmusicError | None = None


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded unit and the frame at which it begins."""

    pts: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """What one advance brought: answers first, then the bars to draw, then their sound."""

    answers: tuple[Answer, ...]
    bars: tuple[TimedBar, ...]
    packets: tuple[Packet, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a listener who comes back is sent before new sound; all of it begins at ``pts``."""

    pts: int
    resumed: bool
    discontinuity: bool
    bars: tuple[TimedBar, ...]
    packets: tuple[Packet, ...]

    @classmethod
    def nothing(cls) -> Replay:
        """For the first connection of a session."""
        return cls(0, resumed=False, discontinuity=False, bars=(), packets=())


class Session:
    """An engine and its encoder, with the sound and the bars of the last seconds."""

    def __init__(
        self, engine: Engine, encoder: StreamEncoder, settings: Settings, now: float
    ) -> None:
        self.id = secrets.token_urlsafe(ID_BYTES)
        self.engine = engine
        self.encoder = encoder
        self.pacing = Pacing(settings, now)
        self._settings = settings
        self._end = 0
        self._packets: deque[Packet] = deque()
        self._bars: deque[TimedBar] = deque()

    @property
    def end(self) -> int:
        """The frame after the last packet."""
        return self._end

    @property
    def codec(self) -> str:
        """Name of the codec in the stream protocol."""
        return self.encoder.codec

    @property
    def seed(self) -> int:
        """The number everything in the music follows from."""
        return self.engine.seed

    @property
    def title(self) -> str:
        """Title of the piece."""
        return self.engine.title

    # Pacing

    def due_frames(self, now: float) -> int:
        """Frames to render next; 0 while the look-ahead is full or nobody listens."""
        limits = self._settings
        if self.pacing.resting(now):
            return 0
        frames = limits.chunk_frames if self._end else limits.first_chunk_frames
        room = self.pacing.played(now) + limits.lookahead_frames - self._end
        return frames if frames <= room else 0

    def deadline(self, now: float) -> float:
        """When the listener's buffer runs dry."""
        return now + (self._end - self.pacing.played(now)) / SAMPLE_RATE

    def rest_seconds(self, now: float) -> float:
        """How long nothing can become due without a word from the listener.

        Raises
        ------
        ProtocolError
            The listener has been silent for too long.
        """
        wait = self.pacing.wait_seconds(now)
        if wait <= 0:
            raise ProtocolError("no ack came for too long; connect again to resume", "stalled")
        return wait

    def acknowledge(self, played: int, now: float) -> None:
        """The listener's audio clock stands at ``played``; what was not sent cannot be heard."""
        self.pacing.acknowledge(min(played, self._end), now)

    # Music

    def advance(self, requests: Sequence[Request], frames: int) -> Step:
        """Log the changes, then render and encode the next frames."""
        answers = tuple(self._answer(requests))
        packets = tuple(self._render(frames)) if frames else ()
        bars = tuple(self.engine.take_bars())
        self._keep(bars, packets)
        return Step(answers, bars, packets)

    def _answer(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """All sets as one, then one skip: a flood of them costs no more than two changes."""
        yield from self._set_together([r for r in requests if r.controls is not None])
        skips = [request for request in requests if request.controls is None]
        if skips:
            frame = self.engine.skip()
            yield from (Answer(request.id, {"skip": frame}) for request in skips)

    def _set_together(self, requests: Sequence[Request]) -> list[Answer]:
        """The last value of each control counts; if one request is wrong, each on its own."""
        merged: dict[str, object] = {}
        for request in requests:
            merged.update(request.controls or {})
        try:
            frames = self.engine.set_controls(merged) if merged else {}
        except GenmusicError:
            return [self._set_alone(request) for request in requests]
        return [Answer(r.id, {name: frames[name] for name in r.controls or {}}) for r in requests]

    def _set_alone(self, request: Request) -> Answer:
        try:
            return Answer(request.id, self.engine.set_controls(request.controls or {}))
        except GenmusicError as error:
            return Answer(request.id, {}, error)

    def _render(self, frames: int) -> Iterator[Packet]:
        block = np.empty((2, frames), np.float32)
        self.engine.render(block)
        for data in self.encoder.encode(block):
            yield Packet(self._end, data)
            self._end += self.encoder.packet_frames

    # Resume

    def _keep(self, bars: Sequence[TimedBar], packets: Sequence[Packet]) -> None:
        self._packets.extend(packets)
        self._bars.extend(bars)
        oldest = self._end - self._settings.history_frames
        while self._packets and self._packets[0].pts < oldest:
            self._packets.popleft()
        while self._bars and self._bars[0].end_frame <= oldest:
            self._bars.popleft()

    def change_codec(self, codec: str) -> None:
        """Go on in another codec, between two connections; sound that was kept is forgotten.

        Raises
        ------
        ProtocolError
            The server does not have the codec.
        """
        if codec != self.codec:
            self.encoder = _open_encoder([codec], self._settings)
            self._packets.clear()

    def resume(self, next_pts: int | None, now: float) -> Replay:
        """Join again at a frame, or without one where the listener left off.

        Raises
        ------
        ProtocolError
            The frame lies in the future.
        """
        if next_pts is not None and next_pts > self._end:
            raise ProtocolError(f"next_pts must be at most {self._end}, got {next_pts}")
        wanted = min(self.pacing.played(now) if next_pts is None else next_pts, self._end)
        packets = tuple(p for p in self._packets if p.pts + self.encoder.packet_frames > wanted)
        start = packets[0].pts if packets else self._end
        self.pacing.join(self.pacing.played(now), now)
        bars = tuple(bar for bar in self._bars if bar.end_frame > start)
        return Replay(start, True, next_pts is None or start > wanted, bars, packets)

    def controls(self) -> dict[str, Value]:
        """The controls as they stand."""
        return self.engine.controls()


def open_session(library: Library, wishes: Wishes, settings: Settings, now: float) -> Session:
    """Begin a new piece for a new listener; without a seed it is one nobody heard before.

    Raises
    ------
    ProtocolError, ControlError, UnknownNameError
        The server has none of the codecs; a control or the style is not there.
    """
    encoder = _open_encoder(wishes.codecs, settings)
    seed = secrets.randbelow(SEED_LIMIT) if wishes.seed is None else wishes.seed
    engine = Engine(library, seed, wishes.controls, follows_edits=True)
    return Session(engine, encoder, settings, now)


def _open_encoder(codecs: Sequence[str], settings: Settings) -> StreamEncoder:
    """The first codec that works; one that this server does not know or have is passed over."""
    for codec in codecs:
        with suppress(UnknownNameError, EncodingError):
            return open_stream_encoder(
                codec, bitrate=settings.opus_bitrate, complexity=settings.opus_complexity
            )
    asked, known = ", ".join(codecs), ", ".join(STREAM_CODECS)
    raise ProtocolError(f"this server has none of {asked}; it has {known}")
