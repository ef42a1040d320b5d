"""One listener's stream, without sockets and tasks: engine, encoder, kept packets, pacing.

`Session.advance` runs in a render thread, one call at a time; everything else is called from the
event loop, between two advances (an acknowledgement may come at any time).
"""

from __future__ import annotations

import secrets
from bisect import bisect_right
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from genmusic.config import Settings
from genmusic.controls.spec import Value
from genmusic.encoding import Block, Parcel, StreamEncoder
from genmusic.encoding.parcel import joined
from genmusic.errors import ProtocolError
from genmusic.session.codecs import open_encoder
from genmusic.session.engine import Engine, TimedBar
from genmusic.session.log import EDITION, Change
from genmusic.session.pacing import Pacing
from genmusic.session.parcels import Replay, Step
from genmusic.session.past import Past
from genmusic.session.requests import Answer, Plan, Request, plan_requests
from genmusic.session.stills import Frozen, Still, freeze
from genmusic.units import SAMPLE_RATE

ID_BYTES = 9
WARM_PACKETS = 4  # 80 ms: what an Opus decoder needs to be in step with an encoder
CALM_FRAMES = 5 * SAMPLE_RATE  # heard since the last change: what is rendered will be heard
SILENCE = np.zeros((2, 0), np.float32)
NOTHING: Mapping[str, object] = MappingProxyType({})


