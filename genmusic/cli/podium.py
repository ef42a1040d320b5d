"""Where a performer stands: MIDI in and out around the music that plays."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from genmusic.cli.audience import Place
from genmusic.cli.room_line import RoomLine
from genmusic.config import midi_folder
from genmusic.midi.clock import ClockFollower
from genmusic.midi.input import MidiInput
from genmusic.midi.link import LinkClock
from genmusic.midi.maps import learned_file, read_maps, save_map
from genmusic.midi.outlet import MidiOutlet
from genmusic.midi.zones import Zone, played_keys
from genmusic.playback.conducting import Conducting, Learned
from genmusic.playback.following import Following
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.hands import Hands
from genmusic.playback.keys import LiveKeys
from genmusic.playback.linking import Linking
from genmusic.playback.minutes import Minutes
from genmusic.playback.places import Places
from genmusic.playback.recording import Recording
from genmusic.playback.score_sender import ScoreSender, Sending
from genmusic.session.clock import monotonic_seconds

LEARNT = ("valence", "arousal", "tension", "density", "brightness", "space", "tempo_bpm")
"""The controls that the key for learning walks through."""
PLAYED_PART = "melody"  # whose sound the keys have


class Podium:
    """Everything of MIDI, a turn at a time.

    Parameters
    ----------
    hands
        What the performer moves.
    midi
        The ports that are listened to.
    leading
        What comes from them: knobs and chords, and notes that sound at once.
    sends
        Where the parts are sent, or None.
    heard
        When the frames of the music are heard.
    clock
        Which clock tempo and beat come from: a MIDI clock, a Link session, or none.
    """

    def __init__(
        self,
        hands: Hands,
        midi: MidiInput,
        leading: tuple[Conducting, Instrument],
        sends: tuple[MidiOutlet, ScoreSender] | None,
        heard: FrameClock,
        *,
        clock: LinkClock | ClockFollower | None,
    ) -> None:
        self._hands, self._midi = hands, midi
        self._conducting, self._instrument = leading
        self._heard = heard
        self.recording = Recording(hands.player, midi.ring, heard)
        self._clock = clock
        self._following = _following(clock, hands, self._heard)
        self._outlet = sends[0] if sends else None
        self._sending = Sending(sends[1], hands, self._heard) if sends else None
        self._learnt = -1
        self._minutes: Minutes | None = None
        self._line: RoomLine | None = None

    def turn(self) -> str:
        """Do what is to be done; a hundred times a second. A line on how it is."""
        now_ns = time.monotonic_ns()
        self._heard.see(self._hands.player.heard_frame, now_ns)
        self._instrument.turn(self._hands, self._conducting)
        self.recording.turn(self._instrument.patch, self._instrument.keys)
        lines = [self._listen(), self._instrument.text]
        if self._following:
            self._following.turn(now_ns)
        if isinstance(self._clock, LinkClock):
            lines.append(self._clock.text)
        if self._sending and self._outlet:
            self._sending.turn()
            report = self._outlet.look()
            lines += [f"sending lost: {report.text}"] if report.state == "lost" else []
        if self._minutes and self._line:
            self._minutes.turn(played_keys(self._conducting.zones))
            lines.insert(0, self._line.text)
        return " · ".join(lines)

    @contextmanager
    def in_room(self, place: Place | None) -> Iterator[None]:
        """Let an audience hear it meanwhile."""
        if place is None:
            yield
            return
        keys = (self._midi.ring, self._instrument.wanted)
        self._minutes = Minutes(self._hands, self._heard, *keys)
        self._line = RoomLine(self._minutes, place.server, place.room, place.token, place.who)
        try:
            yield
        finally:
            self._line.close()

    def _listen(self) -> str:
        report = self._midi.look()
        for learned in self._conducting.turn():
            self._hands.notice = _keep(learned)
        if report.state == "lost":
            return f"lost: {report.text}; waiting for it"
        return self._conducting.text

    def learn(self) -> None:
        """Wait for a knob for the next control of the list; after the last, for none."""
        self._learnt = (self._learnt + 2) % (len(LEARNT) + 1) - 1
        control = LEARNT[self._learnt] if self._learnt >= 0 else ""
        self._conducting.learn(control)
        self._hands.notice = f"turn a knob for {control}" if control else ""


def _following(
    clock: LinkClock | ClockFollower | None, hands: Hands, heard: FrameClock
) -> Linking | Following | None:
    if isinstance(clock, LinkClock):
        return Linking(clock, hands, heard)
    return Following(clock, hands, heard) if clock else None


def _keep(learned: Learned) -> str:
    """Save what was learned; what to say of it."""
    path = learned_file(midi_folder(), learned.map)
    save_map(path, learned.map)
    return f"controller {learned.knob.cc} moves {learned.knob.control}; kept in {path}"


class Instrument:
    """The live keys, made when it is known which style begins; none until then."""

    def __init__(self, midi: MidiInput, patch: str, zones: Sequence[Zone]) -> None:
        self._midi, self.wanted, self._zones = midi, patch, tuple(zones)
        self._keys: LiveKeys | None = None
        self.keys = range(0)  # that sound
        self._panics = 0

    def make(self, patches: Mapping[str, str]) -> Sequence[str]:
        """Lay out the instrument of a style; what `DeviceOutput` wants to know."""
        self.keys = played_keys(self._zones)
        patch = self.wanted or patches[PLAYED_PART]
        self._keys = LiveKeys(patch, self._midi.ring, self.keys)
        return self._keys.names

    @property
    def patch(self) -> str:
        """What sounds when a key is struck."""
        return self._keys.patch if self._keys else ""

    def turn(self, hands: Hands, conducting: Conducting) -> None:
        """Take the sound of the style that is heard; fall silent in a panic."""
        bar = hands.player.bar_now()
        if self._keys is None or bar is None:
            return
        self.keys = played_keys(conducting.zones)
        self._keys.play_on(self.keys, conducting.buttons)
        self._keys.choose(self.wanted or hands.patches(bar.bar.style)[PLAYED_PART])
        if hands.panics != self._panics:
            self._panics = hands.panics
            self._keys.silence()

    @property
    def text(self) -> str:
        """What the keys play, for people."""
        return f"keys play {self._keys.patch}" if self._keys else ""

    def close(self) -> None:
        """Give the memory back."""
        if self._keys:
            self._keys.close()


@contextmanager
def podium(arguments: argparse.Namespace) -> Iterator[tuple[MidiInput, Instrument]]:
    """The ports and the instrument that the arguments ask for."""
    midi = MidiInput(arguments.midi, monotonic_seconds)
    instrument = Instrument(midi, arguments.instrument, arguments.role)
    try:
        yield midi, instrument
    finally:
        midi.close()
        instrument.close()


@contextmanager
def on_stage(
    arguments: argparse.Namespace, hands: Hands, midi: MidiInput, instrument: Instrument
) -> Iterator[Podium]:
    """Everything that the arguments ask for, around music that plays."""
    heard = FrameClock()
    maps = read_maps(arguments.map, midi_folder())
    where = Places(hands.player, heard)
    conducting = Conducting(midi, hands, maps, where, arguments.role)
    outlet = None if arguments.send is None else MidiOutlet(arguments.send, monotonic_seconds)
    sends = None
    if outlet:
        clock, early_ms = arguments.send_clock, arguments.early
        sends = outlet, ScoreSender(outlet, hands.patches, early_ms, sends_clock=clock)
    clock = _CLOCKS[arguments.clock](conducting, hands)
    try:
        yield Podium(hands, midi, (conducting, instrument), sends, heard, clock=clock)
    finally:
        if isinstance(clock, LinkClock):
            clock.close()
        if outlet:
            outlet.close()


def _link_clock(_conducting: Conducting, hands: Hands) -> LinkClock:
    """A session that begins, if nobody else is there, with the tempo of the music."""
    return LinkClock(hands.player.tempo_bpm, monotonic_seconds)


_CLOCKS: Mapping[str | None, Callable[[Conducting, Hands], LinkClock | ClockFollower | None]] = {
    None: lambda _conducting, _hands: None,
    "midi": lambda conducting, _hands: conducting.clock,
    "link": _link_clock,
}
