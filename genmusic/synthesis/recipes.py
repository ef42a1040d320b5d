"""What a patch makes of a pitch and a touch, as rows of a kernel's tables; worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.synthesis.pools import KINDS, Kind
from genmusic.synthesis.voicing import VELOCITY_GAINS, Patch
from kernels._types import Book, Ints, Longs
from kernels.handles import Handle
from kernels.memory import reserved
from kernels.readings import PITCHES, VELOCITIES
from kernels.voices import BOOK_WORDS, LIFE

MOST_RECIPES = 8_192  # kept: of the keys of all shipped patches, and of some between them
FIRST_COOKS = 64  # of an index
NO_NUMBER = -1


class Recipe(NamedTuple):
    """The settings of the voices of a pitch, as `kernels.voices.start_voices` finds them in a book.

    ``settings`` holds what the kernel calls by that name, then how far the varied ones differ;
    ``touches`` those that are others for each velocity, and ``lives`` how long such a voice lives.
    """

    settings: NDArray[np.float32]  # (P + V,)
    whole_settings: NDArray[np.int32]  # (I,)
    touches: NDArray[np.float32]  # (velocities, T)
    lives: NDArray[np.int32]  # (velocities, columns as in `kernels.voices.LIFE`)


@dataclass(frozen=True, slots=True, eq=False)
class Cook:
    """A patch and the kind of instrument it is."""

    patch: Patch
    kind: str
    number: int = NO_NUMBER  # among those who have a row in the index of each book

    def __call__(self, pitch: float) -> Recipe:
        """The recipe for the notes of a pitch."""
        voicing, kind = self.patch.voicing(pitch), KINDS[self.kind]
        tables = kind.module
        settings = [voicing.settings.get(name, 0.0) for name in tables.SETTINGS]
        varied = [voicing.varied.get(name, 0.0) for names in tables.VARIED for name in names]
        whole = [voicing.whole_settings[name] for name in tables.WHOLE_SETTINGS]
        touches = np.array([voicing.touched[name] for name in kind.touched], np.float32)
        peak, fall, *fallen = voicing.falls
        life = (
            voicing.longest_quanta, voicing.choke, peak, fall, voicing.release_quanta, *fallen
        )  # fmt: skip
        return Recipe(
            np.array(settings + varied, np.float32),
            np.array(whole, np.int32),
            touches.T,
            np.array(np.broadcast_arrays(*life, VELOCITY_GAINS)[:-1], np.int32).T,
        )


def touched_of(kind: Kind) -> Ints:
    """Which settings of a kind of instrument are others for each touch, in the order of a book."""
    return np.array([kind.module.SETTINGS.index(name) for name in kind.touched], np.int32)


class _Page:
    """The recipes of one kind of instrument, row by row."""

    def __init__(self, kind: Kind, rows: int) -> None:
        _, whole, _, _, _, width = kind.module.SIZES
        self._used = 0
        self.book: Book = (
            reserved((rows, width), np.float32),
            reserved((rows, whole), np.int32),
            touched_of(kind),
            reserved((rows * VELOCITIES, len(kind.touched)), np.float32),
            reserved((rows * VELOCITIES, len(LIFE)), np.int32),
        )

    def add(self, recipe: Recipe) -> int:
        """Write a recipe down; its row."""
        row = self._used
        settings, whole_settings, _, touches, lives = self.book
        settings[row], whole_settings[row] = recipe.settings, recipe.whole_settings
        here = slice(row * VELOCITIES, (row + 1) * VELOCITIES)
        touches[here], lives[here] = recipe.touches, recipe.lives
        self._used = row + 1
        return row


Dish = tuple[Cook, float]
"""A cook and a pitch."""


class Volume:
    """Recipes, at most so many, and where they are; what was written stays."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.rows: dict[Dish, int] = {}
        self.books: dict[str, Book] = {}
        """For each kind of instrument."""
        self.index: Ints = np.zeros((FIRST_COOKS, PITCHES), np.int32)
        """Of whole keys, as `kernels.readings.read_notes` takes it."""
        self._pages: dict[str, _Page] = {}
        self.shelf: Handle[Longs] = Handle(np.zeros((len(KINDS), BOOK_WORDS), np.int64))
        """Words (`kernels.handles`) of the book of each kind of instrument, in a row."""

    def row_of(self, dish: Dish) -> int:
        """Where a recipe stands; it is worked out if it is not there yet."""
        row = self.rows.get(dish)
        return self._cook(dish) if row is None else row

    def _cook(self, dish: Dish) -> int:
        cook, pitch = dish
        if (page := self._pages.get(cook.kind)) is None:
            page = self._pages[cook.kind] = _Page(KINDS[cook.kind], self._most)
            self.books[cook.kind] = page.book
            shelf = self.shelf.values.copy()
            shelf[tuple(KINDS).index(cook.kind)] = Handle(page.book).words
            self.shelf = Handle(shelf)  # before the index tells any thread of the book
        self.rows[dish] = row = page.add(cook(pitch))
        if cook.number != NO_NUMBER and pitch == int(pitch):
            while cook.number >= len(self.index):
                self.index = np.concatenate((self.index, np.zeros_like(self.index)))
            self.index[cook.number, int(pitch)] = row + 1
        return row


class Cookbook:
    """Recipes of all patches, for all threads; when it is full, another is begun."""

    def __init__(self, most: int = MOST_RECIPES) -> None:
        self._most = most
        self._lock = Lock()
        self.volume = Volume(most)

    def look_up(self, dishes: Sequence[Dish]) -> tuple[list[int], Mapping[str, Book]]:
        """The row of each dish, and for each kind of instrument the book in which it stands."""
        with self._lock:
            if len(self.volume.rows) + len(dishes) > self._most:
                self.volume = Volume(max(self._most, len(dishes)))
            volume = self.volume
            return [volume.row_of(dish) for dish in dishes], volume.books


COOKBOOK = Cookbook()
"""The one that every orchestra reads."""
