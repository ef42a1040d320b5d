import io

import mido
import pytest

from genmusic.errors import CorpusError
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


@pytest.mark.parametrize("data", [b"", b"MThd", b"not MIDI at all", WHOLE[:-9], WHOLE[:30]])
def test_a_malformed_file_is_refused_with_its_reason(data):
    with pytest.raises(CorpusError, match=r"not a readable MIDI file: \w+"):
        read_midi(data)


def test_notes_beyond_all_music_are_refused():
    far = mido.Message("note_on", note=60, time=2**27)

    with pytest.raises(CorpusError, match="beyond twenty thousand bars"):
        read_midi(midi(far, *played(62, 480), ticks_per_beat=96))
