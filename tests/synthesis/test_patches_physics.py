"""Tuning, aliasing, clicks and decay of the patches, measured on the sound itself."""

from dataclasses import replace

import numpy as np
import pytest

from genmusic.errors import UnknownNameError
from genmusic.synthesis.orchestra import Orchestra, PlayedNote
from genmusic.synthesis.patches import PATCHES, find_patch
from genmusic.synthesis.pools import MAX_BLOCK_QUANTA
from genmusic.units import QUANTUM, SAMPLE_RATE, pitch_to_hz

PITCHED = sorted(name for name, (kind, _) in PATCHES.items() if kind != "drums")
WAVETABLES = [name for name in PITCHED if PATCHES[name][0] == "wavetables"]
KITS = sorted(set(PATCHES) - set(PITCHED))
BASSES = {name for name in PITCHED if name.endswith("-bass")}


def play(patch, pitch, seconds=1.5, gate_seconds=1.2, start_frame=0, velocity=96):
    """The sound of one note, (2, frames)."""
    orchestra = Orchestra(1)
    gate = round(gate_seconds * SAMPLE_RATE)
    part = 4 if patch in KITS else 0
    orchestra.play(0, PlayedNote(start_frame, gate, part, patch, pitch, velocity, 0.0))
    blocks = []
    for first in range(0, round(seconds * SAMPLE_RATE) // QUANTUM, MAX_BLOCK_QUANTA):
        brightness = np.full((1, MAX_BLOCK_QUANTA + 1), 0.5, np.float32)
        buses = orchestra.render(first, MAX_BLOCK_QUANTA, brightness)
        blocks.append(buses.reshape(-1, 2, MAX_BLOCK_QUANTA * QUANTUM)[part].copy())
    return np.concatenate(blocks, axis=1).astype(np.float64)


def spectrum_db(sound):
    window = np.blackman(sound.size)
    return 20 * np.log10(np.abs(np.fft.rfft(sound * window)) + 1e-12)


def frequency_near(sound, expected_hz):
    """The centre of the power within half a semitone: detuned pairs and vibrato are symmetric."""
    power = np.abs(np.fft.rfft(sound * np.blackman(sound.size))) ** 2
    bins = np.arange(power.size) * SAMPLE_RATE / sound.size
    near = (bins > expected_hz * 0.9715) & (bins < expected_hz * 1.0293)
    return np.average(bins[near], weights=power[near])


@pytest.mark.parametrize("patch", PITCHED)
@pytest.mark.parametrize("pitch", [48, 69, 81])
def test_notes_are_in_tune(patch, pitch):
    pitch -= 12 if patch in BASSES else 0
    sound = play(patch, pitch)[0][4_800:60_000]

    cents = 1200 * np.log2(frequency_near(sound, pitch_to_hz(pitch)) / pitch_to_hz(pitch))

    # Notes vary by about a cent; beating and vibrato leave the centre of power unsure by two.
    assert abs(cents) < 3.0


@pytest.mark.parametrize("patch", PITCHED)
def test_a_note_does_not_click_at_start_or_end(patch):
    sound = play(patch, 57, seconds=8.0, gate_seconds=0.5).sum(axis=0)

    tail = sound[-SAMPLE_RATE:]

    assert np.abs(sound[0]) < 0.02
    assert np.abs(np.diff(tail)).max() < 1e-3  # -60 dBFS


@pytest.mark.parametrize("patch", sorted(PATCHES))
def test_a_note_ends_in_silence(patch):
    sound = play(patch, 38 if patch in KITS else 60, seconds=12.0, gate_seconds=0.5)

    assert np.abs(sound[:, -SAMPLE_RATE:]).max() == 0.0


@pytest.mark.parametrize("patch", sorted(PATCHES))
def test_there_is_no_dc(patch):
    sound = play(patch, 38 if patch in KITS else 60, seconds=3.0)

    assert abs(sound.mean()) < 3.2e-4  # -70 dBFS


@pytest.mark.parametrize("patch", ["soft-lead", "electric-piano", "nylon", *KITS])
def test_a_later_start_is_the_same_sound_shifted_to_the_frame(patch):
    pitch = 38 if patch in KITS else 64
    note = {"patch": patch, "pitch": pitch, "seconds": 0.4}
    on_time = play(start_frame=0, **note)

    shifted = [play(start_frame=frames, **note) for frames in (64, 77)]

    # The note's own chance differs with its start: compare where the sound begins, not the sound.
    begins = [int(np.argmax(np.abs(s[0]) > 1e-6)) for s in (on_time, *shifted)]
    assert 60 <= begins[1] - begins[0] <= 70
    assert 12 <= begins[2] - begins[1] <= 15


@pytest.mark.parametrize(
    "patch", ["bright-lead", "soft-lead", "warm-pad", "brass", "string-ensemble"]
)
def test_aliases_of_a_high_saw_lie_50_db_below_it(patch):
    pitch = 84  # 1047 Hz
    sound = play(patch, pitch)[0][9_600 : 9_600 + 32_768]
    level = spectrum_db(sound)
    bins = np.arange(level.size) * SAMPLE_RATE / 32_768

    partial = np.round(bins / pitch_to_hz(pitch))
    beside = np.abs(bins - partial * pitch_to_hz(pitch)) > 0.02 * bins + 60.0

    assert level[(bins > 100) & beside].max() < level.max() - 50.0


@pytest.mark.parametrize("patch", WAVETABLES)
@pytest.mark.parametrize("pitch", [36, 60, 84, 108])
def test_aliases_of_a_wavetable_lie_90_db_below_it(monkeypatch, patch, pitch):
    still = {"breath": 0.0, "onset": 0.0, "vibrato_cents": 0.0, "tremolo": 0.0, "detune_cents": 0.0}
    bare = replace(PATCHES[patch][1], attack_seconds=0.01, decay_seconds=0.05, **still)
    monkeypatch.setitem(PATCHES, "bare", ("wavetables", bare))

    sound = play("bare", pitch, seconds=2.2, gate_seconds=2.0)[0][19_200 : 19_200 + 65_536]

    window = np.kaiser(sound.size, 18.0)  # its side lobes lie below -130 dB
    level = 20 * np.log10(np.abs(np.fft.rfft(sound * window)) + 1e-12)
    bins = np.arange(level.size) * SAMPLE_RATE / sound.size
    apart = pitch_to_hz(pitch) / 2  # the organ's lowest stop is an octave down
    beside = np.abs(bins - np.round(bins / apart) * apart) > 0.0005 * bins + 8.0
    assert level[(bins > 20) & beside].max() < level.max() - 90.0


@pytest.mark.parametrize("patch", PITCHED)
def test_harder_is_louder_and_brighter(patch):
    soft, hard = (play(patch, 60, seconds=0.5, velocity=velocity)[0] for velocity in (50, 115))

    assert 4.0 < 20 * np.log10(hard.std() / soft.std()) < 16.0
    assert centre_hz(hard) > 1.02 * centre_hz(soft)


def centre_hz(sound):
    """The middle of the spectrum, by amplitude."""
    level = 10 ** (spectrum_db(sound) / 20)
    return np.average(np.arange(level.size) * SAMPLE_RATE / sound.size, weights=level)


@pytest.mark.parametrize("patch", KITS)
@pytest.mark.parametrize("key", [36, 37, 38, 39, 42, 44, 45, 46, 47, 49, 50, 51, 70])
def test_a_kit_has_every_drum_at_a_playable_level(patch, key):
    sound = play(patch, key, seconds=6.0)[0]

    assert str(key) in PATCHES[patch][1].drums
    assert 0.02 < np.abs(sound).max() < 1.2
    assert np.abs(sound[-SAMPLE_RATE:]).max() == 0.0


def test_an_unknown_patch_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"no patch 'kazoo'.*warm-pad"):
        find_patch("kazoo")
