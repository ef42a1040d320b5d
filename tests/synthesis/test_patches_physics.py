"""Tuning, aliasing, clicks and decay of the patches, measured on the sound itself."""

import math
from dataclasses import replace

import numpy as np
import pytest
from sounding import (
    BASSES,
    KITS,
    PITCHED,
    frequency_near,
    momentary_lufs,
    play,
    spectrum_db,
    still,
)

from genmusic.errors import UnknownNameError
from genmusic.synthesis.held import HeldPatch
from genmusic.synthesis.live import ElsewherePatch
from genmusic.synthesis.patches import PATCHES, find_patch
from genmusic.synthesis.voicing import NO_FALLS
from genmusic.units import SAMPLE_RATE, pitch_to_hz

BENT = [name for name in PITCHED if PATCHES[name][0] not in ("modes", "pianos")]
HARMONIC = [name for name in BENT if PATCHES[name][0] != "fm"]
HELD = [name for name in PITCHED if isinstance(PATCHES[name][1], HeldPatch)]
HIGHEST_PLAYED = 96
AIRY = {name for name in PITCHED if getattr(PATCHES[name][1], "lift", 1.0) > 1.0}
DRIVEN = {name for name in PITCHED if getattr(PATCHES[name][1], "drive", 0.0) > 0.0}
LOW = {"cello", "low-strings", "brass-swell"}
HIGH = {"whistle", "flute", "violin", "bell", "glass"}


@pytest.fixture
def bare(monkeypatch):
    """The name of a patch without anything that blurs its partials."""

    def make(name):
        kind, patch = PATCHES[name]
        monkeypatch.setitem(PATCHES, "bare", (kind, still(patch)))
        return "bare"

    return make


def off_cents(sound, expected_hz):
    return 1200 * np.log2(frequency_near(sound, expected_hz) / expected_hz)


@pytest.mark.parametrize("patch", PITCHED)
@pytest.mark.parametrize("pitch", [48, 69, 81])
def test_notes_are_in_tune(bare, patch, pitch):
    pitch -= 12 if patch in BASSES else 0
    sound = play(bare(patch), pitch)[0][4_800:60_000]

    # The beats of glass and piano leave the centre of power unsure.
    assert abs(off_cents(sound, pitch_to_hz(pitch))) < (2.0 if patch not in BENT else 1.0)


@pytest.mark.parametrize("patch", PITCHED)
def test_cents_tune_a_note_between_the_keys(bare, patch):
    sound = play(bare(patch), 57, cents=30.0)[0][4_800:60_000]

    assert abs(off_cents(sound, pitch_to_hz(57.3))) < (2.0 if patch not in BENT else 1.0)


@pytest.mark.parametrize("names", [("violin", "bright-violin"), ("warm-pad", "bright-pad")])
def test_air_is_what_a_zero_behind_the_filter_brings_out(bare, names):
    numbers = 1, 5
    sounds = [play(bare(name), 69)[0][24_000:57_600] for name in names]

    plain, airy = (np.array(partials_db(sound, 69, numbers)) for sound in sounds)

    patches = [PATCHES[name][1] for name in names]
    hz = [patches[1].air_hz, *(number * pitch_to_hz(69) for number in numbers)]
    zero, *turns = (math.tan(math.pi * x / SAMPLE_RATE) for x in hz)
    louder_db = patches[1].level_db - patches[0].level_db
    wanted = [louder_db + 10 * math.log10(1 + (turn / zero) ** 2) for turn in turns]
    assert airy - plain == pytest.approx(wanted, abs=0.3)


def partials_db(sound, pitch, numbers):
    """The levels of partials of a note, each the loudest bin within half a semitone."""
    level, bin_hz = spectrum_db(sound), SAMPLE_RATE / sound.size
    middles = [number * pitch_to_hz(pitch) / bin_hz for number in numbers]
    return [level[int(0.97 * middle) : int(1.03 * middle) + 1].max() for middle in middles]


@pytest.mark.parametrize("patch", BENT)
def test_a_bend_moves_the_pitch(bare, patch):
    sound = play(bare(patch), 57, bend=2 / 12)[0][4_800:60_000]

    assert abs(off_cents(sound, pitch_to_hz(59))) < 1.5


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


