"""The live instrument, called as a device calls it: when notes sound, and that every one ends."""

import numpy as np
import pytest

from genmusic.synthesis.live import LiveInstrument, layout
from genmusic.synthesis.patches import patches_of_kinds
from kernels.live import BLOCK_BYTES, MIDI_EVENTS, MIDI_WORDS, play_live
from kernels.voices import END

PERIOD = 128
PERIOD_NS = PERIOD * 62_500 // 3
NOTE, OFF, CONTROL, PRESSURE, BEND = 0x90, 0x80, 0xB0, 0xD0, 0xE0
SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123


class Device:
    """Calls the instrument, a period at a time."""

    def __init__(self, patch="electronic", low=0, high=127):
        self._memory = bytearray(BLOCK_BYTES)
        self.instrument = LiveInstrument(self._memory)
        self.instrument.set_up(patch, low, high)
        self.midi = np.zeros(MIDI_WORDS + 2 * MIDI_EVENTS, np.int64)
        self.now_ns, self.periods = 10**9, 0
        self.run(2)

    def send(self, status, first, second=0, frame=0):
        """A message at a frame of the period that is going on."""
        began = self.now_ns - PERIOD_NS
        place = MIDI_WORDS + 2 * (self.midi[0] % MIDI_EVENTS)
        self.midi[place] = began + frame * 62_500 // 3
        self.midi[place + 1] = status << 16 | first << 8 | second
        self.midi[0] += 1

    def run(self, periods):
        """The sound of some periods, (frames, 2)."""
        out = []
        for _ in range(periods):
            block = np.zeros(2 * PERIOD, np.float32)
            play_live(self.now_ns, self.midi, self.instrument.views, block)
            out.append(block.reshape(-1, 2))
            self.now_ns += PERIOD_NS
            self.periods += 1
        return np.concatenate(out)

    def sounding(self):
        """Voices that have not ended, in both pools."""
        timings = [self.instrument._region(pool, "timing").reshape(-1, 4) for pool in (0, 1)]
        return sum(int((timing[:, END] > 0).sum()) for timing in timings)

    def rest(self):
        """Let everything die away, as far as it does by itself."""
        for _ in range(40):
            self.run(100)
            if not self.sounding():
                return


@pytest.fixture
def device():
    return Device()


def onset(sound):
    return int(np.flatnonzero(np.abs(sound).max(axis=1) > 1e-3)[0])


@pytest.mark.parametrize("frame", [0, 1, 37, 64, 127])
def test_a_key_sounds_exactly_one_period_after_it_was_struck(frame):
    first, later = Device(), Device()
    first.send(NOTE, 42, 100, frame=0)
    later.send(NOTE, 42, 100, frame=frame)

    assert onset(later.run(4)) - onset(first.run(4)) in (frame, frame - 1)


def test_a_message_of_the_period_to_come_waits_for_the_next_call(device):
    device.send(NOTE, 42, 100, frame=PERIOD + 5)

    assert not device.run(1).any()
    assert device.run(3).any()


@pytest.mark.parametrize("patch", sorted(patches_of_kinds().values()))
def test_every_kind_of_instrument_can_be_played_and_ends(patch):
    device = Device(patch)
    for key in (42, 60, 67):
        device.send(NOTE, key, 100)
    assert np.abs(device.run(60)).max() > 1e-3

    for key in (42, 60, 67):
        device.send(OFF, key)
    device.rest()

    assert device.sounding() == 0
    assert not device.run(4).any()


def test_the_pedal_holds_and_a_key_that_is_struck_again_is_let_go_first():
    device = Device("organ")
    device.send(CONTROL, SUSTAIN, 127)
    device.send(NOTE, 60, 100)
    device.run(20)
    device.send(OFF, 60)
    held = np.abs(device.run(200)[-PERIOD:]).max()
    device.send(NOTE, 60, 100)
    device.send(OFF, 60)
    device.run(100)
    assert held > 1e-3
    assert device.sounding() == 1

    device.send(CONTROL, SUSTAIN, 0)
    device.rest()

    assert device.sounding() == 0


