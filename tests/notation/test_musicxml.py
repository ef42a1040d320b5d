"""What is written reads back: the same notes, keys, metres, tempi, chords and section marks."""

import io
import os
import shutil
import subprocess
from fractions import Fraction

import pytest

from genmusic.composition.drums import DRUM_PITCHES
from genmusic.composition.training.musicxml import read_musicxml
from genmusic.names import METRES, PARTS, QUALITIES
from genmusic.notation.musicxml import KINDS, SheetBar, write_musicxml
from genmusic.notation.percussion import DRUMS
from genmusic.score.events import Bar, ChordSpan, Note, note_array
from genmusic.score.harmony import Chord, Key
from genmusic.units import TICKS_PER_BEAT

MELODY, COMP, DRUM_PART = (PARTS.index(part) for part in ("melody", "comp", "drums"))


D_MINOR = Key(2, "minor")
TONIC = ((0, Chord(2, "m7")),)


def bar(index, notes, metre="4/4", key=D_MINOR, section="A", chords=TONIC):
    spans = tuple(ChordSpan(tick, chord) for tick, chord in chords)
    rows = note_array(Note(*note) for note in notes)
    return Bar(index, METRES[metre], 90.0, key, spans, section, 0, 0, 4, rows, "rain", metre)


BARS = [
    bar(0, [(0, 960, 62, 80, MELODY), (960, 3840, 65, 80, MELODY), (0, 3840, 50, 70, COMP),
            (0, 3840, 57, 70, COMP), (480, 1440, 62, 70, COMP), (0, 120, 36, 90, DRUM_PART)]),
    bar(1, [(1920, 320, 69, 80, MELODY), (2240, 320, 70, 80, MELODY), (2560, 320, 72, 80, MELODY),
            (0, 120, 36, 90, DRUM_PART), (0, 120, 42, 90, DRUM_PART),
            (480, 120, 38, 90, DRUM_PART)],
        section="B", chords=((0, Chord(7, "7")), (1920, Chord(0, "maj7")))),
    bar(2, [(0, 1440, 67, 80, MELODY), (1440, 720, 66, 80, MELODY), (2160, 720, 68, 80, MELODY)],
        metre="6/8", key=Key(7, "major"), section="B"),
]  # fmt: skip


@pytest.fixture(scope="module")
def written():
    file = io.BytesIO()
    write_musicxml(
        file,
        [
            SheetBar(each, 90.0 if each.index < 2 else 60.0, "Rain", {"comp": "harp"}, {"comp": 46})
            for each in BARS
        ],
    )
    return file.getvalue()


@pytest.fixture(scope="module")
def read_back(written):
    music21 = pytest.importorskip("music21", reason="pip install music21 reads scores back")
    return music21.converter.parseData(written, format="musicxml")


def notes_of(part):
    """Start, length and MIDI note of every sounding note, in quarter notes; ties joined."""
    return sorted(
        (Fraction(note.offset), Fraction(note.quarterLength), pitch.midi)
        for note in part.stripTies().flatten().notes
        if "ChordSymbol" not in note.classes
        for pitch in note.pitches
    )


def test_the_notes_read_back_equal_with_ties_over_the_bar_and_triplets(read_back):
    third = Fraction(1, 3)

    assert notes_of(read_back.parts[0]) == [
        (0, 1, 62), (1, 4, 65), (6, third, 69), (6 + third, third, 70), (6 + 2 * third, third, 72),
        (8, Fraction(3, 2), 67), (Fraction(19, 2), Fraction(3, 4), 66),
        (Fraction(41, 4), Fraction(3, 4), 68),
    ]  # fmt: skip


def test_voices_of_one_staff_read_back_equal(read_back):
    comp = next(part for part in read_back.parts if part.partName == "Comp")

    assert notes_of(comp) == [(0, 4, 50), (0, 4, 57), (Fraction(1, 2), Fraction(3, 2), 62)]


def test_keys_metres_tempi_and_marks_read_back_equal(read_back):
    lead = read_back.parts[0].flatten()

    assert [key.sharps for key in lead.getElementsByClass("KeySignature")] == [-1, 1]
    assert [sign.ratioString for sign in lead.getElementsByClass("TimeSignature")] == ["4/4", "6/8"]
    assert [mark.number for mark in lead.getElementsByClass("MetronomeMark")] == [90, 60]
    assert [mark.content for mark in lead.getElementsByClass("RehearsalMark")] == ["A", "B"]
    assert read_back.metadata.title == "Rain"


def test_chord_symbols_read_back_equal_where_they_stand(read_back):
    chords = read_back.parts[0].flatten().getElementsByClass("ChordSymbol")

    assert [(c.offset, sorted({p.midi % 12 for p in c.pitches})) for c in chords] == [
        (0, [0, 2, 5, 9]), (4, [2, 5, 7, 11]), (6, [0, 4, 7, 11]), (8, [0, 2, 5, 9]),
    ]  # fmt: skip


def test_drums_are_unpitched_each_with_its_place_and_sound(read_back, written):
    drums = next(part for part in read_back.parts if part.partName == "Drums")
    places = {
        (note.displayStep, note.displayOctave)
        for note in drums.recurse().getElementsByClass("Unpitched")
    } | {
        (note.displayStep, note.displayOctave)
        for chord in drums.recurse().getElementsByClass("PercussionChord")
        for note in chord.notes
    }

    assert places == {("F", 4), ("C", 5), ("G", 5)}
    assert b"<midi-unpitched>37</midi-unpitched>" in written  # the format counts from 1


def test_the_reader_that_trains_models_reads_the_same_notes(written):
    score = read_musicxml(written)
    melody = score.parts[0].notes

    assert [tuple(row) for row in melody[:2, :3].tolist()] == [(0, 960, 62), (960, 4800, 65)]
    assert len(score.bars) == 3


def test_musescore_opens_it(written, tmp_path):
    program = shutil.which("mscore3") or shutil.which("mscore")
    if program is None:
        pytest.skip("MuseScore is not installed (apt-get install musescore3)")
    score, again = tmp_path / "rain.musicxml", tmp_path / "rain.mid"
    score.write_bytes(written)

    shown = subprocess.run(
        [program, "-o", again, score],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert shown.returncode == 0, shown.stderr
    assert "Error at line" not in shown.stderr
    assert again.stat().st_size > 100


def test_every_chord_quality_and_every_drum_has_its_sign():
    assert set(KINDS) == set(QUALITIES)
    assert set(DRUM_PITCHES.values()) <= set(DRUMS)
    assert TICKS_PER_BEAT == 960
