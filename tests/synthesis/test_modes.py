"""Struck bars, glasses and strings: each mode where its table says, dying as fast as it says."""

import math
from dataclasses import replace

import numpy as np
import pytest
from sounding import frequency_near, play

from genmusic.names import PARTS
from genmusic.synthesis.modes import Mode
from genmusic.synthesis.orchestra import Orchestra, PlayedNote
from genmusic.synthesis.patches import PATCHES
from genmusic.synthesis.pianos import inharmonicity
from genmusic.synthesis.pools import KINDS
from genmusic.units import QUANTUM, SAMPLE_RATE, pitch_to_hz, sine
from kernels.modes import AWAKE, PLACES

BARS = ("vibraphone", "marimba", "glass")
STRUCK = (*BARS, "piano")
MODES = [(name, number) for name in BARS for number in range(len(PATCHES[name][1].modes))]
LONGEST_GATE = 10.0


def level_db(sound, start_seconds, seconds=0.05):
    first = round(start_seconds * SAMPLE_RATE)
    return 20 * np.log10(sound[first : first + round(seconds * SAMPLE_RATE)].std() + 1e-15)


def frequency(sound, expected_hz, start_seconds, apart_seconds):
    """Frequency of one partial, by how far its phase turns between two windows."""
    width = SAMPLE_RATE // 2
    angles = []
    for start in (start_seconds, start_seconds + apart_seconds):
        first = round(start * SAMPLE_RATE)
        time = np.arange(first, first + width) / SAMPLE_RATE
        piece = sound[first : first + width] * np.blackman(width)
        angles.append(np.angle((piece * np.exp(-2j * np.pi * expected_hz * time)).sum()))
    turned = (angles[1] - angles[0] + np.pi) % (2 * np.pi) - np.pi
    return expected_hz + turned / (2 * np.pi * apart_seconds)


def cents(hz, expected_hz):
    return 1200 * math.log2(hz / expected_hz)


@pytest.fixture
def alone(monkeypatch):
    """A patch with one of its modes and nothing that moves or knocks."""

    def make(name, number):
        patch = PATCHES[name][1]
        still = replace(patch.blow, knock_db=-80.0)
        solo = replace(patch, modes=(patch.modes[number],), tremolo_db=0.0, blow=still)
        monkeypatch.setitem(PATCHES, "alone", ("modes", solo))
        return solo.modes[0]

    return make


@pytest.mark.parametrize(("name", "number"), MODES)
def test_every_mode_dies_as_fast_as_its_table_says(alone, name, number):
    mode = alone(name, number)

    sound = play("alone", 60, seconds=mode.seconds, gate_seconds=LONGEST_GATE)[0]

    early, late = 0.2 * mode.seconds, 0.6 * mode.seconds
    window = 0.1 * mode.seconds
    fall_db = level_db(sound, early, window) - level_db(sound, late, window)
    assert 60 * (late - early) / fall_db == pytest.approx(mode.seconds, rel=0.02)


@pytest.mark.parametrize(("name", "number"), MODES)
def test_every_mode_is_where_its_table_says(alone, name, number):
    mode = alone(name, number)
    expected_hz = pitch_to_hz(45) * mode.ratio * 2 ** (mode.detune_cents / 1200)

    sound = play("alone", 45, seconds=2.0, gate_seconds=LONGEST_GATE)[0]

    assert abs(cents(frequency(sound, expected_hz, 0.02, 0.02), expected_hz)) < 0.1


@pytest.mark.parametrize("name", STRUCK)
@pytest.mark.parametrize("pitch", [33, 57, 69, 81, 93])
def test_struck_notes_are_within_a_cent(name, pitch):
    sound = play(name, pitch, seconds=4.0, gate_seconds=LONGEST_GATE)[0]

    # The centre of power: the pairs of glass and piano beat, which moves the pitch to and fro.
    assert abs(cents(frequency_near(sound, pitch_to_hz(pitch)), pitch_to_hz(pitch))) < 1.0


@pytest.mark.parametrize("pitch", [36, 60, 84])
def test_partials_of_a_string_are_stretched_by_its_stiffness(pitch):
    sound = play("piano", pitch, seconds=2.0, gate_seconds=LONGEST_GATE)[0]
    stiff = inharmonicity(pitch)
    base_hz = pitch_to_hz(pitch) / math.sqrt(1 + stiff)

    for number in (2, 3, 5):
        expected_hz = number * base_hz * math.sqrt(1 + stiff * number**2)
        # The second string pulls its partial by up to a tenth of what they are apart.
        assert abs(cents(frequency(sound, expected_hz, 0.05, 0.05), expected_hz)) < 1.0


