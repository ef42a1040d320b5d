"""Cues on the clock: promised, logged, and the same when the log is played again."""

import numpy as np
import pytest

from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from genmusic.session.log import Change
from genmusic.units import QUANTUM, SAMPLE_RATE

SECONDS = 4 * SAMPLE_RATE


@pytest.fixture(scope="module")
def library():
    return open_library()


def played(engine, frames):
    out = np.empty((2, frames), np.float32)
    engine.render(out)
    return out


def test_a_cue_is_promised_for_the_next_bar_line_and_is_over_when_it_is_done(library):
    engine = Engine(library, 3, {"style": "drive"})
    played(engine, SECONDS)
    end = engine.take_bars()[-1].end_frame

    promised = engine.set_controls({"cue": "next_section"})["cue"]
    assert engine.controls()["cue"] == "next_section"
    played(engine, SECONDS)

    assert promised == end
    changed = next(bar for bar in engine.take_bars() if bar.start_frame == promised)
    assert changed.bar.phrase_bar == 0
    assert engine.controls()["cue"] is None


def test_a_conducted_piece_is_the_same_from_its_log_in_blocks_of_any_length(library):
    live, heard = Engine(library, 5, {"style": "drive"}), []
    for cue in ("hold", "build", None, "break", "ending"):
        heard.append(played(live, 801 * QUANTUM))
        live.set_controls({"cue": cue})
    heard.append(played(live, SECONDS))
    sound = np.concatenate(heard, axis=1)

    again = Engine(library, 5, {"style": "drive"}, live.log)

    assert np.array_equal(sound, played(again, sound.shape[1]))
    assert again.controls() == live.controls()


def test_a_held_section_can_be_skipped_through(library):
    engine = Engine(library, 5)
    engine.set_controls({"cue": "hold"})

    engine.skip_to(300 * SAMPLE_RATE)

    bars = engine.take_bars()
    assert {bar.bar.section for bar in bars} == {bars[0].bar.section}


def test_a_cue_among_the_controls_of_a_beginning_means_nothing(library):
    assert Engine(library, 5, {"cue": "ending"}).controls()["cue"] is None


def melody_frames(bars):
    """Where the notes of the melody begin, as the bars were told of last."""
    told = {bar.bar.index: bar for bar in bars}
    return [
        int(frames[0])
        for bar in told.values()
        for note, frames in zip(bar.bar.notes, bar.note_frames, strict=True)
        if note["part"] == 0
    ]


def test_the_melody_makes_way_at_the_next_beat_for_a_player_who_takes_the_tune(library):
    plain, led = (Engine(library, 5, {"style": "drive", "arousal": 0.6}) for _ in range(2))
    for engine in (plain, led):
        played(engine, 4 * SECONDS)
    beat = led.seat.next_beat.frame
    led.set_controls({"tune_low": 60.0, "tune_high": 80.0})
    for engine in (plain, led):
        played(engine, SECONDS)

    rested, sung = melody_frames(led.take_bars()), melody_frames(plain.take_bars())
    assert any(frame >= beat for frame in sung)
    assert rested == [frame for frame in sung if frame < beat]


CALLED = (
    Change(5 * SAMPLE_RATE, "call", "60:480 62:480 64:960 67:960"),
    Change(300 * SAMPLE_RATE, "call", "72:480 69:240 67:240 64:960"),
)


def test_an_answer_is_the_same_for_those_who_skip_to_it(library):
    heard, skipped = Engine(library, 3, log=CALLED), Engine(library, 3, log=CALLED)
    for seconds in range(4, 312, 4):
        heard.skip_to(seconds * SAMPLE_RATE)
    skipped.skip_to(308 * SAMPLE_RATE)

    last = [engine.take_bars()[-1].bar for engine in (heard, skipped)]
    assert last[0].index == last[1].index
    assert last[0].notes.tobytes() == last[1].notes.tobytes()
    assert heard.checkpoint() == skipped.checkpoint()
