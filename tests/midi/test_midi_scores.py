import io

import mido
import pytest

from genmusic.errors import CorpusError
from genmusic.midi.lenient import read_lenient
from genmusic.midi.scores import read_midi


def midi(*messages, name="Voice", ticks_per_beat=480):
    file = mido.MidiFile(ticks_per_beat=ticks_per_beat)
    file.tracks.append(mido.MidiTrack([mido.MetaMessage("track_name", name=name), *messages]))
    packed = io.BytesIO()
    file.save(file=packed)
    return packed.getvalue()


def played(pitch, ticks, channel=0):
    on = mido.Message("note_on", note=pitch, velocity=64, channel=channel)
    return on, mido.Message("note_off", note=pitch, time=ticks, channel=channel)


def test_notes_come_in_ticks_of_the_score():
    (part,) = read_midi(midi(*played(60, 480), *played(62, 240))).parts

    assert part.notes.tolist() == [[0, 960, 60], [960, 1440, 62]]


def test_metre_and_key_are_read():
    metre = mido.MetaMessage("time_signature", numerator=3, denominator=4)
    key = mido.MetaMessage("key_signature", key="Dm")

    score = read_midi(midi(metre, key, *played(60, 480)))

    assert score.metres == ((0, 3, 4),)
    assert score.keys == ((0, -1, "minor"),)


@pytest.mark.parametrize(("name", "leads"), [("Lead Vocal", True), ("Piano", False)])
def test_a_track_that_is_called_so_leads(name, leads):
    (part,) = read_midi(midi(*played(60, 480), name=name)).parts

    assert part.leads is leads


def test_drums_are_left_out():
    assert read_midi(midi(*played(36, 480, channel=9))).parts == ()


WHOLE = midi(*played(60, 480), *played(62, 480))


@pytest.mark.parametrize("data", [b"", b"MThd", b"not MIDI at all", WHOLE[:30]])
def test_a_file_without_music_is_refused_with_its_reason(data):
    with pytest.raises(CorpusError, match=r"not a (readable )?MIDI file: \w+"):
        read_midi(data)


def test_of_a_file_that_breaks_off_the_notes_before_the_end_are_kept():
    (part,) = read_midi(WHOLE[:-9]).parts

    assert part.notes[0].tolist() == [0, 960, 60]


def track_of(*data, division=b"\x01\xe0", before=b""):
    body = bytes(data)
    header = b"MThd" + (6).to_bytes(4) + b"\0\0\0\1" + division
    return header + before + b"MTrk" + len(body).to_bytes(4) + body


QUARTER = (0x83, 0x60)  # 480 ticks, as a variable-length number
NOTE = (0, 0x90, 60, 64, *QUARTER, 60, 0)
END = (0, 0xFF, 0x2F, 0)


@pytest.mark.parametrize(
    "data",
    [
        track_of(*NOTE, *END, before=b"XFIH" + (4).to_bytes(4) + b"abcd"),
        track_of(0, 0x90, 60, 64, 0, 0xF0, 2, 1, 0xF7, *QUARTER, 60, 0, *END),
        track_of(0, 0x90, 60, 64, 0, 0xFF, 0x01, 1, 65, *QUARTER, 60, 0, *END),
        track_of(*NOTE, *END).replace((13).to_bytes(4), (9999).to_bytes(4)),
        track_of(*NOTE, 0, 0x90),
        b"RIFF0000RMID" + track_of(*NOTE, *END),
    ],
    ids=["foreign chunk", "sysex", "meta", "length that lies", "broken off", "in a RIFF"],
)
def test_what_stricter_readers_refuse_is_read(data):
    (part,) = read_midi(data).parts

    assert part.notes.tolist() == [[0, 960, 60]]


def test_a_file_that_counts_in_seconds_is_read_as_if_at_120_bpm():
    (part,) = read_midi(track_of(*NOTE, *END, division=b"\xe7\x28")).parts  # 25 frames of 40

    assert part.notes.tolist() == [[0, 922, 60]]  # 480 ms


def test_a_note_that_never_ends_ends_with_its_track():
    (track,) = read_lenient(track_of(0, 0x90, 60, 64, *QUARTER, 0xFF, 0x2F, 0)).tracks

    assert track.notes == {0: [(0, 480, 60)]}


def test_notes_beyond_all_music_are_refused():
    far = mido.Message("note_on", note=60, time=2**27)

    with pytest.raises(CorpusError, match="beyond twenty thousand bars"):
        read_midi(midi(far, *played(62, 480), ticks_per_beat=96))