class Session:
    """An engine and its encoder, with the bars of the last seconds and a way back to them."""

    def __init__(
        self,
        engine: Engine,
        encoder: StreamEncoder,
        settings: Settings,
        now: float,
        began_with: Mapping[str, object] = NOTHING,
    ) -> None:
        self.id = secrets.token_urlsafe(ID_BYTES)
        self.began_with = began_with  # the controls of the receipt
        self.kept_changes = 0  # lines of the log that are on the disk
        self.kept_end = -1  # where it ended when its checkpoint was last taken down
        self.engine = engine
        self.encoder = encoder
        self.pacing = Pacing(settings, now)
        self._settings = settings
        self._history_frames = settings.history_frames
        self._end = self._furthest = engine.rendered_end
        self._changed_at = 0  # the frame of the newest request that was carried out
        self.can_splice = True
        """Whether who listens can replace what was sent: it may lie far ahead, then."""
        self._splicing = False  # the next packet begins to
        self._void = (0, 0)  # the frames that were sent, then taken back by the newest splice
        self._past = Past(engine)
        self._parcels: deque[Parcel] = deque()
        self._bars: deque[TimedBar] = deque()
        self._tail = SILENCE  # what sounded last, when the server is about to stop

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

    def bar_at(self, frame: int) -> TimedBar | None:
        """The bar that sounds at a frame, of those of late and those to come."""
        begun = [bar for bar in self._bars if bar.start_frame <= frame < bar.end_frame]
        return begun[-1] if begun else None

    # The log

    @property
    def log(self) -> list[Change]:
        """Every change made, and those whose frame is still to come."""
        return self.engine.log

    def log_after(self, plan: Plan) -> tuple[int, tuple[Change, ...]]:
        """How the log goes on with a plan: from which line, and with which lines.

        New editions that were picked up beyond the plan's frame are picked up again.
        """
        log = self.log
        before = bisect_right(log, plan.frame, key=lambda change: change.frame)
        first = min(before, self.kept_changes)
        after = [change for change in log[before:] if change.name != EDITION]
        later = sorted([*plan.changes, *after], key=lambda change: change.frame)
        return first, (*log[first:before], *later)

    def stills(self) -> dict[int, bytes]:
        """All that sounds, by the frame where it does, for another server to go on.

        Where it ends, if an encoder can begin there: with nothing to be rendered again, everybody
        is back at once. And as near before the ear as is known: not all that was sent may come.
        """
        past, kept = self._past.oldest, {}
        if self.encoder.repeats or self._tail.shape[1]:
            heard = self.pacing.claimed
            bars = tuple(bar for bar in self._bars if bar.end_frame > heard)
            kept[self._end] = freeze(Still(self.engine.moment(), self._tail, bars))
        if past.frame != self._end:
            kept[past.frame] = freeze(Still(past, SILENCE, ()))
        if before := self._past.before:  # stopped again before that was heard
            kept[before.frame] = before.data
        return kept

    def go_on_as(
        self,
        name: str,
        bars: Sequence[TimedBar],
        now: float,
        held_frames: int,
        before: Frozen | None = None,
    ) -> None:
        """Be a session of before, of whose sound the listener holds the last frames.

        With what sounded ``before``, a change is heard at once, and not after all that is held.
        """
        self.id = name
        if before is not None:
            self._past.begins_before(before)
        self._bars.extend(bars)
        self._changed_at = max([0, *(change.frame for change in self.log)])
        self.kept_changes = len(self.log)
        self.pacing.join(max(self._end - held_frames, 0), now)

    # Pacing

    def due_frames(self, now: float) -> int:
        """Frames to render next; 0 while the look-ahead is full or nobody listens."""
        limits = self._settings
        frames = limits.chunk_frames if self._end else limits.first_chunk_frames
        return frames if self.has_room(frames, now) else 0

    def has_room(self, frames: int, now: float) -> bool:
        """Whether somebody listens, and so many frames lie within the look-ahead."""
        return self._fits(frames, self.pacing.lookahead_frames, now)

    def has_spare_room(self, frames: int, now: float) -> bool:
        """Whether so many frames lie within the reserve of who listens and changes nothing."""
        calm = self.can_splice and self.pacing.claimed >= self._changed_at + CALM_FRAMES
        return calm and self._fits(frames, self.pacing.reserve_frames, now)

    def _fits(self, frames: int, ahead: int, now: float) -> bool:
        """Whether somebody listens, and so many frames lie within ``ahead`` of what was heard."""
        pacing = self.pacing
        wanted = self._end + frames - ahead
        if pacing.claimed < wanted or pacing.resting(now):  # few acks get further: they say little
            return False
        return pacing.played(now) >= wanted

    def due(self, frames: int, now: float) -> float:
        """When so many frames lie within the look-ahead; the past, if they do."""
        early = self._end + frames - self.pacing.lookahead_frames - self.pacing.played(now)
        return now + early / SAMPLE_RATE

    def buffered(self, now: float) -> int:
        """About the frames that the listener has still to hear."""
        return self._end - self.pacing.ear(now)

    def can_go_along(self, now: float, allowance: int = 0) -> bool:
        """Whether a chunk may be rendered before it is due, because others' is.

        Who goes along already has an ``allowance`` of frames: to change places is not for nothing.
        """
        ahead = self._end - self.pacing.played(now)
        most = max(self._settings.most_lookahead_frames, self.pacing.reserve_frames)
        return ahead < most + allowance and not self.pacing.resting(now)

    def holds(self, chunks: int, now: float) -> bool:
        """Whether the listener has so many chunks still to hear."""
        return self._end - self.pacing.played(now) >= chunks * self._settings.chunk_frames

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
        self.pacing.acknowledge(min(played, self._furthest), now)

    # Music

    def plan(self, requests: Sequence[Request], now: float) -> Plan:
        """What becomes of requests; it goes into the log, then into `advance`.

        It takes effect as near to the ear as can be: what was sent beyond is rendered anew.
        """
        frame = self._landing(now) if requests else self._end
        return plan_requests(requests, frame, self.engine.check)

    def _landing(self, now: float) -> int:
        """The frame nearest to the ear that can still be changed; a packet begins there."""
        packet = self.encoder.packet_frames
        ear = self.pacing.ear(now) + self._settings.guard_frames
        frame = max(-(-ear // packet) * packet, self._changed_at)
        possible = self.can_splice and self._past.reaches(frame - packet)
        return frame if possible and frame < self._end else self._end

    def splices(self, plan: Plan) -> bool:
        """Whether the plan takes back what was sent."""
        return bool(plan.changes) and plan.frame < self._end

    def advance(self, plan: Plan, frames: int) -> Step:
        """Carry out a plan that is in the log, then render and encode the next frames."""
        with self.engine.at_work():
            before = self._go_back(plan.frame) if self.splices(plan) else None
            landings = self._make([c for c in plan.changes if c.frame <= self._end])
            if later := [c for c in plan.changes if c.frame > self._end]:
                self.engine.follow(later)
            sound = joined(filter(None, (before, self._render(frames))))
            return self._step(plan.answers(landings), sound)

    def go_on(self, frames: int) -> Step:
        """Render and encode the next frames; nobody has asked for anything."""
        with self.engine.at_work():
            return self._step((), self._render(frames))

    def absorb(self, block: Block) -> Step:
        """Encode what was rendered for it in company."""
        return self._step((), self._encode(block))

    def _step(self, answers: tuple[Answer, ...], sound: Parcel | None) -> Step:
        bars = tuple(self.engine.take_bars())
        self._keep(bars, sound)
        return Step(answers, bars, sound)

    def _make(self, changes: Sequence[Change]) -> dict[str, int]:
        if changes:
            self._changed_at = self._end
        return self.engine.make(changes)

    def _go_back(self, frame: int) -> Parcel | None:
        """Take back what was sent from ``frame`` on; the packet before it, which splices.

        That packet's sound is what was heard before: an encoder that runs on needs it to get
        from the old sound into the new, and a listener fades over in it.
        """
        packet = self.encoder.packet_frames
        start = frame - packet
        self._past.return_to(self.engine, start, keep_until=frame)
        while self._parcels and self._parcels[-1].end > start:
            if rest := self._parcels.pop().before(start):
                self._parcels.append(rest)
        while self._bars and self._bars[-1].start_frame >= start:
            self._bars.pop()
        self._void = (start, self._furthest)
        self._end = start
        self._splicing = True
        return self._render(packet)

    def _render(self, frames: int) -> Parcel | None:
        if not frames:
            return None
        block = np.empty((2, frames), np.float32)
        self.engine.render(block)
        return self._encode(block)

    def _encode(self, block: Block) -> Parcel:
        if self.pacing.lasting and not self.encoder.repeats:
            self._tail = block[:, -WARM_PACKETS * self.encoder.packet_frames :].copy()
        sound = self._parcel_of(block, self._end, splices=self._splicing)
        self._splicing = False
        self._end += block.shape[1]
        self._furthest = max(self._furthest, self._end)
        return sound

    def _parcel_of(self, block: Block, start: int, *, splices: bool) -> Parcel:
        parcel = self.encoder.encode(block, start)
        return replace(parcel, splices=True) if splices else parcel

    # Resume

    @property
    def _oldest(self) -> int:
        """The frame before which nothing is sent again."""
        return min(self.pacing.claimed, self._end) - self._history_frames

    def _keep(self, bars: Sequence[TimedBar], sound: Parcel | None) -> None:
        """Keep what can be sent again, and a way back to what can be rendered again."""
        oldest, repeats = self._oldest, self.encoder.repeats
        self._bars.extend(bars)
        if sound is not None and not repeats:
            self._parcels.append(sound)
        while self._parcels and self._parcels[0].end <= oldest:
            self._parcels.popleft()
        while self._bars and self._bars[0].end_frame <= oldest:
            self._bars.popleft()
        self._past.keep(self.engine, oldest if repeats else self.pacing.claimed)

    def change_codec(self, codec: str) -> None:
        """Go on in another codec, between two connections; sound that was kept is forgotten.

        Raises
        ------
        ProtocolError
            The server does not have the codec.
        """
        if codec != self.codec:
            self.encoder = open_encoder([codec], self.seed, self._settings)
            self._parcels.clear()

    def resume(self, next_pts: int | None, now: float, *, splices: bool = True) -> Replay:
        """Join again at a frame, or without one where the listener left off.

        Who cannot take back what was sent (``splices`` false) hears changes after it.

        Raises
        ------
        ProtocolError
            The frame lies in the future.
        """
        if next_pts is not None and next_pts > self._furthest:
            raise ProtocolError(f"next_pts must be at most {self._furthest}, got {next_pts}")
        heard = self.pacing.played(now)
        self.can_splice = splices
        splices = next_pts is not None and self._may_hold_void(next_pts, heard)
        wanted = heard if next_pts is None else next_pts
        wanted = max(heard, self._void[0]) if splices else min(wanted, self._end)
        start = self._start_of(wanted)
        kept = joined(parcel.since(start) for parcel in self._parcels if parcel.end > start)
        self._splicing |= splices and start == self._end
        self.pacing.join(heard, now)
        return Replay(
            start,
            resumed=True,
            discontinuity=next_pts is None or start > wanted,
            bars=tuple(bar for bar in self._bars if bar.end_frame > start),
            sound=replace(kept, splices=splices) if kept else None,
            splices=splices,
        )

    def _may_hold_void(self, next_pts: int, heard: int) -> bool:
        """Whether a listener may have lost the line before the newest splice came."""
        start, end = self._void
        return next_pts > start and heard < end

    def _start_of(self, wanted: int) -> int:
        """The packet that holds a frame, or the first after it that can be sent again."""
        packet = self.encoder.packet_frames
        if self.encoder.repeats:
            kept = self._past.oldest.frame
        else:
            kept = self._parcels[0].pts if self._parcels else self._end
        oldest = max(kept, self._oldest)
        return min(max(wanted // packet, -(-oldest // packet)) * packet, self._end)

    def lacks(self, replay: Replay) -> bool:
        """Whether what a replay promises was not kept."""
        return replay.pts < self._end and replay.sound is None

    def render_again(self, replay: Replay) -> Parcel:
        """The sound that was not kept; to be called before anything new is rendered."""
        block = np.empty((2, self._end - replay.pts), np.float32)
        with self.engine.at_work():
            self._past.return_to(self.engine, replay.pts, keep_until=self._end)
            self._past.play_again(self.engine, block)
        return self._parcel_of(block, replay.pts, splices=replay.splices)

    def controls(self) -> dict[str, Value]:
        """The controls as they stand."""
        return self.engine.controls()
