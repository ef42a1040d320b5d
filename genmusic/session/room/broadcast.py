"""The sound of a room's last seconds, encoded once for all who hear the same codec."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from genmusic.config import Settings
from genmusic.encoding import Block, Parcel, StreamEncoder
from genmusic.encoding.parcel import joined
from genmusic.session.codecs import open_encoder
from genmusic.session.parcels import Replay
from genmusic.session.timed import TimedBar


class Broadcast:
    """What was played and is still worth sending, and an encoder for each codec that is heard.

    Frames are those of the audience: they run on without a gap whatever the performer does.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._blocks: deque[Block] = deque()
        self._bars: deque[TimedBar] = deque()
        self._encoders: dict[str, StreamEncoder] = {}
        self._parcels: dict[str, deque[Parcel]] = {}
        self.end = 0

    def add(self, block: Block, bars: Sequence[TimedBar]) -> Mapping[str, Parcel]:
        """Keep the next frames and the bars announced with them; their sound by codec."""
        start, self.end = self.end, self.end + block.shape[1]
        self._blocks.append(block)
        while sum(kept.shape[1] for kept in self._blocks) > self._settings.room_history_frames:
            self._blocks.popleft()
        self._bars.extend(bars)
        while self._bars and self._bars[0].end_frame <= self._oldest:
            self._bars.popleft()
        return {name: self._encode(name, block, start) for name in self._encoders}

    @property
    def _oldest(self) -> int:
        """The frame before which nothing is kept."""
        return self.end - self._settings.room_history_frames

    def _encode(self, codec: str, block: Block, start: int) -> Parcel:
        kept, sound = self._parcels[codec], self._encoders[codec].encode(block, start)
        kept.append(sound)
        while kept[0].end <= self._oldest:
            kept.popleft()
        return sound

    def encode_for(self, codecs: Sequence[str], seed: int) -> str:
        """Have one of the codecs encoded from the kept sound on, in a thread; its name.

        Raises
        ------
        ProtocolError
            The server has none of them.
        """
        encoder = open_encoder(codecs, seed, self._settings)
        codec = encoder.codec
        if codec not in self._encoders:
            self._encoders[codec], self._parcels[codec] = encoder, deque()
            start = self.end - sum(block.shape[1] for block in self._blocks)
            for block in self._blocks:
                self._encode(codec, block, start)
                start += block.shape[1]
        return codec

    def drop(self, codec: str) -> None:
        """Nobody hears the codec any more."""
        self._encoders.pop(codec, None)
        self._parcels.pop(codec, None)

    def encoder(self, codec: str) -> StreamEncoder:
        """What a listener must know of a codec."""
        return self._encoders[codec]

    def join(self, codec: str, next_pts: int | None = None) -> Replay:
        """What somebody who comes is sent first: from a frame on, or as much as is played ahead."""
        kept = self._parcels[codec]
        resumed = next_pts is not None and bool(kept) and kept[0].pts <= next_pts <= self.end
        # Those who come begin where the others are: the rest is what these have in store.
        ahead = self.end - self._settings.lookahead_frames
        wanted = next_pts if resumed and next_pts is not None else ahead
        sound = joined(parcel.since(wanted) for parcel in kept if parcel.end > wanted)
        start = sound.pts if sound else self.end
        bars = tuple(bar for bar in self._bars if bar.end_frame > start)
        return Replay(start, resumed, discontinuity=False, bars=bars, sound=sound)
