# ruff: noqa: RUF009 - rule() makes a dataclass field
"""The schema of a style: every key with its range, meaning and default.

All is checked when the file is read; whoever holds a `Style` may trust it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from genmusic.names import COPYING, FIGURES, METRES, MODELS, PARTS, WORKS
from genmusic.rules.curves import Curve, CurveOf
from genmusic.rules.kinds import Choice, Integer, ListOf, Number, Text, Words
from genmusic.rules.patterns import BassRules, CompRules, DrumRules, PadRules
from genmusic.rules.phrases import PhraseOf, PhraseRules
from genmusic.rules.scenario import Scenario
from genmusic.rules.sounds import SHARE, MixRules, PartRules, SoundRules
from genmusic.rules.table import MapOf, Table, rule
from genmusic.rules.titles import TitleRules

HOOK_LAYERS = (
    "form", "harmony", "arrangement", "rhythm", "melody", "counter", "comp", "pad", "bass", "drums",
    "performance",
)  # fmt: skip
"""What a hook may change, in the order in which music is composed."""

BRIGHT_MODES = ("major", "lydian", "mixolydian")
DARK_MODES = ("minor", "dorian", "phrygian")
GRIDS = {"eighth": 480, "sixteenth": 240, "triplet": 320}
"""Ticks between the finest onsets of a melody."""

RELATIONS = (
    "home", "dominant", "subdominant", "relative", "parallel", "mediant", "submediant", "step",
)  # fmt: skip
"""Keys as seen from that of the piece."""

WEIGHT = Number(0.0, 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRules:
    """The order of sections in a piece."""

    plans: tuple[tuple[str, ...], ...] = rule(
        ListOf(Words(r"[A-Za-z]+'*", 'labels of sections, such as "A A\' B A"'), 1, 16),
        "orders of sections; each piece draws one",
    )
    metres: Mapping[str, float] = rule(
        MapOf(tuple(METRES), WEIGHT),
        "weights of the metres; each piece draws one",
        MappingProxyType({"4/4": 1.0}),
    )
    tempo_spread: float = rule(
        Number(0.0, 0.2), "how far the tempo of a piece may lie from the mood's", 0.0
    )
    transition: str = rule(
        Choice(("cadence", "segue")),
        "a piece comes to rest before the next one, or leads into it in tempo",
        "cadence",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionRules:
    """A section of the form: its phrases, who plays, and how it stands out.

    Sections whose labels differ only in their primes share their theme.
    """

    phrases: tuple[PhraseRules, ...] = rule(ListOf(PhraseOf(), 1, 8), "bars and cadence of each")
    parts: tuple[str, ...] = rule(ListOf(Choice(PARTS)), "who plays", PARTS)
    lift: float = rule(Number(-0.5, 0.5), "added to the density", 0.0)
    register: int = rule(Integer(-12, 12, "semitones"), "added to the melody's centre", 0)
    build: float = rule(Number(-0.5, 0.5), "density gained from its first bar to its last", 0.0)
    dynamics: float = rule(Number(-24.0, 24.0), "velocity added", 0.0)
    entries: str = rule(
        Choice(("together", "layered")), "parts enter at once, or one by one", "together"
    )
    keys: tuple[str, ...] = rule(
        ListOf(Choice(RELATIONS), 1, 8), "key beside that of the piece, which draws one", ("home",)
    )
    pedal: str = rule(
        Choice(("none", "tonic", "dominant")), "a note that the bass holds under the chords", "none"
    )
    sounds: Mapping[str, SoundRules] = rule(
        MapOf(PARTS, Table(SoundRules)), "parts that sound otherwise here", MappingProxyType({})
    )
    start: tuple[int, ...] = rule(
        ListOf(Integer(1, 7), 1, 7), "degrees of the scale on which the harmony may begin", (1,)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmonyRules:
    """Which chords, how often they change, and what tension does to them."""

    rhythms: tuple[tuple[str, ...], ...] = rule(
        ListOf(
            Words(r"4|22|31|13|211|112|1111", "bars of 4, 22, 31, 13, 211, 112 or 1111 beats"),
            1,
            16,
        ),
        "beats of each chord, a word for each bar, the calmest line first",
    )
    degrees: tuple[float, ...] = rule(
        ListOf(WEIGHT, 7, 7), "weights of the chords on degrees 1 to 7", (1.0,) * 7
    )
    learned: float = rule(SHARE, "how far the trained model counts, beside these weights", 0.8)
    stay: float = rule(WEIGHT, "weight of staying on the same degree", 0.1)
    sevenths: float = rule(SHARE, "share of chords with a seventh, before tension adds more", 0.2)
    suspensions: float = rule(SHARE, "share of dominants held back by a fourth", 0.1)
    applied: float = rule(
        SHARE, "share of chords led into by their own dominant, before tension adds more", 0.0
    )
    borrowed: float = rule(
        SHARE, "share of chords from the parallel mode, before tension adds more", 0.0
    )
    inversions: float = rule(SHARE, "how far the bass prefers a smooth line to the roots", 0.25)
    deceptive: float = rule(SHARE, "share of authentic cadences inside a section that deceive", 0.1)
    bright_modes: Mapping[str, float] = rule(
        MapOf(BRIGHT_MODES, WEIGHT),
        "weights of the modes of a bright piece",
        MappingProxyType({"major": 1.0}),
    )
    dark_modes: Mapping[str, float] = rule(
        MapOf(DARK_MODES, WEIGHT),
        "weights of the modes of a dark piece",
        MappingProxyType({"minor": 1.0}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MelodyRules:
    """How the melody moves."""

    grid: str = rule(Choice(tuple(GRIDS)), "finest place of an onset", "eighth")
    chord_tones: float = rule(SHARE, "how firmly strong beats keep to the chord", 0.8)
    max_leap: int = rule(Integer(5, 12, "semitones"), "widest leap inside a phrase", 9)
    arch: float = rule(Number(0.0, 12.0, "semitones"), "how far a phrase rises to its peak", 4.0)
    span: float = rule(Number(3.0, 12.0, "semitones"), "how far the melody strays from it", 5.0)
    syncopation: float = rule(SHARE, "share of beats that favour an onset off the beat", 0.1)
    repeats: float = rule(SHARE, "share of repeated notes that stay, rather than move", 0.4)
    breath: float = rule(Number(0.0, 3.0, "beats"), "rest after the last note of a phrase", 1.0)
    pickup: float = rule(SHARE, "share of phrases that lead into the next one", 0.2)
    temperature: float = rule(
        Number(0.5, 2.0), "how often what the models find unlikely is sung; 1 is as they say", 1.0
    )
    variety: float = rule(
        Number(0.0, 2.0), "how far the melodies of pieces differ in boldness, ease and reach", 1.0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MotifRules:
    """What a bar makes of an earlier bar: how often beside what the model has learned."""

    sequence: float = rule(WEIGHT, "same rhythm and shape, moved to the new chord", 2.0)
    vary_tail: float = rule(WEIGHT, "same beginning, new end", 3.0)
    rhythm: float = rule(WEIGHT, "same rhythm, new notes", 1.0)
    invert: float = rule(WEIGHT, "same rhythm, shape upside down", 1.0)
    fragment: float = rule(WEIGHT, "the first half twice", 2.0)
    augment: float = rule(WEIGHT, "the first half in twice the time", 0.5)
    diminish: float = rule(WEIGHT, "all of it in half the time, then new notes", 1.0)
    ornament: float = rule(WEIGHT, "moved to the new chord, with notes in between", 2.0)
    new: float = rule(WEIGHT, "nothing of it", 1.0)
    parallel: float = rule(SHARE, "share of phrases that begin like the first of a section", 0.5)
    kinship: float = rule(
        SHARE, "share of later themes that begin with the rhythm of the first", 0.5
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRules:
    """The second voice: it answers the melody, sings a line under it, or goes along with it."""

    kinds: Mapping[str, float] = rule(
        MapOf(("answer", "line", "thirds"), WEIGHT),
        "weights of answers in its rests, slow lines against it, and thirds or sixths with it",
        MappingProxyType({"answer": 1.0, "line": 1.0, "thirds": 0.4}),
    )
    answers: float = rule(SHARE, "share of the melody's rests and long notes that are filled", 0.7)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceRules:
    """How written notes are played."""

    arch: float = rule(Number(0.0, 40.0), "velocity gained towards the peak of a phrase", 6.0)
    accent: float = rule(Number(0.0, 40.0), "velocity gained on strong beats", 6.0)
    loose_velocity: float = rule(Number(0.0, 20.0), "widest random change of velocity", 5.0)
    loose_ticks: float = rule(Number(0.0, 40.0, "ticks"), "widest random change of time", 12.0)
    strum_ticks: float = rule(Number(0.0, 60.0, "ticks"), "delay from note to note of a chord", 0.0)
    swing: float = rule(
        Number(0.0, 0.34), "how late the second half of a beat comes, in beats", 0.0
    )
    groove: tuple[float, ...] = rule(
        ListOf(Number(-60.0, 60.0, "ticks"), 1, 32),
        "how late each step of the bar is played, in equal steps",
        (0.0,),
    )
    pedal: tuple[str, ...] = rule(
        ListOf(Choice(PARTS), 0, 6), "parts whose notes ring on to the next chord", ()
    )
    ritardando: float = rule(Number(0.0, 0.6), "how much slower the last beat of a piece is", 0.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRules:
    """What the music has learned from, and how far it may resemble it."""

    mix: Mapping[str, float] = rule(
        MapOf(MODELS, WEIGHT),
        "trained models and how much each weighs",
        MappingProxyType({"vocal": 1.0}),
    )
    copying: str = rule(
        Choice(COPYING),
        "longest run of notes that may be equal to a work: 12, or 8 in the same rhythm (normal), "
        "8 or 6 (strict)",
        "normal",
    )
    beside: str = rule(Choice(WORKS), "works that the style report measures it beside", "songs")
    unlike: tuple[str, ...] = rule(
        ListOf(Choice(FIGURES), 0, len(FIGURES)),
        "figures in which it means to differ from them",
        (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodRules:
    """How music follows the mood."""

    tempo_bpm: Curve = rule(CurveOf(40.0, 200.0, "bpm"), "tempo")
    notes_per_second: Curve = rule(CurveOf(0.1, 12.0, "a second"), "notes of the melody")
    density: Curve = rule(CurveOf(0.0, 1.0), "how much the other parts play")
    major_share: Curve = rule(CurveOf(0.0, 1.0), "share of pieces in a bright mode")
    register_shift: Curve = rule(CurveOf(-12.0, 12.0, "semitones"), "height of the melody")
    gate: Curve = rule(CurveOf(0.1, 1.0), "share of its time that a note sounds")
    velocity: Curve = rule(CurveOf(1.0, 127.0), "how hard notes are struck")
    dissonance: Curve = rule(CurveOf(0.0, 1.0), "share of chords that tension colours")
    level_db: Curve = rule(CurveOf(-24.0, 6.0, "dB"), "loudness")
    brightness: Curve = rule(CurveOf(0.0, 1.0), "brilliance of the sound")


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleRules:
    """The root of a style file."""

    title: str = rule(Text(60), "name for people")
    text: str = rule(Text(200), "one sentence on what it sounds like", "")
    extends: str = rule(
        Text(40), "a shipped style whose keys hold where this file says nothing", ""
    )
    titles: TitleRules = rule(Table(TitleRules), "words of titles", TitleRules())
    mix: MixRules = rule(Table(MixRules), "shared effects", MixRules())
    model: ModelRules = rule(Table(ModelRules), "what it learned from", ModelRules())
    parts: Mapping[str, PartRules] = rule(MapOf(PARTS, Table(PartRules)), "the lines of the score")
    form: FormRules = rule(Table(FormRules), "order of sections")
    sections: Mapping[str, SectionRules] = rule(MapOf((), Table(SectionRules)), "by label")
    harmony: HarmonyRules = rule(Table(HarmonyRules), "chords")
    melody: MelodyRules = rule(Table(MelodyRules), "melody", MelodyRules())
    motif: MotifRules = rule(Table(MotifRules), "how ideas return", MotifRules())
    counter: CounterRules = rule(Table(CounterRules), "second voice", CounterRules())
    comp: CompRules = rule(Table(CompRules), "comping", CompRules())
    pad: PadRules = rule(Table(PadRules), "held chords", PadRules())
    bass: BassRules = rule(Table(BassRules), "bass", BassRules())
    drums: DrumRules = rule(Table(DrumRules), "drums", DrumRules())
    performance: PerformanceRules = rule(Table(PerformanceRules), "playing", PerformanceRules())
    mood: MoodRules = rule(Table(MoodRules), "mood")
    hooks: Mapping[str, str] = rule(
        MapOf(HOOK_LAYERS, Text(40)), "hooks by the layer that they change", MappingProxyType({})
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Style(StyleRules):
    """A style with its name, which is that of its file, and what else its pieces keep to."""

    name: str = ""
    scenario: Scenario | None = None
    source: str = field(default="", compare=False, repr=False)
    """The text of the file; what counts is what it says."""

    def parts_in(self, label: str) -> Mapping[str, PartRules]:
        """The parts as they sound in a section; what one plays is the same everywhere."""
        section = self.sections.get(label)
        sounds = section.sounds if section else {}
        return {
            name: sounds[name].over(part) if name in sounds else part
            for name, part in self.parts.items()
        }
