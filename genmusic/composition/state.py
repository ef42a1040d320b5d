"""What the composer remembers between two bars: small, and exact in JSON."""

from __future__ import annotations

from base64 import b85decode, b85encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from genmusic.composition import trails
from genmusic.composition.trails import Trail

THEME_GRID = 20  # ticks; divides sixteenths and triplets, and a bar of 4/4 has 192
STEP_ORIGIN = 64  # makes steps positive, for a byte

Slot = tuple[int, int]
"""A planned chord: eighth notes and degree."""

BarTheme = tuple[tuple[int, int], ...]
"""A remembered bar of melody: onset tick and step of each note."""


@dataclass(frozen=True, slots=True)
class PhraseTheme:
    """A remembered phrase: its chords and its bars of melody."""

    chords: tuple[Slot, ...]
    bars: tuple[BarTheme, ...] = ()

    def with_bar(self, number: int, bar: BarTheme) -> PhraseTheme:
        """The phrase with a bar remembered, if it is the next one that is not yet known."""
        return replace(self, bars=(*self.bars, bar)) if number == len(self.bars) else self


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
    trails: dict[str, Trail] = field(default_factory=dict)  # the last notes of each part
    outer: tuple[int, int, int] = (0, 0, 0)  # as `bass.Before`
    bass: int = 0  # the last pitch, 0 at first
    counter: int = 0  # the same
    voicings: dict[str, tuple[int, ...]] = field(default_factory=dict)  # the last of each part
    themes: dict[str, tuple[PhraseTheme, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain lists, numbers and text."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        plain["themes"] = {label: [_pack(p) for p in ps] for label, ps in self.themes.items()}
        plain["voicings"] = dict(self.voicings)
        plain["trails"] = {part: trails.pack(trail) for part, trail in self.trails.items()}
        listed: dict[str, Any] = _listed(plain)
        return listed


def state_from_json(plain: Mapping[str, Any]) -> State:
    """What `State.to_json` wrote."""
    values = {name: _tupled(value) for name, value in plain.items()}
    values["voicings"] = {part: tuple(v) for part, v in plain["voicings"].items()}
    values["trails"] = {part: trails.unpack(text) for part, text in plain["trails"].items()}
    values["themes"] = {
        label: tuple(_unpack(p) for p in phrases) for label, phrases in plain["themes"].items()
    }
    return State(**values)


def _listed(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {key: _listed(entry) for key, entry in value.items()}
    return [_listed(v) for v in value] if isinstance(value, tuple | list) else value


def _tupled(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return tuple(_tupled(v) for v in value) if isinstance(value, list) else value


def _pack(phrase: PhraseTheme) -> str:
    """Bytes in base 85: for the chords, then for each bar, how many and the pairs."""
    bars = ([(t // THEME_GRID, s + STEP_ORIGIN) for t, s in bar] for bar in phrase.bars)
    rows = (phrase.chords, *bars)
    return b85encode(b"".join(bytes((len(row), *_flat(row))) for row in rows)).decode()


def _unpack(packed: str) -> PhraseTheme:
    chords, *bars = _rows(b85decode(packed))
    themes = (tuple((t * THEME_GRID, s - STEP_ORIGIN) for t, s in bar) for bar in bars)
    return PhraseTheme(chords, tuple(themes))


def _flat(pairs: Sequence[tuple[int, int]]) -> Iterator[int]:
    return (number for pair in pairs for number in pair)


def _rows(data: bytes) -> Iterator[tuple[tuple[int, int], ...]]:
    start = 0
    while start < len(data):
        end = start + 1 + 2 * data[start]
        numbers = data[start + 1 : end]
        yield tuple(zip(numbers[::2], numbers[1::2], strict=True))
        start = end
