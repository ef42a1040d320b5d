"""Songs of others as scenarios: the chords and the form of a file, the music of a style."""

import io

import mido
import pytest

from genmusic.composition.composer import Composer
from genmusic.controls.spec import defaults
from genmusic.errors import CorpusError
from genmusic.mood.mapping import musical_parameters
from genmusic.session.library import open_library
from genmusic.session.scenarios import read_scenario

C, F, G, AM, D = (48, 64, 67), (53, 60, 69), (55, 62, 71), (57, 60, 64), (50, 66, 69)
NAMES = {C: (0, ""), F: (5, ""), G: (7, ""), AM: (9, "m"), D: (2, "")}
VERSE, CHORUS = (C, AM, F, G), (F, G, C, C)


def song(tmp_path, bars, markers=(), beats=4, denominator=4, tempos=((0, 96.0),), silent=0):
    """A file with a chord for each bar, in a track of three voices."""
    bar_ticks = 480 * 4 * beats // denominator
    file = mido.MidiFile(ticks_per_beat=480)
    events = [
        (0, mido.MetaMessage("time_signature", numerator=beats, denominator=denominator)),
        *((n * bar_ticks, mido.MetaMessage("marker", text=text)) for n, text in markers),
        *((n * bar_ticks, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
          for n, bpm in tempos),
    ]  # fmt: skip
    for number, chord in enumerate(bars, silent):
        for pitch in chord:
            on = mido.Message("note_on", note=pitch, velocity=80)
            events.append((number * bar_ticks, on))
            events.append(((number + 1) * bar_ticks, on.copy(velocity=0)))
    events.sort(key=lambda event: (event[0], getattr(event[1], "velocity", 0)))
    track = mido.MidiTrack()
    tick = 0
    for at, message in events:
        track.append(message.copy(time=at - tick))
        tick = at
    file.tracks.append(track)
    packed = io.BytesIO()
    file.save(file=packed)
    path = tmp_path / "song.mid"
    path.write_bytes(packed.getvalue())
    return path


def chords_of(scenario):
    return [(bar.chords[0].root, bar.chords[0].quality) for bar in scenario.bars]


def test_chords_tempo_and_marked_sections_are_those_of_the_file(tmp_path):
    bars = (*VERSE, *VERSE, *CHORUS, *VERSE)
    markers = ((0, "Verse"), (8, "My song: Chorus"), (12, "Verse"))

    scenario = read_scenario(song(tmp_path, bars, markers, tempos=((0, 96.0), (8, 120.0))))

    assert chords_of(scenario) == [NAMES[chord] for chord in bars]
    assert scenario.sections == (("Verse", 8), ("Chorus", 4), ("Verse'", 4))
    assert [round(bar.tempo_bpm) for bar in scenario.bars] == [96] * 8 + [120] * 8
    assert {(bar.tonic, bar.mode) for bar in scenario.bars} == {(0, "major")}


def test_without_markers_what_returns_is_the_same_section(tmp_path):
    verse, bridge = VERSE * 2, (F, F, C, C, D, D, G, G)

    scenario = read_scenario(song(tmp_path, (*verse, *verse, *bridge, *verse)))

    assert scenario.sections == (("A", 8), ("A", 8), ("B", 8), ("A", 8))


def test_silence_around_the_song_is_left_out(tmp_path):
    scenario = read_scenario(song(tmp_path, VERSE * 2, markers=((2, "Song"),), silent=2))

    assert chords_of(scenario) == [NAMES[chord] for chord in VERSE * 2]
    assert scenario.sections == (("Song", 8),)


@pytest.mark.parametrize(
    ("metre", "played", "bars"), [((3, 4), "3/4", 8), ((12, 8), "6/8", 16), ((2, 2), "4/4", 8)]
)
def test_metres_that_are_like_ours_are_played(tmp_path, metre, played, bars):
    scenario = read_scenario(song(tmp_path, VERSE * 2, beats=metre[0], denominator=metre[1]))

    assert (scenario.metre, len(scenario.bars)) == (played, bars)


def test_what_cannot_be_a_scenario_is_refused_with_its_reason(tmp_path):
    with pytest.raises(CorpusError, match=r"song\.mid cannot be a scenario: it is in 5/4"):
        read_scenario(song(tmp_path, VERSE, beats=5))
    (tmp_path / "tune.mid").write_bytes(b"no music")
    with pytest.raises(CorpusError, match=r"tune\.mid cannot be a scenario: it is not a MIDI file"):
        read_scenario(tmp_path / "tune.mid")
    with pytest.raises(CorpusError, match=r"none\.mid cannot be read"):
        read_scenario(tmp_path / "none.mid")


@pytest.mark.parametrize("style", ["evening", "jazz", "drive"])
def test_a_piece_of_any_style_keeps_to_the_scenario_and_ends_with_it(tmp_path, style):
    bars = (*VERSE, *VERSE, *CHORUS, *VERSE)
    scenario = read_scenario(song(tmp_path, bars, ((0, "Verse"), (8, "Chorus"), (12, "Coda"))))
    library = open_library()
    library.styles.keep_to(scenario)
    composer = Composer(3, library.style(style), library.models)
    parameters = musical_parameters(defaults(), library.style(style))

    composed = [composer.compose_bar(parameters, library.style(style)) for _ in bars]

    chords = [(bar.chords[0].chord.root, bar.chords[0].chord.quality) for bar in composed]
    assert chords == [NAMES[chord] for chord in bars]
    assert [bar.section for bar in composed] == ["Verse"] * 8 + ["Chorus"] * 4 + ["Coda"] * 4
    assert all(bar.tempo_bpm == pytest.approx(96.0, abs=0.01) for bar in composed)
    assert composed[-1].index == 15
    assert composer.piece == 1  # the next bar begins the song again
    assert sum(len(bar.notes) for bar in composed) > 100


def test_a_style_that_is_edited_keeps_to_the_scenario(tmp_path):
    library = open_library()
    library.styles.keep_to(read_scenario(song(tmp_path, VERSE * 2)))

    edited = library.styles.dressed(open_library().style("evening"))

    assert edited == library.style("evening")
    assert edited.scenario == library.styles.scenario
