"""The parts of a style that play patterns: bars written down in steps."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.names import METRES
from genmusic.rules.kinds import Choice, Integer, ListOf, Pitch, Steps
from genmusic.rules.sounds import SHARE
from genmusic.rules.table import Table, rule

STEPS_OF_METRE = {
    "4/4": (4, 8, 12, 16, 24, 32),
    "3/4": (3, 6, 9, 12, 18, 24),
    "6/8": (2, 6, 12, 24),
    "2/4": (2, 4, 6, 8, 12, 16),
}
"""Into how many steps a pattern may divide a bar."""

DENSITY_TEXT = "the pattern is for this density and above"
METRE = Choice(tuple(METRES))
METRE_TEXT = "metre of the bar"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompPattern:
    """One bar of the comping part."""

    steps: str = rule(
        Steps("x123456Btdu"),
        "x the whole chord, a digit one of its notes from below, B its bass note, t its upper "
        "notes, d and u a strum down and up",
    )
    metre: str = rule(METRE, METRE_TEXT, "4/4")
    density: float = rule(SHARE, DENSITY_TEXT, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompRules:
    """Chords of the comping part."""

    patterns: tuple[CompPattern, ...] = rule(
        ListOf(Table(CompPattern), 0, 64), "bars, the sparsest first", ()
    )
    voices: int = rule(Integer(2, 6), "notes of a chord", 3)
    chord_low: int = rule(
        Pitch(), "lowest pitch of its chords, in the range of the part; B lies below", 0
    )
    hold: str = rule(
        Choice(("step", "next", "chord")),
        "a note lasts for its step, to the next onset, or to the next chord",
        "next",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PadRules:
    """Held chords."""

    voices: int = rule(Integer(2, 6), "notes of a chord", 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class BassPattern:
    """One bar of the bass."""

    steps: str = rule(
        Steps("R3578ac"),
        "R root, 3 third, 5 fifth, 7 seventh, 8 octave or, beyond the range, fifth, a a step and c "
        "a semitone towards the next root",
    )
    metre: str = rule(METRE, METRE_TEXT, "4/4")
    density: float = rule(SHARE, DENSITY_TEXT, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BassRules:
    """The bass line."""

    patterns: tuple[BassPattern, ...] = rule(
        ListOf(Table(BassPattern), 0, 64), "bars, the sparsest first", ()
    )
    walking: float = rule(SHARE, "from this density on the bass walks in beats; 1 is never", 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrumPattern:
    """One bar of drums: X accented, x plain, o soft."""

    kick: str = rule(Steps("Xxo"), "kick drum", "....")
    snare: str = rule(Steps("Xxo"), "snare drum", "....")
    hat: str = rule(Steps("Xxo"), "closed hat", "....")
    open: str = rule(Steps("Xxo"), "open hat", "....")
    pedal: str = rule(Steps("Xxo"), "hat closed by the foot", "....")
    rim: str = rule(Steps("Xxo"), "rim of the snare", "....")
    clap: str = rule(Steps("Xxo"), "hands", "....")
    ride: str = rule(Steps("Xxo"), "ride cymbal", "....")
    crash: str = rule(Steps("Xxo"), "crash cymbal", "....")
    low_tom: str = rule(Steps("Xxo"), "low tom", "....")
    mid_tom: str = rule(Steps("Xxo"), "middle tom", "....")
    high_tom: str = rule(Steps("Xxo"), "high tom", "....")
    shaker: str = rule(Steps("Xxo"), "shaker", "....")
    metre: str = rule(METRE, METRE_TEXT, "4/4")
    density: float = rule(SHARE, DENSITY_TEXT, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrumRules:
    """Drum bars, and the bars that lead out of a phrase."""

    patterns: tuple[DrumPattern, ...] = rule(
        ListOf(Table(DrumPattern), 0, 64), "bars, the sparsest first", ()
    )
    fills: tuple[DrumPattern, ...] = rule(
        ListOf(Table(DrumPattern), 0, 64), "last bars of a section, the sparsest first", ()
    )
    phrase_fills: float = rule(SHARE, "share of phrases inside a section that end in a fill", 0.0)
    ghosts: float = rule(SHARE, "share of the snare's silent steps that whisper", 0.0)
    crashes: float = rule(SHARE, "share of sections that begin with a crash", 0.0)
