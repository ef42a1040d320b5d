"""A reader of MIDI files that keeps what can be read of a damaged one.

For files that stricter readers refuse: foreign chunks, chunk lengths that lie, running status after
system messages, tracks that break off. What stands before the damage is music.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from genmusic.errors import CorpusError

MOST_EVENTS = 200_000  # a third of a second of reading
SMPTE_BEATS_PER_SECOND = 2.0  # a file that counts in seconds is read as if at 120 BPM
NOTE_OFF, NOTE_ON, PROGRAM, PRESSURE = 0x8, 0x9, 0xC, 0xD
META, TIME_SIGNATURE, KEY_SIGNATURE, TRACK_NAME, END_OF_TRACK = 0xFF, 0x58, 0x59, 0x03, 0x2F
TEMPO, MARKER = 0x51, 0x06
MINUTE_US = 60_000_000
SYSEX = (0xF0, 0xF7)
DRUM_CHANNEL = 9
LONGEST_NUMBER = 5  # bytes of a variable-length quantity; the standard says 4


@dataclass(slots=True)
class Track:
    """What one track holds, in ticks of the file."""

    name: str = ""
    notes: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    """By channel: start tick, end tick, note number."""
    metres: list[tuple[int, int, int]] = field(default_factory=list)
    keys: list[tuple[int, int, str]] = field(default_factory=list)
    tempos: list[tuple[int, float]] = field(default_factory=list)
    markers: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LenientFile:
    """All that could be read."""

    ticks_per_beat: float
    tracks: tuple[Track, ...]


def read_lenient(data: bytes) -> LenientFile:
    """Read whatever is music in a file.

    Raises
    ------
    CorpusError
        There is no header, or not one note could be read.
    """
    start = data.find(b"MThd")
    if start < 0 or len(data) < start + 14:
        raise CorpusError("it is not a MIDI file: it has no header")
    division = struct.unpack_from(">h", data, start + 12)[0]
    budget = _Budget(MOST_EVENTS)
    tracks = tuple(_read_track(chunk, budget) for chunk in _chunks(data, start + 14))
    if not any(track.notes for track in tracks):
        raise CorpusError("it is not a readable MIDI file: no note is left in it")
    return LenientFile(_ticks_per_beat(division), tracks)


def _ticks_per_beat(division: int) -> float:
    if division < 0:  # frames a second, and ticks a frame
        return -(division >> 8) * max(1, division & 0xFF) / SMPTE_BEATS_PER_SECOND
    return float(max(1, division))


def _chunks(data: bytes, place: int) -> Iterator[bytes]:
    """The tracks, each up to the next one: a length that lies is not believed."""
    place = data.find(b"MTrk", place)
    while place >= 0:
        following = data.find(b"MTrk", place + 8)
        yield data[place + 8 : following if following >= 0 else len(data)]
        place = following


@dataclass(slots=True)
class _Budget:
    """Events that may still be read."""

    left: int

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise CorpusError(f"it has more than {MOST_EVENTS} events")


class _Reader:
    """Bytes of a track, one after the other; their end is an `IndexError`."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def byte(self) -> int:
        """The next byte."""
        value = self._data[self._place]
        self._place += 1
        return value

    def back(self) -> None:
        """Read the last byte again."""
        self._place -= 1

    def number(self) -> int:
        """A variable-length quantity."""
        value = 0
        for _ in range(LONGEST_NUMBER):
            byte = self.byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                break
        return value

    def bytes(self, count: int) -> bytes:
        """Some bytes, fewer at the end."""
        found = self._data[self._place : self._place + count]
        self._place += count
        return found


def _read_track(data: bytes, budget: _Budget) -> Track:
    track, reader = Track(), _Reader(data)
    held: dict[tuple[int, int], int] = {}
    tick = status = 0
    try:
        while True:
            tick += reader.number()
            budget.take()
            byte = reader.byte()
            if byte < 0x80:
                reader.back()
            elif byte < SYSEX[0]:
                status = byte
            else:
                _read_system(byte, tick, reader, track)
                continue
            _read_voice(status, tick, reader, track, held)
    except (IndexError, _TrackEnd):
        pass
    for channel, pitch in tuple(held):
        _end_note(channel, pitch, tick, track, held)
    return track


class _TrackEnd(Exception):  # noqa: N818 - no fault
    pass


def _read_system(byte: int, tick: int, reader: _Reader, track: Track) -> None:
    if byte == META:
        kind, data = reader.byte(), reader.bytes(reader.number())
        if kind == END_OF_TRACK:
            raise _TrackEnd
        _read_meta(kind, data, tick, track)
    elif byte in SYSEX:
        reader.bytes(reader.number())


def _read_meta(kind: int, data: bytes, tick: int, track: Track) -> None:
    if kind == TRACK_NAME:
        track.name = data.decode(errors="replace")[:100]
    elif kind == MARKER:
        track.markers.append((tick, data.decode(errors="replace")[:100]))
    elif kind == TEMPO and len(data) == 3 and any(data):
        track.tempos.append((tick, MINUTE_US / int.from_bytes(data)))
    elif kind == TIME_SIGNATURE and len(data) >= 2 and data[1] < 7:
        track.metres.append((tick, data[0], 1 << data[1]))
    elif kind == KEY_SIGNATURE and len(data) >= 2:
        sharps = (data[0] + 128) % 256 - 128
        if -7 <= sharps <= 7:
            track.keys.append((tick, sharps, "minor" if data[1] else "major"))


def _read_voice(
    status: int, tick: int, reader: _Reader, track: Track, held: dict[tuple[int, int], int]
) -> None:
    kind, channel = status >> 4, status & 0xF
    first = reader.byte() & 0x7F
    second = 0 if kind in (PROGRAM, PRESSURE) else reader.byte() & 0x7F
    if kind in (NOTE_OFF, NOTE_ON):
        _end_note(channel, first, tick, track, held)
    if kind == NOTE_ON and second > 0:
        held[channel, first] = tick


def _end_note(
    channel: int, pitch: int, tick: int, track: Track, held: dict[tuple[int, int], int]
) -> None:
    start = held.pop((channel, pitch), tick)
    if tick > start:
        track.notes.setdefault(channel, []).append((start, tick, pitch))
