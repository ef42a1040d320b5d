from dataclasses import replace

import pytest
from score_writing import back, musicxml, note, notes, signs, song

from genmusic.composition.training.analysis import analyse
from genmusic.composition.training.harmony import find_progressions
from genmusic.composition.training.keys import LocalKey, find_keys
from genmusic.composition.training.melody import FIRST, INSIDE, LAST, find_lines, find_melody
from genmusic.composition.training.musicxml import read_musicxml
from genmusic.composition.training.rhythm import find_pulses
from genmusic.composition.training.scores import lay_out_bars
from genmusic.errors import CorpusError

LYRIC = "<lyric><text>la</text></lyric></note>"


def melody_of(*measures, **attributes):
    return find_melody(read_musicxml(musicxml([signs(**attributes) + measures[0], *measures[1:]])))


def cells_of(*measures, **attributes):
    score = read_musicxml(musicxml([signs(**attributes) + measures[0], *measures[1:]]))
    return [list(pulse.cells) for pulse in find_pulses(find_melody(score), score.bars)]


@pytest.mark.parametrize("fifths", range(-5, 7))
def test_the_same_song_in_any_key_teaches_the_same(fifths):
    here, there = (analyse(read_musicxml(text)) for text in (song(), song(fifths)))

    assert replace(here, voices=()) == replace(there, voices=())


def test_the_key_is_heard_against_a_neutral_signature():
    score = read_musicxml(musicxml([signs() + notes("A3 C4 E4 A4"), notes("G#4 B4 E4 A4")] * 4))

    assert set(find_keys(score)) == {LocalKey(9, "minor")}


def test_a_modulation_is_followed_and_a_passing_accidental_is_not():
    home, away = notes("C4 E4 G4 C5"), notes("E4 G#4 B4 E5")
    bars = [home] * 6 + [notes("C4 F#4 G4 C5")] + [home] * 5 + [away] * 12

    keys = find_keys(read_musicxml(musicxml([signs() + bars[0], *bars[1:]])))

    assert keys[:12] == [LocalKey(0, "major")] * 12
    assert keys[-8:] == [LocalKey(4, "major")] * 8


def test_the_chords_of_a_song_are_named_from_its_tonic():
    score = read_musicxml(song())

    (progression,) = find_progressions(score, find_keys(score))

    assert progression.mode == "major"
    assert progression.chords[:4] == ((0, ""), (2, "m"), (7, ""), (0, ""))


def test_no_chord_follows_itself():
    (progression,) = analyse(read_musicxml(song())).progressions

    assert all(a != b for a, b in zip(progression.chords, progression.chords[1:], strict=False))


def test_the_part_with_words_has_the_melody():
    high = [signs() + notes("C6 D6 E6 F6")]
    sung = [signs() + notes("C4 D4 E4 F4").replace("</note>", LYRIC)]

    melody = find_melody(read_musicxml(musicxml(high, sung)))

    assert [note.pitch for note in melody] == [60, 62, 64, 65]


def test_without_words_the_highest_part_has_the_melody():
    melody = find_melody(read_musicxml(musicxml([notes("C3 D3")], [notes("C5 D5")])))

    assert [note.pitch for note in melody] == [72, 74]


def test_of_a_chord_the_top_is_melody_and_of_two_voices_the_upper():
    chord = note("C4", 2) + note("E4", 2, chord=True)
    voices = note("G4", 2) + back(2) + notes("E4 F4")

    assert [note.pitch for note in melody_of(chord + voices)] == [64, 67]


def test_a_phrase_ends_with_a_rest():
    melody = melody_of(notes("C4 D4 E4 rest"), notes("G4 F4 E4 D4"))

    assert [note.place for note in melody] == [FIRST, INSIDE, LAST, FIRST, INSIDE, INSIDE, LAST]


def test_a_phrase_ends_with_a_long_note():
    melody = melody_of(notes("C4 D4 E4 F4"), note("E4", 4), notes("G4 F4 E4 D4"))

    assert [note.place for note in melody][3:6] == [INSIDE, LAST, FIRST]


