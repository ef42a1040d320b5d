"""Stems: summed in order they are what enters the master, bit for bit."""

import av
import numpy as np
import pytest

from genmusic.mixing.console import Console
from genmusic.mixing.faders import make_faders
from genmusic.mixing.stems import STEMS
from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from genmusic.session.rack import Rack
from genmusic.session.rendering import Length, Rendering, saved_stems
from genmusic.synthesis.orchestra import Orchestra
from genmusic.units import QUANTUM
from kernels.consoles import finish
from kernels.lanes import LANES

FRAMES = 9 * 48_000 // QUANTUM * QUANTUM
BUSY = {"style": "drive", "arousal": 0.7}


class MasterOnly:
    """Feeds a mix to a console's master alone."""

    def __init__(self):
        self.heard = []
        faders, orchestra = make_faders(1, 1), Orchestra(1)
        voices = orchestra.voices(faders.brightness, faders.bends)
        _, *self._master = Console(1).desk(faders, voices).values.master

    def play(self, mix, faders):
        rows = np.zeros((LANES, mix.shape[1]), np.float32)
        rows[:2] = mix
        out, mine = np.empty((1, *mix.shape), np.float32), np.zeros(1, np.int32)
        levels, quanta = (faders.gain, faders.wanted), mix.shape[1] // QUANTUM
        finish(quanta, mine, levels, *self._master, rows.reshape(-1), 0, out)
        self.heard.append(out[0])


def summed(stems):
    """The sum in the order of the stems, rounded after each."""
    mix = np.zeros(stems.shape[1:], np.float32)
    for stem in stems:
        mix = mix + stem
    return mix


@pytest.fixture(scope="module")
def library():
    return open_library()


def test_the_sum_of_the_stems_through_the_master_is_the_finished_sound(library, monkeypatch):
    master = MasterOnly()
    render = Rack.render_into

    def render_both(rack, quanta, *where):
        render(rack, quanta, *where)
        master.play(summed(rack.stems), rack.faders)

    monkeypatch.setattr(Rack, "render_into", render_both)
    out = np.empty((2, FRAMES), np.float32)
    Engine(library, 5, BUSY, keeps_stems=True).render(out)

    assert out.std() > 0.01
    assert np.array_equal(np.concatenate(master.heard, axis=1), out)


def test_keeping_stems_changes_no_sample(library):
    plain, kept = np.empty((2, FRAMES), np.float32), np.empty((2, FRAMES), np.float32)
    stems = np.empty((len(STEMS), 2, FRAMES), np.float32)

    Engine(library, 5, BUSY).render(plain)
    Engine(library, 5, BUSY, keeps_stems=True).render(kept, stems)

    assert np.array_equal(plain, kept)
    assert all(stems[STEMS.index(name)].std() > 1e-4 for name in ("bass", "echo", "hall"))


def test_the_files_hold_the_stems_to_the_last_bit(library, tmp_path):
    stems = np.empty((len(STEMS), 2, FRAMES), np.float32)
    Engine(library, 5, BUSY, keeps_stems=True).render(np.empty((2, FRAMES), np.float32), stems)

    rendering = Rendering(Engine(library, 5, BUSY, keeps_stems=True), Length(FRAMES))
    with saved_stems(rendering, tmp_path / "stems"):
        list(rendering.blocks())

    written = np.stack([read(tmp_path / "stems" / f"{name}.wav") for name in STEMS])
    assert np.array_equal(written, stems)


def read(path):
    """The samples of a file of floats."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(frames, axis=1).reshape(-1, 2).T
