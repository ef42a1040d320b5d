"""Standard MIDI Files: composed bars to a file that any sequencer and notation program opens.

Format 1 with 960 ticks per quarter note: a first track with everything about time (tempo, time
and key signatures, section markers, chord names), then one track for each part. The bytes depend
on the bars alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import mido

from genmusic.names import PARTS
from genmusic.score.events import Bar, Note, iter_notes
from genmusic.score.harmony import Key
from genmusic.units import TICKS_PER_BEAT

CHANNELS: Mapping[str, int] = {
    "melody": 0, "counter": 4, "comp": 1, "pad": 2, "bass": 3, "drums": 9,
}  # fmt: skip
"""MIDI channels counted from 0; General MIDI keeps channel 10 (here 9) for drums."""

PERFORMER, PERFORMER_CHANNEL = "performer", 5
"""The track of a player's hands."""
PIANO = 0  # the program of General MIDI that a channel has at first

# Keys by their sharps: from five flats on in major, six in minor.
_MAJOR_NAMES = ("Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#")
_MINOR_NAMES = ("Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m")

# At one tick: names and tempo first, then what ends, then what begins.
_META_FIRST, _NOTE_OFF, _PROGRAM, _NOTE_ON = range(4)


@dataclass(frozen=True, slots=True)
class MidiBar:
    """A bar with what the file says beyond its notes."""

    bar: Bar
    tempo_bpm: float  # at which the bar sounds
    title: str = ""  # of the piece that the bar belongs to
    programs: Mapping[str, int] = field(
        default_factory=dict
    )  # of General MIDI, counted from 0, by part
    ticks: int = 0  # of a bar that was cut short; 0: it is whole

    @property
    def length_ticks(self) -> int:
        """How long the bar is."""
        return self.ticks or self.bar.beats * TICKS_PER_BEAT


@dataclass(frozen=True, slots=True)
class PlayedMessage:
    """What a player's hands did, at a tick of the file."""

    tick: int
    data: tuple[int, ...]  # the bytes of a MIDI message


@dataclass(frozen=True, slots=True, order=True)
class _Event:
    """A message of a track; tick, rank and order say where it stands."""

    tick: int
    rank: int
    order: int
    message: mido.Message | mido.MetaMessage = field(compare=False)


def write_midi(
    file: BinaryIO, bars: Sequence[MidiBar], played: Sequence[PlayedMessage] = ()
) -> None:
    """Write bars that follow one another as a MIDI file, and what was played to them."""
    score = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset="utf-8")
    starts = _bar_starts(bars)
    end_tick = starts[-1]
    title = bars[0].title if bars else ""
    score.tracks.append(_track(title, _time_events(bars, starts), end_tick))
    for number, part in enumerate(PARTS):
        notes = _part_notes(bars, starts, number)
        if notes:
            events = [*_programs(bars, starts, part), *_note_events(notes, CHANNELS[part])]
            score.tracks.append(_track(part, events, end_tick))
    if played:
        score.tracks.append(_track(PERFORMER, list(_played_events(played)), end_tick))
    score.save(file=file)


def _bar_starts(bars: Sequence[MidiBar]) -> list[int]:
    """The tick of each bar line, the last one included."""
    starts = [0]
    for each in bars:
        starts.append(starts[-1] + each.length_ticks)
    return starts


def _track(name: str, events: Sequence[_Event], end_tick: int) -> mido.MidiTrack:
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    tick = 0
    for event in sorted(events):
        track.append(event.message.copy(time=event.tick - tick))
        tick = event.tick
    track.append(mido.MetaMessage("end_of_track", time=max(end_tick - tick, 0)))
    return track


def _time_events(bars: Sequence[MidiBar], starts: Sequence[int]) -> list[_Event]:
    events: list[_Event] = []
    told: dict[str, dict[str, object]] = {}
    for each, start in zip(bars, starts, strict=False):
        for message in _bar_messages(each):
            if told.get(message.type) != message.dict():  # only what changes is written
                told[message.type] = message.dict()
                events.append(_Event(start, _META_FIRST, len(events), message))
        for span in each.bar.chords:
            message = mido.MetaMessage("text", text=span.symbol)
            events.append(_Event(start + span.start_tick, _META_FIRST, len(events), message))
    return events


def _bar_messages(each: MidiBar) -> Iterator[mido.MetaMessage]:
    bar = each.bar
    section = f"{each.title}: {bar.section}" if each.title else bar.section
    yield mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(each.tempo_bpm))
    numerator, denominator = map(int, bar.metre.split("/"))
    yield mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator)
    yield mido.MetaMessage("key_signature", key=_signature(bar.key))
    yield mido.MetaMessage("marker", text=section)


def _signature(key: Key) -> str:
    """The signature with the accidentals of the scale: D dorian has none, like A minor."""
    return _MINOR_NAMES[key.fifths + 6] if key.is_minor else _MAJOR_NAMES[key.fifths + 5]


def _part_notes(bars: Sequence[MidiBar], starts: Sequence[int], number: int) -> list[Note]:
    """The notes of a part in ticks of the file; a pitch that is struck again ends before."""
    notes: list[Note] = []
    next_start: dict[int, int] = {}
    rows = [
        (start + note.start_tick, note.duration_ticks, note.pitch, note.velocity)
        for each, start in zip(bars, starts, strict=False)
        for note in iter_notes(each.bar.notes)
        if note.part == number
    ]
    for start_tick, duration_ticks, pitch, velocity in sorted(rows, reverse=True):
        end_tick = min(start_tick + max(duration_ticks, 1), next_start.get(pitch, 2**31))
        if end_tick > start_tick:
            next_start[pitch] = start_tick
            notes.append(Note(start_tick, end_tick - start_tick, pitch, velocity, number))
    return notes


def _note_events(notes: Sequence[Note], channel: int) -> Iterator[_Event]:
    for note in notes:
        start, end, pitch = note.start_tick, note.start_tick + note.duration_ticks, note.pitch
        on = mido.Message("note_on", channel=channel, note=pitch, velocity=note.velocity)
        off = mido.Message("note_off", channel=channel, note=pitch, velocity=0)
        yield _Event(start, _NOTE_ON, pitch, on)
        yield _Event(end, _NOTE_OFF, pitch, off)


def _played_events(played: Sequence[PlayedMessage]) -> Iterator[_Event]:
    """A player's messages, on a channel of their own."""
    for number, each in enumerate(played):
        status, *data = each.data
        message = mido.Message.from_bytes([status & 0xF0 | PERFORMER_CHANNEL, *data])
        yield _Event(each.tick, _PROGRAM, number, message)  # in the order in which they came


def _programs(bars: Sequence[MidiBar], starts: Sequence[int], part: str) -> Iterator[_Event]:
    """A program change where the program of a part changes."""
    last = -1
    for each, start in zip(bars, starts, strict=False):
        program = each.programs.get(part, PIANO)
        if program != last:
            last = program
            message = mido.Message("program_change", channel=CHANNELS[part], program=program)
            yield _Event(start, _PROGRAM, 0, message)
