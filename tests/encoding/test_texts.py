import json

import numpy as np

from genmusic.encoding.texts import parts_as_json
from genmusic.names import PARTS
from genmusic.score.events import Note, note_array
from genmusic.session.timed import Beat, frames_of_ticks

BEATS = (Beat(48_000, 24_000, 120.0), Beat(72_000, 20_000, 144.0), Beat(92_000, 19_001, 151.6))


def written(notes, beats=BEATS):
    text = parts_as_json(note_array(notes), [(beat.start_frame, beat.frames) for beat in beats])
    return json.loads(text)


def note(start, ticks, pitch, velocity, part):
    return Note(start, ticks, pitch, velocity, PARTS.index(part))


def test_a_bar_of_rests_has_no_parts():
    assert written([]) == {}


def test_each_note_has_its_frames_pitch_and_velocity():
    parts = written([note(0, 480, 60, 100, "melody"), note(960, 960, 127, 1, "melody")])

    assert parts == {"melody": [[48_000, 60_000, 60, 100], [72_000, 92_000, 127, 1]]}


def test_parts_stand_in_the_order_of_their_first_notes():
    notes = [note(0, 10, 40, 9, "bass"), note(0, 10, 36, 9, "drums"), note(480, 10, 43, 9, "bass")]

    parts = written(notes)

    assert list(parts) == ["bass", "drums"]
    assert [len(rows) for rows in parts.values()] == [2, 1]


def test_a_long_session_has_long_numbers():
    beat = Beat(2**53 - 960, 960, 3_000.0)

    assert written([note(0, 960, 0, 127, "pad")], [beat]) == {"pad": [[2**53 - 960, 2**53, 0, 127]]}


def test_frames_are_those_that_all_others_reckon_with():
    rng = np.random.default_rng(440)
    drawn = zip(rng.integers(0, 3 * 960, 200), rng.integers(0, 4 * 960, 200), strict=True)
    notes = note_array(note(int(start), int(ticks), 60, 64, "comp") for start, ticks in drawn)
    ends = notes["start_tick"] + notes["duration_ticks"]

    text = parts_as_json(notes, [(beat.start_frame, beat.frames) for beat in BEATS])

    rows = np.array(json.loads(text)["comp"])
    wanted = frames_of_ticks(BEATS, np.stack((notes["start_tick"], ends), axis=1))
    assert np.array_equal(rows[:, :2], wanted)
