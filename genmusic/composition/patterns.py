"""Patterns of a style: which one a bar plays, and when its steps fall."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.metre import metre

Integers = NDArray[np.int64]


class Pattern(Protocol):
    """A bar of a style that says from which density on it is meant."""

    @property
    def density(self) -> float:
        """The least density."""

    @property
    def metre(self) -> str:
        """The metre of the bar."""


P = TypeVar("P", bound=Pattern)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Book(Generic[T]):
    """The patterns of a part as tables, found by metre and density."""

    densities: Mapping[str, Sequence[float]]  # of each metre, rising
    tables: Mapping[str, Sequence[Sequence[T]]]  # those of each density

    def find(self, metre: str, density: float, draw: float) -> T | None:
        """One of the densest patterns of a metre that a density admits; None if it admits none."""
        number = bisect_right(self.densities.get(metre, ()), density)
        if not number:
            return None
        densest = self.tables[metre][number - 1]
        return densest[int(draw * len(densest))]


def book_of(patterns: Sequence[P], table: Callable[[P, int], T]) -> Book[T]:
    """Patterns as a table each, made of the pattern and the ticks of its bar."""
    densities = {
        name: sorted({p.density for p in patterns if p.metre == name})
        for name in {p.metre for p in patterns}
    }
    tables = {
        name: [
            [table(p, metre(name).bar_ticks) for p in patterns if (p.metre, p.density) == (name, d)]
            for d in levels
        ]
        for name, levels in densities.items()
    }
    return Book(densities, tables)


def read_steps(steps: str, bar_ticks: int) -> tuple[tuple[int, str], ...]:
    """The tick and sign of every step that is not empty."""
    length = bar_ticks // len(steps)
    return tuple((number * length, sign) for number, sign in enumerate(steps) if sign != ".")


@lru_cache(maxsize=1024)
def step_table(steps: str, signs: str, bar_ticks: int) -> Integers:
    """(steps, 2) ticks, and each sign as its place among all that there are."""
    rows = [(tick, signs.index(sign)) for tick, sign in read_steps(steps, bar_ticks)]
    return np.array(rows, np.int64).reshape(-1, 2)