@pytest.mark.parametrize("gate_seconds", [0.02, 0.15, 0.6])
@pytest.mark.parametrize("patch", HELD)
def test_a_note_that_has_fallen_before_it_is_let_go_ends_early_unheard(
    monkeypatch, patch, gate_seconds
):
    kind, found = PATCHES[patch]
    late = ElsewherePatch(found.width, lambda pitch: replace(found.voicing(pitch), falls=NO_FALLS))
    monkeypatch.setitem(PATCHES, "late", (kind, late))

    early, whole = (play(name, 57, 4.0, gate_seconds).sum(axis=0) for name in (patch, "late"))

    assert np.abs(whole - early).max() < 1e-3 * np.abs(whole).max()  # -60 dB


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


def worst_alias_db(sound, apart_hz):
    """The loudest bin from 20 Hz to 20 kHz that lies between the partials, to the strongest."""
    window = np.kaiser(sound.size, 18.0)  # its side lobes lie below -130 dB
    level = 20 * np.log10(np.abs(np.fft.rfft(sound * window)) + 1e-12)
    bins = np.arange(level.size) * SAMPLE_RATE / sound.size
    beside = np.abs(bins - np.round(bins / apart_hz) * apart_hz) > 0.0006 * bins + 8.0
    return level[(bins > 20) & (bins < 20_000) & beside].max() - level.max()


def steady(patch, pitch):
    return play(patch, pitch, seconds=2.2, gate_seconds=2.0)[0][19_200 : 19_200 + 65_536]


@pytest.mark.parametrize("patch", HARMONIC)
@pytest.mark.parametrize("pitch", [36, 60, 84, 96, 108])
def test_aliases_lie_50_db_below_and_90_where_nothing_is_driven(bare, patch, pitch):
    if patch in BASSES or PATCHES[patch][0] == "strings":
        pitch = min(pitch, 72)

    sound = steady(bare(patch), pitch)

    # The lowest stop of the organ is an octave down. A string's partials die, which blurs them.
    clean = patch not in DRIVEN and PATCHES[patch][0] != "strings"
    # What brings out the highs brings out their aliases, beyond the highest key that styles play.
    clean_db = -85.0 if patch in AIRY and pitch > HIGHEST_PLAYED else -90.0
    assert worst_alias_db(sound, pitch_to_hz(pitch) / 2) < (clean_db if clean else -50.0)


@pytest.mark.parametrize("patch", [name for name in BENT if name not in HARMONIC])
@pytest.mark.parametrize("pitch", [60, 72, 84, 96])
def test_fm_does_not_fold_back(bare, patch, pitch):
    pitch = min(pitch, 60) if patch in BASSES else max(pitch, 72) if patch == "bell" else pitch
    side_bands_hz = pitch_to_hz(pitch) / (10 if patch == "bell" else 4)  # by the ratios

    assert worst_alias_db(steady(bare(patch), pitch), side_bands_hz) < -50.0


@pytest.mark.parametrize("patch", PITCHED)
def test_patches_are_alike_in_loudness(patch):
    pitch = 40 if patch in BASSES else 52 if patch in LOW else 72 if patch in HIGH else 60

    loudness = momentary_lufs(play(patch, pitch, seconds=2.0, gate_seconds=1.0, velocity=80))

    assert -23.5 < loudness < -17.5


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


def above_1_khz_db(sound):
    level = spectrum_db(sound)
    above = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE) > 1000
    return 10 * np.log10(np.sum(10 ** (level[above] / 10)) / np.sum(10 ** (level / 10)))


@pytest.mark.parametrize("pitch", [28, 40, 52])
def test_a_plucked_double_bass_does_not_go_on_buzzing_like_a_harpsichord(pitch):
    sound = play("upright-bass", pitch, seconds=1.0, gate_seconds=1.0)[0]

    assert above_1_khz_db(sound[:9_600]) < -10.0
    assert above_1_khz_db(sound[19_200:38_400]) < -30.0
