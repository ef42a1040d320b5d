import hashlib
from dataclasses import dataclass

import numpy as np
import pytest

from genmusic.session.rendering import Length, Rendering

BAR_FRAMES = 100_000  # no whole number of quanta


@dataclass
class FakeBar:
    index: int


@dataclass
class FakeTimedBar:
    bar: FakeBar
    start_frame: int
    end_frame: int


@dataclass
class FakeEngine:
    """Counts frames into its samples, and composes a bar when rendering reaches it."""

    rendered_end: int = 0
    taken: int = 0

    def render(self, out):
        frames = out.shape[1]
        assert frames % 64 == 0
        assert out.flags.c_contiguous
        out[0] = np.arange(self.rendered_end, self.rendered_end + frames)
        out[1] = -out[0]
        self.rendered_end += frames

    def take_bars(self):
        new = range(self.taken, (self.rendered_end - 1) // BAR_FRAMES + 1)
        self.taken = new.stop
        return [FakeTimedBar(FakeBar(n), n * BAR_FRAMES, (n + 1) * BAR_FRAMES) for n in new]


@pytest.fixture
def engine():
    return FakeEngine()


def test_a_length_in_frames_is_rounded_up_to_a_quantum(engine):
    blocks = list(Rendering(engine, Length(frames=100_001)).blocks())

    assert sum(block.shape[1] for block in blocks) == 100_032


def test_a_length_in_bars_ends_with_the_bar_rounded_up_to_a_quantum(engine):
    rendering = Rendering(engine, Length(bars=3))

    frames = sum(block.shape[1] for block in rendering.blocks())

    assert frames == 300_032
    assert [timed.bar.index for timed in rendering.bars] == [0, 1, 2]


def test_the_hash_is_that_of_the_interleaved_samples(engine):
    rendering = Rendering(engine, Length(frames=640))

    blocks = list(rendering.blocks())

    interleaved = np.concatenate(blocks, axis=1).T.astype("<f4").tobytes()
    assert rendering.sha256 == hashlib.sha256(interleaved).hexdigest()


@pytest.mark.parametrize("length", [Length(frames=100_000), Length(bars=2)])
def test_progress_rises_to_the_whole(engine, length):
    rendering = Rendering(engine, length)

    shares = [rendering.share for _ in rendering.blocks()]

    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0, abs=0.001)  # the last quantum may exceed the length
