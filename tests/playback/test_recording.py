"""What a performance leaves behind: the notes that were heard, and a log that plays it again."""

import hashlib
import json

import mido
import numpy as np
import pytest

from genmusic.cli import main
from genmusic.errors import AutomationError
from genmusic.midi.events import create_events
from genmusic.midi.files import CHANNELS, PERFORMER, PERFORMER_CHANNEL
from genmusic.midi.messages import Message
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.player import Player
from genmusic.playback.recording import Recording
from genmusic.playback.ring import create_ring
from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from genmusic.session.performances import read_performance, write_performance
from genmusic.units import SAMPLE_RATE
from kernels.playout import play_out

SECOND = 10**9


@pytest.fixture(scope="module")
def library():
    return open_library()


class Performing:
    """A player whose device is driven by hand, ten milliseconds at a time."""

    def __init__(self, library):
        self.library = library
        self.ring, self.midi, self.heard = create_ring(), create_events(), FrameClock()
        self.player = Player(Engine(library, 7, {"tempo_bpm": 120.0}), self.ring)
        self.recording = Recording(self.player, self.midi, self.heard)
        self.digest, self.now = hashlib.sha256(), SECOND

    def run(self, seconds):
        for _ in range(round(seconds * 100)):
            self.now += SECOND // 100
            while self.ring.ahead_frames < 7200:
                self.player.render_block()
                self.digest.update(self.player._block.T.tobytes())
            play_out(self.ring.words, self.ring.floats, np.zeros(960, np.float32))
            self.heard.see(self.player.heard_frame, self.now)
            self.recording.turn("piano", range(48, 128))

    def play(self, *data):
        self.midi.write(Message(self.now, *data))
        self.recording.turn("piano", range(48, 128))

    def patches(self, style):
        return {name: part.patch for name, part in self.library.style(style).parts.items()}


@pytest.fixture
def performing(library):
    performing = Performing(library)
    yield performing
    performing.ring.remove()
    performing.midi.remove()


def notes_of(track):
    """(start, end, pitch, velocity) of a track, in ticks."""
    tick, down, notes = 0, {}, []
    for message in track:
        tick += message.time
        if message.type == "note_on" and message.velocity:
            down[message.note] = (tick, message.velocity)
        elif message.type in ("note_on", "note_off") and message.note in down:
            start, velocity = down.pop(message.note)
            notes.append((start, tick, message.note, velocity))
    assert not down
    return sorted(notes)


def test_the_file_holds_every_part_and_the_keys_where_they_were_heard(performing, tmp_path):
    performing.run(2.0)
    struck_at = performing.player.heard_beat
    performing.play(0x93, 60, 101)
    performing.play(0xB3, 64, 127)
    performing.play(0x90, 20, 101)  # below the keys that sound
    performing.run(1.0)
    performing.play(0x83, 60, 0)
    performing.run(3.0)
    performing.play(0x90, 72, 50)  # still down at the end
    performing.run(0.2)

    performing.recording.save(tmp_path / "take.mid", performing.patches)
    file = mido.MidiFile(tmp_path / "take.mid")

    tracks = {track.name: track for track in file.tracks}
    (first, last) = notes_of(tracks[PERFORMER])
    assert first[2:] == (60, 101)
    assert first[0] == pytest.approx(struck_at * 960, abs=40)  # 20 ms
    assert first[1] - first[0] == pytest.approx(2 * 960, abs=40)
    assert last[2:] == (72, 50)
    assert {m.channel for m in tracks[PERFORMER] if not m.is_meta} == {PERFORMER_CHANNEL}
    assert [m.type for m in tracks[PERFORMER]][1] == "program_change"
    assert set(tracks) - {PERFORMER, file.tracks[0].name} <= set(CHANNELS)
    assert sum(len(notes_of(track)) for name, track in tracks.items() if name in CHANNELS) > 10
    assert file.length == pytest.approx(performing.player.heard_frame / SAMPLE_RATE, abs=0.02)


def test_a_bar_that_a_jump_cuts_short_is_as_short_in_the_file(performing, tmp_path):
    performing.run(2.0)
    performing.player.locate(4 * 31)
    performing.run(3.0)

    performing.recording.save(tmp_path / "take.mid", performing.patches)

    stretches = performing.recording.stretches()
    ((left, jump),) = performing.player.passed  # between them, nothing was heard
    assert left < jump == performing.player.jumps[1]
    assert any(s.ends_frame == left < s.bar.end_frame for s in stretches)
    assert any(s.opens_frame == jump > s.bar.start_frame for s in stretches)
    length = mido.MidiFile(tmp_path / "take.mid").length
    heard = performing.player.heard_frame - (jump - left)
    assert length == pytest.approx(heard / SAMPLE_RATE, abs=0.02)


def test_a_log_renders_the_performance_again_to_the_last_bit(performing, tmp_path, capsys):
    performing.run(1.0)
    performing.player.set_controls({"arousal": 0.7, "brightness": 0.9})
    performing.run(1.0)
    performing.player.locate(4 * 9 + 2)
    performing.run(1.0)
    performing.player.next_piece()
    performing.run(2.0)
    write_performance(tmp_path / "take.jsonl", performing.player.performance())

    out, log = str(tmp_path / "take.wav"), str(tmp_path / "take.jsonl")
    assert main(["render", out, "--log", log, "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["sha256"] == performing.digest.hexdigest()


@pytest.mark.parametrize(
    ("line", "text", "fault"),
    [
        (1, '{"seed": -1, "controls": {}, "frames": 640}', "seed"),
        (1, '{"seed": 1, "controls": {"style": "none"}, "frames": 640}', "no style 'none'"),
        (2, '{"at_frame": 3, "name": "valence", "value": 0}', "multiple of 64"),
        (2, '{"at_frame": 64, "name": "valence", "value": 7}', "valence must be in"),
        (2, '{"at_frame": 64, "name": "position", "value": 1e9}', "position must be"),
        (2, '{"at_frame": 64, "name": "stroke", "value": "boom"}', "a stroke must be"),
        (2, "[", "Expected"),
    ],
)
def test_a_log_with_a_fault_is_refused_with_its_line(tmp_path, library, line, text, fault):
    head = '{"seed": 1, "controls": {"style": "evening"}, "frames": 640}'
    path = tmp_path / "take.jsonl"
    path.write_text("\n".join([head] * (line - 1) + [text]))

    with pytest.raises(AutomationError, match=rf"take\.jsonl:{line}: .*{fault}"):
        read_performance(path, library)
