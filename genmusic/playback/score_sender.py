"""The composed parts as MIDI, in time with the sound, so that other gear plays the piece."""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from genmusic.midi.files import CHANNELS, PIANO
from genmusic.midi.messages import (
    CLOCK,
    CONTINUE,
    NOTE_OFF,
    NOTE_ON,
    PROGRAM_CHANGE,
    SONG_POSITION,
    START,
    STOP,
    Message,
)
from genmusic.midi.outlet import MidiOutlet
from genmusic.names import PARTS
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.hands import Hands
from genmusic.session.engine import TimedBar
from genmusic.session.log import MOST_SIXTEENTHS
from genmusic.synthesis.patches import programs_of

CLOCKS_PER_BEAT, CLOCKS_PER_SIXTEENTH = 24, 6
HORIZON_NS = 120_000_000
"""What is due within it is handed on: it is rendered already, so that no change of tempo can move
it, and a Python that is held up for a tenth of a second makes nothing late."""
ENDS, CHANGES, BEGINS = range(3)  # the order of what is due at one frame

Patches = Callable[[str], Mapping[str, str]]
"""The patch of each part, by the name of a style."""


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A message and the frame with which it belongs."""

    frame: int
    order: int
    status: int
    first: int = 0
    second: int = 0
    end_frame: int = 0  # of a note that begins
    sixteenth: int = -1  # of the song, which begins with a clock


class ScoreSender:
    """Sends what the bars say, when their frames are heard.

    Parameters
    ----------
    outlet
        Where to.
    patches
        The sounds of a style; a change of one is a program change.
    early_ms
        By how much messages leave before their frame: for gear that is slow itself; negative for a
        sound device that is slower.
    sends_clock
        Whether 24 clocks a beat go with the notes, start and stop, and the position in the song
        wherever the music goes on; that is at its next sixteenth, because a position has no finer
        grain.
    """

    def __init__(
        self, outlet: MidiOutlet, patches: Patches, early_ms: float = 0.0, *, sends_clock: bool
    ) -> None:
        self._outlet, self._patches = outlet, patches
        self._early_ns, self._sends_clock = round(early_ms * 1e6), sends_clock
        self._due: list[Due] = []
        self._ends: list[Due] = []
        self._held: dict[tuple[int, int], int] = {}  # channel and pitch: where the note ends
        self._programs: dict[int, int] = {}
        self._sent = (-1, ENDS)  # frame and order up to which all was handed on
        self._handed: deque[tuple[int, Due]] = deque()  # and may not have left, with its time
        self._runs = False
        self._opens_frame = 0  # what is before it will not be heard

    def add(self, bar: TimedBar) -> None:
        """Take a bar; one that comes again, with a new tempo, replaces what is not yet sent."""
        kept = [due for due in self._due if due.frame < bar.start_frame]
        new = [
            due
            for due in self._rows(bar)
            if (due.frame, due.order) > self._sent and due.frame >= self._opens_frame
        ]
        self._due = [*kept, *new]
        heapq.heapify(self._due)

    def _rows(self, bar: TimedBar) -> Iterator[Due]:
        programs = programs_of(self._patches(bar.bar.style))
        for part, channel in CHANNELS.items():
            program = programs.get(part, PIANO)
            yield Due(bar.start_frame, CHANGES, PROGRAM_CHANGE | channel, program)
        notes = bar.bar.notes[["pitch", "velocity", "part"]].tolist()
        for (pitch, velocity, part), (start, end) in zip(
            notes, bar.note_frames.tolist(), strict=True
        ):
            status = NOTE_ON | CHANNELS[PARTS[part]]
            yield Due(start, BEGINS, status, pitch, velocity, max(end, start + 1))
        if self._sends_clock:
            yield from _clocks(bar)

    def turn(self, clock: FrameClock, now_ns: int) -> None:
        """Hand on what is due soon."""
        while self._handed and self._handed[0][0] <= now_ns:
            self._handed.popleft()
        while self._due or self._ends:
            queue = min((q for q in (self._ends, self._due) if q), key=lambda q: q[0])
            leaves = clock.time_of(queue[0].frame) - self._early_ns
            if leaves > now_ns + HORIZON_NS:
                return
            due = heapq.heappop(queue)
            self._hand_on(due, leaves)
            if queue is self._due:
                self._sent = (due.frame, due.order)
                self._handed.append((leaves, due))

    def _hand_on(self, due: Due, leaves: int) -> None:
        kind, channel = due.status & 0xF0, due.status & 0x0F
        if kind == NOTE_OFF:
            if self._held.get((channel, due.first)) != due.frame:
                return  # the key was struck again
            del self._held[channel, due.first]
        elif kind == NOTE_ON:
            self._strike(channel, due, leaves)
        elif kind == PROGRAM_CHANGE:
            if self._programs.get(channel) == due.first:
                return
            self._programs[channel] = due.first
        elif due.sixteenth >= 0 and not self._runs:
            self._run(due.sixteenth, leaves)
        self._outlet.send(Message(leaves, due.status, due.first, due.second))

    def _run(self, sixteenth: int, leaves: int) -> None:
        """Let others run from the clock that begins a sixteenth."""
        self._runs = True
        if sixteenth == 0:
            self._outlet.send(Message(leaves, START))
            return
        if sixteenth <= MOST_SIXTEENTHS:
            self._outlet.send(Message(leaves, SONG_POSITION, sixteenth & 0x7F, sixteenth >> 7))
        self._outlet.send(Message(leaves, CONTINUE))

    def _strike(self, channel: int, due: Due, leaves: int) -> None:
        """Let go of the same key first, and remember when this one is let go."""
        off = NOTE_OFF | channel
        if (channel, due.first) in self._held:
            self._outlet.send(Message(leaves, off, due.first))
        self._held[channel, due.first] = due.end_frame
        heapq.heappush(self._ends, Due(due.end_frame, ENDS, off, due.first))

    def jump_to(self, frame: int, now_ns: int) -> None:
        """Forget everything: the music went on elsewhere, and is heard again from a frame on."""
        self.pause(now_ns)
        self._due, self._opens_frame = [], frame

    def pause(self, now_ns: int) -> None:
        """Let go of every note; what has not left yet waits for the sound to go on."""
        self._outlet.silence()
        self._take_back(now_ns)
        self._held.clear()
        self._ends.clear()
        if self._sends_clock and self._runs:
            self._outlet.send(Message(now_ns, STOP))
        self._runs = False

    def _take_back(self, now_ns: int) -> None:
        """Make due again what was handed on and has not left."""
        waiting = [due for leaves, due in self._handed if leaves > now_ns]
        self._handed.clear()
        for due in waiting:
            heapq.heappush(self._due, due)
            self._programs.pop(due.status & 0x0F, None)  # it may be among them: say it again
        if waiting:
            self._sent = (min(waiting).frame - 1, BEGINS)


def _clocks(bar: TimedBar) -> Iterator[Due]:
    """Twenty-four clocks in each beat of a bar."""
    ends = (*bar.beat_frames[1:], bar.end_frame)
    for beat, (start, end) in enumerate(zip(bar.beat_frames, ends, strict=True), bar.song_beat):
        for clock in range(CLOCKS_PER_BEAT):
            frame = start + (end - start) * clock // CLOCKS_PER_BEAT
            sixteenth, between = divmod(beat * CLOCKS_PER_BEAT + clock, CLOCKS_PER_SIXTEENTH)
            yield Due(frame, CHANGES, CLOCK, sixteenth=-1 if between else sixteenth)


class Sending:
    """Keeps a sender in step with a performer.

    Parameters
    ----------
    sender
        What is kept in step.
    hands
        The performer.
    heard
        When frames are heard.
    """

    def __init__(self, sender: ScoreSender, hands: Hands, heard: FrameClock) -> None:
        self._sender, self._hands, self._heard = sender, hands, heard
        self._jumps = hands.player.jumps
        self._paused = False

    def turn(self) -> None:
        """Take new bars and hand on what is due; a hundred times a second."""
        player, now_ns = self._hands.player, time.monotonic_ns()
        if player.jumps != self._jumps:
            self._jumps = player.jumps
            self._sender.jump_to(player.jumps[1], now_ns)
        for bar in player.take_bars():
            self._sender.add(bar)
        if self._hands.paused:
            if not self._paused:
                self._sender.pause(now_ns)
        elif self._heard.is_set:
            self._sender.turn(self._heard, now_ns)
        self._paused = self._hands.paused
