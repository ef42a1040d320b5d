"""Recordings of groups: loops without a seam, in tune, made where they are read."""

from dataclasses import replace

import numpy as np
import pytest
from recorded import layers_of
from sounding import play, spectrum_db, still

from genmusic.errors import GenmusicError
from genmusic.names import PARTS
from genmusic.synthesis.hits import HITS
from genmusic.synthesis.orchestra import Orchestra, PlayedNote
from genmusic.synthesis.patches import PATCHES
from genmusic.synthesis.pools import MAX_BLOCK_QUANTA
from genmusic.synthesis.recordings import (
    KEYS,
    RECORDINGS,
    Recordings,
    loop_of,
    rows_of_group,
)
from genmusic.units import QUANTUM, SAMPLE_RATE, pitch_to_hz
from kernels import takes
from kernels.recordings import LAYER_BITS, ROW_WORDS

GROUPS = {name: patch.group for name, (kind, patch) in PATCHES.items() if kind == "ensembles"}


def loop(group, key):
    """The middle, the darker and the brighter layer of a recording."""
    row = RECORDINGS.row_of(group, key)
    return layers_of(RECORDINGS.words[row * ROW_WORDS :], loop_of(key).frames)


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("key", [36, 60, 84])
def test_the_end_of_a_loop_is_followed_by_its_beginning_as_any_frame_by_the_next(name, key):
    layers = loop(GROUPS[name], key)
    across = np.concatenate((layers[:, -100:], layers[:, :100]), axis=1)

    # A seam would bend the sound more sharply than it is bent anywhere else.
    assert (np.abs(np.diff(across, 2)).max(1) <= np.abs(np.diff(layers, 2)).max(1)).all()
    assert layers[0].std() > 0.1 * np.abs(layers[0]).max()


@pytest.mark.parametrize("name", GROUPS)
def test_layers_use_their_bits_and_do_not_wrap(name):
    row = RECORDINGS.row_of(GROUPS[name], 60)
    steps = np.abs(loop(GROUPS[name], 60)).max(axis=1) / RECORDINGS.words[row * ROW_WORDS :][:3]

    most = 2.0 ** (np.array(LAYER_BITS) - 1) - 1
    assert (steps <= most).all()
    assert (steps >= most - 1.5).all()


def tone(brightness):
    """A held string that is still, and the frequencies of their spectrum."""
    orchestra, sound = Orchestra(1), []
    orchestra.play(0, PlayedNote(0, 10**6, 0, "bare", 48, 90, 0.0))
    bright = np.full((1, MAX_BLOCK_QUANTA + 1), brightness, np.float32)
    for first in range(0, 16 * MAX_BLOCK_QUANTA, MAX_BLOCK_QUANTA):
        block = orchestra.render(first, MAX_BLOCK_QUANTA, bright)
        sound.append(block.reshape(len(PARTS), 2, -1)[0, 0].copy())
    return spectrum_db(np.concatenate(sound)[SAMPLE_RATE : 2 * SAMPLE_RATE])


def low_pass_db(hz, cutoff_hz, resonance):
    """A state-variable low-pass, at frequencies."""
    place = np.tan(np.pi * hz / SAMPLE_RATE) / np.tan(np.pi * cutoff_hz / SAMPLE_RATE)
    return -10 * np.log10((1 - place**2) ** 2 + (place / resonance) ** 2)


def test_layers_are_mixed_to_what_a_filter_between_them_would_leave(monkeypatch):
    patch = replace(still(PATCHES["string-ensemble"][1]), players=1)
    monkeypatch.setitem(PATCHES, "bare", ("ensembles", patch))
    partials = np.round(pitch_to_hz(48) * np.arange(1, 60)).astype(int)  # also bins
    at = {bright: tone(bright)[partials] for bright in np.linspace(0.2, 0.9, 8)}

    plain = patch.touched(48.0, 0.0)["cutoff_octaves"][90] + patch.envelope_octaves * patch.sustain
    cutoffs = {b: 2 ** (plain + (2 * b - 1) * patch.brightness_octaves) for b in at}
    off = np.array([
        at[b] - low_pass_db(partials, cutoffs[b], patch.resonance) for b in at
    ])  # fmt: skip
    off -= np.mean(off, axis=0)  # less the string

    assert np.abs(off).max() < 2.5
    assert np.sqrt(np.mean(off**2)) < 1.0


def test_loops_are_whole_numbers_of_cycles_of_their_keys():
    off = [loop_of(key).cycles / loop_of(key).seconds / pitch_to_hz(key) for key in range(24, KEYS)]

    assert np.abs(1200 * np.log2(off)).max() < 0.5  # cents


def test_every_note_enters_its_loop_at_a_place_of_its_own():
    first, second = (play("string-ensemble", 60, 1.0, start_frame=s)[0] for s in (0, QUANTUM))
    alike = np.corrcoef(first[24_000:40_000], second[24_000 + QUANTUM : 40_000 + QUANTUM])

    assert abs(alike[0, 1]) < 0.9


def test_a_note_held_for_longer_than_its_loop_does_not_click_or_fall_silent():
    sound = play("choir", 60, seconds=14.0, gate_seconds=14.0)[0][2 * SAMPLE_RATE :]
    bows = np.abs(np.diff(sound, 2))
    around = bows[: loop_of(60).frames]  # once, in which the end of the loop may lie anywhere
    begin, end = sound[: 4 * SAMPLE_RATE], sound[-4 * SAMPLE_RATE :]

    assert bows.max() < 1.1 * around.max()
    assert np.percentile(around, 99.9) > 0.5 * around.max()
    assert abs(20 * np.log10(end.std() / begin.std())) < 1.0


def rendered(orchestra, first, quanta):
    still = np.full((1, quanta + 1), 0.5, np.float32)
    return orchestra.render(first, quanta, still).copy()


RIDE = HITS.register(dict(zip(PATCHES["kit"][1].drums, PATCHES["kit"][1].hits, strict=True))["51"])
CHOIR_ROW = RECORDINGS.row_of(GROUPS["choir"], 61)


@pytest.mark.parametrize(
    ("patch", "part", "key", "made", "begin", "size"),
    [
        ("choir", "pad", 61, RECORDINGS, CHOIR_ROW * ROW_WORDS, ROW_WORDS),
        ("kit", "drums", 51, HITS, RIDE.row * takes.ROW_WORDS, RIDE.rows * takes.ROW_WORDS),
    ],
)
def test_voices_that_come_from_elsewhere_find_their_recordings_made(
    monkeypatch, patch, part, key, made, begin, size
):
    here, there = Orchestra(1), Orchestra(1)
    here.play(0, PlayedNote(0, 10**6, PARTS.index(part), patch, key, 90, 0.0))
    rendered(here, 0, 8)
    state = here.take(0, 8)
    expected = rendered(here, 8, 8)
    there_is = made.words[begin : begin + size].view(np.int32)
    assert there_is.any()
    there_is[:] = 0
    monkeypatch.setattr(made, "_made", set())

    there.put(0, state, 8)

    assert expected.any()
    assert np.array_equal(rendered(there, 8, 8), expected)


def test_a_group_for_which_there_is_no_room_is_refused():
    words = np.zeros(rows_of_group(KEYS // 4) * ROW_WORDS, np.float32)
    few = Recordings(words, keys_apart=KEYS // 4)
    few.row_of(GROUPS["choir"], 64)

    with pytest.raises(GenmusicError, match="room for recordings of 1 groups"):
        few.row_of(GROUPS["low-strings"], 64)
