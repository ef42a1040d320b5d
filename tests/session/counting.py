"""A session of numbers: its engine renders the number of each frame."""

from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np

from genmusic.encoding import Parcel
from genmusic.errors import ControlError

PACKET = 960
LOOKAHEAD = 72_000  # the default, in frames


class CountingEngine:
    """Renders the frame number; remembers what was asked and when."""

    title = "Counting"

    def __init__(self, seed=7):
        self.seed = seed
        self.rendered_end = 0
        self.moments = []
        self.made = []
        self.log = []
        self.bars = []
        self.returns = []

    def controls(self):
        return {"style": "evening"}

    def at_work(self):
        return nullcontext()

    def check(self, changes):
        if "wrong" in changes:
            raise ControlError("there is no control named 'wrong'", "wrong")
        return dict(changes)

    def make(self, changes):
        self.log += changes
        self.made += [(self.rendered_end, change.name, change.value) for change in changes]
        later = self.rendered_end + 100
        return {c.name: later if c.name == "skip" else self.rendered_end for c in changes}

    def moment(self):
        self.moments.append(self.rendered_end)
        return SimpleNamespace(frame=self.rendered_end, changes=len(self.log))

    def return_to(self, moment, again):
        self.returns.append((moment.frame, [change.name for change in again]))
        self.rendered_end = moment.frame
        self.log = [*self.log[: moment.changes], *again]

    def render(self, out):
        out[:] = np.arange(self.rendered_end, self.rendered_end + out.shape[1])
        self.rendered_end += out.shape[1]

    render_again = render

    def take_bars(self):
        bars, self.bars = self.bars, []
        return bars


class CountingEncoder:
    """A packet is the number of its first frame."""

    codec, packet_frames, preskip = "pcm16", PACKET, 0

    def __init__(self, *, repeats=True):
        self.repeats = repeats

    def encode(self, block, first_frame):
        packets = [b"%d" % first for first in block[0, ::PACKET]]
        return Parcel.of(self.codec, first_frame, packets)


def sent_again(session, replay):
    """The sound of a replay."""
    return session.render_again(replay) if session.lacks(replay) else replay.sound


def advance(session, requests, frames, now=0.0):
    """Plan and carry out."""
    return session.advance(session.plan(requests, now), frames)


def fill(session, now):
    """Render all that is due; the end of it."""
    while frames := session.due_frames(now):
        advance(session, [], frames, now)
    return session.end
