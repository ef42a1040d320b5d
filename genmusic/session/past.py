"""The way back: moments of an engine, kept so that what was sent can be rendered anew.

Rendering runs seconds ahead of the ear. A change that shall be heard at once takes effect just
ahead of the ear: the engine returns to a moment before that frame and plays again from there.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from genmusic.encoding import Block
from genmusic.session.engine import Engine
from genmusic.session.log import EDITION
from genmusic.session.moments import Moment
from genmusic.session.stills import Frozen
from genmusic.units import SAMPLE_RATE

STRIDE_FRAMES = 8 * SAMPLE_RATE  # between moments: 0.1 to 0.3 MB each, against rendering it again
SHORTEST_FRAMES = SAMPLE_RATE  # the first stride: those who come together do not copy together
NEAR_FRAMES = SAMPLE_RATE // 5  # a change is often followed by another: a moment is kept there


class Past:
    """The moments of one engine that can still be of use, oldest first."""

    def __init__(self, engine: Engine) -> None:
        self._moments: deque[Moment] = deque([engine.moment()])
        strides = STRIDE_FRAMES // SHORTEST_FRAMES
        self._stride_frames = SHORTEST_FRAMES * (1 + engine.seed % strides)
        self.before: Frozen | None = None
        """What another engine has played, as long as it was not gone back to."""

    @property
    def oldest(self) -> Moment:
        """The moment before the ear."""
        return self._moments[0]

    def begins_before(self, before: Frozen) -> None:
        """What another engine has played can be gone back to as well."""
        self.before = before

    def reaches(self, frame: int) -> bool:
        """Whether the engine can go back to a frame."""
        if self.before is not None and frame < self._moments[0].frame:
            still, self.before = self.before.thawed(), None
            if still is not None:
                self._moments.appendleft(still.moment)
        return self._moments[0].frame <= frame

    def keep(self, engine: Engine, heard: int) -> None:
        """Keep the moment at the engine's end if the last one is long ago; drop those of no use.

        Nobody goes back to before ``heard``.
        """
        if engine.rendered_end >= self._moments[-1].frame + self._stride_frames:
            self._moments.append(engine.moment())
            self._stride_frames = STRIDE_FRAMES
        if self._moments[0].frame <= heard:
            self.before = None
        while len(self._moments) > 1 and self._moments[1].frame <= heard:
            self._moments.popleft()

    def return_to(self, engine: Engine, frame: int, keep_until: int) -> None:
        """Bring the engine back to a frame; changes up to ``keep_until`` stay."""
        while self._moments[-1].frame > frame:
            self._moments.pop()
        moment = self._moments[-1]
        since = engine.log[moment.changes :]
        engine.return_to(moment, [c for c in since if c.frame <= keep_until or c.name != EDITION])
        if frame > moment.frame:
            self.play_again(engine, np.empty((2, frame - moment.frame), np.float32))
        if frame >= moment.frame + NEAR_FRAMES:
            self._moments.append(engine.moment())

    @staticmethod
    def play_again(engine: Engine, out: Block) -> None:
        """Render what was rendered before, and drew its bars then."""
        engine.render_again(out)
        engine.take_bars()
