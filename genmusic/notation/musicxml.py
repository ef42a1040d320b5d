"""MusicXML 4.0, part-wise: bars that any notation program opens.

Each part has a staff; the first one that plays carries the chord symbols, the section marks and
the tempo. Pitches, values and ties are those the composer wrote: loose timing, swing and strums
belong to the performance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import BinaryIO
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from genmusic.names import PARTS
from genmusic.notation.percussion import DRUMS
from genmusic.notation.sheet import Measure, Symbol, Voice, engrave
from genmusic.notation.spelling import spell, spell_pitch
from genmusic.score.events import Bar, ChordSpan
from genmusic.score.harmony import Key
from genmusic.units import TICKS_PER_BEAT

DIVISIONS = 24  # of a quarter note: sixty-fourths of triplets are whole
TICKS_PER_DIVISION = TICKS_PER_BEAT // DIVISIONS
BASS_CLEF_BELOW = 57.0  # mean pitch of a part
DRUM_CHANNEL = 10
SOFTWARE = "genmusic"
DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)

KINDS: Mapping[str, str] = {
    "": "major",
    "m": "minor",
    "dim": "diminished",
    "aug": "augmented",
    "7": "dominant",
    "maj7": "major-seventh",
    "m7": "minor-seventh",
    "m7b5": "half-diminished",
    "dim7": "diminished-seventh",
    "sus4": "suspended-fourth",
}
"""MusicXML's word for each chord quality."""

CLEFS: Mapping[str, tuple[str, int]] = {"treble": ("G", 2), "bass": ("F", 4)}


@dataclass(frozen=True, slots=True)
class SheetBar:
    """A bar with what a score says beyond its notes."""

    bar: Bar
    tempo_bpm: float  # at which the bar sounds
    title: str = ""  # of the piece that the bar belongs to
    patches: Mapping[str, str] = field(default_factory=dict)  # part to patch
    programs: Mapping[str, int] = field(default_factory=dict)  # part to program of General MIDI


def write_musicxml(file: BinaryIO, bars: Sequence[SheetBar]) -> None:
    """Write bars that follow one another as a score."""
    root = Element("score-partwise", version="4.0")
    SubElement(SubElement(root, "work"), "work-title").text = bars[0].title if bars else ""
    encoding = SubElement(SubElement(root, "identification"), "encoding")
    SubElement(encoding, "software").text = SOFTWARE
    names = SubElement(root, "part-list")
    numbers = [n for n in range(len(PARTS)) if any((b.bar.notes["part"] == n).any() for b in bars)]
    for number in numbers:
        _describe(names, number, bars)
        _write_part(root, number, bars, leads=number == numbers[0])
    indent(root)
    file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}'.encode())
    ElementTree(root).write(file, encoding="UTF-8", xml_declaration=False)


def _describe(names: Element, number: int, bars: Sequence[SheetBar]) -> None:
    """The part's name, its sound and, for drums, every drum."""
    part = PARTS[number]
    entry = SubElement(names, "score-part", id=_part_id(number))
    SubElement(entry, "part-name").text = part.capitalize()
    first = next((b for b in bars if part in b.patches), bars[0])
    pitches = _pitches([each.bar for each in bars], number) if part == "drums" else []
    drums = {_drum_id(pitch): pitch for pitch in sorted(set(pitches))}
    sounds = {identity: DRUMS[pitch].name for identity, pitch in drums.items()}
    sounds = sounds or {f"{_part_id(number)}-I": first.patches.get(part, part)}
    for identity, name in sounds.items():
        instrument = SubElement(entry, "score-instrument", id=identity)
        SubElement(instrument, "instrument-name").text = name
    for identity in sounds:
        midi = SubElement(entry, "midi-instrument", id=identity)
        SubElement(midi, "midi-channel").text = str(DRUM_CHANNEL if drums else number + 1)
        SubElement(midi, "midi-program").text = str(first.programs.get(part, 0) + 1)
        if identity in drums:
            SubElement(midi, "midi-unpitched").text = str(drums[identity] + 1)


def _part_id(number: int) -> str:
    return f"P{number + 1}"


def _drum_id(pitch: int) -> str:
    return f"D{pitch}"


def _write_part(root: Element, number: int, bars: Sequence[SheetBar], *, leads: bool) -> None:
    part = SubElement(root, "part", id=_part_id(number))
    drums = PARTS[number] == "drums"
    plain = [each.bar for each in bars]
    clef = "percussion" if drums else _clef(plain, number)
    before: SheetBar | None = None
    for index, (each, measure) in enumerate(
        zip(bars, engrave(plain, number, drums=drums), strict=True)
    ):
        out = SubElement(part, "measure", number=str(index + 1))
        _write_attributes(out, each, before, clef)
        if leads:
            _write_directions(out, each, before)
            _write_chords(out, each.bar)
        _write_measure(out, measure, None if drums else each.bar.key)
        before = each


def _clef(bars: Sequence[Bar], number: int) -> str:
    return "bass" if mean(_pitches(bars, number)) < BASS_CLEF_BELOW else "treble"


def _pitches(bars: Sequence[Bar], number: int) -> list[int]:
    """Every pitch of a part."""
    return [p for bar in bars for p in bar.notes["pitch"][bar.notes["part"] == number].tolist()]


