"""Roles of a keyboard's zones, on music that a hand-driven device plays."""

from itertools import pairwise

import numpy as np
import pytest

from genmusic.composition.quality.figures import rank_correlation
from genmusic.controls.calls import read_call
from genmusic.midi.calling import on_grid
from genmusic.midi.messages import NOTE_OFF, NOTE_ON, Message
from genmusic.midi.tune import density_of, dynamics_of
from genmusic.midi.zones import KEYS, Players, Zone, played_keys
from genmusic.names import PARTS
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.places import Places
from genmusic.playback.player import Player
from genmusic.playback.ring import create_ring
from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from kernels.playout import play_out

SECOND, TURN = 10**9, 10**7
FADE = 4_800  # frames in which the ring opens
TURN_FRAMES = 480
CONTROLS = {"style": "drive", "tempo_bpm": 120.0, "humanize": 0.0, "arousal": 0.3}
BEAT = SECOND // 2  # at 120 bpm


class Stage:
    """A player whose device is driven by hand, ten milliseconds at a time, and keys to play."""

    def __init__(self, *zones: Zone, **controls: object):
        self.library, self.controls = open_library(), CONTROLS | controls
        self.ring = create_ring()
        self.engine = Engine(self.library, 7, self.controls)
        self.player = Player(self.engine, self.ring)
        clock = FrameClock()
        self.clock, self.places = clock, Places(self.player, clock)
        self.keys = Players(zones, self.places)
        self.now, self.bars, self.heard = SECOND, {}, []
        self.due: list[Message] = []

    def play(self, pitch: int, at_ns: int, length_ns: int, velocity: int = 80) -> None:
        """Strike a key at a time that is to come."""
        self.due += [
            Message(at_ns, NOTE_ON, pitch, velocity),
            Message(at_ns + length_ns, NOTE_OFF, pitch, 0),
        ]

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + round(seconds * SECOND)
        while self.now < end:
            self.now += TURN
            while self.ring.ahead_frames < 7200:
                self.player.render_block()
            out = np.zeros(2 * TURN_FRAMES, np.float32)
            play_out(self.ring.words, self.ring.floats, out)
            self.heard.append(out)
            self.clock.see(self.player.heard_frame, self.now)
            for message in sorted(self.due, key=lambda m: m.time_ns):
                if message.time_ns <= self.now:
                    self.due.remove(message)
                    self.keys.hear(message)
            if changes := self.keys.turn(self.now, self.player.controls()):
                self.player.set_controls(changes)
            self.bars |= {bar.bar.index: bar.bar for bar in self.player.take_bars()}

    def next_bar_ns(self) -> int:
        """When the next bar line is heard."""
        place = self.places(self.now)
        return self.now + round(place.rest_ns)

    @property
    def bar_now(self) -> int:
        """The index of the bar that is heard."""
        return self.places(self.now).bar

    def sound(self) -> np.ndarray:
        """All that was heard, (2, frames)."""
        return np.concatenate(self.heard).reshape(-1, 2).T


@pytest.fixture
def stage(request):
    made = []

    def make(*zones, **controls):
        made.append(Stage(*zones, **controls))
        return made[-1]

    yield make
    for each in made:
        each.ring.remove()


def melody_of(bar):
    return bar.notes[bar.notes["part"] == PARTS.index("melody")]


def others_of(bar):
    pitched = [PARTS.index(part) for part in ("counter", "comp", "pad", "bass")]
    return bar.notes[np.isin(bar.notes["part"], pitched)]


def played_scale(stage, bars: int, notes_per_beat: float, velocity: int = 80) -> None:
    """Up and down between C4 and C5 from the next bar line on, so many notes a beat."""
    begin, scale = stage.next_bar_ns(), (60, 62, 64, 65, 67, 69, 71, 72, 71, 69, 67, 65, 64, 62)
    step = BEAT / notes_per_beat
    for number in range(round(bars * 4 * notes_per_beat)):
        stage.play(scale[number % 14], begin + round(number * step), round(step * 0.8), velocity)
    stage.run((begin - stage.now) / SECOND + bars * 2.0)


def test_who_has_the_tune_is_given_room_and_gives_it_back_after_four_bars_of_rest(stage):
    playing = stage(Zone(role="melody", low=60))
    playing.run(6.0)
    played_scale(playing, 8, 1.0)
    led = range(playing.bar_now - 5, playing.bar_now + 1)
    low, high = (playing.player.controls()[name] for name in ("tune_low", "tune_high"))
    playing.run(16.0)

    assert low <= 60
    assert high >= 72
    for number in led:
        bar = playing.bars[number]
        assert not len(melody_of(bar))
        pitches = others_of(bar)["pitch"]
        assert len(pitches)
        assert not ((pitches >= 60) & (pitches <= 72)).any()
    assert playing.player.controls()["tune_low"] is None
    assert playing.player.controls()["density"] == 0.5
    assert len(melody_of(playing.bars[playing.bar_now]))


def test_the_accompaniment_follows_how_densely_and_how_hard_is_played(stage):
    rates, velocities = (0.25, 1.0, 2.0, 4.0), (30, 60, 85, 110)
    densities, notes, dynamics, struck = [], [], [], []
    for rate, velocity in zip(rates, velocities, strict=True):
        playing = stage(Zone(role="melody"))
        playing.run(6.0)
        played_scale(playing, 5, rate, velocity)
        controls = playing.player.controls()
        densities.append(controls["density"])
        dynamics.append(controls["dynamics"])
        bars = [playing.bars[n] for n in range(playing.bar_now - 3, playing.bar_now + 1)]
        notes.append(sum(len(bar.notes) for bar in bars))
        struck.append(np.concatenate([bar.notes["velocity"] for bar in bars]).mean())

    assert densities == sorted(set(densities))
    assert dynamics == sorted(set(dynamics))
    assert rank_correlation(rates, notes) >= 0.9
    assert rank_correlation(velocities, struck) >= 0.9


