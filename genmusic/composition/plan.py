"""What is settled about a bar before its parts are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from functools import lru_cache
from itertools import chain
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.chance import BarChance
from genmusic.composition.metre import Metre
from genmusic.composition.theory import chord_scale, chord_tones
from genmusic.mood.mapping import MusicalParameters
from genmusic.names import QUALITIES
from genmusic.rules import SectionRules, Style
from genmusic.score.harmony import Key
from genmusic.values import value
from kernels.chords import CHORD_COLUMNS, TONES

Integers = NDArray[np.int64]

Row = tuple[int, int, int, int]
"""A written note of one part: start tick, duration in ticks, pitch, accent (-1 soft, 1 strong)."""


NO_ROWS = np.empty((0, 4), np.int64)


def row_table(rows: Sequence[Row]) -> Integers:
    """(notes, 4) the same for kernels."""
    if not rows:
        return NO_ROWS
    return np.fromiter(chain.from_iterable(rows), np.int64, 4 * len(rows)).reshape(-1, 4)


def table_rows(table: Integers) -> tuple[Row, ...]:
    """The rows of a table."""
    return tuple(map(tuple, table.tolist()))


@value
class Span:
    """A chord in the bar; roots are semitones above the tonic."""

    start_tick: int
    end_tick: int
    degree: int  # of the plan, before colouring
    root: int
    quality: str
    next_root: int  # of the chord that is planned to follow
    inverted: bool = False  # the bass may sing another of its notes than the root

    @property
    def tones(self) -> tuple[int, ...]:
        """Pitch classes of the chord above the tonic."""
        return chord_tones(self.root, self.quality)


def chord_table(spans: Sequence[Span], mode: str) -> Integers:
    """Chords for kernels, in the columns of `kernels.chords`; not to be changed."""
    table = np.empty((len(spans), CHORD_COLUMNS), np.int64)
    place = 0
    for span in spans:
        _put_chord(
            table, place, span.start_tick, span.end_tick, span.next_root, span.inverted,
            *_of_chord(mode, span.root, span.quality),
        )  # fmt: skip
        place += _CHORD.size
    return table


_CHORD = Struct(f"={CHORD_COLUMNS}q")
_put_chord: Callable[..., None] = _CHORD.pack_into


@lru_cache(maxsize=1024)
def _of_chord(mode: str, root: int, quality: str) -> tuple[int, ...]:
    """The number of a quality, what may sound over the chord, and its tones."""
    scale = sum(1 << tone for tone in chord_scale(mode, root, quality))
    tones = chord_tones(root, quality)
    return _QUALITIES.index(quality), scale, *tones, *(-1,) * (TONES - len(tones))


_QUALITIES = tuple(QUALITIES)


@value
class Plan:
    """A bar's place in the form, its harmony, and what the mood asks of it."""

    chance: BarChance
    style: Style
    parameters: MusicalParameters
    section: str
    piece_bar: int  # bars of the piece before this one
    statement: int  # how many earlier sections of the piece had the same theme
    progress: float  # share of the section that is over, 0..1
    phrase: int  # in the section
    phrase_bar: int
    phrase_bars: int
    cadence: str
    ends_section: bool
    ends_piece: bool  # and comes to rest; a piece that leads into the next one does not
    metre: Metre
    density: float  # of this section, 0..1
    key: Key
    theme: str  # the label of the section without its primes
    section_rules: SectionRules  # what the style says of the section
    spans: tuple[Span, ...]
    seed: int = 0
    piece: int = 0  # since the session began
    rise: float = 0.0  # how far a build has come, 0..1

    bar_ticks: int = field(init=False)
    chords: Integers = field(init=False, compare=False)  # as `chord_table` says
    ends_phrase: bool = field(init=False)  # whether this is the last bar of its phrase
    repeated: bool = field(init=False)  # whether the section's theme has been heard before

    def __post_init__(self) -> None:
        made: Any = self  # to type checkers it is frozen
        made.bar_ticks = self.metre.bar_ticks
        made.ends_phrase = self.phrase_bar == self.phrase_bars - 1
        made.repeated = self.statement > 0
        made.chords = chord_table(self.spans, self.key.mode)

    @property
    def beats(self) -> int:
        """Quarter notes in the bar."""
        return self.metre.beats

    @property
    def opens_piece(self) -> bool:
        """Whether this is the first bar of its piece."""
        return self.piece_bar == 0

    def span_at(self, tick: int) -> Span:
        """The chord that sounds at a tick."""
        if len(self.spans) == 1:
            return self.spans[0]
        return next(span for span in reversed(self.spans) if span.start_tick <= tick)

    def scale_over(self, span: Span) -> frozenset[int]:
        """Pitch classes above the tonic that may sound over a chord."""
        return chord_scale(self.key.mode, span.root, span.quality)


def theme_of(label: str) -> str:
    """The theme of a section: its label without primes."""
    return label.rstrip("'")


def section_rules(style: Style, label: str) -> SectionRules:
    """The rules of a section; a label that the style lacks falls back to its theme, then any."""
    sections = style.sections
    found = sections.get(label) or sections.get(theme_of(label))
    return found or next(iter(sections.values()))
