import pytest
from score_writing import back, musicxml, mxl, note, notes, signs

from genmusic.composition.training import musicxml as reading
from genmusic.composition.training.musicxml import read_musicxml, read_mxl
from genmusic.errors import CorpusError


def heard(*measures):
    """The notes of a one-part score as (start, end, pitch) in quarter notes."""
    score = read_musicxml(musicxml([signs(divisions=2) + measures[0], *measures[1:]]))
    return [(start / 960, end / 960, pitch) for start, end, pitch in score.parts[0].notes.tolist()]


def test_a_note_is_as_long_as_it_is_written():
    assert heard(note("C4", 2) + note("F#4", 3) + note("Bb3", 1)) == [
        (0, 1, 60),
        (1, 2.5, 66),
        (2.5, 3, 58),
    ]


def test_the_notes_of_a_chord_begin_together():
    chord = note("C4", 4) + note("E4", 4, chord=True) + note("G4", 4, chord=True)

    assert heard(chord + note("A4", 2)) == [(0, 2, 60), (0, 2, 64), (0, 2, 67), (2, 3, 69)]


def test_tied_notes_are_one_across_the_bar_line():
    first, second = note("C4", 8, tie="start"), note("C4", 2, tie="stop") + note("C4", 6)

    assert heard(first, second) == [(0, 5, 60), (5, 8, 60)]


def test_a_chain_of_ties_is_one_note():
    chain = [note("C4", 8, tie=tie) for tie in ("start", "stop start", "stop")]

    assert heard(*chain) == [(0, 12, 60)]


def test_two_voices_sound_at_once():
    upper, lower = note("E5", 4) + note("D5", 4), note("C4", 8, voice=2)

    assert heard(upper + back(8) + lower) == [(0, 2, 76), (0, 4, 60), (2, 4, 74)]


def test_a_forward_is_silence():
    forward = "<forward><duration>4</duration></forward>"

    assert heard(forward + note("C4", 4)) == [(2, 4, 60)]


def test_grace_notes_take_no_time():
    assert heard(note("D4", 0, kind="grace") + note("C4", 4)) == [(0, 2, 60)]


def test_cue_notes_are_silent_but_take_time():
    assert heard(note("D4", 4, kind="cue") + note("C4", 4)) == [(2, 4, 60)]


def test_triplets_fill_the_beat():
    score = read_musicxml(musicxml([signs(divisions=3) + notes("C4 D4 E4")]))

    assert score.parts[0].notes[:, 0].tolist() == [0, 320, 640]


def test_a_transposing_part_is_read_as_it_sounds():
    written_in_d = signs(fifths=2, transpose=-2)

    score = read_musicxml(musicxml([written_in_d + note("D4", 4)]))

    assert score.parts[0].notes[0, 2] == 60
    assert score.bars[0].fifths == 0


def test_an_upbeat_begins_late_in_its_bar():
    score = read_musicxml(musicxml([signs(time="3/4") + notes("C4"), notes("D4 E4 F4")]))

    assert [bar.lead_ticks for bar in score.bars] == [1920, 0]
    assert [bar.start_tick for bar in score.bars] == [0, 960]


def test_metre_and_key_change_where_they_are_written():
    change = signs(time="6/8", fifths=-3, mode="minor")

    bars = read_musicxml(musicxml([signs() + note("C4", 4), change + note("C4", 3)])).bars

    assert [(bar.beats, bar.beat_ticks) for bar in bars] == [(4, 960), (2, 1440)]
    assert [(bar.fifths, bar.mode) for bar in bars] == [(0, ""), (-3, "minor")]


def test_a_bar_is_as_long_as_its_fullest_part():
    score = read_musicxml(musicxml([signs() + notes("C4"), "C"], [signs() + notes("C3 D3 E3")]))

    assert score.bars[1].start_tick == 3 * 960


def test_a_compressed_score_reads_like_a_plain_one():
    plain = musicxml([signs() + notes("C4 D4")])

    assert read_mxl(mxl(plain)).parts[0].notes.tolist() == [[0, 960, 60], [960, 1920, 62]]


ENTITIES = b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><s>&b;</s>'
REFUSED = {
    "not well-formed": b"<score-partwise><part>",
    "declares XML entities": ENTITIES,
    "nested deeper": b"<a>" * 100 + b"</a>" * 100,
    "only <score-partwise> is read": b"<score-timewise/>",
    "no notes": musicxml([signs()]),
    "whole number": musicxml([signs() + note("C4", "four")]),
    "divisions must be at least 1": musicxml([signs(divisions=0) + note("C4", 1)]),
    "metre of 4/5": musicxml([signs(time="4/5") + note("C4", 1)]),
    "metre of 0/4": musicxml([signs(time="0/4") + note("C4", 1)]),
    "note called 'H'": musicxml([signs() + note("H4", 1)]),
    "no instrument plays": musicxml([signs() + note("A9", 1)]),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_malformed_score_is_refused_with_its_reason(reason):
    with pytest.raises(CorpusError, match=reason):
        read_musicxml(REFUSED[reason])


def test_a_number_too_long_to_be_music_is_refused():
    with pytest.raises(CorpusError, match="whole number"):
        read_musicxml(musicxml([signs() + note("C4", "9" * 5000)]))


BROKEN_ZIPS = {
    "not a readable zip": b"PK\x03\x04 and then nothing",
    "is not inside": mxl(b"", named="../../etc/passwd"),
    "damaged": mxl(b"").replace(b"META", b"MEGA", 1),
}


@pytest.mark.parametrize("reason", BROKEN_ZIPS)
def test_a_broken_zip_is_refused_with_its_reason(reason):
    with pytest.raises(CorpusError, match=reason):
        read_mxl(BROKEN_ZIPS[reason])


def test_a_score_that_unpacks_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 10_000)
    bomb = mxl(b" " * 10_000_000)

    assert len(bomb) < 20_000
    with pytest.raises(CorpusError, match="unpacks to more than 9 KiB"):
        read_mxl(bomb)


def test_a_score_with_too_many_bars_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BARS", 3)

    with pytest.raises(CorpusError, match="more than 3 bars"):
        read_musicxml(musicxml([signs() + notes("C4"), *[notes("C4")] * 3]))


def test_a_voice_that_goes_back_too_far_begins_at_the_bar_line():
    assert heard(note("C4", 2) + back(8) + note("E4", 2, voice=2)) == [(0, 1, 60), (0, 1, 64)]