def _write_attributes(out: Element, each: SheetBar, before: SheetBar | None, clef: str) -> None:
    """Divisions and clef at the beginning, key and metre where they change."""
    bar = each.bar
    new_key = before is None or before.bar.key != bar.key
    new_metre = before is None or before.bar.metre != bar.metre
    if not (new_key or new_metre):
        return
    attributes = SubElement(out, "attributes")
    if before is None:
        SubElement(attributes, "divisions").text = str(DIVISIONS)
    if new_key:
        key = SubElement(attributes, "key")
        SubElement(key, "fifths").text = str(bar.key.fifths)
        SubElement(key, "mode").text = bar.key.mode
    if new_metre:
        time = SubElement(attributes, "time")
        for name, value in zip(("beats", "beat-type"), bar.metre.split("/"), strict=True):
            SubElement(time, name).text = value
    if before is None:
        _write_clef(attributes, clef)


def _write_clef(attributes: Element, clef: str) -> None:
    element = SubElement(attributes, "clef")
    if clef in CLEFS:
        sign, line = CLEFS[clef]
        SubElement(element, "sign").text = sign
        SubElement(element, "line").text = str(line)
    else:
        SubElement(element, "sign").text = clef


def _write_directions(out: Element, each: SheetBar, before: SheetBar | None) -> None:
    """The title of a new piece, the mark of a new section, and a tempo that is new."""
    bar = each.bar
    new_piece = before is not None and before.title != each.title
    if new_piece:
        SubElement(_direction(out), "words").text = each.title
    if before is None or new_piece or before.bar.section != bar.section:
        SubElement(_direction(out), "rehearsal").text = bar.section
    if before is None or round(before.tempo_bpm) != round(each.tempo_bpm):
        metronome = SubElement(_direction(out, each.tempo_bpm), "metronome")
        SubElement(metronome, "beat-unit").text = "quarter"
        SubElement(metronome, "per-minute").text = str(round(each.tempo_bpm))


def _direction(out: Element, tempo_bpm: float = 0.0) -> Element:
    direction = SubElement(out, "direction", placement="above")
    kind = SubElement(direction, "direction-type")
    if tempo_bpm:
        SubElement(direction, "sound", tempo=f"{tempo_bpm:.2f}")
    return kind


def _write_chords(out: Element, bar: Bar) -> None:
    for span in bar.chords:
        _write_chord(out, span, bar.key)


def _write_chord(out: Element, span: ChordSpan, key: Key) -> None:
    harmony = SubElement(out, "harmony")
    root = SubElement(harmony, "root")
    step, alter = spell(span.chord.root, key)
    SubElement(root, "root-step").text = step
    if alter:
        SubElement(root, "root-alter").text = str(alter)
    SubElement(harmony, "kind").text = KINDS[span.chord.quality]
    if span.start_tick:
        SubElement(harmony, "offset").text = str(span.start_tick // TICKS_PER_DIVISION)


def _write_measure(out: Element, measure: Measure, key: Key | None) -> None:
    for number, voice in enumerate(measure.voices, 1):
        if number > 1:
            backup = SubElement(out, "backup")
            SubElement(backup, "duration").text = str(_length(measure.voices[0]))
        for symbol in voice:
            _write_symbol(out, symbol, number, key)


def _length(voice: Voice) -> int:
    return sum(symbol.value.ticks for symbol in voice) // TICKS_PER_DIVISION


def _write_symbol(out: Element, symbol: Symbol, voice: int, key: Key | None) -> None:
    """A chord is a note for each pitch; a rest in a voice above the first is left blank."""
    if not symbol.pitches and voice > 1:
        forward = SubElement(out, "forward")
        SubElement(forward, "duration").text = str(symbol.value.ticks // TICKS_PER_DIVISION)
    elif not symbol.pitches:
        note = SubElement(out, "note")
        SubElement(note, "rest")
        _write_value(note, symbol, voice)
    for number, pitch in enumerate(symbol.pitches):
        note = SubElement(out, "note")
        if number:
            SubElement(note, "chord")
        _write_pitch(note, pitch, key)
        _write_value(note, symbol, voice, drum=None if key else pitch)


def _write_pitch(note: Element, pitch: int, key: Key | None) -> None:
    """A pitch spelled in its key; without a key, a drum's place on the staff."""
    if key is None:
        place = SubElement(note, "unpitched")
        SubElement(place, "display-step").text = DRUMS[pitch].step
        SubElement(place, "display-octave").text = str(DRUMS[pitch].octave)
        return
    step, alter, octave = spell_pitch(pitch, key)
    element = SubElement(note, "pitch")
    SubElement(element, "step").text = step
    if alter:
        SubElement(element, "alter").text = str(alter)
    SubElement(element, "octave").text = str(octave)


def _write_value(note: Element, symbol: Symbol, voice: int, drum: int | None = None) -> None:
    """Length, ties and looks, in the order that the format wants."""
    value = symbol.value
    ties = [
        kind for kind, is_so in (("stop", symbol.tied_from), ("start", symbol.tied_on)) if is_so
    ]
    SubElement(note, "duration").text = str(value.ticks // TICKS_PER_DIVISION)
    for kind in ties:
        SubElement(note, "tie", type=kind)
    if drum is not None:
        SubElement(note, "instrument", id=_drum_id(drum))
    SubElement(note, "voice").text = str(voice)
    SubElement(note, "type").text = value.name
    for _ in range(value.dots):
        SubElement(note, "dot")
    if value.triplet:
        modification = SubElement(note, "time-modification")
        SubElement(modification, "actual-notes").text = "3"
        SubElement(modification, "normal-notes").text = "2"
    if drum is not None and DRUMS[drum].head != "normal":
        SubElement(note, "notehead").text = DRUMS[drum].head
    if ties:
        notations = SubElement(note, "notations")
        for kind in ties:
            SubElement(notations, "tied", type=kind)