def test_strings_are_stiffest_at_the_top_and_stiffer_again_at_the_bottom():
    bottom, middle, tenor, top = (inharmonicity(pitch) for pitch in (21, 60, 43, 108))

    assert 2e-4 < middle < 5e-4  # of grands: 3e-4
    assert top > 0.01
    assert bottom > 2 * tenor


def test_a_string_dies_fast_first_and_slowly_after():
    sound = play("piano", 60, seconds=6.0, gate_seconds=LONGEST_GATE)[0]

    levels = [level_db(sound, seconds, 0.5) for seconds in (0.05, 1.05, 4.0, 5.0)]

    assert levels[0] - levels[1] > 1.8 * (levels[2] - levels[3]) > 3.0


@pytest.mark.parametrize("name", ["vibraphone", "glass", "piano"])
def test_the_damper_falls_when_the_note_is_let_go(name):
    patch = PATCHES[name][1]

    sound = play(name, 60, seconds=6.0, gate_seconds=0.5)[0]

    after = 0.52 + 0.5 * patch.release_seconds
    fall_db = level_db(sound, 0.45, 0.04) - level_db(sound, after, 0.04)
    assert fall_db > 27.0  # half of the 60 dB, and the modes' own decay; windows are wide
    assert level_db(sound, 0.52 + 1.5 * patch.release_seconds, 0.04) < -200.0


def test_felt_takes_its_share_frame_by_frame_from_the_first_on():
    patch, let_go = PATCHES["piano"][1], SAMPLE_RATE // 2
    released = patch.release_seconds  # at middle C

    held, damped = (play("piano", 60, gate_seconds=seconds)[0] for seconds in (LONGEST_GATE, 0.5))

    after = slice(let_go, let_go + 4 * QUANTUM)
    kept = 10.0 ** (-3.0 * np.arange(4 * QUANTUM) / (released * SAMPLE_RATE))
    assert np.array_equal(held[:let_go], damped[:let_go])
    assert np.abs(damped[after] - held[after] * kept).max() < 1e-3 * np.abs(held[after]).max()


def test_modes_that_die_apart_sound_as_their_sum(monkeypatch):
    table = (Mode(1.0, 0.5, 5.0), Mode(1.0, 0.3, 0.5, 50.0), Mode(1.0, 0.2, 0.1, -50.0))
    still = replace(PATCHES["glass"][1].blow, knock_db=-80.0, onset_seconds=0.0003)
    patch = replace(PATCHES["glass"][1], modes=table, blow=still)
    monkeypatch.setitem(PATCHES, "apart", ("modes", patch))

    sound = play("apart", 60, seconds=2.0, gate_seconds=LONGEST_GATE)[0][960:]

    frames = np.arange(960, 960 + sound.size)
    expected = np.zeros(sound.size)
    for mode in table:
        turns = pitch_to_hz(60) * 2 ** (mode.detune_cents / 1200) / SAMPLE_RATE
        shrunk = 10.0 ** (-3.0 * frames / (mode.seconds * SAMPLE_RATE))
        expected += mode.level * shrunk * np.sin(2 * np.pi * turns * frames)
    gain = (sound @ expected) / (expected @ expected)
    assert np.std(sound - gain * expected) < 10 ** (-96 / 20)


def test_the_highest_strings_have_no_damper():
    held, let_go = (play("piano", 96, seconds=2.0, gate_seconds=s)[0] for s in (LONGEST_GATE, 0.1))

    assert np.array_equal(held, let_go)