def test_steady_playing_writes_few_lines_into_the_log(stage):
    playing = stage(Zone(role="melody"))
    playing.run(2.0)
    played_scale(playing, 3, 1.0)
    before = len(playing.engine.log)

    played_scale(playing, 8, 1.0)

    assert len(playing.engine.log) - before <= 4


PHRASE = ((0.0, 64), (0.5, 65), (1.0, 67), (1.5, 72), (2.0, 71))  # beats and keys


def called(stage, late_ns=0, phrase=PHRASE) -> int:
    """Play a phrase from the next bar line on, and wait for its bar to end; the bar's index."""
    begin, first = stage.next_bar_ns(), stage.bar_now + 1
    for beat, pitch in phrase:
        stage.play(pitch, begin + round(beat * BEAT) + late_ns, round(0.4 * BEAT))
    stage.run((begin - stage.now) / SECOND + 2.0)
    return first


@pytest.mark.parametrize("late_ms", [-25, 0, 25])
def test_a_phrase_is_sent_as_it_was_meant_and_answered_in_the_next_bar(stage, late_ms):
    playing = stage(Zone(role="answer"))
    playing.run(6.0)

    bar = called(playing, late_ms * 1_000_000)
    playing.run(5.0)

    calls = [change.value for change in playing.engine.log if change.name == "call"]
    assert [n[:2] for n in read_call(calls[0])] == [(64, 0), (65, 480), (67, 960), (72, 1440),
                                                    (71, 1920)]  # fmt: skip
    assert len(calls) == 1
    assert len(melody_of(playing.bars[bar + 1])) >= 3
    assert not len(melody_of(playing.bars[bar + 3]))


def test_who_plays_again_is_listened_to(stage):
    playing = stage(Zone(role="answer"))
    playing.run(6.0)
    long = tuple((beat, 60 + round(beat * 2) % 12) for beat in np.arange(0.0, 6.5, 0.5).tolist())
    begin = playing.next_bar_ns()
    for beat, pitch in long:
        playing.play(pitch, begin + round(beat * BEAT), round(0.4 * BEAT))
    playing.run((begin - playing.now) / SECOND + 4.6)
    answering = playing.bar_now
    playing.play(60, playing.now + TURN, BEAT)
    playing.run(2.5)

    assert len(melody_of(playing.bars[answering]))
    assert not len(melody_of(playing.bars[answering + 1]))
    assert [c.value for c in playing.engine.log if c.name == "call"][-1] is None


def test_a_performance_is_the_same_from_its_log_to_the_last_bit(stage):
    playing = stage(Zone(role="answer", low=60), Zone(role="harmony", high=47))
    playing.run(4.0)
    for pitch in (45, 48 - 12, 40):
        playing.play(pitch, playing.now + TURN, 3 * SECOND)
    called(playing)
    playing.player.set_controls({"cue": "build"})
    called(playing)
    playing.run(4.0)
    sound = playing.sound()

    again = np.empty((2, sound.shape[1] // 64 * 64), np.float32)
    Engine(playing.library, 7, playing.controls, playing.engine.log).render(again)

    assert {change.name for change in playing.engine.log} >= {"call", "chord", "cue", "tune_low"}
    assert np.array_equal(sound[:, FADE : again.shape[1]], again[:, FADE:])


def test_a_key_belongs_to_the_smallest_zone_that_has_it():
    left, top = Zone(role="harmony", low=24, high=59), Zone(role="conductor", low=96)
    everywhere = Zone(role="melody")

    assert played_keys((left, top, everywhere)) == range(60, 96)
    assert played_keys(()) == KEYS
    assert len(played_keys((Zone(role="conductor"),))) == 0


def test_density_and_dynamics_go_with_what_is_played():
    rates = [density_of(rate) for rate in (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 9.0)]
    velocities = [dynamics_of(velocity) for velocity in range(1, 128, 6)]

    for values in (rates, velocities):
        assert all(a <= b for a, b in pairwise(values))
        assert all(0.0 <= value <= 1.0 for value in values)
    assert dynamics_of(68.0) == 0.5


class Struck:
    def __init__(self, pitch, tick, end_tick):
        self.pitch, self.tick, self.end_tick = pitch, tick, end_tick


@pytest.mark.parametrize("step", [240, 320, 480, 960])
def test_what_is_played_loosely_is_put_on_the_grid_that_it_was_played_on(step):
    random = np.random.default_rng(440)
    ticks = np.arange(12) * step + random.uniform(-38, 38, 12)  # 20 ms at 120 bpm
    notes = [Struck(60 + n, tick, tick + step * 0.7) for n, tick in enumerate(ticks.tolist())]

    call = on_grid(notes, 3840)

    assert [note.start_tick for note in call] == [n * step for n in range(12)]
    assert all(a.start_tick + a.ticks <= b.start_tick for a, b in pairwise(call))


def test_of_a_chord_the_upper_voice_is_the_call():
    notes = [Struck(48, 0, 900), Struck(64, 10, 900), Struck(50, 960, 1900), Struck(65, 955, 1900)]

    assert [note.pitch for note in on_grid(notes, 3840)] == [64, 65]
