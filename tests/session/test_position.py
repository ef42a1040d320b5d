"""Jumps inside a song: what is heard is what would have been heard there."""

import numpy as np
import pytest

from genmusic.errors import ControlError
from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from genmusic.session.log import SKIP

BLOCK = 64 * 100


@pytest.fixture(scope="module")
def library():
    return open_library()


def render(engine, frames):
    """Bars that were composed on the way, and the sound."""
    bars, blocks = {}, []
    while frames > 0:
        block = np.zeros((2, min(frames, BLOCK)), np.float32)
        engine.render(block)
        blocks.append(block)
        bars |= {bar.song_beat: bar for bar in engine.take_bars()}
        frames -= BLOCK
    return bars, np.concatenate(blocks, axis=1)


@pytest.fixture(scope="module")
def through(library):
    """Half a minute, heard from the beginning."""
    return render(Engine(library, 7, {"tempo_bpm": 120.0}), 28 * 48_000)[0]


def test_a_bar_is_the_same_when_the_music_jumps_there(library, through):
    engine = Engine(library, 7, {"tempo_bpm": 120.0})
    render(engine, 48_000)

    engine.locate(4 * 42)
    bars, _ = render(engine, 5 * 48_000)

    begun = [beat for beat in bars if beat >= 42]
    assert begun[:3] == [42, 45, 48]
    assert all(np.array_equal(bars[b].bar.notes, through[b].bar.notes) for b in begun)
    assert bars[42].start_frame == 48_000


def test_a_position_inside_a_bar_begins_there_to_the_sixteenth(library, through):
    engine = Engine(library, 7, {"tempo_bpm": 120.0})
    render(engine, BLOCK)

    engine.locate(4 * 43 + 3)
    bars, _ = render(engine, 2 * 48_000)

    bar = bars[42]
    assert np.array_equal(bar.bar.notes, through[42].bar.notes)
    assert bar.beat_at(BLOCK) == pytest.approx(43.75, abs=1e-4)


def test_a_jump_back_and_forth_is_the_same_from_the_log(library):
    engine = Engine(library, 7)
    render(engine, 48_000)
    engine.locate(4 * 33 + 1)
    render(engine, 48_000)
    engine.skip()
    engine.set_controls({"arousal": 0.6})
    render(engine, 3 * 48_000)
    engine.locate(6)
    render(engine, 2 * 48_000)

    again = Engine(library, 7, log=engine.log)
    _, sound = render(again, engine.rendered_end)

    once_more = Engine(library, 7, log=engine.log)
    once_more.restore(again.checkpoint())
    assert [c.name for c in engine.log].count(SKIP) == 1
    assert again.checkpoint() == engine.checkpoint()
    assert once_more.seat.next_beat.song_beat <= again.seat.next_beat.song_beat
    assert np.abs(sound[:, -48_000:]).max() > 0.01


def test_after_a_jump_a_moment_leads_back_to_the_same_sound(library):
    engine = Engine(library, 7)
    render(engine, 48_000)
    engine.locate(4 * 9 + 2)
    render(engine, 48_000)
    moment = engine.moment()
    _, first = render(engine, 48_000)

    engine.return_to(moment)

    assert np.array_equal(render(engine, 48_000)[1], first)


def test_a_new_piece_is_a_new_song(library):
    engine = Engine(library, 7)
    render(engine, 48_000)
    engine.skip()
    bars, _ = render(engine, 8 * 48_000)
    first = next(bar for bar in bars.values() if bar.bar.piece == 1 and bar.song_beat == 0)

    engine.locate(0)
    again, _ = render(engine, 48_000)

    assert np.array_equal(again[0].bar.notes, first.bar.notes)


def test_a_position_beyond_the_first_piece_is_in_one_of_those_that_follow(library):
    engine = Engine(library, 7)
    render(engine, BLOCK)

    engine.locate(16_000)
    bars, _ = render(engine, 48_000)

    assert all(bar.bar.piece > 5 for bar in bars.values())


def test_a_place_that_no_song_has_is_refused(library):
    with pytest.raises(ControlError, match=r"position must be a sixteenth in 0\.\.16383"):
        Engine(library, 7).locate(20_000)