def centre_hz(sound):
    power = np.abs(np.fft.rfft(sound[: SAMPLE_RATE // 4])) ** 2
    return np.average(np.fft.rfftfreq(SAMPLE_RATE // 4, 1 / SAMPLE_RATE), weights=power)


@pytest.mark.parametrize("name", STRUCK)
def test_a_harder_blow_brings_out_the_high_modes(name):
    soft, hard = (play(name, 60, velocity=velocity)[0] for velocity in (40, 120))

    assert centre_hz(hard) > 1.05 * centre_hz(soft)


def test_the_motor_moves_the_vibraphone_by_what_its_table_says():
    patch = PATCHES["vibraphone"][1]
    sound = play("vibraphone", 60, seconds=3.0, gate_seconds=LONGEST_GATE)[0]
    time = np.arange(sound.size) / SAMPLE_RATE
    turn = sound * np.exp(-2j * np.pi * pitch_to_hz(60) * time)
    envelope = np.abs(np.convolve(turn, np.blackman(1_200), "valid"))[SAMPLE_RATE // 10 :]

    period = round(SAMPLE_RATE / patch.tremolo_hz)
    swing_db = 20 * np.log10(envelope[:period].max() / envelope[:period].min())

    # The bar's own decay adds at most a period of it.
    assert patch.tremolo_db - 1.0 < swing_db < patch.tremolo_db + 2.5


@pytest.mark.parametrize("name", STRUCK)
def test_nothing_lies_above_what_the_modes_may_reach(name):
    sound = play(name, 100, seconds=1.5, velocity=127)[0][2_400:]
    level = np.abs(np.fft.rfft(sound * np.blackman(sound.size)))

    hz = np.fft.rfftfreq(sound.size, 1 / SAMPLE_RATE)
    assert level[hz > 16_500].max() < 10 ** (-90 / 20) * level.max()


@pytest.mark.parametrize("name", STRUCK)
def test_company_and_blocks_change_nothing_while_modes_fall_asleep(name):
    def render(others, quanta):
        orchestra = Orchestra(2)
        orchestra.play(0, PlayedNote(100, 9_000, 0, name, 72, 100, 0.0))
        for number in range(others):
            orchestra.play(1, PlayedNote(640 * number, 40_000, 1, name, 40 + number, 90, 0.0))
        bright = np.full((2, quanta + 1), 0.5, np.float32)
        blocks = [
            orchestra.render(first, quanta, bright).reshape(2, len(PARTS), 2, -1)[0, 0].copy()
            for first in range(0, 1_120, quanta)
        ]
        return np.concatenate(blocks, axis=1)

    lonely = render(0, 32)

    assert lonely.shape[1] == 1_120 * QUANTUM
    assert np.array_equal(lonely, render(20, 32))
    assert np.array_equal(lonely, render(7, 14))


@pytest.mark.parametrize("name", ["marimba", "felt-piano"])
def test_modes_that_nobody_hears_any_more_sleep_one_by_one(name):
    kind = PATCHES[name][0]
    modes, orchestra = KINDS[kind].module.MODES, Orchestra(1)
    orchestra.play(0, PlayedNote(0, 10 * SAMPLE_RATE, 0, name, 48, 110, 0.0))
    awake = []

    for first in range(0, 1_200, 100):
        orchestra.render(first, 100, np.full((1, 101), 0.5, np.float32))
        state = orchestra.take(0, 0).pools[kind].state[0]
        awake.append(int(state[AWAKE]))
        assert not state[-PLACES * modes :].reshape(PLACES, modes)[:, awake[-1] :].any()

    assert modes > awake[0] > awake[-1]
    assert awake == sorted(awake, reverse=True)


def test_the_knock_is_a_band_where_its_table_says_and_dies_as_fast(monkeypatch):
    patch = PATCHES["marimba"][1]
    blow = replace(patch.blow, knock_hz=1_000.0, knock_seconds=0.5, knock_width=0.5)
    monkeypatch.setitem(
        PATCHES, "knock", ("modes", replace(patch, modes=(Mode(1.0, 0.0, 5.0),), blow=blow))
    )

    sound = play("knock", 60, seconds=1.0, gate_seconds=LONGEST_GATE)[0]

    power = np.abs(np.fft.rfft(sound)) ** 2
    hz = np.fft.rfftfreq(sound.size, 1 / SAMPLE_RATE)
    assert power[(hz > 700.0) & (hz < 1_400.0)].sum() > 0.6 * power.sum()
    assert power[hz > 8_000.0].sum() < 0.02 * power.sum()
    fall_db = level_db(sound, 0.05, 0.05) - level_db(sound, 0.45, 0.05)
    assert fall_db == pytest.approx(60.0 * 0.4 / blow.knock_seconds, abs=5.0)  # noise varies


def test_sine_of_turns():
    turns = np.linspace(-2.0, 2.0, 1_001)

    worst = max(abs(sine(x) - math.sin(2 * math.pi * x)) for x in turns)

    assert worst < 2e-15  # the reference's own argument is rounded
    assert [sine(x) for x in (0.0, 0.25, 0.75)] == pytest.approx([0.0, 1.0, -1.0], abs=1e-15)