@pytest.mark.parametrize("controller", [ALL_SOUND_OFF, ALL_NOTES_OFF])
def test_all_notes_off_ends_every_note_pedal_or_not(controller):
    device = Device("organ")
    device.send(CONTROL, SUSTAIN, 127)
    for key in range(50, 70):
        device.send(NOTE, key, 90)
    device.run(30)

    device.send(CONTROL, controller, 0)
    device.rest()

    assert device.sounding() == 0


def test_a_hundred_thousand_random_messages_leave_no_note_behind():
    device, random = Device("organ"), np.random.default_rng(8)
    kinds = np.array([NOTE, NOTE, NOTE, OFF, OFF, CONTROL, PRESSURE, BEND])
    for _ in range(2_000):
        for _ in range(50):
            status = int(random.choice(kinds)) | int(random.integers(0, 16))
            first = int(random.integers(0, 128))
            if status & 0xF0 == CONTROL:
                first = int(random.choice([SUSTAIN, 1, 7, ALL_NOTES_OFF, 121]))
            device.send(
                status, first, int(random.integers(0, 128)), int(random.integers(0, PERIOD))
            )
        assert np.isfinite(device.run(1)).all()

    for key in range(128):
        device.send(OFF, key)
    device.send(CONTROL, SUSTAIN, 0)
    device.rest()

    assert device.sounding() == 0


def test_a_flood_is_cut_short_and_ends_in_silence():
    device = Device("organ")
    for number in range(MIDI_EVENTS):
        device.send(NOTE, number % 128, 100)

    device.rest()

    assert device.sounding() == 0


def test_keys_outside_the_zone_are_not_played():
    device = Device(low=60, high=72)
    for key in (59, 73):
        device.send(NOTE, key, 100)

    assert not device.run(10).any()


@pytest.mark.parametrize("key", [0, 36, 63, 64, 127])
def test_a_note_that_is_a_button_is_not_played_on_its_channel(device, key):
    device.instrument.limit(0, 127, [(10, key)])

    device.send(NOTE | 9, key, 100)
    device.run(2)
    assert not device.sounding()
    for status, other in ((NOTE | 9, (key + 1) % 128), (NOTE | 8, key)):
        device.send(status, other, 100)
    device.run(2)
    assert device.sounding() == 2


def test_another_sound_is_taken_while_the_last_one_rings_on():
    device = Device("organ")
    device.send(NOTE, 60, 100)
    device.run(50)

    assert device.instrument.choose("vibraphone")
    rings = device.run(20)
    device.send(NOTE, 72, 100)
    device.run(20)

    assert np.abs(rings).max() > 1e-3
    assert device.sounding() == 2
    assert not device.instrument.choose("piano")  # the organ still sounds where it would go
    device.send(OFF, 60)
    device.rest()
    assert device.instrument.choose("piano")


def test_the_wheel_bends_by_two_semitones():
    device = Device("organ")
    device.send(BEND, 127, 127)
    device.run(4)
    device.send(NOTE, 69, 100)
    sound = device.run(400)[19_200:, 0]

    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 18))
    bent = 440.0 * 2 ** (2 / 12)
    near = slice(int(bent * 0.97 / 48_000 * (1 << 18)), int(bent * 1.03 / 48_000 * (1 << 18)))
    peak_hz = (near.start + int(spectrum[near].argmax())) * 48_000 / (1 << 18)
    assert 1200 * np.log2(peak_hz / bent) == pytest.approx(0.0, abs=6.0)


def test_a_call_for_silence_lets_every_note_go(device):
    device = Device("organ")
    device.send(CONTROL, SUSTAIN, 127)
    device.send(NOTE, 60, 100)
    device.run(10)

    device.instrument.silence()
    device.rest()

    assert device.sounding() == 0


def test_any_kind_fits_into_the_memory():
    assert layout()[1] <= BLOCK_BYTES
