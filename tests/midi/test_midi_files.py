import io

import mido
import numpy as np
import pytest
import symusic
from hypothesis import given
from hypothesis import strategies as st

from genmusic.midi.files import MidiBar, write_midi
from genmusic.names import PARTS
from genmusic.score.events import NOTE_DTYPE, Bar, ChordSpan, Note, note_array
from genmusic.score.harmony import Chord, Key

MELODY, BASS, DRUMS = PARTS.index("melody"), PARTS.index("bass"), PARTS.index("drums")


def bar(*notes, index=0, beats=4, key=("D", "minor"), chords=((0, 2, "m7"),), section="A"):
    tonic = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B").index(key[0])
    spans = tuple(ChordSpan(tick, Chord(root, quality)) for tick, root, quality in chords)
    rows = note_array(notes) if notes else np.zeros(0, NOTE_DTYPE)
    metre = f"{beats}/4"
    return Bar(index, beats, 90.0, Key(tonic, key[1]), spans, section, 0, 0, 4, rows, metre=metre)


def data(*bars):
    file = io.BytesIO()
    write_midi(file, bars)
    return file.getvalue()


def read(*bars):
    return mido.MidiFile(file=io.BytesIO(data(*bars)), charset="utf-8")


def metas(score, kind):
    tick, found = 0, []
    for message in score.tracks[0]:
        tick += message.time
        if message.type == kind:
            found.append((tick, message))
    return found


def test_the_file_is_format_1_with_a_track_for_each_part_that_plays():
    score = read(MidiBar(bar(Note(0, 960, 60, 90, MELODY), Note(0, 480, 36, 100, DRUMS)), 90.0))

    assert (score.type, score.ticks_per_beat) == (1, 960)
    assert [track.name for track in score.tracks[1:]] == ["melody", "drums"]


def test_notes_come_back_through_symusic_bar_after_bar():
    first = MidiBar(bar(Note(0, 960, 60, 90, MELODY), Note(960, 4000, 64, 70, MELODY)), 90.0)
    second = MidiBar(bar(Note(480, 240, 67, 50, MELODY), index=1), 90.0)

    melody = symusic.Score.from_midi(data(first, second)).tracks[0].notes

    assert sorted((n.time, n.duration, n.pitch, n.velocity) for n in melody) == [
        (0, 960, 60, 90),
        (960, 4000, 64, 70),
        (3840 + 480, 240, 67, 50),
    ]


note_values = st.builds(
    Note,
    st.integers(0, 3839),
    st.integers(1, 8000),
    st.integers(0, 127),
    st.integers(1, 127),
    st.integers(0, len(PARTS) - 1),
)


@given(st.lists(note_values, max_size=30, unique_by=lambda n: (n.part, n.pitch)))
def test_any_notes_come_back(notes):
    tracks = symusic.Score.from_midi(data(MidiBar(bar(*notes), 90.0))).tracks

    back = {
        (track.name, n.time, n.duration, n.pitch, n.velocity)
        for track in tracks
        for n in track.notes
    }

    expected = {(PARTS[n.part], n.start_tick, n.duration_ticks, n.pitch, n.velocity) for n in notes}
    assert back == expected


def test_a_pitch_that_is_struck_again_ends_first():
    score = read(MidiBar(bar(Note(0, 2000, 60, 90, BASS), Note(960, 480, 60, 80, BASS)), 90.0))

    played = [m for m in score.tracks[1] if m.type in ("note_on", "note_off")]

    assert [(m.type, m.time) for m in played] == [
        ("note_on", 0),
        ("note_off", 960),
        ("note_on", 0),
        ("note_off", 480),
    ]


def test_drums_are_on_channel_10_and_the_melody_on_channel_1():
    score = read(MidiBar(bar(Note(0, 9, 36, 9, DRUMS), Note(0, 9, 60, 9, MELODY)), 90.0))
    melody, drums = score.tracks[1:]

    assert {m.channel for m in drums if not m.is_meta} == {9}
    assert {m.channel for m in melody if not m.is_meta} == {0}


def test_a_change_of_program_is_written_once():
    note = Note(0, 9, 60, 9, MELODY)
    programs = (46, 46, 24)

    score = read(*(MidiBar(bar(note), 90.0, programs={"melody": number}) for number in programs))

    changes = [m for m in score.tracks[1] if m.type == "program_change"]
    assert [m.program for m in changes] == [46, 24]


def test_a_change_of_tempo_or_metre_is_written_where_it_happens():
    bars = [MidiBar(bar(beats=3), 90.0), MidiBar(bar(beats=3), 90.0), MidiBar(bar(beats=4), 120.0)]

    score = read(*bars)

    assert [(t, m.tempo) for t, m in metas(score, "set_tempo")] == [(0, 666667), (5760, 500000)]
    assert [(t, m.numerator) for t, m in metas(score, "time_signature")] == [(0, 3), (5760, 4)]


def test_sections_and_chords_can_be_read_in_the_file():
    chords = ((0, 2, "m7"), (1920, 7, "7"))

    score = read(MidiBar(bar(chords=chords, section="B'"), 90.0, title="Nächtlicher Regen"))

    assert [m.text for _, m in metas(score, "marker")] == ["Nächtlicher Regen: B'"]
    assert [(t, m.text) for t, m in metas(score, "text")] == [(0, "Dm7"), (1920, "G7")]
    assert score.tracks[0].name == "Nächtlicher Regen"


@pytest.mark.parametrize(
    ("key", "signature"),
    [
        (("C", "major"), "C"),
        (("Eb", "minor"), "Ebm"),
        (("D", "dorian"), "Am"),
        (("E", "phrygian"), "Am"),
        (("F", "lydian"), "C"),
        (("G", "mixolydian"), "C"),
        (("Bb", "major"), "Bb"),
    ],
)
def test_the_key_signature_has_the_accidentals_of_the_scale(key, signature):
    score = read(MidiBar(bar(key=key), 90.0))

    assert [m.key for _, m in metas(score, "key_signature")] == [signature]


def test_every_track_ends_with_the_last_bar():
    score = read(MidiBar(bar(Note(0, 480, 60, 90, MELODY)), 90.0), MidiBar(bar(index=1), 90.0))

    assert [sum(m.time for m in track) for track in score.tracks] == [7680, 7680]


def test_the_same_bars_give_the_same_bytes():
    bars = [MidiBar(bar(Note(0, 480, 60, 90, MELODY), Note(0, 480, 64, 90, MELODY)), 90.0)]

    assert data(*bars) == data(*bars)


def test_no_bars_are_an_empty_file_that_opens():
    assert [track.name for track in read().tracks] == [""]
