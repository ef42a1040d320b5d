"""What was heard of a performance, as a MIDI file: the engine's parts and the player's hands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from genmusic.encoding import PartFile
from genmusic.midi.events import EventReader, EventRing
from genmusic.midi.files import MidiBar, PlayedMessage, write_midi
from genmusic.midi.messages import (
    CHANNEL_PRESSURE,
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    PITCH_BEND,
    PROGRAM_CHANGE,
    SUSTAIN,
    Message,
)
from genmusic.midi.sender import data_of
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.player import Player
from genmusic.session.timed import TimedBar
from genmusic.synthesis.patches import PROGRAMS, programs_of
from genmusic.units import SAMPLE_RATE, TICKS_PER_BEAT

Patches = Callable[[str], Mapping[str, str]]
"""The patch of each part, by the name of a style."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was heard of a bar."""

    bar: TimedBar
    opens_frame: int
    ends_frame: int

    def tick_of(self, frame: int) -> int:
        """Ticks from where the stretch opens to a frame."""
        beats = self.bar.beat_at(frame) - self.bar.beat_at(self.opens_frame)
        return round(beats * TICKS_PER_BEAT)


class Recording:
    """Listens to a performance from its beginning.

    Parameters
    ----------
    player
        Who plays the engine's parts.
    ring
        The messages of the player's ports.
    heard
        When frames are heard.
    """

    def __init__(self, player: Player, ring: EventRing, heard: FrameClock) -> None:
        self._player, self._heard = player, heard
        self._reader = EventReader(ring)
        self._bars: dict[int, tuple[TimedBar, int]] = {}  # by index, and where each opens
        self._played: list[tuple[int, tuple[int, ...]]] = []  # frame and bytes
        self._patch = ""
        player.on_bars.append(self._add)

    def _add(self, bar: TimedBar) -> None:
        """Keep a bar; one that comes again, in another tempo, takes its place."""
        self._bars[bar.bar.index] = (bar, max(bar.start_frame, self._player.jumps[1]))

    def turn(self, patch: str, keys: range) -> None:
        """Take what was played since the last call: the keys that sound, and their patch."""
        for message in self._reader.take()[0]:
            if self._is_kept(message, keys):
                if patch != self._patch:
                    self._patch = patch
                    self._keep(message.time_ns, (PROGRAM_CHANGE, PROGRAMS[patch]))
                self._keep(message.time_ns, tuple(data_of(message)))

    def _is_kept(self, message: Message, keys: range) -> bool:
        if not self._heard.is_set:
            return False
        if message.kind in (NOTE_ON, NOTE_OFF):
            return message.first in keys
        is_pedal = message.kind == CONTROL_CHANGE and message.first == SUSTAIN
        return is_pedal or message.kind in (PITCH_BEND, CHANNEL_PRESSURE)

    def _keep(self, time_ns: int, data: tuple[int, ...]) -> None:
        self._played.append((max(0, self._heard.frame_at(time_ns)), data))

    def stretches(self) -> list[Stretch]:
        """What was heard, in its order."""
        begun = sorted(self._bars.values(), key=lambda kept: kept[1])
        end = self._player.heard_frame
        opens = [*(opens for _, opens in begun), end]
        cut = [
            Stretch(bar, at, min(bar.end_frame, following, end))
            for (bar, at), following in zip(begun, opens[1:], strict=True)
        ]
        heard = (part for stretch in cut for part in self._heard_of(stretch))
        return [part for part in heard if part.opens_frame < part.ends_frame]

    def _heard_of(self, stretch: Stretch) -> Iterator[Stretch]:
        """A stretch without what was rendered and dropped before it was heard."""
        opens = stretch.opens_frame
        for begin, end in self._player.passed:
            if begin < stretch.ends_frame and end > opens:
                yield replace(stretch, opens_frame=opens, ends_frame=begin)
                opens = end
        yield replace(stretch, opens_frame=opens)

    def save(self, path: Path, patches: Patches) -> None:
        """Write everything to a file, which appears when it is whole.

        Raises
        ------
        EncodingError
            The file cannot be written.
        """
        heard = self.stretches()
        bars = [
            _midi_bar(stretch, programs_of(patches(stretch.bar.bar.style))) for stretch in heard
        ]
        with PartFile(path) as part:
            write_midi(part.stream, bars, self._messages(heard, bars))

    def _messages(
        self, heard: Sequence[Stretch], bars: Sequence[MidiBar]
    ) -> Sequence[PlayedMessage]:
        """What was played, at its ticks; keys that are still down are let go at the end."""
        starts = [0]
        for bar in bars:
            starts.append(starts[-1] + bar.length_ticks)
        opens = [stretch.opens_frame for stretch in heard]
        messages: list[PlayedMessage] = []
        down: set[int] = set()
        for frame, data in sorted(self._played, key=lambda played: played[0]):
            number = max(0, bisect_right(opens, frame) - 1)
            if number < len(heard):
                tick = starts[number] + heard[number].tick_of(frame)
                messages.append(PlayedMessage(min(max(tick, starts[number]), starts[-1]), data))
                _follow_key(down, data)
        ends = (PlayedMessage(starts[-1], (NOTE_OFF, pitch, 0)) for pitch in sorted(down))
        return [*messages, *ends]


def _follow_key(down: set[int], data: tuple[int, ...]) -> None:
    kind = data[0] & 0xF0
    if kind == NOTE_ON and data[2]:
        down.add(data[1])
    elif kind in (NOTE_ON, NOTE_OFF):
        down.discard(data[1])


def _midi_bar(stretch: Stretch, programs: Mapping[str, int]) -> MidiBar:
    """A bar as the file has it; of one that was cut, what was heard."""
    timed = stretch.bar
    seconds = (stretch.ends_frame - stretch.opens_frame) / SAMPLE_RATE
    beats = timed.beat_at(stretch.ends_frame) - timed.beat_at(stretch.opens_frame)
    tempo_bpm = beats * 60.0 / seconds
    if (stretch.opens_frame, stretch.ends_frame) == (timed.start_frame, timed.end_frame):
        return MidiBar(timed.bar, tempo_bpm, timed.title, programs)
    first = round((timed.beat_at(stretch.opens_frame) - timed.song_beat) * TICKS_PER_BEAT)
    last = first + max(1, stretch.tick_of(stretch.ends_frame))
    notes = timed.bar.notes
    notes = notes[(notes["start_tick"] >= first) & (notes["start_tick"] < last)].copy()
    notes["start_tick"] -= first
    if stretch.ends_frame < timed.end_frame:
        room = last - first - notes["start_tick"]
        notes["duration_ticks"] = notes["duration_ticks"].clip(max=room)
    begun = [span for span in timed.bar.chords if span.start_tick < last]
    sounding = [span for span in begun if span.start_tick <= first][-1:]
    chords = tuple(
        replace(span, start_tick=max(0, span.start_tick - first))
        for span in (*sounding, *(span for span in begun if span.start_tick > first))
    )
    bar = replace(timed.bar, notes=notes, chords=chords)
    return MidiBar(bar, tempo_bpm, timed.title, programs, ticks=last - first)
