"""The shelf of styles: a new edition of a style takes the place of the old while music plays.

Sessions read the shelf before each block, in any thread; one watcher writes to it. What has ever
been played can be named, so that a log says which edition was heard when.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from genmusic.composition.style_tables import of_style
from genmusic.rules import Scenario, Style, keep_to

EDITIONS_KEPT = 1_000  # of all styles; a day of steady editing
DIGEST_LETTERS = 16

_logger = logging.getLogger("genmusic.styles")


class StyleShelf(Mapping[str, Style]):
    """The newest edition of every style, by name."""

    def __init__(self, styles: Mapping[str, Style], files: Sequence[Path] = ()) -> None:
        self.files = tuple(files)  # of single styles, beside those of the folders
        self._first = dict(styles)
        self._newest = dict(styles)
        self._editions: dict[str, Style] = {}
        self._faults: dict[str, str] = {}
        self._scenario: Scenario | None = None

    def __getitem__(self, name: str) -> Style:
        return self._newest[name]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._newest))

    def __len__(self) -> int:
        return len(self._newest)

    @property
    def faults(self) -> Mapping[str, str]:
        """What is wrong with the newest file of a style, by name; its last good edition plays."""
        return MappingProxyType(self._faults)

    def keep_to(self, scenario: Scenario) -> None:
        """Let every style keep to a scenario, and every edition that will come."""
        self._scenario = scenario
        for styles in (self._first, self._newest, self._editions):
            for name, style in styles.items():
                styles[name] = keep_to(style, scenario)

    @property
    def scenario(self) -> Scenario | None:
        """What every style keeps to, if anything."""
        return self._scenario

    def dressed(self, style: Style) -> Style:
        """A style as it is placed here."""
        return style if self._scenario is None else keep_to(style, self._scenario)

    def begin_with(self, style: Style) -> None:
        """Let a style be the one that was there at the start."""
        self._first[style.name] = self._newest[style.name] = style

    def put(self, style: Style) -> bool:
        """Place a style, unless it is the edition that is there; whether it was placed."""
        self._faults.pop(style.name, None)
        if self._newest.get(style.name) == style:
            return False
        self._first.setdefault(style.name, style)
        self._editions[edition_of(style)] = style
        if len(self._editions) > EDITIONS_KEPT:
            del self._editions[next(iter(self._editions))]
        self._newest[style.name] = style
        return True

    def refuse(self, name: str, fault: str) -> bool:
        """Note that the file of a style cannot be used; whether that is news."""
        news = self._faults.get(name) != fault
        self._faults[name] = fault
        return news

    def first(self, name: str) -> Style:
        """The edition that was there at the start."""
        return self._first[name]

    def edition(self, edition: str) -> Style:
        """The style that `edition_of` named; the newest of its name if it is no longer known."""
        if edition in self._editions:
            return self._editions[edition]
        name = edition.partition("@")[0]
        first = self._first[name]
        if edition_of(first) == edition:
            return first
        _logger.warning("the edition %s is no longer known; %s plays as it is now", edition, name)
        return self._newest[name]


@of_style
def edition_of(style: Style) -> str:
    """Name and contents of a style in one word, such as ``evening@0123456789abcdef``.

    To write a style out takes 0.3 ms, and a still names three.
    """
    digest = hashlib.sha256(repr(style).encode()).hexdigest()[:DIGEST_LETTERS]
    return f"{style.name}@{digest}"