def test_the_beat_of_an_upbeat_is_counted_back_from_the_bar_line():
    melody = melody_of(notes("G4"), notes("C5 B4 A4"), time="3/4")

    assert [note.position_ticks // 960 for note in melody] == [2, 0, 1, 2]


def test_beats_of_six_eight_are_dotted():
    melody = melody_of(notes("C4 D4 E4 F4 G4 A4"), divisions=2, time="6/8")

    assert [note.is_off_beat for note in melody] == [False, True, True, False, True, True]


def lines_of(text):
    melody = melody_of(*(notes(bar) for bar in text.split(",")))
    keys = [LocalKey(0, "major")] * 8
    return [line.pitches for line in find_lines(melody, keys)]


def test_pitches_are_counted_from_the_tonic_nearest_to_the_melody():
    assert lines_of("C5 D5 E5 G4") == [(0, 2, 4, -5)]
    assert lines_of("G4 A4 G4 G4") == [(7, 9, 7, 7)] or lines_of("G4 A4 G4 G4") == [
        (-5, -3, -5, -5)
    ]


def test_a_reciting_tone_is_heard_twice():
    assert lines_of("C4 E4 E4 E4,E4 E4 D4 C4") == [(0, 4, 4, 2, 0)]


def test_what_nobody_could_sing_teaches_no_melody():
    assert lines_of("C2 C6 C2 C6,E4 D4 C4 D4") == []


def test_a_change_of_key_begins_a_new_line():
    melody = melody_of(notes("C4 D4 E4 F4"), notes("D4 E4 F#4 G4"))

    lines = find_lines(melody, [LocalKey(0, "major"), LocalKey(2, "major")])

    assert [line.pitches[:3] for line in lines] == [(0, 2, 4), (0, 2, 4)]


def test_rhythm_is_read_beat_by_beat():
    bar = note("C4", 4) + note("D4", 2) + note("E4", 2) + note("F4", 3) + note("G4", 1)
    held = note("A4", 8) + note("G4", 8)

    assert cells_of(bar + note("C4", 4), held, divisions=4) == [
        [(0,), (0, 480), (0, 720), (0,), (0,), (), (0,)]
    ]


def test_triplets_and_six_eight_share_their_cells():
    triplets = cells_of(notes("C4 D4 E4") * 4, divisions=3)

    assert triplets == [[(0, 320, 640)] * 4]
    assert cells_of(*[notes("C4 D4 E4 F4 G4 A4")] * 2, divisions=2, time="6/8") == triplets


def test_rhythm_off_the_grid_is_set_aside():
    assert cells_of(
        notes("C4 D4 E4 F4 G4") + note("C4", 15), *[note("C4", 5) * 4], divisions=5
    ) == [[None, (0,), (), (), (0,), (0,), (0,), (0,)]]


def test_a_long_silence_interrupts_the_rhythm():
    bar = notes("C4 D4 E4 F4")

    assert len(cells_of(bar, "", "", bar)) == 2


def test_a_score_with_hardly_a_melody_is_refused():
    with pytest.raises(CorpusError, match="its melody has 4 notes"):
        analyse(read_musicxml(musicxml([signs() + notes("C4 D4 E4 F4")])))


def test_a_score_too_long_to_be_one_is_refused():
    endless = signs() + notes("C4 D4 E4 F4") + note("G4", 999_999_999)

    with pytest.raises(CorpusError, match="longer than any score"):
        analyse(read_musicxml(musicxml([endless])))


def test_bars_are_laid_out_by_their_metres_and_keys():
    bars = lay_out_bars([(0, 3, 4), (5760, 2, 4)], [(2880, -1, "minor")], 8000)

    assert [bar.start_tick for bar in bars] == [0, 2880, 5760, 7680]
    assert [bar.fifths for bar in bars] == [0, -1, -1, -1]
    assert bars[-1].length_ticks == 320
