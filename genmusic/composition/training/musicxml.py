"""MusicXML 2 to 4, part-wise, plain or compressed.

Voices, chords, ties, upbeats, transposing parts and changes of metre and key are understood;
grace and cue notes are left out; repeats are read once.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from genmusic.composition.training.archives import BROKEN_ZIP, read_member
from genmusic.composition.training.safe_xml import read_xml
from genmusic.composition.training.scores import (
    MOST_BARS,
    MOST_BEATS,
    Score,
    ScoreBar,
    ScorePart,
    check_metre,
    note_rows,
)
from genmusic.errors import CorpusError
from genmusic.units import TICKS_PER_BEAT

MOST_BYTES = 64 * 1024 * 1024  # of one score, unpacked; the longest quartet met has 12 MB
MOST_CONTAINER_BYTES = 64 * 1024
MOST_MEMBERS = 256  # files inside one .mxl
MOST_NOTES = 500_000
MOST_DIGITS = 9  # of any number in the file
MOST_PITCH = 127

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
MODES = {"major": "major", "minor": "minor", "ionian": "major", "aeolian": "minor"}


def read_mxl(data: bytes) -> Score:
    """Read a compressed score."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN_ZIP as error:
        raise CorpusError(f"it is not a readable zip: {error}") from error
    with archive:
        return read_musicxml(read_member(archive, _root_file(archive), MOST_BYTES))


def _root_file(archive: zipfile.ZipFile) -> str:
    if len(archive.infolist()) > MOST_MEMBERS:
        raise CorpusError(f"it holds more than {MOST_MEMBERS} files")
    container = read_xml(read_member(archive, "META-INF/container.xml", MOST_CONTAINER_BYTES), {})
    for root_file in container.iter("rootfile"):
        return root_file.get("full-path", "")
    raise CorpusError("its container names no score")


def read_musicxml(data: bytes) -> Score:
    """Read an uncompressed score."""
    if len(data) > MOST_BYTES:
        raise CorpusError(f"it is larger than {MOST_BYTES // 1024} KiB")
    reader = _Reader()
    root = read_xml(data, {"measure": reader.read_measure, "part": reader.end_part})
    if root.tag != "score-partwise":
        raise CorpusError(f"its root is <{root.tag}>; only <score-partwise> is read")
    names = [part.findtext("part-name", "").strip() for part in root.iter("score-part")]
    return replace(
        _assemble(reader.parts, names),
        composer=root.findtext("identification/creator[@type='composer']", "").strip(),
        title=(root.findtext("movement-title") or root.findtext("work/work-title") or "").strip(),
    )


@dataclass(frozen=True, slots=True)
class _Notation:
    """What the attributes of a part say at some point."""

    divisions: int = 1  # of a quarter note
    transpose: int = 0  # semitones from written to sounding
    fifths: int = 0
    mode: str = ""
    numerator: int = 4
    denominator: int = 4

    def ticks(self, divisions: int) -> int:
        return (2 * TICKS_PER_BEAT * divisions + self.divisions) // (2 * self.divisions)

    @property
    def bar_ticks(self) -> int:
        return 4 * TICKS_PER_BEAT * self.numerator // self.denominator


@dataclass(frozen=True, slots=True)
class _Measure:
    """A bar as one part has it."""

    length_ticks: int
    is_implicit: bool
    notation: _Notation


@dataclass(frozen=True, slots=True)
class _RawNote:
    bar: int
    start_tick: int  # in the bar
    end_tick: int
    pitch: int
    is_continued: bool  # tied to the note before
    is_held: bool  # under a fermata


@dataclass(slots=True)
class _Part:
    leads: bool = False
    measures: list[_Measure] = field(default_factory=list)
    notes: list[_RawNote] = field(default_factory=list)


