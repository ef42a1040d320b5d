"""What a patch makes of a pitch and a touch, as rows of a kernel's tables; worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from types import ModuleType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from genmusic.synthesis.voicing import Patch
from kernels._types import Book
from kernels.voices import LIFE

MOST_RECIPES = 32_768  # kept: what some hundred listeners play in a few hours
Number = TypeVar("Number", np.float32, np.int32)
FIRST_ROWS = 64  # of a page; it doubles when it is full


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """The settings of a voice as its kernel wants them.

    ``settings`` holds what the kernel calls by that name, then how far the varied ones differ.
    """

    settings: NDArray[np.float32]
    whole_settings: NDArray[np.int32]
    life: tuple[int, int, int]  # quanta from release and from start to silence; choke group


@dataclass(frozen=True, slots=True, eq=False)
class Cook:
    """A patch, the kind of instrument it is, and the tables of the kernel that plays it."""

    patch: Patch
    kind: str
    tables: ModuleType

    def __call__(self, pitch: float, velocity: int) -> Recipe:
        """The recipe for a note."""
        voicing, tables = self.patch.voicing(pitch, velocity), self.tables
        settings = [voicing.settings.get(name, 0.0) for name in tables.SETTINGS]
        varied = [voicing.varied.get(name, 0.0) for names in tables.VARIED for name in names]
        whole = [voicing.whole_settings[name] for name in tables.WHOLE_SETTINGS]
        return Recipe(
            np.array(settings + varied, np.float32),
            np.array(whole, np.int32),
            (voicing.release_quanta, voicing.longest_quanta, voicing.choke),
        )


class _Page:
    """The recipes of one kind of instrument, row by row."""

    def __init__(self, tables: ModuleType) -> None:
        _, whole, _, _, _, width = tables.SIZES
        self._used = 0
        self.book: Book = (
            np.zeros((FIRST_ROWS, width), np.float32),
            np.zeros((FIRST_ROWS, whole), np.int32),
            np.zeros((FIRST_ROWS, len(LIFE)), np.int32),
        )

    def add(self, recipe: Recipe) -> int:
        """Write a recipe down; its row. Whoever reads an older book finds its rows there."""
        row = self._used
        if row == len(self.book[0]):
            settings, whole_settings, lives = self.book
            self.book = (_doubled(settings), _doubled(whole_settings), _doubled(lives))
        settings, whole_settings, lives = self.book
        settings[row], whole_settings[row] = recipe.settings, recipe.whole_settings
        lives[row] = recipe.life
        self._used = row + 1
        return row


def _doubled(table: NDArray[Number]) -> NDArray[Number]:
    return np.concatenate((table, np.zeros_like(table)))


Dish = tuple[Cook, float, int]
"""A cook, a pitch and a velocity."""


class Cookbook:
    """Recipes of all patches, for all threads; when it is full, another is begun."""

    def __init__(self, most: int = MOST_RECIPES) -> None:
        self._most = most
        self._lock = Lock()
        self._rows: dict[Dish, int] = {}
        self._pages: dict[str, _Page] = {}

    def look_up(self, dishes: Sequence[Dish]) -> tuple[list[int], Mapping[str, Book]]:
        """The row of each dish, and for each kind of instrument the book in which it stands."""
        with self._lock:
            if len(self._rows) + len(dishes) > self._most:
                self._rows, self._pages = {}, {}
            find = self._rows.get
            rows = [self._cook(dish) if (row := find(dish)) is None else row for dish in dishes]
            return rows, {kind: page.book for kind, page in self._pages.items()}

    def _cook(self, dish: Dish) -> int:
        cook, pitch, velocity = dish
        if cook.kind not in self._pages:
            self._pages[cook.kind] = _Page(cook.tables)
        self._rows[dish] = row = self._pages[cook.kind].add(cook(pitch, velocity))
        return row


COOKBOOK = Cookbook()
"""The one that every orchestra reads."""
