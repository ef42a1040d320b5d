"""Mood is heard in what is written: tempo, density and mode of rendered MIDI over a 5 x 5 grid."""

import itertools
from dataclasses import dataclass

import mido
import pytest

from genmusic import cli

STEPS = (-1.0, -0.5, 0.0, 0.5, 1.0)


@dataclass
class Written:
    tempo_bpm: float
    notes_per_second: float
    bright: bool


def read(path):
    score = mido.MidiFile(path)
    first = {message.type: message for message in reversed(score.tracks[0])}
    notes = sum(message.type == "note_on" for track in score.tracks for message in track)
    bright = not first["key_signature"].key.endswith("m")
    return Written(mido.tempo2bpm(first["set_tempo"].tempo), notes / score.length, bright)


@pytest.fixture(scope="module", params=["evening", "drive"])
def grid(request, tmp_path_factory):
    """What one seed writes, by valence and arousal."""
    path = tmp_path_factory.mktemp("grid") / "piece.mid"
    written = {}
    for valence, arousal in itertools.product(STEPS, STEPS):
        mood = ["--valence", str(valence), "--arousal", str(arousal)]
        cli.main(["render", str(path), "--bars", "8", "--style", request.param, *mood])
        written[valence, arousal] = read(path)
    return written


@pytest.mark.parametrize("valence", STEPS)
def test_arousal_quickens_the_tempo(grid, valence):
    tempos = [grid[valence, arousal].tempo_bpm for arousal in STEPS]

    assert all(slow < quick for slow, quick in itertools.pairwise(tempos))


@pytest.mark.parametrize("valence", STEPS)
def test_arousal_brings_more_notes(grid, valence):
    densities = [grid[valence, arousal].notes_per_second for arousal in STEPS]

    assert all(few < many for few, many in itertools.pairwise(densities))


@pytest.mark.parametrize("arousal", STEPS)
def test_valence_turns_the_mode_from_dark_to_bright(grid, arousal):
    bright = [grid[valence, arousal].bright for valence in STEPS]

    assert bright == sorted(bright)
    assert (bright[0], bright[-1]) == (False, True)