class _Reader:
    """Reads measure by measure, part by part; positions are divisions from the bar line."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self._part = _Part()
        self._notation = _Notation()
        self._cursor = self._onset = 0
        self._read = {
            "note": self._read_note,
            "backup": lambda element: self._move(-_number(element, "duration", 0)),
            "forward": lambda element: self._move(_number(element, "duration", 0)),
            "attributes": self._read_attributes,
        }

    def end_part(self, _: Element) -> None:
        """Finish a part and begin the next."""
        self.parts.append(self._part)
        self._part, self._notation = _Part(), _Notation()

    def read_measure(self, measure: Element) -> None:
        """Read one bar of the part."""
        if len(self._part.measures) >= MOST_BARS:
            raise CorpusError(f"it has more than {MOST_BARS} bars")
        self._cursor = self._onset = furthest = 0
        for element in measure:
            read = self._read.get(element.tag)
            if read:
                read(element)
                furthest = max(furthest, self._cursor)
        length_ticks = self._notation.ticks(furthest) or self._notation.bar_ticks
        is_implicit = measure.get("implicit") == "yes" or not self._part.measures
        self._part.measures.append(_Measure(length_ticks, is_implicit, self._notation))

    def _move(self, divisions: int) -> None:
        # Some editors leave out the rests that end a voice, yet go back by the whole bar.
        self._cursor = max(0, self._cursor + divisions)

    def _read_attributes(self, attributes: Element) -> None:
        before = self._notation
        self._notation = _read_attributes(attributes, before)
        if self._cursor and self._notation.divisions != before.divisions:
            raise CorpusError("it changes its divisions inside a bar")

    def _read_note(self, note: Element) -> None:
        if note.find("grace") is not None:
            return
        duration = _number(note, "duration", 0)
        if note.find("chord") is None:
            self._onset = self._cursor
            self._move(duration)
        pitch = note.find("pitch")
        if pitch is None or duration <= 0 or note.find("cue") is not None:
            return
        if len(self._part.notes) >= MOST_NOTES:
            raise CorpusError(f"it has more than {MOST_NOTES} notes in a part")
        self._part.leads |= note.find("lyric") is not None
        self._part.notes.append(
            _RawNote(
                len(self._part.measures),
                self._notation.ticks(self._onset),
                self._notation.ticks(self._onset + duration),
                _read_pitch(pitch) + self._notation.transpose,
                any(tie.get("type") == "stop" for tie in note.iter("tie")),
                note.find("notations/fermata") is not None,
            )
        )


def _read_attributes(attributes: Element, before: _Notation) -> _Notation:
    notation = replace(before, divisions=_number(attributes, "divisions", before.divisions))
    if notation.divisions < 1:
        raise CorpusError(f"divisions must be at least 1, got {notation.divisions}")
    transpose = attributes.find("transpose")
    if transpose is not None:
        octaves = _number(transpose, "octave-change", 0)
        semitones = _number(transpose, "chromatic", 0) + 12 * octaves
        notation = replace(notation, transpose=semitones)
    key = attributes.find("key")
    if key is not None and key.find("fifths") is not None:
        fifths = _sounding_fifths(_number(key, "fifths", 0), notation.transpose)
        notation = replace(notation, fifths=fifths, mode=MODES.get(key.findtext("mode", ""), ""))
    time = attributes.find("time")
    if time is not None and time.find("beats") is not None:
        notation = _read_time(time, notation)
    return notation


def _read_time(time: Element, notation: _Notation) -> _Notation:
    terms = time.findtext("beats", "").split("+")[:MOST_BEATS]
    numerator = sum(_integer(term, "beats") for term in terms)
    denominator = _number(time, "beat-type", 4)
    check_metre(numerator, denominator)
    return replace(notation, numerator=numerator, denominator=denominator)


def _sounding_fifths(written: int, transpose: int) -> int:
    """The key signature that a transposing part would have at sounding pitch."""
    return (written + 7 * transpose + 6) % 12 - 6 if transpose % 12 else written


def _read_pitch(pitch: Element) -> int:
    step = pitch.findtext("step", "").strip()
    if step not in STEPS:
        raise CorpusError(f"it has a note called {step!r}")
    octave = _number(pitch, "octave", 4)
    number = 12 * (octave + 1) + STEPS[step] + _whole_alter(pitch.findtext("alter", "0"))
    if not 0 <= number <= MOST_PITCH:
        raise CorpusError(f"it has a note {step}{octave}, which no instrument plays")
    return number


def _whole_alter(text: str) -> int:
    """Semitones of an accidental; a quarter tone counts as none."""
    whole, _, _ = text.strip().partition(".")
    return _integer(whole or "0", "alter")


def _number(element: Element, tag: str, default: int) -> int:
    text = element.findtext(tag)
    return default if text is None else _integer(text, tag)


def _integer(text: str, tag: str) -> int:
    digits = text.strip()
    if len(digits) > MOST_DIGITS or not digits.lstrip("+-").isdecimal():
        raise CorpusError(f"<{tag}> must be a whole number, got {digits[:20]!r}")
    return int(digits)


def _assemble(parts: Sequence[_Part], names: Sequence[str]) -> Score:
    bars = _lay_out_bars(parts)
    if not bars or not any(part.notes for part in parts):
        raise CorpusError("it has no notes")
    titles = [*names, *[""] * len(parts)]
    return Score(
        bars=tuple(bars),
        parts=tuple(_part(name, part, bars) for name, part in zip(titles, parts, strict=False)),
    )


def _part(name: str, part: _Part, bars: Sequence[ScoreBar]) -> ScorePart:
    notes, held = _join_ties(part.notes, bars)
    return ScorePart(name, part.leads, note_rows(notes), tuple(sorted(held)))


def _lay_out_bars(parts: Sequence[_Part]) -> list[ScoreBar]:
    """Put the bars one after the other; a bar is as long as its fullest part."""
    bars: list[ScoreBar] = []
    start_tick = 0
    count = max((len(part.measures) for part in parts), default=0)
    for number in range(count):
        column = [part.measures[number] for part in parts if number < len(part.measures)]
        notation = column[0].notation
        length_ticks = max(measure.length_ticks for measure in column)
        missing_ticks = max(0, notation.bar_ticks - length_ticks)
        bars.append(
            ScoreBar(
                start_tick,
                length_ticks,
                missing_ticks if column[0].is_implicit else 0,
                notation.numerator,
                notation.denominator,
                notation.fifths,
                notation.mode,
            )
        )
        start_tick += length_ticks
    return bars


def _join_ties(
    notes: Sequence[_RawNote], bars: Sequence[ScoreBar]
) -> tuple[list[tuple[int, int, int]], set[int]]:
    """Place notes in the score, make one of those that are tied; and where held ones start."""
    joined: list[tuple[int, int, int]] = []
    held: set[int] = set()
    ending: dict[tuple[int, int], int] = {}  # (end tick, pitch) -> its place in joined
    for note in sorted(notes, key=lambda note: (note.bar, note.start_tick)):
        start = bars[note.bar].start_tick + note.start_tick
        end = bars[note.bar].start_tick + note.end_tick
        place = ending.pop((start, note.pitch), None) if note.is_continued else None
        if place is None:
            place = len(joined)
            joined.append((start, end, note.pitch))
        else:
            joined[place] = (joined[place][0], end, note.pitch)
        ending[end, note.pitch] = place
        if note.is_held:
            held.add(joined[place][0])
    return joined, held
