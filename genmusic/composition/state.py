"""What the composer remembers between two bars: small, and exact in JSON."""

from __future__ import annotations

import zlib
from base64 import b85decode, b85encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genmusic.composition import trails
from genmusic.composition.idiom import Phrase
from genmusic.composition.trails import NO_TRAILS, Trails
from genmusic.values import value
from kernels.accompaniment import MEMORY

Integers = NDArray[np.int64]

NO_BACKING = np.zeros(MEMORY, np.int64)
THEME_GRID = 20  # ticks; divides sixteenths and triplets, and a bar of 4/4 has 192
STEP_ORIGIN = 64  # makes steps positive, for a byte

Slot = tuple[int, int]
"""A planned chord: eighth notes and degree."""

BarTheme = tuple[tuple[int, int], ...]
"""A remembered bar of melody: onset tick and step of each note."""


@value
class PhraseTheme:
    """A remembered phrase: its chords and its bars of melody."""

    chords: tuple[Slot, ...]
    bars: tuple[BarTheme, ...] = ()

    def with_bar(self, number: int, bar: BarTheme) -> PhraseTheme:
        """The phrase with a bar remembered, if it is the next one that is not yet known."""
        return PhraseTheme(self.chords, (*self.bars, bar)) if number == len(self.bars) else self


@dataclass(slots=True)
class State:
    """Where the composer stands, and what it refers back to. Empty ``labels``: a piece begins."""

    style: str
    bar: int = 0  # since the session began, of the next bar
    phrases_begun: int = 0  # since the session began
    piece: int = 0
    piece_bar: int = 0
    labels: tuple[str, ...] = ()
    section: int = 0  # index into labels
    phrases: tuple[tuple[int, str], ...] = ()  # bars and cadence of each in the section
    phrase: int = 0
    phrase_bar: int = 0
    metre: str = "4/4"
    home: int = 0  # tonic of the piece
    home_mode: str = ""  # empty: the piece begins
    tonic: int = 0  # of the phrase
    mode: str = "major"
    chords: tuple[Slot, ...] = ()  # of the phrase
    trails: Trails = NO_TRAILS  # the last notes of each part
    backing: Integers = field(
        default_factory=lambda: NO_BACKING
    )  # what the accompaniment remembers, as its kernel has it
    counter: int = 0  # its last pitch, 0 at first
    themes: dict[str, tuple[PhraseTheme, ...]] = field(default_factory=dict)
    cue: str = ""  # in force; a name of `CUES`
    cue_bars: int = 0  # for which it has been, 0 before it begins
    closes_at: int = 0  # bar from which the music is over, 0 while no ending was asked for
    taught: tuple[Phrase, ...] = ()  # by the phrases that a player called
    answer: tuple[tuple[int, int, int], ...] = ()  # notes of the call or its answer, as `CallNote`
    answer_bars: int = 0  # of the answer so far; 0 while the call waits for it

    def copy(self) -> State:
        """The same, to come back to: what it holds is replaced by a composer, never changed."""
        twin = State(*self.held)  # at every bar line: `replace` takes four times as long
        twin.themes = dict(self.themes)
        return twin

    @property
    def held(self) -> tuple[Any, ...]:
        """Its fields: the same objects as long as it is the same state."""
        return _values_of(self)

    def to_json(self) -> dict[str, Any]:
        """The name of the style, and the other fields in their order: numbers, text and lists."""
        packed = {
            "chords": b85encode(bytes(_numbers(self.chords))).decode(),
            "trails": trails.pack_trails(self.trails),
            "backing": bytes(self.backing.tolist()).hex(),
            "themes": _pack_themes(self.themes),
            "taught": [bytes(phrase).hex() for phrase in self.taught],
        }
        fields = [_listed(packed.get(name, getattr(self, name))) for name in _FIELDS]
        return {"style": self.style, "state": fields}


_values_of = attrgetter(*State.__slots__)
_FIELDS = tuple(name for name in State.__slots__ if name != "style")


def state_from_json(plain: Mapping[str, Any]) -> State:
    """What `State.to_json` wrote."""
    values = {name: _tupled(value) for name, value in zip(_FIELDS, plain["state"], strict=True)}
    (values["chords"],) = _rows(iter(b85decode(values["chords"])), 1)
    values["backing"] = np.array(list(bytes.fromhex(values["backing"])), np.int64)
    values["trails"] = trails.unpack_trails(values["trails"])
    values["themes"] = _unpack_themes(values["themes"])
    values["taught"] = tuple(tuple(bytes.fromhex(text)) for text in values["taught"])
    return State(style=plain["style"], **values)


def _listed(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {key: _listed(entry) for key, entry in value.items()}
    return [_listed(v) for v in value] if isinstance(value, tuple | list) else value


def _tupled(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return tuple(_tupled(v) for v in value) if isinstance(value, list) else value


def _pack_themes(themes: Mapping[str, Sequence[PhraseTheme]]) -> list[Any]:
    """Labels, phrases of each, and the phrases as bytes; phrases often begin alike."""
    data = b"".join(_bytes(phrase) for phrases in themes.values() for phrase in phrases)
    lengths = [len(phrases) for phrases in themes.values()]
    return [list(themes), lengths, b85encode(zlib.compress(data, 9)).decode()]


def _unpack_themes(packed: Sequence[Any]) -> dict[str, tuple[PhraseTheme, ...]]:
    labels, lengths, text = packed
    data = iter(zlib.decompress(b85decode(text)))
    return {
        label: tuple(_phrase(data) for _ in range(length))
        for label, length in zip(labels, lengths, strict=True)
    }


def _bytes(phrase: PhraseTheme) -> bytes:
    """How many rows, and the rows: the chords, then each bar."""
    bars = ([(t // THEME_GRID, s + STEP_ORIGIN) for t, s in bar] for bar in phrase.bars)
    rows = (phrase.chords, *bars)
    return bytes((len(rows), *(number for row in rows for number in _numbers(row))))


def _phrase(data: Iterator[int]) -> PhraseTheme:
    chords, *bars = _rows(data, next(data))
    themes = (tuple((t * THEME_GRID, s - STEP_ORIGIN) for t, s in bar) for bar in bars)
    return PhraseTheme(chords, tuple(themes))


def _numbers(row: Sequence[tuple[int, int]]) -> Iterator[int]:
    """How many pairs, and the pairs."""
    yield len(row)
    for pair in row:
        yield from pair


def _rows(data: Iterator[int], count: int) -> list[tuple[tuple[int, int], ...]]:
    return [tuple((next(data), next(data)) for _ in range(next(data))) for _ in range(count)]
